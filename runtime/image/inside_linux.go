package image

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// openInside opens a path as a program would whose root is the folder: symbolic links, also absolute
// ones, and ".." lead nowhere else.
func openInside(root *os.File, name string, flags int) (*os.File, error) {
	how := unix.OpenHow{Flags: uint64(flags) | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS}
	for {
		fd, err := unix.Openat2(int(root.Fd()), name, &how)
		if err == nil {
			return os.NewFile(uintptr(fd), name), nil
		}
		if err != unix.EAGAIN && err != unix.EINTR { // somebody renamed something on the way
			return nil, &os.PathError{Op: "open", Path: name, Err: err}
		}
	}
}

const onlyPath = unix.O_PATH | unix.O_DIRECTORY

// dieWithUs has a command end when the thread that starts it does, also by a kill.
func dieWithUs(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
