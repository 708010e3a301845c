package process

import (
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Inspector is what a Process can tell besides.
type Inspector interface {
	// Listening are the TCP ports on which the program listens, as it asked for them, with the
	// addresses that it got: for errors about a program that listens elsewhere than it should.
	Listening() []netip.AddrPort
	// Footprint is Memory with pages shared inside and outside the tree counted in part. It is
	// exact and about fifty times slower, so it is for callers near a limit.
	Footprint() int64
	// Environment is the program's, with its port.
	Environment() []string
}

// child is a started program as the emulator sees it.
type child struct {
	id        int64
	spec      Spec
	line      *link
	address   netip.Addr // its own; invalid where ports are shared
	portGiven int        // in the variables of Spec.PortEnv
	host      *child     // Spec.Beside
	private   bool       // it has mounts of its own
	groups    *groups    // nil where programs have none

	// Where ports are shared: the end of the lock on Spec.Port, and the notice of a program that
	// listens on it although another port was offered.
	releasePort, insist func()
	stranger            bool // somebody else had Spec.Port before the start

	started  chan *message
	mounting chan struct{} // holds a token while folders are being mounted
	mounted  chan *message
	ready    chan netip.AddrPort
	done     chan struct{}
	gone     chan struct{} // closed when no descendant is left either

	mu        sync.Mutex
	pid       int
	exit      Exit
	isReady   bool
	listening []netip.AddrPort
	after     []func() // what to do once all is gone
	oomFile   string   // where the kernel counts what it killed for its memory; empty: it bounds none
	kin       []int    // the tree's processes as of kinAt
	kinAt     time.Time
}

func newChild(id int64, spec Spec) *child {
	return &child{
		id:       id,
		spec:     spec,
		started:  make(chan *message, 1),
		mounting: make(chan struct{}, 1),
		mounted:  make(chan *message, 1),
		ready:    make(chan netip.AddrPort, 1),
		done:     make(chan struct{}),
		gone:     make(chan struct{}),
	}
}

func (c *child) tagged() int64 { return tagFor(c.line.tagBase, c.id) }

// startMessage also returns the files that travel with it.
func (c *child) startMessage() (*message, []*os.File) {
	m := &message{
		Kind: askStart,
		ID:   c.id,
		Path: c.spec.Path,
		Args: c.spec.Args,
		Env:  c.Environment(),
		Dir:  c.spec.Dir,
		Tag:  c.tagged(),
	}
	if c.address.IsValid() {
		m.Address, m.Port = c.address.String(), int64(c.spec.Port)
	}
	if c.host != nil {
		m.Beside = c.host.id
		if c.host.address.IsValid() {
			m.Address = c.host.address.String()
		}
	}
	if c.private {
		m.put(c.spec.Mounts)
	}
	if c.spec.Account != nil {
		m.putAccount(c.spec.Account)
	}
	if c.spec.Terminal {
		m.Leads = 1
	}
	var files []*os.File
	for i, file := range []*os.File{c.spec.Stdin, c.spec.Stdout, c.spec.Stderr} {
		if file != nil {
			m.Streams |= hasStdin << i
			files = append(files, file)
		}
	}
	return m, append(files, c.spec.Files...)
}

// Environment is the program's, with the port set.
func (c *child) Environment() []string {
	if c.spec.Port == 0 || len(c.spec.PortEnv) == 0 {
		return c.spec.Env
	}
	names := c.spec.PortEnv
	if c.portGiven != c.spec.Port {
		names = slices.Concat(names, c.spec.PortHints)
	}
	env := slices.DeleteFunc(slices.Clone(c.spec.Env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(names, name)
	})
	for _, name := range names {
		env = append(env, name+"="+strconv.Itoa(c.portGiven))
	}
	return env
}

// watch makes the child ready where that does not come from the guardian.
func (c *child) watch() {
	switch {
	case c.spec.Port == 0:
		c.becomeReady(netip.AddrPort{})
	case !c.address.IsValid():
		go c.awaitListener()
	}
}

func (c *child) setPID(pid int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pid = pid
}

// PID is the process id on the host.
func (c *child) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pid
}

// Ready yields once: the address of the program's listener.
func (c *child) Ready() <-chan netip.AddrPort { return c.ready }

// Done is closed when the program has ended.
func (c *child) Done() <-chan struct{} { return c.done }

// Exit is how the program ended.
func (c *child) Exit() Exit {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.exit
}

// Signal sends sig to the process group, unless the program has ended.
func (c *child) Signal(sig syscall.Signal) {
	_ = c.line.wire.send(&message{Kind: askSignal, ID: c.id, Signal: int64(sig)})
}

// Kill ends the program and its descendants, and returns when they are gone.
func (c *child) Kill() {
	select {
	case <-c.gone:
		return
	default:
	}
	// When the guardian is lost, bury ends the child.
	_ = c.line.wire.send(&message{Kind: askKill, ID: c.id})
	<-c.gone
}

// Limit bounds a program that was started without limits.
func (c *child) Limit(limits Limits) { go c.groups.hold(c, limits) }

// killGroup is for a child whose guardian is lost.
func (c *child) killGroup() {
	select {
	case <-c.done:
	default:
		if pid := c.PID(); pid > 0 && (c.tagged() == 0 || tagOf(pid) == c.tagged()) {
			_ = syscall.Kill(-pid, syscall.SIGKILL)
		}
	}
}

// Listening are the ports on which the program listens.
func (c *child) Listening() []netip.AddrPort {
	if !c.address.IsValid() {
		return c.listeners()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.listening)
}

// listens notes a listener of the program: the port that it asked for, the address that it got.
func (c *child) listens(port int, actual netip.AddrPort) {
	c.mu.Lock()
	asked := netip.AddrPortFrom(actual.Addr(), uint16(port))
	if !slices.Contains(c.listening, asked) {
		c.listening = append(c.listening, asked)
	}
	c.mu.Unlock()
	if port == c.spec.Port {
		c.becomeReady(actual)
	}
}

func (c *child) becomeReady(address netip.AddrPort) {
	c.mu.Lock()
	first := !c.isReady
	c.isReady = true
	c.mu.Unlock()
	if first {
		c.ready <- address
	}
}

// exited happens once; the guardian's loss may come after the guardian's report.
func (c *child) exited(exit Exit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.done:
	default:
		c.exit = exit
		close(c.done)
	}
}

// onGone adds something to do once nothing of the child is left.
func (c *child) onGone(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.after = append(c.after, do)
}

// goneNow happens once.
func (c *child) goneNow() {
	c.mu.Lock()
	select {
	case <-c.gone:
		c.mu.Unlock()
		return
	default:
	}
	close(c.gone)
	after := c.after
	c.after = nil
	c.mu.Unlock()
	for _, do := range after {
		do()
	}
}
