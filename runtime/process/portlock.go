package process

import (
	"context"
	"fmt"
	"sync"
)

// portLocks let one instance at a time start for a port, where ports are shared: until it is known
// that it listens elsewhere, or else until it is gone.
type portLocks struct {
	mu     sync.Mutex
	locks  map[int]chan struct{} // a token is inside while somebody holds the port
	warned map[int]bool
}

func newPortLocks() *portLocks {
	return &portLocks{locks: make(map[int]chan struct{}), warned: make(map[int]bool)}
}

// acquire waits for the port. The returned function may be called more than once.
func (p *portLocks) acquire(ctx context.Context, port int) (release func(), err error) {
	p.mu.Lock()
	lock := p.locks[port]
	if lock == nil {
		lock = make(chan struct{}, 1)
		p.locks[port] = lock
	}
	p.mu.Unlock()
	select {
	case lock <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("port %d is in use by another instance: %w", port, context.Cause(ctx))
	}
	return sync.OnceFunc(func() { <-lock }), nil
}

// insists is called when a program listens on the very port although another was offered.
func (p *portLocks) insists(port int, notice func(string)) {
	p.mu.Lock()
	told := p.warned[port]
	p.warned[port] = true
	p.mu.Unlock()
	if !told {
		notice(fmt.Sprintf("a program insists on port %d, and programs share ports on this machine: "+
			"instances for that port run one at a time; let the program listen on $FC_SERVER_PORT", port))
	}
}
