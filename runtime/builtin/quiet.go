package builtin

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// ear looks whether the bootstrap has said something that nobody has asked for.
type ear struct {
	raw   syscall.RawConn
	look  func(descriptor uintptr)
	asked [1]unix.PollFd
	heard bool
}

func newEar(line *os.File) *ear {
	e := &ear{}
	e.look = func(descriptor uintptr) {
		e.asked[0] = unix.PollFd{Fd: int32(descriptor), Events: unix.POLLIN}
		n, err := unix.Poll(e.asked[:], 0)
		e.heard = err == nil && n > 0
	}
	raw, err := line.SyscallConn()
	if err == nil {
		e.raw = raw
	}
	return e
}

// Quiet tells whether the line is silent, as it is between calls.
func (s *session) Quiet() bool {
	if s.ear.raw == nil || s.ear.raw.Control(s.ear.look) != nil {
		return true // the line is closed: the call will tell
	}
	return !s.ear.heard
}
