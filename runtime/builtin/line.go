package builtin

import (
	"fmt"
	"os"
	"syscall"
)

// line is our side of the two pipes to a bootstrap. They are no socket: who sleeps on one until it gets
// something is woken, too, when what it sent is taken, which costs every call a switch of processes.
type line struct {
	calls   *os.File // ours to write
	replies *os.File // ours to read
}

// openLine returns our ends, which the Go scheduler waits on, and those of the child, which block.
func openLine() (ours line, theirs []*os.File, err error) {
	var down, up *os.File
	if down, ours.calls, err = os.Pipe(); err != nil {
		return line{}, nil, fmt.Errorf("no line for an instance: %w", err)
	}
	if ours.replies, up, err = os.Pipe(); err != nil {
		_, _ = down.Close(), ours.calls.Close()
		return line{}, nil, fmt.Errorf("no line for an instance: %w", err)
	}
	theirs = []*os.File{down, up}
	for _, file := range theirs {
		widen(file.Fd())
		_ = syscall.SetNonblock(int(file.Fd()), false)
	}
	return ours, theirs, nil
}

// Close ends the line. The bootstrap ends by itself when it waits for a call.
func (l line) Close() { closeAll(l.calls, l.replies) }

func closeAll(files ...*os.File) {
	for _, file := range files {
		_ = file.Close()
	}
}
