package process

import "os"

// Terminal is a pseudo-terminal. Programs get the Program side; what they write is read from the
// Terminal, and what is written to it they read. A read fails with syscall.EIO when no program
// holds the Program side any more.
type Terminal struct {
	*os.File          // our side
	Program  *os.File // for Spec.Stdin, Stdout and Stderr; to be closed after the start
}
