package cmd

import (
	"context"
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
	log, err := os.CreateTemp(folder, "start.*.log") // of its own, until it is known that no other emulator runs here
	if err != nil {
		return fmt.Errorf("the data folder cannot be written: %w; choose another with --data-dir", err)
	}
	defer log.Close()
	defer os.Remove(log.Name())
	ready := filepath.Join(folder, fmt.Sprintf("ready.%d", os.Getpid()))
	defer os.Remove(ready)
	// Whatever asked for the background, the environment or fcemu.yaml even, has been done. Nobody reads
	// along, and nothing bounds the file: fcemu logs has both logs.
	args := append(slices.Clone(os.Args[1:]), "--detach=false", "--quiet")
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

const startLog = "start.log"

func (a *app) awaitDetached(ctx context.Context, command *exec.Cmd, ready, log string) error {
	ended := make(chan struct{})
	go func() { _ = command.Wait(); close(ended) }()
	kept := filepath.Join(filepath.Dir(log), startLog)
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
		if err := os.Rename(log, kept); err != nil {
			return err
		}
		a.term.Printf("%s\n", endpoint)
		a.term.Notef("fcemu runs in the background (pid %d); its output is in %s; end it with 'fcemu stop'\n", command.Process.Pid, kept)
		return nil
	}
	_ = command.Process.Signal(syscall.SIGTERM)
	<-ended
	output, _ := os.ReadFile(log)
	if len(output) == 0 {
		return fmt.Errorf("the emulator ended without a word; is there room left in %s?", filepath.Dir(log))
	}
	a.term.Notef("%s\n", strings.TrimSpace(string(output))) // what a start in the foreground says, and its exit code
	return &exitError{code: max(command.ProcessState.ExitCode(), exitFailure)}
}
