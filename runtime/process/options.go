package process

import (
	"fmt"
	"os"
	"runtime"
)

// The ways of isolation that Options.Isolation names.
const (
	IsolationAuto  = "auto"  // as much as the machine allows
	IsolationPorts = "ports" // every program has an address of its own, or nothing starts
	IsolationNone  = "none"  // programs share the machine's ports
	IsolationFull  = "full"  // every program has an address and paths of its own, or nothing starts
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
	case IsolationPorts, IsolationFull:
		if runtime.GOOS != "linux" {
			return nil, fmt.Errorf("isolation %s needs Linux; use auto or none", o.Isolation)
		}
	default:
		return nil, fmt.Errorf("isolation %q is unknown; use auto, full, ports or none", o.Isolation)
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
