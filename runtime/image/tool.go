package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Tool is a command that delivers images.
type Tool struct {
	Name string `json:"name"`
	Path string `json:"path,omitempty"`
	Lack string `json:"lack,omitempty"` // why it delivers none
}

// Tools looks for the commands that deliver images, in the order in which they are asked.
func Tools(ctx context.Context) []Tool {
	var list []Tool
	for _, name := range []string{docker, podman, crane, skopeo} {
		tool := Tool{Name: name, Lack: "not found"}
		if path, err := exec.LookPath(name); err == nil {
			tool.Path, tool.Lack = path, ""
			question := "version" // Docker's asks its daemon
			if name == skopeo {
				question = "--version"
			}
			if _, err := ask(ctx, name, "", askLimit, question); err != nil {
				tool.Lack = err.Error()
			}
		}
		list = append(list, tool)
	}
	return list
}

func (s *Store) ask(tool, dir string, limit time.Duration, arguments ...string) (string, error) {
	return ask(s.ctx, tool, dir, limit, arguments...)
}

// ask runs a command in a folder and returns the first line that it prints. An error is its last line.
func ask(ctx context.Context, tool, dir string, limit time.Duration, arguments ...string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it has not come to an end in %s", limit))
	defer cancel()
	var output, complaint bytes.Buffer
	command := exec.CommandContext(ctx, tool, arguments...)
	command.Dir, command.Stdout, command.Stderr, command.WaitDelay = dir, &output, &complaint, time.Second
	runtime.LockOSThread() // with which it dies
	defer runtime.UnlockOSThread()
	dieWithUs(command)
	err := command.Run()
	switch last := lastLine(complaint.String()); {
	case err == nil:
		line, _, _ := strings.Cut(output.String(), "\n")
		return line, nil
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case last != "":
		return "", errors.New(last)
	}
	return "", err
}

// lastLine is the last line of a command's complaints; of one in a log's form, its message.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	text = text[strings.LastIndexByte(text, '\n')+1:]
	if head, quoted, ok := strings.Cut(text, " msg="); ok && strings.Contains(head, " level=") {
		if message, err := strconv.Unquote(quoted); err == nil {
			text, _, _ = strings.Cut(message, "\n")
		}
	}
	return strings.TrimPrefix(text, "Error: ")
}
