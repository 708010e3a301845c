package async

import (
	"context"
	"time"
)

const (
	sweepEvery = time.Hour
	sweepBatch = 200 // rows in one transaction: short, so that enqueues hardly wait
)

// sweep forgets tasks that ended longer ago than Options.Retention.
func (q *Queue) sweep(ctx context.Context) {
	timer := q.clock.NewTimer(q.clock.Now().Add(sweepEvery))
	defer timer.Stop()
	for ctx.Err() == nil {
		for ctx.Err() == nil {
			swept, err := q.store.SweepTasks(ctx, q.clock.Now().Add(-q.options.Retention), sweepBatch)
			if err != nil && ctx.Err() == nil {
				q.complain("old tasks could not be removed", err)
			}
			if err != nil || swept < sweepBatch {
				break
			}
		}
		timer.Reset(q.clock.Now().Add(sweepEvery))
		select {
		case <-ctx.Done():
		case <-timer.C():
		}
	}
}
