package process

import (
	"errors"
	"net/netip"
	"os"
	"sync"
)

// addresses gives out the loopback addresses 127.7.x.y. Emulators on one machine share them by
// taking whole networks 127.7.x; see holdNetwork.
type addresses struct {
	mu       sync.Mutex
	networks []heldNetwork
	used     map[netip.Addr]bool
	next     int // turn of the next candidate, so that an address rests before it is used again
	closed   bool
}

type heldNetwork struct {
	third   byte
	release func()
}

const hostsPerNetwork = 254

// take returns an address that nobody on this machine uses.
func (a *addresses) take() (netip.Addr, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return netip.Addr{}, errClosed
	}
	if a.used == nil {
		a.used = make(map[netip.Addr]bool)
	}
	if len(a.used) >= len(a.networks)*hostsPerNetwork {
		if err := a.grow(); err != nil {
			return netip.Addr{}, err
		}
	}
	for {
		turn := a.next % (len(a.networks) * hostsPerNetwork)
		a.next++
		third := a.networks[turn/hostsPerNetwork].third
		address := netip.AddrFrom4([4]byte{127, 7, third, byte(turn%hostsPerNetwork) + 1})
		if !a.used[address] {
			a.used[address] = true
			return address, nil
		}
	}
}

// grow takes one more network, beginning the search at a place that depends on the process.
func (a *addresses) grow() error {
	for i := range 256 {
		third := byte(os.Getpid() + i)
		if release := holdNetwork(third); release != nil {
			a.networks = append(a.networks, heldNetwork{third, release})
			return nil
		}
	}
	return errors.New("all loopback addresses 127.7.x.y are in use")
}

func (a *addresses) give(address netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.used, address)
}

func (a *addresses) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	for _, network := range a.networks {
		network.release()
	}
	a.networks = nil
}
