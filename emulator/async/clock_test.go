package async_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
	"github.com/fcemu/fcemu/emulator/clock"
)

// drive gives a house the clock that can be driven, frozen in 2040.
func drive(t *testing.T, h *house) *clock.Clock {
	t.Helper()
	c, err := clock.Open(t.Context(), h.store.(clock.Store))
	if err != nil {
		t.Fatal(err)
	}
	h.clock = c
	if err := c.Freeze(t.Context()); err != nil {
		t.Fatal(err)
	}
	advance(t, c, time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC).Sub(c.Now()))
	return c
}

func advance(t *testing.T, c *clock.Clock, step time.Duration) {
	t.Helper()
	if err := c.Advance(t.Context(), step); err != nil {
		t.Fatal(err)
	}
}

func TestEveryTimeIsTheClocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := furnish(t, async.Options{})
		clock := drive(t, h)
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
		advance(t, clock, time.Hour-time.Nanosecond)
		runs(0, "a nanosecond early")
		advance(t, clock, time.Nanosecond)
		runs(1, "in time")
		advance(t, clock, 499*time.Millisecond)
		runs(1, "before the retry")
		advance(t, clock, time.Millisecond)
		runs(2, "the retry")
		task := h.task(key)
		if got := task.EndedAt.Sub(task.EnqueuedAt); got != time.Hour+500*time.Millisecond || task.EnqueuedAt.Year() != 2040 {
			t.Errorf("ended after %v", got)
		}
		if n := len(h.engine.of("bad")); n != 1 {
			t.Errorf("the outcome was delivered %d times", n)
		}
		advance(t, clock, 7*24*time.Hour+2*time.Hour)
		synctest.Wait()
		if _, err := h.queue.Task(t.Context(), key); err == nil {
			t.Error("the task outlived its retention")
		}
	})
}

// A run until idle takes in the retries, and the deliveries with what they run.
func TestRunUntilIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := furnish(t, async.Options{})
		clock := drive(t, h)
		h.rebuild()
		h.start()
		slow := func(context.Context, *emulator.Invocation) *emulator.Outcome {
			time.Sleep(3 * time.Second)
			return &emulator.Outcome{}
		}
		h.define("job", withDestinations(), fail)
		h.define("bad", policy(), slow)
		h.define("good", policy(), succeed)
		key := h.accept(call("job", ""), time.Hour).Key
		began := clock.Now()
		if err := clock.RunUntil(t.Context(), time.Time{}); err != nil {
			t.Fatal(err)
		}
		if got := clock.Now().Sub(began); got != time.Hour+500*time.Millisecond {
			t.Errorf("the clock went on by %v", got)
		}
		if task := h.task(key); task.Status != emulator.TaskFailed || task.Destination != "Succeeded" {
			t.Errorf("got %s, delivery %q", task.Status, task.Destination)
		}
		tasks, err := h.queue.Tasks(t.Context(), emulator.TaskQuery{Statuses: []emulator.TaskStatus{emulator.TaskSucceeded}})
		if err != nil || len(tasks) != 1 || tasks[0].Key.Function.Function != "bad" {
			t.Errorf("what the delivery ran: %v, %v", tasks, err)
		}
	})
}

// failing is a store whose look-ups fail for a while.
type failing struct {
	async.Store
	times atomic.Int32
}

func (f *failing) NextDue(ctx context.Context) (time.Time, bool, error) {
	if f.times.Add(-1) >= 0 {
		return time.Time{}, false, errors.New("the disk is gone")
	}
	return f.Store.NextDue(ctx)
}

func (f *failing) NextDelivery(ctx context.Context) (time.Time, bool, error) {
	if f.times.Add(-1) >= 0 {
		return time.Time{}, false, errors.New("the disk is gone")
	}
	return f.Store.NextDelivery(ctx)
}

// What the store could not do is tried again also while the clock stands.
func TestFaultsWhileTheClockStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := furnish(t, async.Options{})
		drive(t, h)
		store := &failing{Store: h.store}
		h.store = store
		h.rebuild()
		h.define("job", withDestinations(), succeed)
		h.define("good", policy(), succeed)
		key := h.accept(call("job", ""), 0).Key
		store.times.Store(6)
		h.start()
		h.await(key)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if task := h.task(key); task.Status != emulator.TaskSucceeded || task.Destination != "Succeeded" {
			t.Errorf("got %s, delivery %q", task.Status, task.Destination)
		}
	})
}
