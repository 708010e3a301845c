package builtin

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// probeLimit is how long an interpreter may take to tell its version.
const probeLimit = 15 * time.Second

// probe asks a program for its real path, its version and its module folders.
func (i *Interpreters) probe(l *language, path string) (Found, error) {
	if known, ok := i.probed[path]; ok && executable(known.Path) {
		return known, nil
	}
	found, err := l.ask(path)
	if err == nil {
		i.probed[path] = found
		i.probed[found.Path] = found
	}
	return found, err
}

func (l *language) ask(path string) (Found, error) {
	if len(l.quick) > 0 && !isShim(path) {
		if lines, err := l.run(path, l.quick); err == nil {
			if got, ok := parseVersion(lines[0]); ok {
				return Found{Language: l.name, Path: path, Version: got.String()}, nil
			}
		}
	}
	lines, err := l.run(path, l.probe)
	if err != nil {
		return Found{}, err
	}
	if l.read != nil {
		lines = l.read(lines)
	}
	if len(lines) < 2 || !filepath.IsAbs(lines[0]) {
		return Found{}, fmt.Errorf("%s does not tell its version", path)
	}
	return Found{Language: l.name, Path: lines[0], Version: lines[1], Search: lines[2:]}, nil
}

// run returns the lines that a program prints, at least one.
func (l *language) run(path string, args []string) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), probeLimit)
	defer cancel()
	command := exec.CommandContext(ctx, path, args...)
	command.Dir = os.TempDir() // version managers look for settings in the working directory
	command.WaitDelay = time.Second
	var output bytes.Buffer
	command.Stdout = &output
	if l.read != nil { // Java shows its properties there
		command.Stderr = &output
	}
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s does not tell its version: %w", path, err)
	}
	return strings.Split(strings.TrimSpace(output.String()), "\n"), nil
}
