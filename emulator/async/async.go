// Package async is the life of an asynchronous invocation: accept, claim, run, retry, stop,
// expire, deliver, recover.
//
// A task is one row of the store. Whoever wants to move it on saves it by version, and the first
// one wins; so a stop and an end that race are decided there and nowhere else. Nothing is held in
// memory but what runs now and one timer for what is due next.
package async

import (
	"context"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Store keeps the tasks and the outcomes on their way to a destination.
type Store interface {
	Enqueue(ctx context.Context, task *emulator.Task) error
	NextDue(ctx context.Context) (time.Time, bool, error)
	Claim(ctx context.Context, now time.Time, limit int) ([]*emulator.Task, error)
	Save(ctx context.Context, task *emulator.Task, durable bool, delivery *emulator.Delivery) (bool, error)
	Task(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error)
	FindTasks(ctx context.Context, id string) ([]*emulator.Task, error)
	Tasks(ctx context.Context, q emulator.TaskQuery) ([]*emulator.Task, error)
	Interrupted(ctx context.Context) ([]*emulator.Task, error)
	SweepTasks(ctx context.Context, endedBefore time.Time, limit int) (int, error)
	Outbox
}

// Outbox keeps the outcomes that have not reached their destination.
type Outbox interface {
	NextDelivery(ctx context.Context) (time.Time, bool, error)
	DueDeliveries(ctx context.Context, now time.Time, limit int) ([]*emulator.Delivery, error)
	DeferDelivery(ctx context.Context, id int64, due time.Time, attempts int) error
	FinishDelivery(ctx context.Context, d *emulator.Delivery, status string) error
}

// Engine runs one invocation.
type Engine interface {
	Do(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome
}

// Catalogue knows the functions and their asynchronous configuration. Choose picks a version for a
// new task, Chosen finds it again for a run.
type Catalogue interface {
	Choose(ctx context.Context, ref emulator.Reference, traffic emulator.Traffic) (*emulator.Function, error)
	Chosen(ctx context.Context, ref emulator.Reference, version string) (*emulator.Function, error)
	AsyncPolicy(ctx context.Context, ref emulator.Reference) (emulator.AsyncPolicy, error)
}

// Sink brings an outcome to its destination. An *emulator.Error below 500, other than 429, means
// that no further try can help.
type Sink interface {
	Deliver(ctx context.Context, d *emulator.Delivery) error
}

// Options are the settings of a Queue. Zero values take the defaults.
type Options struct {
	Workers   int           // runs at a time, 16; one function gets at most three quarters of them
	FirstStep time.Duration // wait before the first retry, 0.5 s; it doubles
	LastStep  time.Duration // the longest wait before a retry, 512 s
	Grace     time.Duration // real time that runs get to end by themselves at shutdown, 3 s; negative = none
	Retention time.Duration // how long ended tasks are kept, 7 days
	MaxDepth  int           // invocations in a row that destinations may cause, 16
	Account   string        // of the function ARN in an outcome
	Region    string
	Observer  Observer               // counts; may be nil
	Log       func(emulator.LogLine) // receives what the platform has to tell about a task; may be nil
}

func (o Options) withDefaults() Options {
	o.Workers = orDefault(o.Workers, 16)
	o.FirstStep = orDefault(o.FirstStep, 500*time.Millisecond)
	o.LastStep = orDefault(o.LastStep, 512*time.Second)
	o.Grace = orDefault(o.Grace, 3*time.Second)
	o.Retention = orDefault(o.Retention, 7*24*time.Hour)
	o.MaxDepth = orDefault(o.MaxDepth, 16)
	if o.Observer == nil {
		o.Observer = nobody{}
	}
	if o.Log == nil {
		o.Log = func(emulator.LogLine) {}
	}
	return o
}

// share is how many of the workers one function may have.
func (o Options) share() int { return o.Workers - o.Workers/4 }

func orDefault[T comparable](value, preset T) T {
	var zero T
	if value == zero {
		return preset
	}
	return value
}

// Queue accepts asynchronous invocations and sees them through. Its methods may be called from any
// goroutine, before, during and after Run.
type Queue struct {
	store     Store
	engine    Engine
	catalogue Catalogue
	sink      Sink
	clock     emulator.Clock
	ids       *emulator.IDs
	options   Options

	due     *alarm // earliest task
	outbox  *alarm // earliest delivery
	runs    runs
	waiters waiters
}

// New returns a queue over store. Call Recover, then Run.
func New(store Store, engine Engine, catalogue Catalogue, sink Sink, clock emulator.Clock, ids *emulator.IDs, options Options) *Queue {
	return &Queue{
		store: store, engine: engine, catalogue: catalogue, sink: sink, clock: clock, ids: ids,
		options: options.withDefaults(),
		due:     newAlarm(),
		outbox:  newAlarm(),
		runs:    runs{live: map[emulator.TaskKey]context.CancelCauseFunc{}, closing: make(chan struct{})},
		waiters: waiters{byTask: map[emulator.TaskKey][]chan struct{}{}},
	}
}

// Run works until ctx ends: it runs what is due, delivers outcomes and forgets old tasks. Then it
// claims nothing more, gives runs Options.Grace to end, cancels the rest with
// emulator.ErrShutdown, and puts those back into the queue, at no cost of an attempt. A Queue runs
// once.
func (q *Queue) Run(ctx context.Context) error {
	var loops sync.WaitGroup
	loops.Go(func() { q.deliver(ctx) })
	loops.Go(func() { q.sweep(ctx) })
	newDispatcher(q).run(ctx)
	loops.Wait()
	return nil
}

// Task returns one task, or a 404 *emulator.Error.
func (q *Queue) Task(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error) {
	return q.store.Task(ctx, key)
}

// FindTasks returns the tasks with this id, of whatever function.
func (q *Queue) FindTasks(ctx context.Context, id string) ([]*emulator.Task, error) {
	return q.store.FindTasks(ctx, id)
}

// Tasks lists tasks.
func (q *Queue) Tasks(ctx context.Context, query emulator.TaskQuery) ([]*emulator.Task, error) {
	return q.store.Tasks(ctx, query)
}

// tell writes a system line into the log of the task's function. Log lines have real times.
func (q *Queue) tell(key emulator.TaskKey, requestID, text string) {
	q.options.Log(emulator.LogLine{
		Time: emulator.RealClock{}.Now(), Function: key.Function.String(), RequestID: requestID, TaskID: key.ID,
		Stream: "system", Text: text,
	})
}

// complain tells of a fault of the store that no task can be blamed for.
func (q *Queue) complain(what string, err error) {
	q.options.Log(emulator.LogLine{Time: emulator.RealClock{}.Now(), Stream: "system", Text: "fcemu: " + what + ": " + err.Error()})
}
