package front

import (
	"errors"
	"os"
	"sync"
	"time"
)

// attention is how long a request may last before somebody looks whether its client is still there.
const attention = 10 * time.Millisecond

// watch waits for a client to leave while its request is handled. It reads from the connection, so it
// begins when the request has been read and ends before anybody else reads.
type watch struct {
	mu      sync.Mutex
	timer   *time.Timer
	on      bool
	reading chan struct{} // closed when the read has ended; nil: there was none
	w       *response
}

// begin looks after the client of w, if the request lasts.
func (a *watch) begin(c *conn, w *response) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.state.Load() != busy {
		return // the connection was handed over
	}
	a.on, a.w = true, w
	if a.timer == nil {
		a.timer = time.AfterFunc(attention, func() { a.look(c) })
	} else {
		a.timer.Reset(attention)
	}
}

// look reads until the client leaves, or sends its next request, or the handler is done.
func (a *watch) look(c *conn) {
	a.mu.Lock()
	if !a.on || a.reading != nil {
		a.mu.Unlock()
		return
	}
	if c.buf.Buffered() > 0 || len(c.in.early) > 0 { // the next request has come already
		a.mu.Unlock()
		return
	}
	w, done := a.w, make(chan struct{})
	a.reading = done
	c.disarm()
	a.mu.Unlock()
	defer close(done)
	n, err := c.rwc.Read(c.in.first[:])
	if n > 0 {
		c.in.early = c.in.first[:n]
		return
	}
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		w.cancel(c.server.Gone)
	}
}

// end stops looking. Nobody reads any more when it returns.
func (a *watch) end(c *conn) {
	a.mu.Lock()
	if !a.on {
		a.mu.Unlock()
		return
	}
	a.on = false
	a.timer.Stop()
	done := a.reading
	a.reading, a.w = nil, nil
	a.mu.Unlock()
	if done == nil {
		return
	}
	_ = c.rwc.SetReadDeadline(time.Unix(1, 0))
	<-done
	_ = c.rwc.SetReadDeadline(time.Time{})
}
