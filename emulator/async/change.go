package async

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// response is what an outcome tells a destination about the last call (responseContext).
type response struct {
	StatusCode    int    `json:"statusCode"` // of the platform: not 200 = it could not run the function
	FunctionError string `json:"functionError"`
}

// edit moves a copy of a task on. It returns false where there is nothing to do; the response
// matters only when the task ends.
type edit func(next *emulator.Task, now time.Time) (response, bool)

// change applies an edit to the newest state of the task. Where somebody else saved first, the
// task is read again and the edit decides anew. It tells whether the edit was saved; task is then,
// or where the edit declined, the state that is stored.
func (q *Queue) change(ctx context.Context, task *emulator.Task, edit edit) (bool, error) {
	for {
		next := *task
		answer, wanted := edit(&next, q.clock.Now())
		if !wanted {
			return false, nil
		}
		q.source(&next, len(task.Events))
		saved, err := q.save(ctx, &next, answer)
		if err != nil {
			return false, err
		}
		if saved {
			*task = next
			return true, nil
		}
		fresh, err := q.store.Task(ctx, task.Key)
		if err != nil {
			return false, err
		}
		*task = *fresh
	}
}

// save writes one state of a task, with the delivery of its end, and wakes who waits for it.
// What a client was promised is synced; the steps in between may be lost with the power, since the
// task is then found in the state before and goes on from there.
func (q *Queue) save(ctx context.Context, next *emulator.Task, answer response) (bool, error) {
	var delivery *emulator.Delivery
	ended := next.Status.Terminal()
	if ended {
		delivery = q.outcomeOf(next, answer)
	}
	saved, err := q.store.Save(ctx, next, ended || next.Status == emulator.TaskStopping, delivery)
	if err != nil || !saved {
		return false, err
	}
	switch next.Status {
	case emulator.TaskEnqueued, emulator.TaskRetrying:
		q.due.sooner(next.DueAt)
	}
	if ended {
		q.options.Observer.Ended(next.Key.Function, next.Status)
		q.waiters.wake(next.Key)
	}
	if delivery != nil {
		q.outbox.sooner(delivery.DueAt)
	}
	return true, nil
}

// source says of the events from the given one on which clock dated them.
func (q *Queue) source(task *emulator.Task, from int) {
	if !q.clock.Driven() {
		return
	}
	for i := from; i < len(task.Events); i++ {
		task.Events[i].Clock = emulator.ClockDriven
	}
}

// begin writes the first event of a task.
func begin(task *emulator.Task, now time.Time) {
	task.Status = emulator.TaskEnqueued
	task.Events = []emulator.TaskEvent{event(1, emulator.TaskEnqueued, now, detail{})}
}

// move takes the task to another state and writes the event. It returns false, and changes
// nothing, where the state table does not allow the move.
func move(task *emulator.Task, to emulator.TaskStatus, now time.Time, about detail) bool {
	if !task.Status.CanBecome(to) {
		return false
	}
	id := int64(1)
	if n := len(task.Events); n > 0 {
		id = task.Events[n-1].EventID + 1
	}
	// The copy keeps the events of the task that this one was made of as they are.
	task.Events = append(task.Events[:len(task.Events):len(task.Events)], event(id, to, now, about))
	task.Status = to
	if to.Terminal() {
		task.EndedAt = now
	}
	return true
}
