package store

import (
	"context"
	"fmt"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/crash"
)

const updateTask = `UPDATE task SET version = version + 1, status = ?, due_at = ?, event_age = ?, first_run_at = ?, ended_at = ?,
	attempts = ?, throttles = ?, events = ?, instance_id = ?, duration_ms = ?, error = ?, result = ?, destination = ?
	WHERE sequence = ? AND version = ? AND (? >> status) & 1`

// Save writes what changes in a task's life, if the task in the store still has task.Version;
// then it counts Version up. It is false when somebody else saved first, or the task is gone. A
// delivery is put into the outbox in the same transaction and gets its ID. A move that the task's
// state doesn't allow is an error.
func (s *Store) Save(ctx context.Context, task *emulator.Task, durable bool, delivery *emulator.Delivery) (bool, error) {
	status, err := statusCode(task.Status)
	if err != nil {
		return false, err
	}
	events, err := encodeEvents(task.Events)
	if err != nil {
		return false, err
	}
	moves := movesTo(task.Status)
	result, apart := inline(task.Result)
	size := len(events) + len(task.Result) + 512
	if delivery != nil {
		size += len(delivery.Body)
	}
	var won bool
	var deliveryID int64
	err = s.write(ctx, durable, size, func(w *writer) error {
		changed, err := w.conn.exec(updateTask, status, nanos(task.DueAt), int64(task.Policy.EventAge), nanos(task.FirstRunAt), nanos(task.EndedAt),
			int64(task.Attempts), int64(task.Throttles), events, task.InstanceID, task.DurationMs, task.Error, result, task.Destination,
			task.Sequence, task.Version, moves)
		if causeOf(err) == causeConstraint {
			return refuse(fmt.Errorf("task %s cannot be saved as %s: %w", task.Key.ID, task.Status, err))
		}
		won = changed > 0
		if err != nil {
			return err
		}
		if !won {
			return w.whyNot(task)
		}
		deliveryID, err = w.saveMore(task.Sequence, apart, delivery)
		crash.At(crash.SaveCommit)
		return err
	})
	if err != nil || !won {
		return false, err
	}
	task.Version++
	if delivery != nil {
		delivery.ID = deliveryID
	}
	return true, nil
}

// whyNot tells a move that is not allowed from a save that somebody else was faster with.
func (w *writer) whyNot(task *emulator.Task) error {
	same, err := w.conn.number(context.Background(),
		"SELECT status FROM task WHERE sequence = ? AND version = ?", task.Sequence, task.Version)
	if err == nil && same != 0 {
		err = refuse(fmt.Errorf("task %s cannot go from %s to %s", task.Key.ID, statusOf(same), task.Status))
	}
	return err
}

// saveMore writes what has a table of its own. A result left in table result by an earlier save
// is shadowed by the row's and goes with the task.
func (w *writer) saveMore(sequence int64, result []byte, delivery *emulator.Delivery) (deliveryID int64, err error) {
	if result != nil {
		if _, err := w.conn.exec("INSERT OR REPLACE INTO result (task, bytes) VALUES (?, ?)", sequence, result); err != nil {
			return 0, err
		}
	}
	if delivery == nil {
		return 0, nil
	}
	return w.conn.number(context.Background(), `INSERT INTO delivery (task, request_id, destination, body, depth, due_at, attempts)
		VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		sequence, delivery.RequestID, delivery.Destination, solid(delivery.Body), int64(delivery.Depth), nanos(delivery.DueAt), int64(delivery.Attempts))
}
