package process

import (
	"errors"
	"net/netip"
	"sync"

	"golang.org/x/sys/unix"
)

// place is a port as the program sees it.
type place struct {
	udp  bool
	v6   bool
	port uint16
}

// network knows which ports an instance has, as it asked for them and as they are.
type network struct {
	address netip.Addr // the instance's own

	mu     sync.Mutex
	bound  map[place]netip.AddrPort
	open   map[place]netip.AddrPort  // listening TCP, bound UDP
	origin map[netip.AddrPort]uint16 // TCP: the port that was asked for
}

func newNetwork(address netip.Addr) *network {
	return &network{
		address: address,
		bound:   make(map[place]netip.AddrPort),
		open:    make(map[place]netip.AddrPort),
		origin:  make(map[netip.AddrPort]uint16),
	}
}

// isLocal tells the addresses that stand for "all of this machine" or "this machine", which is
// what the instance's own address replaces.
func isLocal(address netip.Addr) bool {
	address = address.Unmap()
	return address.IsUnspecified() || address == netip.IPv6Loopback() || address == netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// places are the ports that a socket takes when it is bound to asked.
func places(s *socket, asked netip.AddrPort) []place {
	v4 := place{udp: s.udp, port: asked.Port()}
	v6 := place{udp: s.udp, v6: true, port: asked.Port()}
	switch address := asked.Addr(); {
	case address.Unmap().Is4():
		return []place{v4}
	case s.v6only || !address.IsUnspecified():
		return []place{v6}
	}
	return []place{v4, v6}
}

// bind binds the socket to the instance's own address in place of asked, or to a free port there
// when the port is taken or forbidden.
func (w *network) bind(s *socket, asked netip.AddrPort) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := places(s, asked)
	target := netip.AddrPortFrom(w.address, asked.Port())
	if s.v6only {
		// There is one IPv6 loopback address only, so the port must differ.
		target = netip.AddrPortFrom(netip.IPv6Loopback(), 0)
	}
	earlier, again := w.bound[taken[0]]
	if again && earlier.Port() != asked.Port() {
		target = earlier
	}
	err := s.bind(target)
	elsewhere := errors.Is(err, unix.EACCES) || errors.Is(err, unix.EADDRINUSE) && !again
	if elsewhere && target.Port() != 0 {
		err = s.bind(netip.AddrPortFrom(target.Addr(), 0))
	}
	if err != nil {
		return err
	}
	actual := s.name()
	for _, place := range taken {
		w.bound[place] = actual
		if s.udp {
			w.open[place] = actual
		}
	}
	if !s.udp {
		w.origin[actual] = asked.Port()
	}
	return nil
}

// listening notes that a TCP socket listens, and returns the port that was asked for.
func (w *network) listening(s *socket, actual netip.AddrPort) uint16 {
	w.mu.Lock()
	defer w.mu.Unlock()
	port, ours := w.origin[actual]
	if !ours {
		return actual.Port()
	}
	for place, address := range w.bound {
		if !place.udp && address == actual {
			w.open[place] = actual
		}
	}
	return port
}

// has tells quickly whether the instance might have the port.
func (w *network) has(to netip.AddrPort) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	v6 := to.Addr().Is6() && !to.Addr().Is4In6()
	_, tcp := w.open[place{v6: v6, port: to.Port()}]
	_, udp := w.open[place{udp: true, v6: v6, port: to.Port()}]
	return tcp || udp
}

// route returns where the instance's own port is, as long as it is open.
func (w *network) route(s *socket, to netip.AddrPort) (netip.AddrPort, bool) {
	key := place{udp: s.udp, v6: to.Addr().Is6() && !to.Addr().Is4In6(), port: to.Port()}
	w.mu.Lock()
	defer w.mu.Unlock()
	actual, ok := w.open[key]
	if !ok {
		return actual, false
	}
	if isFree(s.udp, actual) {
		delete(w.open, key)
		return actual, false
	}
	return actual, true
}

// isFree tries whether a port could be bound, so that nobody has it any more.
func isFree(udp bool, address netip.AddrPort) bool {
	kind := unix.SOCK_STREAM
	if udp {
		kind = unix.SOCK_DGRAM
	}
	family := unix.AF_INET
	if address.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	probe := socket{fd: fd, udp: udp, v6: family == unix.AF_INET6}
	defer probe.close()
	if !udp { // connections that are being closed do not count
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	return probe.bind(address) == nil
}
