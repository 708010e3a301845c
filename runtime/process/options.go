package process

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

// The ways of isolation that Options.Isolation names.
const (
	IsolationAuto  = "auto"  // ports where the machine allows it, else none
	IsolationPorts = "ports" // every program has an address of its own, or nothing starts
	IsolationNone  = "none"  // programs share the machine's ports
	IsolationFull  = "full"  // paths, ports and memory; not there yet
)

// Options of a Launcher. The zero value works.
type Options struct {
	Isolation string            // one of the words above; empty is auto
	Log       func(text string) // what a developer of fcemu may want to know
	Notice    func(text string) // what the user should be told, once each
	// StateDir is a folder for a record of what was started, by which the next Launcher with the
	// same folder ends what an emulator and a guardian that were killed together left behind.
	// Empty: no record.
	StateDir string
	// Executable is a program whose main function calls GuardianMain when its first argument is
	// GuardianCommand. Empty: the running one.
	Executable string
}

// New returns a Launcher. It starts nothing but ends what a killed emulator has left behind; the
// guardian starts with the first program, or with Warm.
func New(o Options) (Launcher, error) {
	switch o.Isolation {
	case "":
		o.Isolation = IsolationAuto
	case IsolationAuto, IsolationNone:
	case IsolationPorts:
		if runtime.GOOS != "linux" {
			return nil, errors.New("isolation ports needs Linux; use auto or none")
		}
	case IsolationFull:
		return nil, errors.New("isolation full is not available yet; use auto, ports or none")
	default:
		return nil, fmt.Errorf("isolation %q is unknown; use auto, ports or none", o.Isolation)
	}
	if o.Executable == "" {
		path, err := ownExecutable()
		if err != nil {
			return nil, err
		}
		o.Executable = path
	}
	if o.Log == nil {
		o.Log = func(string) {}
	}
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	l := &launcher{
		options: o,
		record:  openRecord(o.StateDir, o.Log),
		locks:   newPortLocks(),
		opening: make(chan struct{}, 1),
	}
	return l, nil
}

func ownExecutable() (string, error) {
	if selfExecutable != "" {
		if _, err := os.Stat(selfExecutable); err == nil {
			return selfExecutable, nil
		}
	}
	return os.Executable()
}
