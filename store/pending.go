package store

import (
	"context"
	"math"
	"time"
)

// The great number, of never, is math.MaxInt64. A task that was claimed a moment ahead of its due
// time still waits for it.
const selectPending = `SELECT
	min(coalesce((SELECT due_at FROM task WHERE status <= 2 ORDER BY due_at LIMIT 1), 9223372036854775807),
		coalesce((SELECT min(due_at) FROM task WHERE status = 3 AND due_at > ?), 9223372036854775807),
		coalesce((SELECT due_at FROM delivery ORDER BY due_at LIMIT 1), 9223372036854775807)),
	EXISTS (SELECT 1 FROM task WHERE status IN (4, 5)) OR
	EXISTS (SELECT 1 FROM task WHERE status = 3 AND due_at <= ?)`

// Pending returns the earliest time at which a waiting task or a delivery is due, false when there
// is none, and whether a task is in hand: running, being stopped, or claimed and due at now. Both
// are of one moment. A delivery that is under way is due until it has ended.
func (s *Store) Pending(ctx context.Context, now time.Time) (next time.Time, some, busy bool, err error) {
	err = s.read(ctx, func(c *conn) error {
		return c.each(ctx, selectPending, []any{nanos(now), nanos(now)}, func(r row) error {
			if due := r.int(0); due != math.MaxInt64 {
				next, some = fromNanos(due), true
			}
			busy = r.int(1) != 0
			return nil
		})
	})
	return next, some, busy, err
}
