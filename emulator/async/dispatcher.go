package async

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// dispatcher claims what is due and starts it. All its fields belong to the goroutine of run.
//
// Fairness: tasks start in the order in which they came due, but one function gets at most three
// quarters of the workers, so that its slow runs leave room for others. Tasks above the share are
// parked, a few of them: as many as let the dispatcher see behind a burst of one function.
type dispatcher struct {
	*Queue
	share  int // workers that one function may have
	window int // tasks that may be parked

	running int
	busy    map[emulator.Name]int
	parked  []*emulator.Task
	done    chan emulator.Name
}

func newDispatcher(q *Queue) *dispatcher {
	workers := q.options.Workers
	return &dispatcher{
		Queue: q, share: q.options.share(), window: 4 * workers,
		busy: map[emulator.Name]int{},
		done: make(chan emulator.Name, workers),
	}
}

// lead is how long before its due time a task is claimed: what a claim takes, so that the store
// works while we would be waiting. The run itself begins at the due time, never before.
const lead = 250 * time.Microsecond

// run works until ctx ends, then waits for what is running.
func (d *dispatcher) run(ctx context.Context) {
	timer := d.clock.NewTimer(d.longest())
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Reset(d.advance(ctx))
		select {
		case <-ctx.Done():
		case <-timer.C():
		case <-d.due.rung:
		case name := <-d.done:
			d.ended(name)
		}
		for len(d.done) > 0 { // one look at the store for all that ended
			d.ended(<-d.done)
		}
	}
	d.drain(ctx)
}

// advance starts all that can be started now and returns when to look again.
func (d *dispatcher) advance(ctx context.Context) time.Time {
	for empty := 0; ; {
		d.startParked(ctx)
		room := min(d.options.Workers-d.running, d.window-len(d.parked))
		if room <= 0 {
			d.due.forget() // the end of a run wakes us; new tasks need not
			return d.longest()
		}
		due, some, err := d.due.next(func() (time.Time, bool, error) { return d.store.NextDue(ctx) })
		if err != nil {
			return d.trouble(ctx, "the next task could not be looked up", err)
		}
		now := d.clock.Now()
		if !some || due.After(now.Add(lead)) {
			return until(now, due.Add(-lead), some)
		}
		d.due.forget()
		tasks, err := d.store.Claim(ctx, later(now, due), room)
		if err != nil {
			return d.trouble(ctx, "due tasks could not be claimed", err)
		}
		if len(tasks) == 0 {
			// We were told of a task that a claim had found already, or that was stopped: ask the
			// store. One that keeps contradicting itself must not make this a hot loop.
			if empty++; empty > 2 {
				d.due.after(time.Millisecond)
				return d.longest()
			}
		}
		for _, task := range tasks { // stored with the next event
			d.source(task, len(task.Events)-1)
		}
		d.parked = append(d.parked, tasks...)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// startParked starts parked tasks in order, passing over functions that have their share.
func (d *dispatcher) startParked(ctx context.Context) {
	kept := d.parked[:0]
	for _, task := range d.parked {
		name := task.Key.Function
		if d.running == d.options.Workers || d.busy[name] >= d.share {
			kept = append(kept, task)
			continue
		}
		d.running++
		d.busy[name]++
		go func() {
			defer func() { d.done <- name }()
			d.attempt(ctx, task)
		}()
	}
	clear(d.parked[len(kept):])
	d.parked = kept
}

func (d *dispatcher) ended(name emulator.Name) {
	d.running--
	if d.busy[name]--; d.busy[name] == 0 {
		delete(d.busy, name)
	}
}

// drain puts back what was parked and waits for the runs, first as long as they may take, then
// having cancelled them.
func (d *dispatcher) drain(ctx context.Context) {
	for _, task := range d.parked {
		if _, err := d.change(context.WithoutCancel(ctx), task, unclaim); err != nil {
			d.complain("a task could not be put back", err)
		}
	}
	grace := time.NewTimer(max(d.options.Grace, 0)) // real time: a frozen clock must not hold the end
	defer grace.Stop()
	for d.running > 0 {
		select {
		case name := <-d.done:
			d.ended(name)
		case <-grace.C:
			d.runs.close()
		}
	}
	d.runs.close()
}

// unclaim undoes a claim.
func unclaim(next *emulator.Task, now time.Time) (response, bool) {
	if next.Status != emulator.TaskDequeued {
		return response{}, false
	}
	return requeue(next, now)
}

// trouble reports a fault of the store and has it tried again in a second.
func (d *dispatcher) trouble(ctx context.Context, what string, err error) time.Time {
	if ctx.Err() == nil {
		d.complain(what, err)
	}
	d.due.after(time.Second)
	return d.longest()
}
