package builtin

import (
	"os"
	"path/filepath"
	"strings"
)

// maxPinFile is how much of a file is read that names versions, in bytes.
const maxPinFile = 64 << 10

// pinned is the version that the code asks for in the files of version managers, such as
// .tool-versions; zero = none. It decides between patch versions, and which version stands in.
func (l *language) pinned(codeDir string) version {
	if codeDir == "" {
		return version{}
	}
	for _, name := range append([]string{".tool-versions"}, l.pins...) {
		text := smallFile(filepath.Join(codeDir, name))
		for line := range strings.Lines(text) {
			if pin, ok := l.pin(name, line); ok {
				return pin
			}
		}
	}
	return version{}
}

// pin reads a line: "python 3.9.18" in .tool-versions, "java=17.0.9-tem" in .sdkmanrc, else the
// version alone.
func (l *language) pin(file, line string) (version, bool) {
	line, _, _ = strings.Cut(line, "#")
	tool, value, isPair := strings.Cut(strings.TrimSpace(strings.Replace(line, "=", " ", 1)), " ")
	switch {
	case isPair && tool != l.tool && tool+"js" != l.tool: // mise says node for nodejs
		return version{}, false
	case !isPair && file == ".tool-versions":
		return version{}, false
	case !isPair:
		value = tool
	}
	return l.parsed(value)
}

func smallFile(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxPinFile {
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

// preferred puts the installations of the pinned version first.
func preferred(all []installation, pin version) []installation {
	if pin == (version{}) {
		return all
	}
	var first, rest []installation
	for _, one := range all {
		if one.version.satisfies(pin) {
			first = append(first, one)
		} else {
			rest = append(rest, one)
		}
	}
	return append(first, rest...)
}

// satisfies tells whether v is the version pinned; parts that the pin leaves out are zero.
func (v version) satisfies(pin version) bool {
	for i := range v {
		if pin[i] != 0 && v[i] != pin[i] {
			return false
		}
	}
	return true
}
