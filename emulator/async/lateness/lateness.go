// Package lateness measures how long after their due time delayed tasks start, with many more
// pending. Benchmarks and tests call it; the emulator itself does not.
package lateness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

// Plan says what to measure.
type Plan struct {
	Pending int           // tasks that wait in the store, due long after the measurement
	Tasks   int           // tasks that are measured
	Window  time.Duration // over which their due times are spread evenly
}

// at is a point of the window.
func (p Plan) at(part, of int) time.Duration {
	return p.Window * time.Duration(part) / time.Duration(of)
}

// Result is what was measured.
type Result struct {
	P50, P99, Max time.Duration // from the due time to the start of the run
	Floor50       time.Duration // the same of bare timers of the machine, in the same seconds
	Floor99       time.Duration
	Early         int           // runs before their due time; any is a fault
	Fill          time.Duration // what storing the pending tasks took
}

// Measure fills the store and runs a queue over it on the machine's clock. The store should be new.
func Measure(ctx context.Context, store async.Store, plan Plan) (Result, error) {
	began := time.Now()
	if err := fill(ctx, store, plan.Pending); err != nil {
		return Result{}, fmt.Errorf("store the pending tasks: %w", err)
	}
	m := &meter{due: map[string]time.Time{}, done: make(chan struct{}), left: plan.Tasks}
	result := Result{Fill: time.Since(began)}
	ids := emulator.NewIDs()
	queue := async.New(store, m, m, m, emulator.RealClock{}, ids, async.Options{})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- queue.Run(ctx) }()
	first := time.Now().Add(time.Second + time.Duration(plan.Tasks)*time.Millisecond)
	err := m.submit(ctx, queue, ids, plan, first)
	if err == nil {
		m.bareTimers(plan, first)
		select {
		case <-m.done:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	cancel()
	if err = errors.Join(err, <-ended); err != nil {
		return Result{}, err
	}
	m.summarize(&result)
	return result, nil
}

// newTask is one of the pending tasks.
func newTask(ids *emulator.IDs, now, due time.Time) *emulator.Task {
	id := ids.Request(now)
	return &emulator.Task{
		Key:       emulator.TaskKey{Function: emulator.Name{Function: "measured"}, ID: id},
		RequestID: id, Qualifier: emulator.LatestVersion,
		Policy:  (*emulator.AsyncConfig)(nil).Policy(),
		Payload: []byte(`{"n":1}`),
		Status:  emulator.TaskEnqueued, EnqueuedAt: now, DueAt: due,
		Events: []emulator.TaskEvent{{EventID: 1, Status: emulator.TaskEnqueued, Timestamp: now.UnixMilli()}},
	}
}

// fill stores the pending tasks from several goroutines, which share commits.
func fill(ctx context.Context, store async.Store, count int) error {
	const writers = 64
	ids := emulator.NewIDs()
	faults := make([]error, writers)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := w; i < count && faults[w] == nil; i += writers { // ids grow with time, as the API's do
				now := time.Now()
				faults[w] = store.Enqueue(ctx, newTask(ids, now, now.Add(time.Hour+time.Duration(i)*time.Millisecond)))
			}
		})
	}
	group.Wait()
	return errors.Join(faults...)
}

// meter is the engine, the catalogue and the sink of the measured queue.
type meter struct {
	mu    sync.Mutex
	due   map[string]time.Time // by request id
	late  []time.Duration
	floor []time.Duration
	left  int
	done  chan struct{}
}

// submit accepts the measured tasks through the queue, as the API does, each in time to be due at
// its point of the window.
func (m *meter) submit(ctx context.Context, queue *async.Queue, ids *emulator.IDs, plan Plan, first time.Time) error {
	fn := &emulator.Function{FunctionName: "measured", VersionID: emulator.LatestVersion}
	for i := range plan.Tasks {
		due := first.Add(plan.at(2*i, 2*plan.Tasks))
		inv := &emulator.Invocation{Function: fn, RequestID: ids.Request(time.Now()), Event: []byte(`{"n":1}`)}
		m.expect(inv.RequestID, due)
		task, err := queue.Accept(ctx, inv, time.Until(due))
		if err != nil {
			return err
		}
		m.expect(inv.RequestID, task.DueAt)
	}
	return nil
}

// bareTimers waits, half-way between the tasks, for timers that nothing hangs on: what the machine
// and the language make of a due time at best.
func (m *meter) bareTimers(plan Plan, first time.Time) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for i := range plan.Tasks {
		due := first.Add(plan.at(2*i+1, 2*plan.Tasks))
		timer.Reset(time.Until(due))
		<-timer.C
		m.floor = append(m.floor, time.Since(due))
	}
}

func (m *meter) expect(requestID string, due time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.due[requestID] = due
}

func (m *meter) Do(_ context.Context, inv *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if due, ok := m.due[inv.RequestID]; ok {
		m.late = append(m.late, now.Sub(due))
		if m.left--; m.left == 0 {
			close(m.done)
		}
	}
	return &emulator.Outcome{Started: now}
}

func (m *meter) Choose(_ context.Context, ref emulator.Reference, _ emulator.Traffic) (*emulator.Function, error) {
	return &emulator.Function{FunctionName: ref.Function, VersionID: emulator.LatestVersion}, nil
}

func (m *meter) Chosen(ctx context.Context, ref emulator.Reference, _ string) (*emulator.Function, error) {
	return m.Choose(ctx, ref, nil)
}

func (m *meter) AsyncPolicy(context.Context, emulator.Reference) (emulator.AsyncPolicy, error) {
	return (*emulator.AsyncConfig)(nil).Policy(), nil
}

func (m *meter) Deliver(context.Context, *emulator.Delivery) error { return nil }

func (m *meter) summarize(result *Result) {
	slices.Sort(m.late)
	slices.Sort(m.floor)
	result.P50, result.P99, result.Max = part(m.late, 50), part(m.late, 99), m.late[len(m.late)-1]
	result.Floor50, result.Floor99 = part(m.floor, 50), part(m.floor, 99)
	result.Early, _ = slices.BinarySearch(m.late, 0)
}

// part returns a percentile.
func part(sorted []time.Duration, percent int) time.Duration {
	return sorted[len(sorted)*percent/100]
}
