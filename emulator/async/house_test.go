package async_test

import (
	"context"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
	"github.com/fcemu/fcemu/emulator/destination"
)

// house is a queue over a real store, with functions that are Go code. Most tests run inside
// testing/synctest, where time passes only when everybody waits.
type house struct {
	t         testing.TB
	store     async.Store
	queue     *async.Queue
	options   async.Options
	clock     emulator.Clock
	engine    *engine
	catalogue *catalogue
	sinks     destination.Sinks
	logs      *lines
	halt      func()
}

// newHouse opens a house and starts its queue.
func newHouse(t testing.TB, options async.Options) *house {
	h := furnish(t, options)
	h.start()
	return h
}

// furnish opens a house and leaves its queue still.
func furnish(t testing.TB, options async.Options) *house {
	h := &house{
		t: t, store: openStore(t), clock: emulator.RealClock{}, options: options,
		engine:    &engine{functions: map[string]function{}},
		catalogue: &catalogue{functions: map[emulator.Reference]emulator.AsyncPolicy{}},
		logs:      &lines{},
		halt:      func() {},
	}
	h.options.Account, h.options.Region, h.options.Log = "100", "cn-local", h.logs.add
	h.sinks = destination.Sinks{destination.Function: destination.Submit(
		func(ctx context.Context, ref emulator.Reference, event []byte, id string, depth int) error {
			return h.queue.Submit(ctx, ref, event, id, depth)
		})}
	h.rebuild()
	t.Cleanup(func() { h.halt() })
	return h
}

// rebuild replaces the queue by a new one over the same store, as a restart does.
func (h *house) rebuild() {
	h.queue = async.New(h.store, h.engine, h.catalogue, h.sinks, h.clock, emulator.NewIDs(), h.options)
}

// start recovers and runs the queue until halt.
func (h *house) start() {
	h.t.Helper()
	if err := h.queue.Recover(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	queue := h.queue
	go func() {
		defer close(ended)
		if err := queue.Run(ctx); err != nil {
			h.t.Errorf("Run: %v", err)
		}
	}()
	h.halt = func() { cancel(); <-ended }
}

// define adds a function.
func (h *house) define(name string, policy emulator.AsyncPolicy, body function) {
	h.engine.define(name, body)
	h.catalogue.define(name, policy)
}

// accept submits an event and fails the test where it is refused.
func (h *house) accept(inv *emulator.Invocation, delay time.Duration) *emulator.Task {
	h.t.Helper()
	task, err := h.queue.Accept(context.Background(), inv, delay)
	if err != nil {
		h.t.Fatal(err)
	}
	return task
}

// await returns a task when it has ended.
func (h *house) await(key emulator.TaskKey) *emulator.Task {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*24*time.Hour)
	defer cancel()
	task, err := h.queue.Await(ctx, key)
	if err != nil {
		h.t.Fatal(err)
	}
	return task
}

func (h *house) task(key emulator.TaskKey) *emulator.Task {
	h.t.Helper()
	task, err := h.queue.Task(context.Background(), key)
	if err != nil {
		h.t.Fatal(err)
	}
	return task
}

// call is an invocation of a function with an event.
func call(name, event string) *emulator.Invocation {
	parsed := emulator.ParseName(name)
	return &emulator.Invocation{
		Function: &emulator.Function{Service: parsed.Service, FunctionName: parsed.Function, VersionID: "LATEST"},
		Event:    []byte(event),
	}
}

// policy is the default configuration in task mode.
func policy() emulator.AsyncPolicy {
	return emulator.AsyncPolicy{TaskMode: true, RetryAttempts: emulator.DefaultRetryAttempts, EventAge: emulator.DefaultEventAge}
}
