package async

import (
	"context"
	"errors"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/fcemu/fcemu/emulator"
)

const (
	stopPage = 512 // tasks that are looked up at a time
	stopSide = 64  // stops side by side, so that they share commits
)

// StopAll stops the unfinished tasks that query selects, as Stop does each, and returns how many
// it stopped. Tasks that are submitted meanwhile are left alone, and so are those that end by
// themselves first. A state in which a task has ended is refused (InvalidArgument).
func (q *Queue) StopAll(ctx context.Context, query emulator.TaskQuery) (int, error) {
	for _, status := range query.Statuses {
		if status.Terminal() {
			return 0, emulator.InvalidArgument("tasks that are %s have ended and cannot be stopped", status)
		}
	}
	if len(query.Statuses) == 0 {
		query.Statuses = unfinished()
	}
	if now := q.clock.Now(); query.End.IsZero() || query.End.After(now) {
		query.End = now
	}
	query.Ascending, query.IncludePayload, query.Limit = true, false, stopPage
	for total := 0; ; {
		tasks, err := q.store.Tasks(ctx, query)
		if err != nil || len(tasks) == 0 {
			return total, err
		}
		stopped, err := q.stopEach(ctx, tasks)
		if total += stopped; err != nil {
			return total, err
		}
		query.After = tasks[len(tasks)-1].Sequence
	}
}

func (q *Queue) stopEach(ctx context.Context, tasks []*emulator.Task) (int, error) {
	var stopped atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(stopSide)
	for _, task := range tasks {
		group.Go(func() error {
			err := q.Stop(ctx, task.Key)
			var refusal *emulator.Error
			switch {
			case err == nil:
				stopped.Add(1)
			case errors.As(err, &refusal) && refusal.Status < 500:
				return nil // it has ended, or is gone
			}
			return err
		})
	}
	err := group.Wait()
	return int(stopped.Load()), err
}

// unfinished are the states that a stop makes sense in, Stopping not among them.
func unfinished() []emulator.TaskStatus {
	return []emulator.TaskStatus{emulator.TaskEnqueued, emulator.TaskDequeued, emulator.TaskRunning, emulator.TaskRetrying}
}
