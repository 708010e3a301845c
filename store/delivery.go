package store

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/crash"
)

const selectDueDeliveries = `SELECT d.id, f.name, t.id, d.request_id, d.destination, d.body, d.depth, d.due_at, d.attempts
	FROM delivery d CROSS JOIN task t ON t.sequence = d.task CROSS JOIN function f ON f.id = t.function
	WHERE d.due_at <= ? ORDER BY d.due_at, d.id LIMIT ?`

// NextDelivery returns the earliest due time of the outbox, false when it is empty.
func (s *Store) NextDelivery(ctx context.Context) (time.Time, bool, error) {
	return s.earliest(ctx, "SELECT due_at FROM delivery ORDER BY due_at LIMIT 1")
}

// DueDeliveries returns up to limit deliveries that are due at now, earliest first. They stay in
// the outbox until FinishDelivery.
func (s *Store) DueDeliveries(ctx context.Context, now time.Time, limit int) ([]*emulator.Delivery, error) {
	var due []*emulator.Delivery
	err := s.read(ctx, func(c *conn) error {
		return c.each(ctx, selectDueDeliveries, []any{nanos(now), limited(limit)}, func(r row) error {
			due = append(due, &emulator.Delivery{
				ID:          r.int(0),
				Task:        emulator.TaskKey{Function: emulator.ParseName(r.text(1)), ID: r.text(2)},
				RequestID:   r.text(3),
				Destination: r.text(4),
				Body:        r.blob(5),
				Depth:       int(r.int(6)),
				DueAt:       r.time(7),
				Attempts:    int(r.int(8)),
			})
			return nil
		})
	})
	return due, err
}

// DeferDelivery puts a delivery off until due. It does nothing when the delivery is gone. Like all
// steps of the outbox it is not synced: a delivery may be made twice after a loss of power.
func (s *Store) DeferDelivery(ctx context.Context, id int64, due time.Time, attempts int) error {
	return s.write(ctx, false, 0, func(w *writer) error {
		_, err := w.conn.exec("UPDATE delivery SET due_at = ?, attempts = ? WHERE id = ?", nanos(due), int64(attempts), id)
		return refuseConstraint(err)
	})
}

// FinishDelivery takes a delivery out of the outbox and notes on its task how it went: Succeeded
// or Failed. It does nothing when the delivery is gone.
func (s *Store) FinishDelivery(ctx context.Context, d *emulator.Delivery, status string) error {
	return s.write(ctx, false, 0, func(w *writer) error {
		task, err := w.conn.number(context.Background(), "DELETE FROM delivery WHERE id = ? RETURNING task", d.ID)
		if err != nil || task == 0 {
			return err
		}
		_, err = w.conn.exec("UPDATE task SET destination = ?, version = version + 1 WHERE sequence = ?", status, task)
		crash.At(crash.DeliveryCommit)
		return err
	})
}
