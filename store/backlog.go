package store

import (
	"context"

	"github.com/fcemu/fcemu/emulator"
)

// Ended tasks, the many, are not looked at: the + keeps SQLite from going through all tasks by
// function. The name is looked up once a function.
const selectBacklog = `SELECT f.name, b.waiting, b.running, b.oldest FROM (
		SELECT t.function, sum(t.status <= 3) AS waiting, sum(t.status > 3) AS running,
			coalesce(min(CASE WHEN t.status <= 3 THEN t.due_at END), 0) AS oldest
		FROM task t WHERE t.status <= 5 GROUP BY +t.function) b
	CROSS JOIN function f ON f.id = b.function`

// Backlog counts the unfinished tasks of each function that has any, in no order. It reads them
// all, which takes some 50 ms for a hundred thousand; nothing on the way of a task needs it.
func (s *Store) Backlog(ctx context.Context) ([]emulator.Backlog, error) {
	var list []emulator.Backlog
	err := s.read(ctx, func(c *conn) error {
		return c.each(ctx, selectBacklog, nil, func(r row) error {
			list = append(list, emulator.Backlog{
				Function: emulator.ParseName(r.text(0)), Waiting: r.int(1), Running: r.int(2), OldestDue: r.time(3),
			})
			return nil
		})
	})
	return list, err
}
