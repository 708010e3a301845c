package process

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
)

// awaitListener makes the child ready, where ports are shared, when the program or a descendant of
// it listens on the port that it was given or on the one that it insists on.
func (c *child) awaitListener() {
	pause := 2 * time.Millisecond
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-timer.C:
		}
		if c.lookForListener() {
			return
		}
		pause = min(pause*3/2, 20*time.Millisecond)
		timer.Reset(pause)
	}
}

// lookForListener first looks whether anybody listens on the ports, which is cheap.
func (c *child) lookForListener() bool {
	wanted := make(map[string]netip.AddrPort)
	for inode, address := range tcpListeners() {
		if port := int(address.Port()); port == c.portGiven || port == c.spec.Port {
			wanted[inode] = address
		}
	}
	if len(wanted) == 0 {
		return false
	}
	owned := c.owned(wanted)
	if len(owned) == 0 {
		return false
	}
	if int(owned[0].Port()) == c.portGiven {
		c.releasePort()
	} else {
		c.insist()
	}
	c.becomeReady(dialable(owned[0]))
	return true
}

// listeners are the addresses on which the tree listens.
func (c *child) listeners() []netip.AddrPort { return c.owned(tcpListeners()) }

// owned picks the listeners, by inode, that a process of the tree has open.
func (c *child) owned(listeners map[string]netip.AddrPort) []netip.AddrPort {
	var found []netip.AddrPort
	for _, pid := range c.processes(0) {
		dir := "/proc/" + strconv.Itoa(pid) + "/fd/"
		for _, name := range names(dir) {
			target, err := os.Readlink(dir + name)
			if err != nil || !strings.HasPrefix(target, "socket:[") {
				continue
			}
			inode := strings.TrimSuffix(strings.TrimPrefix(target, "socket:["), "]")
			if address, ok := listeners[inode]; ok {
				found = append(found, address)
				delete(listeners, inode) // workers share it
			}
		}
	}
	return found
}

// tcpListeners are the listening TCP sockets of this machine by inode.
func tcpListeners() map[string]netip.AddrPort {
	found := make(map[string]netip.AddrPort)
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(table)
		if err != nil {
			continue
		}
		rows := bufio.NewScanner(file)
		for rows.Scan() {
			fields := strings.Fields(rows.Text())
			if len(fields) < 10 || fields[3] != "0A" { // LISTEN
				continue
			}
			if address, ok := parseTableAddress(fields[1]); ok {
				found[fields[9]] = address
			}
		}
		file.Close()
	}
	return found
}

// parseTableAddress reads "0100007F:2328": words in the machine's own byte order, then the port.
func parseTableAddress(text string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(text, ":")
	data, err := hex.DecodeString(host)
	number, portErr := strconv.ParseUint(port, 16, 16)
	if err != nil || portErr != nil {
		return netip.AddrPort{}, false
	}
	for i := 0; i+4 <= len(data); i += 4 {
		binary.NativeEndian.PutUint32(data[i:], binary.BigEndian.Uint32(data[i:]))
	}
	address, ok := netip.AddrFromSlice(data)
	return netip.AddrPortFrom(address.Unmap(), uint16(number)), ok
}

// dialable replaces "all addresses" by a loopback address. Who listens on all IPv6 addresses is
// surely reached by IPv6, unless that is switched off.
func dialable(address netip.AddrPort) netip.AddrPort {
	address = reachable(address)
	if address.Addr() == netip.IPv6Loopback() && !isFree(true, netip.AddrPortFrom(address.Addr(), 0)) {
		return loopback(int(address.Port()))
	}
	return address
}

// portAnswers is not asked on Linux, where the owner of a listener is known.
func portAnswers(int) bool { return false }
