package async

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Observer is told of what happens to tasks, for counting. Its methods are called on the way of a
// task, from any goroutine, so they have to be quick.
type Observer interface {
	Enqueued(function emulator.Name)                                 // accepted: it is on the disk
	Started(function emulator.Name, delay time.Duration, retry bool) // a run begins, delay after its due time
	Ended(function emulator.Name, status emulator.TaskStatus)        // it reached a terminal state
	Delivered(function emulator.Name, reached bool)                  // its outcome arrived, or was given up
}

// started tells of a run that begins. A retry is any run but the first, whatever ended the one
// before.
func (q *Queue) started(task *emulator.Task) {
	q.options.Observer.Started(task.Key.Function, q.clock.Now().Sub(task.DueAt), task.Attempts+task.Throttles > 1)
}

// finishDelivery takes an outcome out of the outbox and tells so.
func (q *Queue) finishDelivery(ctx context.Context, d *emulator.Delivery, status string) error {
	if err := q.store.FinishDelivery(ctx, d, status); err != nil {
		return err
	}
	q.options.Observer.Delivered(d.Task.Function, status == destinationSucceeded)
	return nil
}

// nobody observes where the options name none.
type nobody struct{}

func (nobody) Enqueued(emulator.Name)                     {}
func (nobody) Started(emulator.Name, time.Duration, bool) {}
func (nobody) Ended(emulator.Name, emulator.TaskStatus)   {}
func (nobody) Delivered(emulator.Name, bool)              {}
