// Package clock is a clock that can be driven: stopped, moved ahead, run from one due task to the
// next, and made to go faster. As long as nobody does, it is the machine's.
//
// Time here never goes backwards, but for Reset. While a move is written to the store the clock
// stands, so that neither the one who moved it nor a restart sees an earlier time than was seen
// before.
package clock

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

const maxScale = 1e6

// end is where the clock stands still in the end, however fast it goes: the store counts nanoseconds from 1970 in 64 bits.
var end = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// Store keeps how the clock was moved, and knows what tasks wait for.
type Store interface {
	Get(ctx context.Context, key emulator.RecordKey) (emulator.Record, error)
	Insert(ctx context.Context, record emulator.Record) error
	Replace(ctx context.Context, record emulator.Record, etag string) error
	Delete(ctx context.Context, key emulator.RecordKey, childrenOf string) error
	// Pending returns the earliest time at which a task or a delivery is due, false for none; and
	// whether one that was due at now is still in hand. Both are of the same moment.
	Pending(ctx context.Context, now time.Time) (next time.Time, some, busy bool, err error)
}

// Clock is an emulator.Clock that can be driven. Its methods may be called from any goroutine.
type Clock struct {
	store  Store
	moving chan struct{} // holds one: the right to move the clock
	long   atomic.Bool   // RunUntil has it
	ticks  Ticks
	back   func()

	mu     sync.Mutex // of the timers; taken before line
	timers map[*timer]struct{}

	line sync.RWMutex // a time that was read by one pace cannot come after a change of it
	pace pace
}

// Ticks is the earliest time at which something is due that tasks follow from; false: there is none. What
// it has told of stays until its tasks are in the store.
type Ticks func() (time.Time, bool)

// Follow makes RunUntil stop where ticks are due, too, and tells back that the clock was reset. It is
// called before the clock is moved.
func (c *Clock) Follow(ticks Ticks, back func()) { c.ticks, c.back = ticks, back }

// Open returns the clock as it was left.
func Open(ctx context.Context, store Store) (*Clock, error) {
	c := &Clock{store: store, moving: make(chan struct{}, 1), timers: map[*timer]struct{}{},
		ticks: func() (time.Time, bool) { return time.Time{}, false }, back: func() {}}
	record, err := store.Get(ctx, key())
	if errors.Is(err, emulator.ErrRecordNotFound) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	c.pace, err = readPace(record.Document)
	return c, err
}

func key() emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordClock, Name: "clock"}
}

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.line.RLock()
	defer c.line.RUnlock()
	return c.pace.at(time.Now())
}

// State tells the time and how it passes.
func (c *Clock) State() emulator.ClockState {
	c.line.RLock()
	p, real := c.pace, time.Now()
	c.line.RUnlock()
	now := p.at(real)
	state := emulator.ClockState{Now: now.UTC().Round(0), Source: emulator.ClockMachine, Offset: "0s", Scale: p.speed(), Frozen: p.Frozen}
	if p.Moved {
		state.Source = emulator.ClockDriven
		state.Offset = now.Round(0).Sub(real.Round(0)).Round(time.Millisecond).String()
	}
	return state
}

// Driven tells whether somebody moved the clock, and did not reset it.
func (c *Clock) Driven() bool {
	c.line.RLock()
	defer c.line.RUnlock()
	return c.pace.Moved
}

// Freeze stops the clock.
func (c *Clock) Freeze(ctx context.Context) error {
	return c.move(ctx, func(before pace, now time.Time) (pace, error) {
		return anchored(time.Now(), now, before.speed(), true), nil
	})
}

// Advance moves the clock ahead by d and fires all timers whose time has come, in their order.
func (c *Clock) Advance(ctx context.Context, d time.Duration) error {
	if d < 0 {
		return emulator.InvalidArgument("the clock cannot go back (by %s); reset makes it the machine's again", -d)
	}
	return c.move(ctx, func(before pace, now time.Time) (pace, error) {
		if d == 0 {
			return before, nil
		}
		if d > end.Sub(now) {
			return before, tooFar()
		}
		if before.Frozen {
			return anchored(time.Now(), now.Add(d), before.Scale, true), nil
		}
		real := time.Now() // what passed while the move was prepared has passed here too
		return anchored(real, later(now, before.at(real)).Add(d), before.speed(), false), nil
	})
}

// SetScale makes time pass f times as fast as the machine's from now on. A frozen clock goes on.
func (c *Clock) SetScale(ctx context.Context, f float64) error {
	if math.IsNaN(f) || f <= 0 || f > maxScale {
		return emulator.InvalidArgument("scale is set to an invalid value (expected: a number above 0, at most %d, actual: %v)", int(maxScale), f)
	}
	return c.move(ctx, func(before pace, now time.Time) (pace, error) {
		if !before.Moved && f == 1 {
			return before, nil
		}
		return anchored(time.Now(), now, f, false), nil
	})
}

// Reset makes the clock the machine's again. This may take it back: tasks then wait until the time
// that was set for them comes, what has ended stays as it is, and timers keep the rest of their wait.
func (c *Clock) Reset(ctx context.Context) error {
	defer c.back()
	return c.move(ctx, func(pace, time.Time) (pace, error) { return pace{}, nil })
}

// move stops the clock, and lets it go on as next says once that is on the disk. If it cannot be,
// the clock goes on as before.
func (c *Clock) move(ctx context.Context, next func(before pace, now time.Time) (pace, error)) error {
	if err := c.take(ctx, false); err != nil {
		return err
	}
	defer c.leave()
	before, now := c.hold()
	after, err := next(before, now)
	if err == nil {
		err = c.keep(ctx, after)
	}
	if err != nil {
		after = before
	}
	c.apply(after)
	return err
}

// take waits for the right to move the clock, but not for the end of a RunUntil.
func (c *Clock) take(ctx context.Context, long bool) error {
	if c.long.Load() {
		return emulator.Refuse(409, "ClockInUse", "the clock is being run until a time or idle; it can be moved when that has ended")
	}
	select {
	case c.moving <- struct{}{}:
		c.long.Store(long)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Clock) leave() {
	c.long.Store(false)
	<-c.moving
}

// hold stops the clock and returns how it went, and when it stopped.
func (c *Clock) hold() (before pace, now time.Time) {
	c.line.Lock()
	defer c.line.Unlock()
	before, real := c.pace, time.Now()
	now = before.at(real).Round(0)
	c.pace = anchored(real, now, before.speed(), true)
	return before, now
}

// apply lets time pass at another pace from now on, and fires the timers whose time has come.
func (c *Clock) apply(p pace) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was, now := c.set(p)
	back := was.Round(0).Sub(now.Round(0))
	waiting := make([]*timer, 0, len(c.timers))
	for t := range c.timers {
		if back > 0 {
			t.at = now.Add(t.at.Sub(was))
		}
		waiting = append(waiting, t)
	}
	slices.SortFunc(waiting, func(a, b *timer) int { return a.at.Compare(b.at) })
	for _, t := range waiting {
		t.look(now)
	}
}

// set changes the pace and returns the time before and after.
func (c *Clock) set(p pace) (was, now time.Time) {
	c.line.Lock()
	defer c.line.Unlock()
	real := time.Now()
	was = c.pace.at(real)
	c.pace = p
	return was, p.at(real)
}

// keep writes a pace down, for the next start.
func (c *Clock) keep(ctx context.Context, p pace) error {
	if p == *new(pace) {
		err := c.store.Delete(ctx, key(), "")
		if errors.Is(err, emulator.ErrRecordNotFound) {
			return nil
		}
		return err
	}
	real := time.Now()
	record := emulator.Record{RecordKey: key(), Etag: "clock", Created: real, Modified: real, Document: p.document()}
	err := c.store.Replace(ctx, record, "")
	if errors.Is(err, emulator.ErrRecordNotFound) {
		err = c.store.Insert(ctx, record)
	}
	return err
}

func tooFar() error {
	return emulator.InvalidArgument("the clock can be moved ahead to %s at most", end.Format(time.DateOnly))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
