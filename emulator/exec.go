package emulator

import "time"

// Exec is a command to run inside a running instance. Source: InstanceExec.
type Exec struct {
	Command []string // program and arguments
	Stdin   bool     // the client sends input; else there is none
	Stdout  bool     // the client wants the output
	Stderr  bool
	TTY     bool // on a terminal, where all output is one stream
	// IdleTimeout is how long nothing may go in or out until the command is ended.
	IdleTimeout time.Duration
}

// InstanceNotFound refuses an instance that does not run, or not for this function.
// No source names FC's code for it.
func InstanceNotFound(name Name, instance string) *Error {
	return Refuse(404, "InstanceNotFound", "instance '%s' of function '%s' does not exist", instance, name)
}
