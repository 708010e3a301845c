package process

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// filterThread puts a seccomp filter on the calling thread, which must be locked and never be
// unlocked. bind, listen and connect of every program that the thread starts, and of its
// descendants, then wait for an answer from the reader of the returned file.
func filterThread() (*os.File, error) {
	if auditArch == 0 {
		return nil, errors.New("this kind of processor is not supported")
	}
	listener, err := setFilter(program())
	if errors.Is(err, unix.EACCES) {
		// An ordinary user must give up setuid programs first. Root need not.
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return nil, fmt.Errorf("no_new_privs: %w", err)
		}
		listener, err = setFilter(program())
	}
	if err != nil {
		return nil, fmt.Errorf("seccomp notification: %w", err)
	}
	// Linux 6.6 and later: wake the guardian on the program's own processor, which is faster.
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(listener),
		unix.SECCOMP_IOCTL_NOTIF_SET_FLAGS, unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
	if err := unix.SetNonblock(listener, true); err != nil { // lets Go's poller wait for it
		unix.Close(listener)
		return nil, err
	}
	return os.NewFile(uintptr(listener), "seccomp"), nil
}

// program lets everything pass but the three calls. Other system call tables than the native one
// pass too.
func program() []unix.SockFilter {
	const (
		load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		end   = unix.BPF_RET | unix.BPF_K
	)
	return []unix.SockFilter{
		{Code: load, K: 4}, // seccomp_data.arch
		{Code: equal, K: auditArch, Jf: 4},
		{Code: load, K: 0}, // seccomp_data.nr
		{Code: equal, K: unix.SYS_BIND, Jt: 3},
		{Code: equal, K: unix.SYS_LISTEN, Jt: 2},
		{Code: equal, K: unix.SYS_CONNECT, Jt: 1},
		{Code: end, K: unix.SECCOMP_RET_ALLOW},
		{Code: end, K: unix.SECCOMP_RET_USER_NOTIF},
	}
}

func setFilter(filter []unix.SockFilter) (int, error) {
	// Signals must not interrupt a call that the guardian has already begun to serve: it would be
	// done twice. Linux before 5.19 cannot promise that.
	listener, err := seccomp(filter, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
	if errors.Is(err, unix.EINVAL) {
		listener, err = seccomp(filter, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER)
	}
	return listener, err
}

func seccomp(filter []unix.SockFilter, flags uintptr) (int, error) {
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	listener, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags,
		uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(filter)
	if errno != 0 {
		return -1, errno
	}
	return int(listener), nil
}
