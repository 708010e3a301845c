package custom

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	idleLimit    = 256 // idle connections kept to one instance; FC's concurrency ends at 200
	secondListen = 2 * time.Second
	listenTick   = 5 * time.Millisecond
)

// pool keeps the idle connections to one address, the last used on top.
type pool struct {
	address string
	dialer  net.Dialer

	gone   <-chan struct{} // closed when the process has ended
	opened time.Time
	spoken atomic.Bool // the server has answered something

	mu     sync.Mutex
	idle   []*conn
	closed bool
}

func newPool(address string) pool {
	return pool{address: address, opened: time.Now(), dialer: net.Dialer{Timeout: 10 * time.Second, KeepAlive: -1}}
}

// take returns an idle connection that is still good, or a new one. The bool tells that it was
// used before.
func (p *pool) take(ctx context.Context) (*conn, bool, error) {
	for {
		c := p.pop()
		if c == nil {
			break
		}
		if c.fresh() {
			return c, true, nil
		}
		_ = c.net.Close()
	}
	netConn, err := p.dial(ctx)
	if err != nil {
		return nil, false, err
	}
	return newConn(netConn), false, nil
}

// dial connects.
func (p *pool) dial(ctx context.Context) (net.Conn, error) {
	for {
		c, err := p.dialer.DialContext(ctx, "tcp", p.address)
		if err == nil || !p.away(ctx, err) {
			return c, err
		}
	}
}

// away waits a moment for a server that listened, found that its port is free, and stopped, to listen
// in earnest, as some do when they start. What was on its way to the first listener was never read.
func (p *pool) away(ctx context.Context, err error) bool {
	refused := errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	if !refused || p.spoken.Load() || time.Since(p.opened) > secondListen {
		return false
	}
	select {
	case <-time.After(listenTick):
		return true
	case <-p.gone:
	case <-ctx.Done():
	}
	return false
}

func (p *pool) pop() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return nil
	}
	c := p.idle[last]
	p.idle[last] = nil
	p.idle = p.idle[:last]
	return c
}

// put keeps a connection for the next request.
func (p *pool) put(c *conn) {
	if len(c.in) > readSize {
		c.in = make([]byte, readSize) // one large header must not stay for ever
	}
	c.start, c.end = 0, 0
	p.mu.Lock()
	keep := !p.closed && len(p.idle) < idleLimit
	if keep {
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	if !keep {
		_ = c.net.Close()
	}
}

func (p *pool) closeAll() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, c := range idle {
		_ = c.net.Close()
	}
}
