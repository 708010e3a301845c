package store

import (
	"context"
	"fmt"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

const (
	selectInbox = "SELECT sequence, delivery, received_at, destination, function, task, request_id, body, driven FROM inbox "
	insertInbox = `INSERT INTO inbox (delivery, received_at, destination, function, task, request_id, body, driven)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE delivery = ?1)`
	sweepInbox = "DELETE FROM inbox WHERE sequence <= (SELECT max(sequence) FROM inbox) - ?"
)

// Receive puts an outcome into the inbox, once: a second time it does nothing. Beyond
// emulator.MaxInbox messages the oldest go. Like the steps of the outbox it is not synced: the
// delivery leaves the outbox only later, so that a loss of power cannot take the one without the other.
// driven tells whether the time is a driven clock's.
func (s *Store) Receive(ctx context.Context, d *emulator.Delivery, body []byte, at time.Time, driven bool) error {
	return s.write(ctx, false, len(body), func(w *writer) error {
		if _, err := w.conn.exec(insertInbox, d.ID, nanos(at), d.Destination, d.Task.Function.Wire(), d.Task.ID, d.RequestID, solid(body), driven); err != nil {
			return refuseConstraint(err)
		}
		_, err := w.conn.exec(sweepInbox, int64(emulator.MaxInbox))
		return err
	})
}

// Inbox returns messages in the order of their arrival.
func (s *Store) Inbox(ctx context.Context, q emulator.InboxQuery) ([]emulator.InboxMessage, error) {
	where := inboxConditions(q)
	var found []emulator.InboxMessage
	err := s.read(ctx, func(c *conn) error {
		if q.Tail > 0 {
			first, err := c.number(ctx, "SELECT sequence FROM inbox "+where.text()+
				fmt.Sprintf(" ORDER BY sequence DESC LIMIT 1 OFFSET %d", q.Tail-1), where.args...)
			if err != nil {
				return err
			}
			where.add("sequence >= ?", first)
		}
		args := append(where.args, limited(q.Limit))
		return c.each(ctx, selectInbox+where.text()+" ORDER BY sequence LIMIT ?", args, func(r row) error {
			message := emulator.InboxMessage{
				Sequence:     r.int(0),
				Delivery:     r.int(1),
				ReceivedTime: r.time(2).UnixMilli(),
				Destination:  r.text(3),
				FunctionName: emulator.ParseName(r.text(4)).String(),
				TaskID:       r.text(5),
				RequestID:    r.text(6),
				Body:         r.blob(7),
			}
			if r.int(8) != 0 {
				message.Clock = emulator.ClockDriven
			}
			found = append(found, message)
			return nil
		})
	})
	return found, err
}

func inboxConditions(q emulator.InboxQuery) conditions {
	var where conditions
	if q.Destination != "" {
		where.add("destination = ?", q.Destination)
	}
	if q.Function != nil {
		where.add("function = ?", q.Function.Wire())
	}
	if q.After > 0 {
		where.add("sequence > ?", q.After)
	}
	return where
}
