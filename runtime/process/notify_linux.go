package process

import (
	"errors"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// notification is the kernel's struct seccomp_notif.
type notification struct {
	ID     uint64
	Thread uint32
	Flags  uint32
	Call   struct {
		Number int32
		Arch   uint32
		IP     uint64
		Args   [6]uint64
	}
}

// response is the kernel's struct seccomp_notif_resp.
type response struct {
	ID    uint64
	Value int64
	Error int32
	Flags uint32
}

// onOwnThread calls do on an operating-system thread that ends with it, so that do may leave the
// thread in any state.
func onOwnThread(do func()) {
	runtime.LockOSThread() // for good: the thread ends with this goroutine
	if unix.Gettid() != unix.Getpid() {
		do()
		return
	}
	// The main thread never ends. It is held here until another one has been found.
	found := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		close(found)
		do()
	}()
	<-found
	runtime.UnlockOSThread()
}

// networkOf is the network of the instance, or of the one that it runs beside.
func (g *guardian) networkOf(inst *instance, address netip.Addr) *network {
	g.mu.Lock()
	defer g.mu.Unlock()
	if host := g.instances[inst.beside]; host != nil && host.ports != nil {
		inst.ports = host.ports
	} else {
		inst.ports = newNetwork(address)
	}
	return inst.ports
}

// supervisor answers the filtered calls of one instance until no process with the filter is left.
type supervisor struct {
	inst     *instance
	listener *os.File
	network  *network
	trouble  sync.Once
}

func (s *supervisor) serve() {
	defer s.listener.Close()
	conn, err := s.listener.SyscallConn()
	if err != nil {
		return
	}
	// The function returns true to end; false waits for the next event.
	_ = conn.Read(s.drain)
}

// drain takes all waiting notifications; true when no filtered process is left.
func (s *supervisor) drain(listener uintptr) bool {
	for {
		poll := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		n, err := unix.Poll(poll, 0)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return true
		case n > 0 && poll[0].Revents&unix.POLLIN != 0:
			notice := new(notification) // the kernel wants it zeroed
			// ENOENT: the caller was killed meanwhile.
			if ioctl(listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(notice)) == 0 {
				s.dispatch(notice)
			}
		case n > 0 && poll[0].Revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0:
			return true
		default:
			return false
		}
	}
}

// dispatch answers one call. Only a connect to the instance itself may block, on a full backlog.
func (s *supervisor) dispatch(n *notification) {
	switch n.Call.Number {
	case unix.SYS_BIND:
		s.answer(n, s.bind(n))
	case unix.SYS_LISTEN:
		s.answer(n, s.listen(n))
	case unix.SYS_CONNECT:
		if to, ok := s.connectsToItself(n); ok {
			go func() { s.answer(n, s.connect(n, to)) }()
			return
		}
		s.answer(n, pass)
	default:
		s.answer(n, pass)
	}
}

// verdict is the outcome of a call: an errno, 0 for success, or pass.
type verdict int32

// pass lets the kernel do the call as the program made it.
const pass verdict = -1

func (s *supervisor) answer(n *notification, v verdict) {
	r := response{ID: n.ID}
	if v == pass {
		r.Flags = unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE
	} else {
		r.Error = -int32(v)
	}
	conn, err := s.listener.SyscallConn()
	if err != nil {
		return
	}
	// ENOENT: the caller was killed meanwhile.
	_ = conn.Control(func(listener uintptr) {
		_ = ioctl(listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r))
	})
}

// stillWaiting is false when the caller was killed, so that its thread id may be another's by now.
func (s *supervisor) stillWaiting(n *notification) bool {
	valid := false
	conn, err := s.listener.SyscallConn()
	if err != nil {
		return false
	}
	_ = conn.Control(func(listener uintptr) {
		valid = ioctl(listener, unix.SECCOMP_IOCTL_NOTIF_ID_VALID, unsafe.Pointer(&n.ID)) == 0
	})
	return valid
}

func ioctl(descriptor, request uintptr, argument unsafe.Pointer) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, descriptor, request, uintptr(argument))
	return errno
}
