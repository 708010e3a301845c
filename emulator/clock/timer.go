package clock

import (
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// timer waits for a time of the clock. A timer of the machine wakes it; whatever woke it, it fires
// only when its time has come on the clock, and otherwise sleeps on. The clock's lock guards it.
type timer struct {
	clock *Clock
	c     chan time.Time
	at    time.Time
	bell  *time.Timer
}

// NewTimer returns a timer that fires when the clock has come to at, by itself or because it was
// moved.
func (c *Clock) NewTimer(at time.Time) emulator.Timer {
	t := &timer{clock: c, c: make(chan time.Time, 1)}
	t.Reset(at)
	return t
}

// C receives the clock's time when the timer fires.
func (t *timer) C() <-chan time.Time { return t.c }

// Reset makes the timer fire at another time.
func (t *timer) Reset(at time.Time) {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.drop()
	t.at = at
	t.clock.timers[t] = struct{}{}
	t.look(t.clock.Now())
}

// Stop keeps the timer from firing.
func (t *timer) Stop() {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.drop()
}

// ring is called when the machine's timer fires.
func (t *timer) ring() {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if _, waits := t.clock.timers[t]; waits {
		t.look(t.clock.Now())
	}
}

// look fires the timer if its time has come, else it sets the machine's timer.
func (t *timer) look(now time.Time) {
	rest := t.at.Sub(now)
	if rest <= 0 {
		t.drop()
		t.c <- now
		return
	}
	real, comes := t.clock.takes(now, rest)
	switch {
	case !comes:
		t.hush()
	case t.bell == nil:
		t.bell = time.AfterFunc(real, t.ring)
	default:
		t.bell.Reset(real)
	}
}

// takes is that of the clock's pace.
func (c *Clock) takes(now time.Time, span time.Duration) (time.Duration, bool) {
	c.line.RLock()
	defer c.line.RUnlock()
	return c.pace.takes(now, span)
}

// drop forgets the timer and what it sent and nobody received.
func (t *timer) drop() {
	delete(t.clock.timers, t)
	t.hush()
	select {
	case <-t.c:
	default:
	}
}

func (t *timer) hush() {
	if t.bell != nil {
		t.bell.Stop()
	}
}
