package cmd

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/client"
)

func newExec(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:     "exec [flags] -- COMMAND…",
		Short:   "Start an emulator for one command, deploy, run the command, stop",
		Long:    "Start an emulator on a free port with a temporary store (unless --port or --data-dir say otherwise),\ndeploy, run the command with the endpoint in its environment, and stop. The exit code is the command's.",
		Example: `  fcemu exec -t s.yaml -- pytest tests/`,
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.exec(c, args) },
	}
	startFlags(c)
	c.Flags().SetInterspersed(false)
	return c
}

func (a *app) exec(c *cobra.Command, args []string) error {
	if err := oneFolder(c); err != nil {
		return err
	}
	a.noticeUnknown(c.Root())
	ctx := c.Context()
	options := a.daemonOptions()
	if !c.Flags().Changed("port") {
		options.Port = 0
	}
	if options.HTTPSPort != nil && !c.Flags().Changed("https-port") {
		*options.HTTPSPort = 0
	}
	if a.settings.GetString("data-dir") == "" {
		options.Ephemeral = true
	}
	d, err := a.startDaemon(ctx, options)
	if err != nil {
		return err
	}
	defer d.Stop() // reported below where it matters; a second call does nothing
	if _, err := a.deployProject(ctx, client.New(d.Endpoint, a.keys[0]), homeOf(d)); err != nil {
		return err
	}
	if err := d.Announce(a.settings.GetString("address-file")); err != nil {
		return err
	}
	code, err := a.run(ctx, d, args)
	if stopped := d.Stop(); err == nil && stopped != nil {
		err = stopped
	}
	if err == nil && code != 0 {
		err = &exitError{code: code}
	}
	return err
}

// run runs the user's command in the foreground; it gets our signals from the terminal itself.
func (a *app) run(ctx context.Context, d *daemon.Daemon, args []string) (code int, err error) {
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.Stdin, command.Stdout, command.Stderr = a.term.In, a.term.Plain(), a.term.Err
	command.Env = os.Environ()
	for _, pair := range clientEnv(homeOf(d), a.keys[0]) {
		command.Env = append(command.Env, pair[0]+"="+pair[1])
	}
	if d.HTTPSEndpoint != "" {
		command.Env = append(command.Env, "FCEMU_HTTPS_ENDPOINT="+d.HTTPSEndpoint)
	}
	err = command.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return shellCode(exit), nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return 0, usageError("command %q cannot be run: %w; check its name, and that it is executable", args[0], errors.Unwrap(err))
	}
	return 0, err
}

// shellCode is the exit code as a shell tells it: 128 and the number of the signal that ended a command.
func shellCode(exit *exec.ExitError) int {
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}

// emulatorForOneCall finds the running emulator; with none running, in a folder with an s.yaml, it
// starts one and says how to stop it again: stop is nil where it was running.
func (a *app) emulatorForOneCall(ctx context.Context) (c *client.Client, stop func(), err error) {
	if c, running := a.running(ctx); running || a.settings.GetString("endpoint") != "" || a.projectFile() == "" {
		return c, nil, nil
	}
	flags := &cobra.Command{}
	startFlags(flags) // for their defaults, and for what FCEMU_* and fcemu.yaml say of them
	if err := a.settings.BindPFlags(flags.Flags()); err != nil {
		return nil, nil, err
	}
	if err := checkValues(a.settings, flags.Flags()); err != nil {
		return nil, nil, err
	}
	options := a.daemonOptions()
	options.Host, options.Port, options.HTTPSPort = "127.0.0.1", 0, nil
	d, err := a.startDaemon(ctx, options)
	var held *daemon.InUseError
	for ; errors.As(err, &held); d, err = a.startDaemon(ctx, options) {
		if c, running := a.awaitFolder(ctx, held); running {
			return c, nil, nil
		}
	}
	if err != nil {
		return nil, nil, err
	}
	// Nobody else is told of it: it does not wait for others' calls.
	stop, c = func() { _ = d.Stop() }, client.New(d.Endpoint, a.keys[0])
	if _, err := a.deployProject(ctx, c, homeOf(d)); err != nil {
		stop()
		return nil, nil, err
	}
	return c, stop, nil
}

// running is a client, and whether an emulator is there for it.
func (a *app) running(ctx context.Context) (*client.Client, bool) {
	c := a.client()
	_, err := c.Health(ctx)
	var gone *client.UnreachableError
	return c, !errors.As(err, &gone)
}

// awaitFolder waits until the data folder is free, or an emulator runs that takes calls: who holds it
// may be a call like this one, or just starting.
func (a *app) awaitFolder(ctx context.Context, held *daemon.InUseError) (c *client.Client, running bool) {
	a.notice("waiting for " + held.Holder + ", which holds " + held.Folder)
	_ = poll(ctx, func() bool { // what ends ctx ends the next attempt too
		c, running = a.running(ctx)
		return running || !daemon.InUse(held.Folder)
	})
	return c, running
}
