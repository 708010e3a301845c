package process

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// OpenTerminal makes a pseudo-terminal of 80 columns and 24 rows.
func OpenTerminal() (*Terminal, error) {
	const flags = unix.O_RDWR | unix.O_NOCTTY | unix.O_CLOEXEC
	fd, err := unix.Open("/dev/ptmx", flags|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: "/dev/ptmx", Err: err}
	}
	t := &Terminal{File: os.NewFile(uintptr(fd), "/dev/ptmx")}
	if t.Program, err = openProgramSide(fd, flags); err == nil {
		err = t.Resize(80, 24)
	}
	if err != nil {
		t.Close()
		if t.Program != nil {
			t.Program.Close()
		}
		return nil, err
	}
	return t, nil
}

func openProgramSide(fd, flags int) (*os.File, error) {
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, os.NewSyscallError("TIOCSPTLCK", err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, os.NewSyscallError("TIOCGPTN", err)
	}
	name := "/dev/pts/" + strconv.Itoa(number)
	// This way it is the right one even if another /dev/pts is mounted here; from Linux 4.13.
	if peer, _, failed := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCGPTPEER, uintptr(flags)); failed == 0 {
		return os.NewFile(peer, name), nil
	}
	return os.OpenFile(name, flags, 0)
}

// Resize sets the size in characters, and tells the program that is in the foreground.
func (t *Terminal) Resize(columns, rows uint16) error {
	raw, err := t.SyscallConn()
	if err != nil {
		return err
	}
	size := unix.Winsize{Col: columns, Row: rows}
	failed := raw.Control(func(fd uintptr) { err = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &size) })
	if failed != nil {
		return failed
	}
	return err
}
