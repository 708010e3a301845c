package project

import (
	"os"
	"strings"
)

// archive is a fixture: a comment, then files, each after a line "-- name --".
type archive struct {
	comment string
	files   []archived
}

type archived struct {
	name string
	data string
}

func readArchive(path string) (*archive, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	a := &archive{}
	for line := range strings.Lines(string(text)) {
		name, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "-- ")
		if name, end := strings.CutSuffix(name, " --"); ok && end {
			a.files = append(a.files, archived{name: name})
			continue
		}
		if n := len(a.files); n > 0 {
			a.files[n-1].data += line
		} else {
			a.comment += line
		}
	}
	return a, nil
}

func (a *archive) format() []byte {
	var out strings.Builder
	out.WriteString(a.comment)
	for _, file := range a.files {
		out.WriteString("-- " + file.name + " --\n" + file.data)
	}
	return []byte(out.String())
}
