package process

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// selfExecutable runs this very binary, even if its file was replaced or removed since.
const selfExecutable = "/proc/self/exe"

// adoptOrphans makes the calling process the parent of descendants whose own parent ended.
func adoptOrphans() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// waitChild waits for any child to end, calls before while its number is still its own, and reaps it.
func waitChild(before func(pid int)) (int, syscall.WaitStatus, syscall.Rusage, error) {
	var status syscall.WaitStatus
	var usage syscall.Rusage
	var info unix.Siginfo
	err := unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOWAIT, nil)
	if err != nil {
		return 0, status, usage, err
	}
	pid := siginfoPID(&info)
	before(pid)
	_, err = syscall.Wait4(pid, &status, 0, &usage)
	for err == syscall.EINTR {
		_, err = syscall.Wait4(pid, &status, 0, &usage)
	}
	return pid, status, usage, nil
}

// siginfoPID reads si_pid: it is the first of the fields that follow the three numbers, aligned as
// a pointer is.
func siginfoPID(info *unix.Siginfo) int {
	const numbers = 3 * unsafe.Sizeof(int32(0))
	const align = unsafe.Sizeof(uintptr(0))
	const offset = (numbers + align - 1) / align * align
	return int(*(*int32)(unsafe.Add(unsafe.Pointer(info), offset)))
}

// maxRSS is in bytes.
func maxRSS(usage syscall.Rusage) int64 { return int64(usage.Maxrss) << 10 }

// holdNetwork reserves the addresses 127.7.third.* among the emulators of this machine, or returns
// nil. The reservation is a name in the kernel's own name space of sockets: it has the extent of
// the loopback interface, all users share it, and it ends with its holder.
func holdNetwork(third byte) (release func()) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	name := "@fcemu/127.7." + strconv.Itoa(int(third))
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: name}); err != nil {
		unix.Close(fd)
		return nil
	}
	return func() { unix.Close(fd) }
}

// bootID changes with every start of the machine.
func bootID() string {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(text))
}

const ownershipText = ""

func deathText(tagged bool) string {
	if tagged {
		return ""
	}
	return "a program that leaves its process group may live on until the emulator ends"
}
