package async

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// RunNow makes a task that waits for its time, delayed or between two tries, due at once. A task
// that is due already keeps its place in the queue. Other states are refused (InvalidArgument).
func (q *Queue) RunNow(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error) {
	return q.reschedule(ctx, key, 0, runNow)
}

// Reschedule gives a task that waits another due time: delay from now, 0…3600 s as at submission.
// The event age of a task that was never tried counts from its due time, so it moves along; a task
// that is being retried keeps its own, and a time beyond that is refused (InvalidArgument), as are
// tasks that run or have ended. It is on the disk when Reschedule returns.
func (q *Queue) Reschedule(ctx context.Context, key emulator.TaskKey, delay time.Duration) (*emulator.Task, error) {
	if delay < 0 || delay > emulator.MaxDelay {
		return nil, emulator.InvalidArgument("the delay must be between 0 and %d seconds", int(emulator.MaxDelay.Seconds()))
	}
	return q.reschedule(ctx, key, delay, rescheduled)
}

// reschedule saves by version: where the dispatcher, a stop or another caller was first, the task
// is read again and judged anew.
func (q *Queue) reschedule(ctx context.Context, key emulator.TaskKey, delay time.Duration, why reason) (*emulator.Task, error) {
	for {
		task, err := q.store.Task(ctx, key)
		if err != nil {
			return nil, err
		}
		now := q.clock.Now()
		if why == runNow && waits(task) && !task.DueAt.After(now) {
			return task, nil
		}
		known := len(task.Events)
		if err := putOff(task, now, now.Add(delay), why); err != nil {
			return nil, err
		}
		q.source(task, known)
		saved, err := q.store.Save(ctx, task, true, nil)
		if err != nil {
			return nil, err
		}
		if saved {
			q.due.sooner(task.DueAt) // a later time needs no word: the dispatcher finds nothing and looks again
			return task, nil
		}
	}
}

func waits(task *emulator.Task) bool {
	return task.Status == emulator.TaskEnqueued || task.Status == emulator.TaskRetrying
}

// putOff gives a task its new due time, earlier or later.
func putOff(task *emulator.Task, now, due time.Time, why reason) error {
	if !waits(task) {
		return emulator.InvalidArgument("async task '%s' does not wait for its time: it is %s", task.Key.ID, task.Status)
	}
	about := detail{Reason: why, Due: due.UnixMilli(), From: task.DueAt.UnixMilli()}
	if task.Status == emulator.TaskRetrying {
		about.Error = task.Error
	}
	if task.Attempts+task.Throttles == 0 {
		task.Policy.EventAge += due.Sub(task.DueAt)
	}
	if due.After(deadline(task)) {
		return emulator.InvalidArgument("async task '%s' would be too old by then: it may run for the last time in %s",
			task.Key.ID, span(deadline(task).Sub(now)))
	}
	task.DueAt = due
	move(task, task.Status, now, about)
	return nil
}
