// Package cmd is the command line: one file per verb. A verb parses, calls the emulator's API and
// prints; it holds no rule of Function Compute.
package cmd

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/viper"

	"github.com/fcemu/fcemu/cmd/term"
	"github.com/fcemu/fcemu/emulator/signature"
	"github.com/fcemu/fcemu/runtime/process"
)

var errInterrupted = errors.New("interrupted")

// app is what every verb shares.
type app struct {
	version  string
	term     *term.Terminal
	settings *viper.Viper
	keys     signature.Keys // at least one
	told     sync.Map       // notices
	serves   bool           // others depend on it: a full disk below standard output ends nothing
}

// Main runs the command line and returns the exit code.
func Main(version string, args []string) int {
	if len(args) > 0 && args[0] == process.GuardianCommand {
		return process.GuardianMain()
	}
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM) // before anything that a user may interrupt
	if !signal.Ignored(syscall.SIGHUP) {                  // as under nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	go cancelOnSignal(signals, stop)
	// Writing to a pipe that nobody reads fails, instead of killing an emulator in the midst of its work.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	terminal := term.System()
	a := &app{version: version, term: terminal}
	terminal.OnLoss(func(err error) {
		if !a.serves || errors.Is(err, syscall.EPIPE) {
			stop(err)
		}
	})
	err := newRoot(a, args).ExecuteContext(ctx)
	if err != nil && context.Cause(ctx) == errInterrupted {
		return exitInterrupted
	}
	switch lost := terminal.Lost(); {
	case errors.Is(lost, syscall.EPIPE):
		return exitUnread
	case lost != nil:
		err = lost
	}
	if err != nil && !printed(err) {
		terminal.Notef("%s %s%s\n", terminal.Bad("fcemu:"), terminal.SafeErr(err.Error()), hint(err))
	}
	return exitCode(err)
}

// cancelOnSignal ends the context at the first Ctrl-C, SIGTERM or end of the terminal; a second one ends
// the process.
func cancelOnSignal(signals <-chan os.Signal, stop context.CancelCauseFunc) {
	<-signals
	stop(errInterrupted)
	<-signals
	os.Exit(exitInterrupted)
}

func newRoot(a *app, args []string) *cobra.Command {
	root := &cobra.Command{
		Use:           "fcemu",
		Short:         "Alibaba Cloud Function Compute on your own machine",
		Long:          "fcemu runs Alibaba Cloud Function Compute on your own machine: functions, HTTP triggers,\nasynchronous tasks with delay, retry and destinations. No Docker, no account.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetArgs(args)
	root.SetOut(a.term.Out)
	root.SetErr(a.term.Err)
	root.SetIn(a.term.In)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError("%w; see '%s --help'", err, c.CommandPath())
	})
	flags := root.PersistentFlags()
	flags.String("endpoint", "", "address of the running emulator (default: the nearest .fcemu/address, else 127.0.0.1:3236)")
	flags.String("data-dir", "", "folder of the emulator's state (default: .fcemu beside the s.yaml in use)")
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) (err error) {
		if a.settings, err = loadSettings(c); err != nil {
			return err
		}
		if err := checkFormat(c, a.settings); err != nil {
			return err
		}
		a.keys, err = accessKeys(a.settings)
		return err
	}
	root.AddCommand(
		newStart(a), newStop(a), newStatus(a), newWait(a), newExec(a), newEnv(a),
		newDeploy(a), newInvoke(a), newTask(a), newDestination(a), newClock(a), newLogs(a), newFunction(a), newAlias(a), newLayer(a), newTrigger(a), newDomain(a), newCert(a), newInstance(a), newPs(a),
		newRuntime(a), newVersion(a), newDoctor(a), newFidelity(a),
	)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	checkArguments(root)
	return root
}

// checkArguments makes what cobra says of arguments a usage error that tells the next step, and refuses
// empty ones, which a script makes of a variable that is not set.
func checkArguments(c *cobra.Command) {
	check := c.Args
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) > 0 && args[0] == "" {
			return usageError("the first argument is empty; see '%s --help'", c.CommandPath())
		}
		if check == nil {
			return nil
		}
		if err := check(c, args); err != nil {
			return usageError("%w%s; see '%s --help'", err, alike(c, args), c.CommandPath())
		}
		return nil
	}
	for _, child := range c.Commands() {
		checkArguments(child)
	}
}

// alike names the commands that the first argument may have been meant for.
func alike(c *cobra.Command, args []string) string {
	if len(args) == 0 || !c.HasSubCommands() {
		return ""
	}
	c.SuggestionsMinimumDistance = 2 // letters to change
	if names := c.SuggestionsFor(args[0]); len(names) > 0 {
		return "; did you mean " + strings.Join(names, " or ") + "?"
	}
	return ""
}
