//go:build !linux

package process

import "errors"

var errNoTerminal = errors.New("terminals for programs are emulated on Linux only")

// OpenTerminal fails: on this system there is none.
func OpenTerminal() (*Terminal, error) { return nil, errNoTerminal }

// Resize fails.
func (t *Terminal) Resize(columns, rows uint16) error { return errNoTerminal }
