package store

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/crash"
)

// NextDue returns the earliest due time of the tasks that wait, false when none does.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	return s.earliest(ctx, selectNextDue)
}

// earliest reads one time.
func (s *Store) earliest(ctx context.Context, text string) (at time.Time, found bool, err error) {
	err = s.read(ctx, func(c *conn) error {
		return c.each(ctx, text, nil, func(r row) error {
			at, found = r.time(0), true
			return nil
		})
	})
	return at, found, err
}

const (
	selectNextDue = "SELECT due_at FROM task WHERE status <= 2 ORDER BY due_at LIMIT 1"
	selectDue     = selectTask + "WHERE t.status <= 2 AND t.due_at <= ? ORDER BY t.due_at, t.sequence LIMIT ?"
	claimTask     = "UPDATE task SET status = 3, version = version + 1, events = ? WHERE sequence = ?"
)

// Claim takes up to limit tasks that are due at now, earliest first: they become Dequeued, with
// the event, and are the caller's. A claim is not synced to the disk; one that a loss of power
// undoes is made again.
func (s *Store) Claim(ctx context.Context, now time.Time, limit int) ([]*emulator.Task, error) {
	var claimed []*emulator.Task
	err := s.write(ctx, false, 512*limit, func(w *writer) (err error) {
		claimed, err = tasks(context.Background(), w.conn, selectDue, nanos(now), limited(limit))
		if err != nil {
			return err
		}
		for _, task := range claimed {
			if err := w.claim(task, now); err != nil {
				return err
			}
			crash.At(crash.ClaimCommit)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

func (w *writer) claim(task *emulator.Task, now time.Time) error {
	task.Status = emulator.TaskDequeued
	task.Version++
	task.Events = append(task.Events, emulator.TaskEvent{
		EventID:   int64(len(task.Events)) + 1,
		Status:    emulator.TaskDequeued,
		Timestamp: now.UnixMilli(),
	})
	events, err := encodeEvents(task.Events)
	if err != nil {
		return err
	}
	_, err = w.conn.exec(claimTask, events, task.Sequence)
	return err
}
