package async

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
	boundary "github.com/fcemu/fcemu/emulator/crash"
)

// Stop ends a task: one that waits never runs, one that runs is cancelled with
// emulator.ErrStopped. It returns once the stop is on the disk, not once the run has ended; Await
// does that. Stopping twice is no error; a task that has ended cannot be stopped (InvalidArgument).
func (q *Queue) Stop(ctx context.Context, key emulator.TaskKey) error {
	task, err := q.store.Task(ctx, key)
	if err != nil {
		return err
	}
	before := task.Status
	changed, err := q.change(ctx, task, func(next *emulator.Task, now time.Time) (response, bool) {
		before = next.Status
		return stop(next, now)
	})
	boundary.At(boundary.Stopping)
	switch {
	case err != nil:
		return err
	case !changed && before == emulator.TaskStopping:
		return nil
	case !changed:
		return emulator.InvalidArgument("async task '%s' has ended already: it is %s", key.ID, before)
	case before == emulator.TaskRunning && q.runs.stop(key):
		return nil // who runs it writes its end
	}
	// Nobody runs it, or no longer; who might have begun to finds it stopped.
	_, err = q.change(context.WithoutCancel(ctx), task, stopped)
	return err
}
