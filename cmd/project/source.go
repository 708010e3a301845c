package project

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds project files and what they include, in bytes.
const maxFile = 4 << 20

// source is the project file's folder, and what was read from it.
type source struct {
	dir    string // absolute
	stamps map[string]stamp
}

// stamp tells one state of a file from another. That of a missing file is zero.
type stamp struct {
	modified time.Time
	size     int64
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{modified: info.ModTime(), size: info.Size()}
}

// absolute resolves a path that a project file names.
func (s *source) absolute(path string) string {
	if home, err := os.UserHomeDir(); err == nil && (path == "~" || strings.HasPrefix(path, "~/")) {
		path = filepath.Join(home, path[1:])
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(s.dir, path)
}

// read returns the text of a file and remembers that the project depends on it.
func (s *source) read(path string) (string, error) {
	path = s.absolute(path)
	s.stamps[path] = stampOf(path)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return "", errors.New("it is not a plain file") // opening a pipe would wait for its other end
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("it is larger than %d MB", maxFile>>20)
	}
	return string(text), err
}

// reason is an error without the path that the caller's message names already.
func reason(err error) string {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	if errors.Is(err, syscall.ENOENT) {
		return "it does not exist"
	}
	return err.Error()
}

// document parses the text of a project file to its top mapping.
func document(name, text string) (*yaml.Node, error) {
	if err := unrendered(name, text); err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, yamlError(name, text, err)
	}
	if len(doc.Content) == 0 {
		return nil, &Error{Position: Position{File: name, Line: 1, Column: 1}, Problem: "the file is empty",
			Next: "describe a function under resources"}
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, &Error{Position: Position{File: name, Line: root.Line, Column: root.Column},
			Problem: "the file holds " + kindName(root) + " where a map belongs", Next: "begin with edition, name and resources"}
	}
	return root, nil
}

// placeholder matches a hole of a Serverless Devs template: {{ name }}, {{ name | "hint" }}, {{ if x }}.
// Holes are filled once, when a project is made of a template.
const placeholder = `\{\{[-~]?\s*[#/]?[A-Za-z_][^{}\n]*\}\}`

// unrendered refuses a template whose holes were never filled.
func unrendered(name, text string) error {
	holes, number := regexp.MustCompile(placeholder), 0
	for line := range strings.Lines(text) {
		number++
		at := holes.FindStringIndex(line)
		if at == nil || commented(line[:at[0]]) {
			continue
		}
		hole := line[at[0]:at[1]]
		return &Error{Position: Position{File: name, Line: number, Column: len([]rune(line[:at[0]])) + 1},
			Problem: "this is a template that was never rendered: " + hole + " stands for a value",
			Next:    "make a project of it with `s init`, or write the value in its place"}
	}
	return nil
}

// commented tells whether the text up to a place begins a comment that runs on.
func commented(before string) bool {
	if strings.HasPrefix(strings.TrimSpace(before), "#") {
		return true
	}
	return strings.Contains(before, " #") && !strings.ContainsAny(before, `'"`)
}

// yamlError gives the parser's message a place. The parser names the line where the surrounding block
// began; better is the line after the longest beginning of the file that is valid by itself.
func yamlError(name, text string, err error) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	position := Position{File: name, Line: 1, Column: 1}
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		number, problem, _ := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); err == nil {
			position.Line, message = line, problem
		}
	}
	lines := strings.Split(text, "\n")
	if faulty := firstFaulty(lines); faulty > 0 {
		position.Line = faulty
	}
	next := "check the indentation and the quotes around this line"
	if position.Line <= len(lines) {
		line := lines[position.Line-1]
		position.Column = len(line) - len(strings.TrimLeft(line, " \t")) + 1
		if strings.HasPrefix(strings.TrimLeft(line, " "), "\t") {
			next = "indent with spaces: YAML takes no tabs"
		}
	}
	return &Error{Position: position, Problem: "this is not valid YAML: " + message, Next: next}
}

// firstFaulty is the line, from 1, after the longest valid beginning; 0 where that is too much work.
func firstFaulty(lines []string) int {
	const most = 500
	if len(lines) > most {
		return 0
	}
	for n := len(lines) - 1; n > 0; n-- {
		var doc yaml.Node
		if yaml.Unmarshal([]byte(strings.Join(lines[:n], "\n")), &doc) == nil {
			return n + 1
		}
	}
	return 1
}
