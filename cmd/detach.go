package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// detach starts this same command line in the background, and returns when it is ready.
func (a *app) detach(ctx context.Context) error {
	if a.settings.GetBool("ephemeral") && a.settings.GetString("address-file") == "" {
		return usageError("--detach with --ephemeral needs --address-file, or nobody finds the emulator again")
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	folder := a.dataDir()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w; choose another with --data-dir", err)
	}
	log, err := os.Create(filepath.Join(folder, "start.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	ready := filepath.Join(folder, fmt.Sprintf("ready.%d", os.Getpid()))
	defer os.Remove(ready)
	args := slices.DeleteFunc(slices.Clone(os.Args[1:]), func(arg string) bool { return arg == "--detach" || arg == "--detach=true" })
	args = append(args, "--quiet") // nobody reads along, and nothing bounds the file: fcemu logs has both logs
	if wanted := a.settings.GetString("address-file"); wanted == "" {
		args = append(args, "--address-file", ready)
	} else {
		ready = wanted
		_ = os.Remove(wanted)
	}
	command := exec.Command(program, args...)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return err
	}
	return a.awaitDetached(ctx, command, ready, log.Name())
}

func (a *app) awaitDetached(ctx context.Context, command *exec.Cmd, ready, log string) error {
	ended := make(chan struct{})
	go func() { _ = command.Wait(); close(ended) }()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	endpoint := ""
	err := poll(ctx, func() bool {
		endpoint = readAddress(ready)
		select {
		case <-ended:
			return true
		default:
			return endpoint != ""
		}
	})
	if err == nil && endpoint != "" {
		a.term.Printf("%s\n", endpoint)
		a.term.Notef("fcemu runs in the background (pid %d); its output is in %s; end it with 'fcemu stop'\n", command.Process.Pid, log)
		return nil
	}
	_ = command.Process.Signal(syscall.SIGTERM)
	output, _ := os.ReadFile(log)
	return errors.New("the emulator did not start:\n" + strings.TrimSpace(string(output)))
}
