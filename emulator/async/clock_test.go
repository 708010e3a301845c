package async_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

// driven is a clock that stands still until somebody advances it.
type driven struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*drivenTimer]time.Time // when they fire
}

type drivenTimer struct {
	clock *driven
	c     chan time.Time
}

func newDriven(now time.Time) *driven {
	return &driven{now: now, timers: map[*drivenTimer]time.Time{}}
}

func (d *driven) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *driven) NewTimer(wait time.Duration) emulator.Timer {
	t := &drivenTimer{clock: d, c: make(chan time.Time, 1)}
	t.Reset(wait)
	return t
}

// advance moves the clock by step and fires what comes due.
func (d *driven) advance(step time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(step)
	for t, at := range d.timers {
		if !at.After(d.now) {
			delete(d.timers, t)
			t.c <- d.now
		}
	}
}

func (t *drivenTimer) C() <-chan time.Time { return t.c }

func (t *drivenTimer) Stop() {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.forget()
}

func (t *drivenTimer) Reset(wait time.Duration) {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.forget()
	if wait <= 0 {
		t.c <- t.clock.now
		return
	}
	t.clock.timers[t] = t.clock.now.Add(wait)
}

func (t *drivenTimer) forget() {
	delete(t.clock.timers, t)
	select {
	case <-t.c:
	default:
	}
}

func TestEveryTimeIsTheClocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := furnish(t, async.Options{})
		clock := newDriven(time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC))
		h.clock = clock
		h.rebuild()
		h.start()
		h.define("good", policy(), succeed)
		h.define("job", withDestinations(), fail)
		h.define("bad", policy(), succeed)
		key := h.accept(call("job", ""), time.Hour).Key
		runs := func(want int, when string) {
			t.Helper()
			synctest.Wait()
			if n := len(h.engine.of("job")); n != want {
				t.Errorf("%s: %d runs, want %d", when, n, want)
			}
		}
		time.Sleep(48 * time.Hour) // real time passes, the clock stands still
		runs(0, "before")
		clock.advance(time.Hour - time.Nanosecond)
		runs(0, "a nanosecond early")
		clock.advance(time.Nanosecond)
		runs(1, "in time")
		clock.advance(499 * time.Millisecond)
		runs(1, "before the retry")
		clock.advance(time.Millisecond)
		runs(2, "the retry")
		task := h.task(key)
		if got := task.EndedAt.Sub(task.EnqueuedAt); got != time.Hour+500*time.Millisecond || task.EnqueuedAt.Year() != 2040 {
			t.Errorf("ended after %v", got)
		}
		if n := len(h.engine.of("bad")); n != 1 {
			t.Errorf("the outcome was delivered %d times", n)
		}
		clock.advance(7*24*time.Hour + 2*time.Hour)
		synctest.Wait()
		if _, err := h.queue.Task(t.Context(), key); err == nil {
			t.Error("the task outlived its retention")
		}
	})
}
