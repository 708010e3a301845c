package async

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
	boundary "github.com/fcemu/fcemu/emulator/crash"
)

// Recover puts right what the end of the last emulator left behind; call it before Run. A task that
// was running has a failed attempt behind it and is retried at once while the rule allows; one that
// was claimed is due again; one that was being stopped is stopped.
func (q *Queue) Recover(ctx context.Context) error {
	tasks, err := q.store.Interrupted(ctx)
	if err != nil {
		return err
	}
	for _, task := range tasks {
		boundary.At(boundary.Recover)
		if _, err := q.change(ctx, task, q.options.resume); err != nil {
			return err
		}
	}
	return nil
}

// resume decides what becomes of an interrupted task.
func (o Options) resume(next *emulator.Task, now time.Time) (response, bool) {
	switch next.Status {
	case emulator.TaskDequeued:
		return requeue(next, now)
	case emulator.TaskRunning:
		return o.crashed(next, now)
	case emulator.TaskStopping:
		return stopped(next, now)
	}
	return response{}, false
}
