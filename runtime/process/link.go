package process

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// link is the emulator's end of the line to one guardian, with the programs that it started.
type link struct {
	wire    *wire
	process *os.Process
	view    view
	tagBase int64 // shared by the tags of all its instances; 0 = no tags here
	notice  func(string)
	tier    chan *message // the answer to askTier
	cut     chan struct{} // closed when the line is broken
	ended   chan struct{} // closed when nothing of the guardian is left

	mu       sync.Mutex
	children map[int64]*child // until they are gone
}

var errGuardianLost = errors.New("the guardian of processes has died")

// openLink starts a guardian, in a process group of its own so that Ctrl-C does not reach it.
func openLink(executable string, view view, notice func(string)) (*link, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		ours.Close()
		return nil, err
	}
	defer null.Close()
	wire, err := newWire(ours)
	if err != nil {
		return nil, err
	}
	stderr := os.Stderr // for the Go runtime's last words
	if _, err := stderr.Stat(); err != nil {
		stderr = null
	}
	process, err := os.StartProcess(executable, append([]string{filepath.Base(os.Args[0]), GuardianCommand}, view.args()...), &os.ProcAttr{
		Dir:   "/",
		Files: []*os.File{null, null, stderr, theirs},
		Sys:   view.attributes(),
	})
	if err != nil {
		wire.close()
		return nil, err
	}
	l := &link{
		wire:     wire,
		process:  process,
		view:     view,
		tagBase:  newTagBase(),
		notice:   notice,
		tier:     make(chan *message, 1),
		cut:      make(chan struct{}),
		ended:    make(chan struct{}),
		children: make(map[int64]*child),
	}
	go l.read()
	return l, nil
}

func (l *link) broken() bool {
	select {
	case <-l.cut:
		return true
	default:
		return false
	}
}

// read takes the guardian's news until the line breaks, then cleans up.
func (l *link) read() {
	for {
		m, descriptors, err := l.wire.receive()
		if err != nil {
			break
		}
		closeAll(descriptors)
		l.take(m)
	}
	close(l.cut)
	l.bury()
	close(l.ended)
}

func (l *link) take(m *message) {
	if m.Kind == tellTier {
		select {
		case l.tier <- m:
		default:
		}
		return
	}
	c := l.child(m.ID)
	if c == nil {
		return
	}
	switch m.Kind {
	case tellStarted:
		c.started <- m
	case tellListen:
		if address, err := netip.ParseAddrPort(m.Address); err == nil {
			c.listens(int(m.Port), address)
		}
	case tellExit:
		exit := exitOf(m)
		exit.OutOfMemory = c.outOfMemory(exit)
		c.exited(exit)
	case tellGone:
		l.forget(c)
		c.goneNow()
	case tellMounted:
		select {
		case c.mounted <- m:
		default: // nobody waits any more
		}
	case tellTrouble:
		l.notice(m.Text)
	}
}

func exitOf(m *message) Exit {
	return Exit{
		Code:    int(m.Code),
		Signal:  syscall.Signal(m.Signal),
		MaxRSS:  m.MaxRSS,
		CPUTime: time.Duration(m.CPU),
	}
}

// bury ends what a guardian left behind, and fails what ran.
func (l *link) bury() {
	l.wire.close()
	slow := time.AfterFunc(patience+time.Second, func() { _ = l.process.Kill() })
	_, _ = l.process.Wait()
	slow.Stop()
	l.mu.Lock()
	lost := l.children
	l.children = nil
	l.mu.Unlock()
	for _, c := range lost {
		c.killGroup()
	}
	endTagged(l.tagBase)
	for _, c := range lost {
		c.exited(Exit{Code: -1, Signal: syscall.SIGKILL})
		c.goneNow()
	}
}

func (l *link) child(id int64) *child {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.children[id]
}

func (l *link) forget(c *child) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.children, c.id)
}

// keep is false when the guardian is already gone.
func (l *link) keep(c *child) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.children == nil {
		return false
	}
	l.children[c.id] = c
	return true
}

// try asks the guardian why programs cannot have addresses of their own, and why not paths of their
// own; empty: they can.
func (l *link) try(ctx context.Context, address netip.Addr) (ports, paths string, err error) {
	ask := &message{Kind: askTier, Address: address.String(), Tag: tagFor(l.tagBase, 0)}
	if err := l.wire.send(ask); err != nil {
		return "", "", errGuardianLost
	}
	select {
	case answer := <-l.tier:
		return answer.Text, answer.Path, nil
	case <-l.cut:
		return "", "", errGuardianLost
	case <-ctx.Done():
		return "", "", context.Cause(ctx)
	}
}

// start has the guardian start the child's program. On error nothing is left of it.
func (l *link) start(ctx context.Context, c *child) error {
	if !l.keep(c) {
		c.goneNow()
		return errGuardianLost
	}
	m, files := c.startMessage()
	descriptors := make([]int, len(files))
	for i, file := range files {
		descriptors[i] = int(file.Fd()) // makes it blocking, as programs expect
	}
	if err := l.wire.send(m, descriptors...); err != nil {
		l.forget(c)
		c.goneNow()
		return err
	}
	late := time.NewTimer(startTimeout)
	defer late.Stop()
	select {
	case answer := <-c.started:
		return l.begun(c, answer)
	case <-l.cut:
		return errGuardianLost
	case <-ctx.Done():
		l.abandon(c)
		return context.Cause(ctx)
	case <-late.C:
		l.abandon(c)
		return errors.New("the guardian of processes does not answer")
	}
}

func (l *link) begun(c *child, answer *message) error {
	if answer.Code == 0 {
		c.setPID(int(answer.PID))
		return nil
	}
	l.forget(c)
	c.goneNow()
	return &startError{syscall.Errno(answer.Code), answer.Text}
}

// abandon gives up a start that may yet succeed.
func (l *link) abandon(c *child) {
	_ = l.wire.send(&message{Kind: askKill, ID: c.id})
	go func() { // a refused start is not followed by tellGone
		select {
		case answer := <-c.started:
			if answer.Code != 0 {
				_ = l.begun(c, answer)
			}
		case <-c.gone:
		}
	}()
}

// close ends the guardian and all that it started, and returns when they are gone.
func (l *link) close() {
	l.wire.hangUp()
	<-l.ended
}

// startError is the guardian's reason for not starting a program.
type startError struct {
	number syscall.Errno
	text   string
}

func (e *startError) Error() string { return e.text }
func (e *startError) Unwrap() error { return e.number }
