package custom

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// halfOpen is how long one side may go on when the other has ended.
const halfOpen = 10 * time.Second

// switchOver passes on that the server switched to the protocol that the client asked for, and then
// all that the two say.
func (t *trip) switchOver(h *head, dst receiver) error {
	out, ok := dst.(*forwarder)
	if !ok || t.request.upgrade == "" {
		return malformed("a switch of protocols that nobody asked for: the status")
	}
	listener, ok := out.answer.(emulator.Switcher)
	if !ok {
		return malformed("a switch of protocols that nobody can follow: the status")
	}
	client, early, err := listener.Switch(h.header)
	if refusal := (*emulator.Error)(nil); errors.As(err, &refusal) {
		return &runtime.BadAnswer{Reason: refusal.Message}
	}
	out.started = true
	if err != nil {
		return clientGone(err)
	}
	c := t.conn
	both := &tunnel{client: client, server: c.net, buffers: t.buffers}
	late := c.in[c.start:c.end]
	c.in, c.out = nil, nil // the connection never comes back to the pool
	c.start, c.end = 0, 0
	h.close = true
	if !t.call.Switch(both) {
		_ = both.Close()
		return errOver
	}
	return both.run(early, late)
}

// tunnel is two connections of which each says what the other hears.
type tunnel struct {
	client, server net.Conn
	buffers        *sync.Pool
	hungUp         atomic.Pointer[net.Conn] // which side ended first
}

// Close cuts both connections at once.
func (t *tunnel) Close() error { return errors.Join(t.client.Close(), t.server.Close()) }

// run returns when both sides have ended. early is what the client has said already, late the server.
func (t *tunnel) run(early, late []byte) error {
	done := make(chan struct{})
	go func() {
		t.carry(&t.client, &t.server, early)
		close(done)
	}()
	t.carry(&t.server, &t.client, late)
	<-done
	_ = t.Close()
	if t.hungUp.Load() == &t.server {
		return runtime.ErrHungUp
	}
	return nil
}

// carry passes on what from says. That it says no more is passed on as well, and the other side then
// has a moment to end; whatever else happens ends both.
func (t *tunnel) carry(from, to *net.Conn, first []byte) {
	var err error
	if len(first) > 0 {
		err = t.say(to, first)
	}
	if err == nil {
		err = t.copy(to, *from)
	}
	t.hungUp.CompareAndSwap(nil, from)
	half, ok := (*to).(interface{ CloseWrite() error })
	if err != nil || !ok || half.CloseWrite() != nil {
		_ = t.Close()
		return
	}
	late := time.Now().Add(halfOpen)
	_, _ = t.client.SetDeadline(late), t.server.SetDeadline(late) // they fail where it is closed already
}

// say writes to one side. If that does not hear any more, it is the side that ended.
func (t *tunnel) say(to *net.Conn, p []byte) error {
	_, err := (*to).Write(p)
	if err != nil {
		t.hungUp.CompareAndSwap(nil, to)
	}
	return err
}

// copy returns nil when from has said all that it will.
func (t *tunnel) copy(to *net.Conn, from net.Conn) error {
	source, ok := from.(syscall.Conn)
	if !ok {
		return t.copyBuffered(to, from)
	}
	raw, err := source.SyscallConn()
	if err != nil {
		return err
	}
	p := patient{buffers: t.buffers}
	attempt := p.attempt // one allocation for the whole connection
	for {
		if err := raw.Read(attempt); err != nil {
			return err
		}
		if p.err != nil || p.n == 0 {
			p.release()
			return p.err
		}
		err := t.say(to, (*p.buffer)[:p.n])
		p.release()
		if err != nil {
			return err
		}
	}
}

// copyBuffered is for connections that are more than a descriptor, as those with TLS.
func (t *tunnel) copyBuffered(to *net.Conn, from net.Conn) error {
	buffer := make([]byte, 4<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if err := t.say(to, buffer[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return err
		}
	}
}

// patient reads into memory that it takes when there is something to read, so that a quiet
// connection holds none.
type patient struct {
	buffers *sync.Pool
	buffer  *[]byte
	n       int
	err     error
}

// attempt is what syscall.RawConn calls; false waits until there is something to read.
func (p *patient) attempt(fd uintptr) bool {
	p.buffer = p.buffers.Get().(*[]byte)
	for {
		p.n, p.err = syscall.Read(int(fd), *p.buffer)
		if !errors.Is(p.err, syscall.EINTR) {
			break
		}
	}
	if errors.Is(p.err, syscall.EAGAIN) {
		p.release()
		return false
	}
	return true
}

func (p *patient) release() {
	p.buffers.Put(p.buffer)
	p.buffer = nil
}
