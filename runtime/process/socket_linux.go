package process

import (
	"encoding/binary"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// socket is our duplicate of a program's TCP or UDP socket.
type socket struct {
	fd     int
	udp    bool
	v6     bool // of the IPv6 family
	v6only bool
}

// borrow duplicates the socket that is the call's first argument. The duplicate must be closed
// before the call is answered, or the program's own close would do nothing. unix.EPERM: the
// program has forbidden it.
func borrow(n *notification) (socket, error) {
	process, err := openProcess(int(n.Thread))
	if err != nil {
		return socket{}, err
	}
	defer unix.Close(process)
	fd, err := unix.PidfdGetfd(process, int(int32(n.Call.Args[0])), 0)
	if err != nil {
		return socket{}, err
	}
	s := socket{fd: fd}
	if !s.inspect() {
		s.close()
		return socket{}, unix.EOPNOTSUPP
	}
	return s, nil
}

// inspect is false for sockets other than TCP and UDP.
func (s *socket) inspect() bool {
	domain, err := unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil || domain != unix.AF_INET && domain != unix.AF_INET6 {
		return false
	}
	kind, err := unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil || kind != unix.SOCK_STREAM && kind != unix.SOCK_DGRAM {
		return false
	}
	s.udp = kind == unix.SOCK_DGRAM
	s.v6 = domain == unix.AF_INET6
	if s.v6 {
		only, err := unix.GetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY)
		s.v6only = err == nil && only != 0
	}
	return true
}

func (s *socket) close() { unix.Close(s.fd) }

// openProcess returns a pidfd for the process of a thread.
func openProcess(thread int) (int, error) {
	const ofThread = unix.O_EXCL // PIDFD_THREAD, Linux 6.9
	if fd, err := unix.PidfdOpen(thread, ofThread); err == nil {
		return fd, nil
	}
	if fd, err := unix.PidfdOpen(thread, 0); err == nil {
		return fd, nil
	}
	leader, err := threadGroup(thread)
	if err != nil {
		return -1, err
	}
	return unix.PidfdOpen(leader, 0)
}

func threadGroup(thread int) (int, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(thread) + "/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "\nTgid:")
	line, _, _ := strings.Cut(rest, "\n")
	return strconv.Atoi(strings.TrimSpace(line))
}

// readAddress copies the socket address that is the call's second and third argument; false for
// other families than IPv4 and IPv6, and for what cannot be read.
func readAddress(n *notification) (netip.AddrPort, bool) {
	data := make([]byte, unix.SizeofSockaddrInet6)
	const storage = 128 // bytes of struct sockaddr_storage, the most that the kernel takes
	size := int(int32(n.Call.Args[2]))
	if size < unix.SizeofSockaddrInet4 || size > storage {
		return netip.AddrPort{}, false
	}
	size = min(size, len(data))
	local := []unix.Iovec{{Base: &data[0]}}
	local[0].SetLen(size)
	remote := []unix.RemoteIovec{{Base: uintptr(n.Call.Args[1]), Len: size}}
	got, err := unix.ProcessVMReadv(int(n.Thread), local, remote, 0)
	if err != nil || got != size {
		return netip.AddrPort{}, false
	}
	port := binary.BigEndian.Uint16(data[2:])
	switch family := binary.NativeEndian.Uint16(data); {
	case family == unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(data[4:8])), port), true
	case family == unix.AF_INET6 && size >= unix.SizeofSockaddrInet6-4: // the scope may be missing
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(data[8:24])), port), true
	}
	return netip.AddrPort{}, false
}

// sockaddr is the address in the socket's own family.
func (s *socket) sockaddr(address netip.AddrPort) unix.Sockaddr {
	if s.v6 {
		return &unix.SockaddrInet6{Port: int(address.Port()), Addr: address.Addr().As16()}
	}
	return &unix.SockaddrInet4{Port: int(address.Port()), Addr: address.Addr().Unmap().As4()}
}

func (s *socket) bind(address netip.AddrPort) error {
	err := unix.Bind(s.fd, s.sockaddr(address))
	// A call that a signal interrupted comes twice on Linux before 5.19.
	if err == unix.EINVAL && address.Port() != 0 && s.name() == address {
		return nil
	}
	return err
}

// name is the socket's own address, invalid when it has none.
func (s *socket) name() netip.AddrPort {
	name, err := unix.Getsockname(s.fd)
	if err != nil {
		return netip.AddrPort{}
	}
	switch name := name.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(name.Addr), uint16(name.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(name.Addr).Unmap(), uint16(name.Port))
	}
	return netip.AddrPort{}
}
