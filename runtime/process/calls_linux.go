package process

import (
	"errors"
	"net/netip"

	"golang.org/x/sys/unix"
)

// bind serves a program's bind: on our duplicate of its socket, with our own copy of the address,
// so that nothing the program does meanwhile matters.
func (s *supervisor) bind(n *notification) verdict {
	asked, ok := readAddress(n)
	if !ok || asked.Port() == 0 || !isLocal(asked.Addr()) {
		return pass
	}
	sock, ok := s.borrow(n)
	if !ok {
		return pass
	}
	defer sock.close()
	wrongFamily := asked.Addr().Is6() != sock.v6
	if wrongFamily || sock.v6only && asked.Addr().Is4In6() {
		return pass // the kernel has the right error
	}
	return outcome(s.network.bind(&sock, asked))
}

// listen serves a program's listen, and so knows that this instance, and nobody else, listens now.
func (s *supervisor) listen(n *notification) verdict {
	sock, ok := s.borrow(n)
	if !ok || sock.udp {
		if ok {
			sock.close()
		}
		return pass
	}
	defer sock.close()
	if err := unix.Listen(sock.fd, int(int32(n.Call.Args[1]))); err != nil {
		return outcome(err)
	}
	actual := sock.name()
	if !actual.IsValid() {
		return 0
	}
	port := s.network.listening(&sock, actual)
	s.inst.tell(&message{Kind: tellListen, ID: s.inst.id, Port: int64(port), Address: reachable(actual).String()})
	return 0
}

// reachable replaces "all addresses" by loopback.
func reachable(address netip.AddrPort) netip.AddrPort {
	switch {
	case !address.Addr().IsUnspecified():
		return address
	case address.Addr().Is4():
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), address.Port())
	}
	return netip.AddrPortFrom(netip.IPv6Loopback(), address.Port())
}

// connectsToItself tells whether a connect may be to a port of the instance.
func (s *supervisor) connectsToItself(n *notification) (netip.AddrPort, bool) {
	to, ok := readAddress(n)
	return to, ok && isLocal(to.Addr()) && s.network.has(to)
}

// connect serves a program's connect to a port of its own instance.
func (s *supervisor) connect(n *notification, to netip.AddrPort) verdict {
	sock, ok := s.borrow(n)
	if !ok {
		return pass
	}
	defer sock.close()
	actual, ok := s.network.route(&sock, to)
	if !ok || actual.Addr().Is6() && !sock.v6 || actual.Addr().Is4() && sock.v6only {
		return pass
	}
	return outcome(unix.Connect(sock.fd, sock.sockaddr(actual)))
}

// borrow duplicates the socket of a call that still waits.
func (s *supervisor) borrow(n *notification) (socket, bool) {
	sock, err := borrow(n)
	if errors.Is(err, unix.EPERM) {
		s.trouble.Do(func() {
			s.inst.tell(&message{Kind: tellTrouble, ID: s.inst.id, Text: "a program forbids others to look into it, " +
				"so it gets the machine's own ports instead of an address of its own"})
		})
	}
	if err != nil {
		return sock, false
	}
	if !s.stillWaiting(n) {
		sock.close()
		return sock, false
	}
	return sock, true
}

func outcome(err error) verdict {
	var number unix.Errno
	switch {
	case err == nil:
		return 0
	case errors.As(err, &number):
		return verdict(number)
	}
	return verdict(unix.EIO)
}
