package store

import (
	"context"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/crash"
)

const insertTask = `INSERT INTO task (sequence, function, id, qualifier, request_id, task_mode,
	retry_attempts, event_age, on_success, on_failure, depth, enqueued_at, http, payload, due_at, version_id)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// Enqueue accepts a task: when it returns without error, the task survives a loss of power. It
// sets Sequence, Version, Status and the first event. A second task with the same id in one
// function is emulator.TaskExists.
func (s *Store) Enqueue(ctx context.Context, task *emulator.Task) error {
	request, err := encodeHTTP(task.HTTP)
	if err != nil {
		return err
	}
	payload, apart := inline(task.Payload)
	var sequence int64
	err = s.write(ctx, true, len(task.Payload)+256, func(w *writer) error {
		function, err := w.functionID(task.Key.Function)
		if err != nil {
			return err
		}
		w.sequence++
		sequence = w.sequence
		_, err = w.conn.exec(insertTask, sequence, function, task.Key.ID, task.Qualifier, task.RequestID, taskModes(task),
			int64(task.Policy.RetryAttempts), int64(task.Policy.EventAge), task.Policy.OnSuccess, task.Policy.OnFailure,
			int64(task.Depth), nanos(task.EnqueuedAt), request, payload, nanos(task.DueAt), task.VersionID)
		if duplicate(err) {
			return refuse(emulator.TaskExists(task.Key))
		}
		if err != nil {
			return refuseConstraint(err)
		}
		if apart != nil {
			_, err = w.conn.exec("INSERT INTO payload (task, bytes) VALUES (?, ?)", sequence, apart)
		}
		crash.At(crash.AcceptCommit)
		return err
	})
	if err != nil {
		return err
	}
	task.Sequence, task.Version, task.Status = sequence, 1, emulator.TaskEnqueued
	task.Events = []emulator.TaskEvent{firstEvent(task.EnqueuedAt, taskModes(task))}
	return nil
}
