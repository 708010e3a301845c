package builtin

import "golang.org/x/sys/unix"

const pipeRoom = 128 << 10 // bytes: most calls fit, so that neither side waits for the other in the midst of one

// widen gives a pipe more room than 64 KiB. The kernel may refuse it to an ordinary user who has hundreds.
func widen(pipe uintptr) { _, _ = unix.FcntlInt(pipe, unix.F_SETPIPE_SZ, pipeRoom) }
