package async_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
	"github.com/fcemu/fcemu/emulator/destination"
)

func TestACircleOfDestinationsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		p := policy()
		p.OnSuccess = good
		h.define("good", p, succeed)
		first := h.await(h.accept(call("good", ""), 0).Key)
		time.Sleep(time.Minute)
		runs := h.engine.of("good")
		if len(runs) != 17 || !h.logs.mention("circle") {
			t.Errorf("%d runs", len(runs))
		}
		last := h.task(emulator.TaskKey{Function: first.Key.Function, ID: runs[16].Inv.TaskID})
		if last.Depth != 16 || last.Destination != "Failed" || h.task(first.Key).Destination != "Succeeded" {
			t.Errorf("%+v", last)
		}
	})
}

// faulty is a sink that fails as told.
type faulty struct {
	mu    sync.Mutex
	next  func(try int) error
	tries []time.Time
}

func (f *faulty) Send(context.Context, destination.Target, *emulator.Delivery) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tries = append(f.tries, time.Now())
	return f.next(len(f.tries))
}

func TestDeliveriesAreTriedAgain(t *testing.T) {
	down := errors.New("the line is down")
	for name, one := range map[string]struct {
		next   func(try int) error
		tries  int
		after  time.Duration
		status string
	}{
		"comes back": {func(try int) error {
			if try < 4 {
				return down
			}
			return nil
		}, 4, 3500 * time.Millisecond, "Succeeded"},
		"stays down": {func(int) error { return down }, 8, 63500 * time.Millisecond, "Failed"},
		"refuses":    {func(int) error { return emulator.InvalidArgument("no") }, 1, 0, "Failed"},
		"is full":    {func(int) error { return emulator.Refuse(429, "X", "no") }, 8, 63500 * time.Millisecond, "Failed"},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, async.Options{})
			sink := &faulty{next: one.next}
			h.sinks[destination.Function] = sink
			h.define("job", withDestinations(), succeed)
			key := h.accept(call("job", ""), 0).Key
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			if len(sink.tries) != one.tries || sink.tries[one.tries-1].Sub(sink.tries[0]) != one.after {
				t.Errorf("%s: %d tries in %v", name, len(sink.tries), sink.tries[len(sink.tries)-1].Sub(sink.tries[0]))
			}
			if task := h.task(key); task.Destination != one.status || task.Status != emulator.TaskSucceeded {
				t.Errorf("%s: %q", name, task.Destination)
			}
			if h.logs.mention("could not be sent") != (one.status == "Failed") {
				t.Errorf("%s: %v", name, h.logs.text)
			}
		})
	}
}

func TestDestinationsThatAreNotHere(t *testing.T) {
	for arn, words := range map[string]string{
		"acs:mns:cn-local:100:/queues/q/messages": "no local MNS queue",
		"acs:fc:cn-local:100:functions/nowhere":   "FunctionNotFound",
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, async.Options{})
			p := policy()
			p.OnSuccess = arn
			h.define("job", p, succeed)
			key := h.accept(call("job", ""), 0).Key
			time.Sleep(time.Second)
			if task := h.task(key); task.Destination != "Failed" || !h.logs.mention(words) {
				t.Errorf("%s: %q %v", arn, task.Destination, h.logs.text)
			}
		})
	}
}

func TestAnOutcomeDeliveredTwiceInvokesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("good", policy(), succeed)
		h.define("job", withDestinations(), succeed)
		var seen emulator.Delivery
		send := h.sinks[destination.Function]
		h.sinks[destination.Function] = sinkFunc(func(ctx context.Context, target destination.Target, d *emulator.Delivery) error {
			seen = *d
			return send.Send(ctx, target, d)
		})
		h.accept(call("job", ""), 0)
		synctest.Wait()
		if err := h.sinks.Deliver(t.Context(), &seen); err != nil { // as after a crash before the row was removed
			t.Error(err)
		}
		time.Sleep(time.Second)
		received(t, h, "good")
	})
}

type sinkFunc func(context.Context, destination.Target, *emulator.Delivery) error

func (f sinkFunc) Send(ctx context.Context, target destination.Target, d *emulator.Delivery) error {
	return f(ctx, target, d)
}

func TestOutcomesWaitForTheNextStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("good", policy(), succeed)
		h.define("job", withDestinations(), func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			time.Sleep(time.Second)
			return succeed(ctx, inv)
		})
		key := h.accept(call("job", ""), 0).Key
		synctest.Wait()
		h.halt() // the run ends within the grace, when outcomes are delivered no more
		if task := h.task(key); task.Status != emulator.TaskSucceeded || task.Destination != "" {
			t.Errorf("%s %q", trail(task), task.Destination)
		}
		h.rebuild()
		h.start()
		synctest.Wait()
		received(t, h, "good")
	})
}
