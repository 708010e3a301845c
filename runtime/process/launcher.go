package process

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// Warmer is a Launcher that can get ready ahead of its first Start.
type Warmer interface {
	// Warm starts the guardian and finds out what this machine allows.
	Warm(ctx context.Context) error
}

// Privater is a Launcher that can give programs paths of their own.
type Privater interface {
	// Private tells whether Spec.Mounts have an effect on this machine.
	Private(ctx context.Context) bool
}

var errHostGone = errors.New("the program that another one was to run beside has ended")

var errClosed = errors.New("the launcher of processes is closed")

// launcher is the emulator's side: it keeps one guardian, and gives out addresses and ports.
type launcher struct {
	options   Options
	record    *record
	addresses addresses
	locks     *portLocks
	opening   chan struct{} // holds a token while a guardian is being started

	mu     sync.Mutex
	line   *link   // the guardian at hand, nil before the first
	nextID int64   // of an instance
	tried  bool    // whether the next three are known
	view   view    // of the guardians
	groups *groups // nil where programs have none
	reason string  // why programs cannot have addresses; empty: they can
	paths  string  // why programs cannot have paths of their own; empty: they can
	closed bool
}

// Warm starts the guardian and finds out what this machine allows.
func (l *launcher) Warm(ctx context.Context) error {
	_, err := l.guardian(ctx)
	return err
}

// guardian returns the one at hand, or a fresh one when it died.
func (l *launcher) guardian(ctx context.Context) (*link, error) {
	if line, err := l.atHand(); line != nil || err != nil {
		return line, err
	}
	select {
	case l.opening <- struct{}{}:
		defer func() { <-l.opening }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if line, err := l.atHand(); line != nil || err != nil {
		return line, err
	}
	line, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	l.record.guardian(line.tagBase)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		line.close()
		return nil, errClosed
	}
	l.line = line
	return line, nil
}

// atHand returns the guardian unless there is none that lives.
func (l *launcher) atHand() (*link, error) {
	l.mu.Lock()
	line, closed := l.line, l.closed
	l.mu.Unlock()
	if closed {
		return nil, errClosed
	}
	if line != nil && line.broken() {
		l.options.Log("the guardian of processes has died; a fresh one takes over")
		return nil, nil
	}
	return line, nil
}

// Start starts a program. ctx bounds the start alone; the program lives on.
func (l *launcher) Start(ctx context.Context, spec Spec) (Process, error) {
	if len(spec.Files) > maxDescriptors-3 {
		return nil, fmt.Errorf("a program can inherit %d descriptors at most", maxDescriptors-3)
	}
	line, err := l.guardian(ctx)
	if err != nil {
		return nil, err
	}
	c := l.newChild(spec)
	c.line = line
	c.private = spec.Mounts != nil && line.view.mode != ""
	if spec.Beside != nil {
		host, ok := spec.Beside.(*child)
		if !ok || host.line != line {
			return nil, errHostGone
		}
		c.host = host
	}
	if err := l.place(ctx, c); err != nil {
		return nil, err
	}
	if err := line.start(ctx, c); err != nil {
		return nil, describeStart(spec, c.private || c.host != nil && c.host.private, err)
	}
	c.groups = l.limits()
	go c.groups.hold(c, c.spec.Limits)
	if c.tagged() == 0 {
		l.record.child(c.PID())
	}
	c.watch()
	return c, nil
}

func (l *launcher) newChild(spec Spec) *child {
	l.mu.Lock()
	l.nextID++
	id := l.nextID
	l.mu.Unlock()
	return newChild(id, spec)
}

// place gives the program an address of its own or, where that cannot be, a free port.
func (l *launcher) place(ctx context.Context, c *child) error {
	if c.spec.Port == 0 {
		return nil
	}
	l.mu.Lock()
	shared := l.reason != ""
	l.mu.Unlock()
	if !shared {
		address, err := l.addresses.take()
		if err != nil {
			return err
		}
		c.address, c.portGiven = address, c.spec.Port
		c.onGone(func() { l.addresses.give(address) })
		return nil
	}
	release, err := l.locks.acquire(ctx, c.spec.Port)
	if err != nil {
		return err
	}
	c.releasePort = release
	c.insist = func() { l.locks.insists(c.spec.Port, l.options.Notice) }
	c.onGone(release)
	c.stranger = portAnswers(c.spec.Port)
	c.portGiven, err = freePort()
	if err != nil {
		c.goneNow()
	}
	return err
}

// describeStart says in words why a program did not start.
func describeStart(spec Spec, private bool, err error) error {
	if private { // its paths cannot be looked at from here
		return fmt.Errorf("%s does not start, in the folder %s: %w", spec.Path, spec.Dir, err)
	}
	if errors.Is(err, syscall.ENOENT) {
		if info, statErr := os.Stat(spec.Dir); spec.Dir != "" && (statErr != nil || !info.IsDir()) {
			return fmt.Errorf("the working directory %s does not exist: %w", spec.Dir, err)
		}
		if _, statErr := os.Stat(spec.Path); statErr == nil {
			return fmt.Errorf("%s needs an interpreter or a loader that is not there: %w", spec.Path, err)
		}
	}
	return fmt.Errorf("%s does not start: %w", spec.Path, err)
}

// Capabilities finds out what this machine allows, if that is not yet known.
func (l *launcher) Capabilities() Capabilities {
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	line, err := l.guardian(ctx)
	l.mu.Lock()
	tried, reason, paths, groups := l.tried, l.reason, l.paths, l.groups
	l.mu.Unlock()
	if err != nil && !tried {
		reason, paths = err.Error(), err.Error()
	}
	c := capabilities(reason, paths, line != nil && line.tagBase != 0)
	c.Limit, c.CPU = groups.lack(), groups.lackCPU()
	return c
}

func (l *launcher) limits() *groups {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.groups
}

// Private tells whether programs have paths of their own here; see Mounts.
func (l *launcher) Private(ctx context.Context) bool {
	_, err := l.guardian(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	return err == nil && l.paths == ""
}

// Close ends everything that was started and returns when it is gone.
func (l *launcher) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.opening <- struct{}{} // a guardian that is being started sees closed
	defer func() { <-l.opening }()
	l.mu.Lock()
	line := l.line
	l.mu.Unlock()
	if line != nil {
		line.close()
	}
	l.addresses.close()
	l.record.close()
	l.limits().close()
	return nil
}

// freePort asks the system for a TCP port that nobody has.
func freePort() (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	defer syscall.Close(fd)
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, os.NewSyscallError("bind", err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	address, ok := name.(*syscall.SockaddrInet4)
	if !ok {
		return 0, errors.New("a socket has an address of another family than its own")
	}
	return address.Port, nil
}

// startTimeout bounds the guardian's answer to a start whose context has no end.
const startTimeout = 30 * time.Second

// loopback is where programs without an address of their own are found.
func loopback(port int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
}
