package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

// Exit codes, as docs/cli.md lists them.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitFunction    = 3
	exitTimeout     = 4
	exitNotFound    = 5
	exitLimit       = 6
	exitUnreachable = 7
	exitConflict    = 8
	exitWait        = 124
	exitInterrupted = 130
	exitUnread      = 141 // as of a program that SIGPIPE ended
)

// exitError ends the program with a code; err may be nil where everything was printed already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageError is for what the user wrote wrongly.
func usageError(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// exitCode maps an error to the contract's exit code.
func exitCode(err error) int {
	var exit *exitError
	var refusal *emulator.Error
	var unreachable *client.UnreachableError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, context.Canceled), errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.As(err, &unreachable):
		return exitUnreachable
	case errors.As(err, &refusal):
		return refusalCode(refusal)
	}
	return exitFailure
}

func refusalCode(refusal *emulator.Error) int {
	switch {
	case refusal.Code == "EntityTooLarge", refusal.Status == 429:
		return exitLimit
	case refusal.Status == 404:
		return exitNotFound
	case refusal.Status == 409:
		return exitConflict
	case refusal.Status == 412:
		return exitFunction
	case refusal.Status == 400:
		return exitUsage
	}
	return exitFailure
}

// hint is the next thing to try where Function Compute's own error does not say it.
func hint(err error) string {
	var refusal *emulator.Error
	if !errors.As(err, &refusal) || !strings.HasSuffix(err.Error(), refusal.Error()) {
		return ""
	}
	switch refusal.Code {
	case "ServiceNotFound", "FunctionNotFound":
		return "; 'fcemu function list' shows those that are deployed"
	case "AliasNotFound":
		return "; 'fcemu alias list' shows those that there are"
	case "VersionNotFound":
		return "; 'fcemu version list' shows those that there are"
	case "TriggerNotFound":
		return "; 'fcemu trigger list' shows those that there are"
	case "AsyncTaskNotFound":
		return "; 'fcemu task list' shows those that are kept"
	case "StatefulAsyncInvocationAlreadyExists":
		return "; an id is used once in seven days, choose another"
	}
	return ""
}

// printed tells whether the error has been shown to the user already.
func printed(err error) bool {
	var exit *exitError
	return errors.As(err, &exit) && exit.err == nil
}
