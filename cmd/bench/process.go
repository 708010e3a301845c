package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// started is one background process of the bench.
type started struct {
	command *exec.Cmd
	address string // host:port
}

func (s *started) stop() {
	_ = s.command.Process.Signal(syscall.SIGTERM)
	_ = s.command.Wait()
}

// baseline starts a helper of this binary or any program that prints its address first.
func (b *bench) baseline(ctx context.Context, program string, args ...string) (*started, error) {
	command := exec.CommandContext(ctx, program, args...)
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s %v did not start: %w", program, args, err)
	}
	return &started{command, strings.TrimSpace(line)}, nil
}

func (b *bench) self(ctx context.Context, args ...string) (*started, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return b.baseline(ctx, program, args...)
}

// emulator starts fcemu on a free port with a fresh store, or the one in folder.
func (b *bench) emulator(ctx context.Context, folder string, flags ...string) (*started, error) {
	if folder == "" {
		folder = filepath.Join(b.work, fmt.Sprintf("data-%d", time.Now().UnixNano()))
	}
	address := filepath.Join(folder, "bench-address")
	_ = os.Remove(address)
	args := []string{"start", "--share-tmp", "--spares", "0", "-q", "--port", "0", "--data-dir", folder, "--address-file", address}
	command := exec.CommandContext(ctx, b.absolute(), append(args, flags...)...)
	command.Dir = b.work // no s.yaml here
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		return nil, err
	}
	endpoint, err := awaitFile(ctx, address)
	if err != nil {
		return nil, err
	}
	return &started{command, strings.TrimPrefix(endpoint, "http://")}, nil
}

func (b *bench) absolute() string {
	path, err := filepath.Abs(b.fcemu)
	if err != nil {
		return b.fcemu
	}
	return path
}

// awaitFile returns the content of a file as soon as there is one.
func awaitFile(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		if text, err := os.ReadFile(path); err == nil && len(text) > 0 {
			return strings.TrimSpace(string(text)), nil
		}
		time.Sleep(100 * time.Microsecond)
	}
	return "", fmt.Errorf("%s did not appear", path)
}

// cli runs one fcemu command against the emulator.
func (b *bench) cli(ctx context.Context, on *started, args ...string) error {
	command := exec.CommandContext(ctx, b.absolute(), append([]string{"--endpoint", "http://" + on.address}, args...)...)
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("fcemu %s: %w\n%s", strings.Join(args, " "), err, output)
	}
	return nil
}
