package clock

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// RunUntil moves the clock ahead to each time at which a task, a retry, a delivery or a tick is due, one
// after the other, and waits in between until what was due has ended: so everything runs in the
// order of its due time, and what a run enqueues has its turn. It ends at the time until, or, where
// that is zero, when no task is due any more: ticks do not keep it going. In between the clock stands; afterwards it goes on, or
// stands, as before. An end of ctx leaves the clock where it came to.
func (c *Clock) RunUntil(ctx context.Context, until time.Time) error {
	if err := c.take(ctx, true); err != nil {
		return err
	}
	defer c.leave()
	before, now := c.hold()
	if !until.IsZero() && until.Before(now) {
		c.apply(before)
		return emulator.InvalidArgument("the clock cannot go back (to %s): it is %s", until.UTC().Format(time.RFC3339Nano), now.UTC().Format(time.RFC3339Nano))
	}
	if until.After(end) {
		c.apply(before)
		return tooFar()
	}
	reached, err := c.steps(ctx, before, now, until.Round(0))
	after := release(before, reached)
	if err != nil {
		c.apply(after) // each step wrote it down
		return err
	}
	err = c.keep(context.WithoutCancel(ctx), after)
	c.apply(after)
	return err
}

// steps goes from one due time to the next and returns how far it came.
func (c *Clock) steps(ctx context.Context, before pace, now, until time.Time) (time.Time, error) {
	for {
		next, some, err := c.settle(ctx, now, until.IsZero())
		if err != nil {
			return now, err
		}
		last := !some || (!until.IsZero() && next.After(until))
		switch {
		case last && (until.IsZero() || !until.After(now)):
			return now, nil
		case last:
			next = until
		case next.After(end):
			return now, tooFar()
		}
		if err := c.keep(ctx, release(before, next)); err != nil {
			return now, err
		}
		now = next
		c.apply(anchored(time.Now(), now, before.speed(), true))
	}
}

// release is how the clock goes on from now: as before, where that is ahead by now.
func release(before pace, now time.Time) pace {
	real := time.Now()
	if !before.Frozen && !before.at(real).Before(now) {
		return before
	}
	return anchored(real, now, before.speed(), before.Frozen)
}

// settle waits until nothing that was due at now is in hand, and returns what is due next. With
// onlyTasks a tick counts where a task comes behind it.
func (c *Clock) settle(ctx context.Context, now time.Time, onlyTasks bool) (next time.Time, some bool, err error) {
	const shortest, longest = 100 * time.Microsecond, 5 * time.Millisecond
	var pause *time.Timer
	for wait := shortest; ; wait = min(wait*5/4, longest) {
		tick, ticks := c.ticks() // before the store, where its tasks are then
		next, some, busy, err := c.store.Pending(ctx, now)
		if ticks && !tick.After(now) {
			busy = true
		} else if ticks && (some || !onlyTasks) && (!some || tick.Before(next)) {
			next, some = tick, true
		}
		if err != nil || (!busy && (!some || next.After(now))) {
			return next, some, err
		}
		if pause == nil {
			pause = time.NewTimer(wait) // real time: the clock stands
			defer pause.Stop()
		} else {
			pause.Reset(wait)
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return now, false, ctx.Err()
		}
	}
}
