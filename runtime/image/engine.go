package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	askLimit  = 10 * time.Second // an engine that does not answer is as good as none
	saveLimit = 30 * time.Minute
)

// inEngine looks for an image in Docker, then in Podman. Nothing is fetched from a registry.
func (s *Store) inEngine(name string) (origin, error) {
	reason := "neither Docker nor Podman is on this machine"
	for _, engine := range []string{"docker", "podman"} {
		if _, err := exec.LookPath(engine); err != nil {
			continue
		}
		id, err := s.ask(engine, askLimit, "image", "inspect", "--format", "{{.Id}}", name)
		if err == nil {
			return origin{engine: engine, stamp: engine + "\n" + name + "\n" + id}, nil
		}
		reason = engine + " does not have it (" + err.Error() + ")"
	}
	return origin{}, fmt.Errorf("%s, and nothing is fetched from a registry: save it with 'docker save -o FILE %s' where it is, and start with --image %s=FILE", reason, name, name)
}

// save writes an image of an engine into a file.
func (s *Store) save(engine, name string) (string, error) {
	file, err := os.CreateTemp(s.dir, temporary)
	if err != nil {
		return "", err
	}
	_ = file.Close()
	args := []string{"save", "-o", file.Name(), name}
	if engine == "podman" { // it does not write over a file
		args = []string{"save", "--format", "docker-archive", "-o", file.Name(), name}
		_ = os.Remove(file.Name())
	}
	if _, err := s.ask(engine, saveLimit, args...); err != nil {
		return "", errors.Join(fmt.Errorf("%s save: %w", engine, err), os.RemoveAll(file.Name()))
	}
	return file.Name(), nil
}

// ask runs an engine and returns the first line that it prints. An error is its last line.
func (s *Store) ask(engine string, limit time.Duration, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	var output, complaint bytes.Buffer
	command := exec.CommandContext(ctx, engine, args...)
	command.Stdout, command.Stderr, command.WaitDelay = &output, &complaint, time.Second
	if err := command.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(complaint.String()), "\n")
		if last := lines[len(lines)-1]; last != "" {
			return "", errors.New(last)
		}
		return "", err
	}
	line, _, _ := strings.Cut(output.String(), "\n")
	return line, nil
}
