package store

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/crash"
)

const (
	deleteEnded = `DELETE FROM task WHERE sequence IN (
		SELECT t.sequence FROM task t WHERE t.status >= 6 AND t.ended_at < ?
		AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.task = t.sequence)
		ORDER BY t.ended_at LIMIT ?)`
	selectCounts = "SELECT status, count(*) FROM task GROUP BY status"
)

// SweepTasks deletes up to limit tasks that ended before endedBefore, the longest ended first, and
// returns how many. Tasks whose outcome waits in the outbox stay.
func (s *Store) SweepTasks(ctx context.Context, endedBefore time.Time, limit int) (int, error) {
	var swept int64
	err := s.write(ctx, false, 0, func(w *writer) (err error) {
		swept, err = w.conn.exec(deleteEnded, nanos(endedBefore), limited(limit))
		if swept > 0 {
			crash.At(crash.SweepCommit)
		}
		return err
	})
	return int(swept), err
}

// CountTasks counts the tasks in each state that has any. It reads an index from end to end, which
// takes some 30 ms for a million tasks; nothing on the way of a task needs it.
func (s *Store) CountTasks(ctx context.Context) (map[emulator.TaskStatus]int64, error) {
	counts := make(map[emulator.TaskStatus]int64)
	err := s.read(ctx, func(c *conn) error {
		return c.each(ctx, selectCounts, nil, func(r row) error {
			counts[statusOf(r.int(0))] = r.int(1)
			return nil
		})
	})
	return counts, err
}
