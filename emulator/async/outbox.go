package async

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
	boundary "github.com/fcemu/fcemu/emulator/crash"
)

// Values of destinationStatus.
const (
	destinationSucceeded = "Succeeded"
	destinationFailed    = "Failed"
)

const (
	deliveryTries = 8  // 0.5 s … 32 s apart, a minute in all
	deliveryBatch = 16 // deliveries at a time
)

// deliver brings outcomes to their destinations until ctx ends. What it does not finish stays in
// the store for the next start.
func (q *Queue) deliver(ctx context.Context) {
	timer := q.clock.NewTimer(q.longest())
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Reset(q.deliverDue(ctx))
		select {
		case <-ctx.Done():
		case <-timer.C():
		case <-q.outbox.rung:
		}
	}
}

// deliverDue delivers all that is due and returns when to look again.
func (q *Queue) deliverDue(ctx context.Context) time.Time {
	for empty := 0; ; {
		due, some, err := q.outbox.next(func() (time.Time, bool, error) { return q.store.NextDelivery(ctx) })
		now := q.clock.Now()
		if err == nil && (!some || due.After(now)) {
			return until(now, due, some)
		}
		q.outbox.forget()
		var batch []*emulator.Delivery
		if err == nil {
			batch, err = q.store.DueDeliveries(ctx, now, deliveryBatch)
		}
		if err == nil {
			err = q.deliverAll(ctx, batch)
		}
		switch {
		case ctx.Err() != nil:
			return q.longest()
		case err != nil:
			q.complain("outcomes could not be delivered", err)
			q.outbox.after(time.Second)
			return q.longest()
		case len(batch) == 0:
			if empty++; empty > 2 { // as in dispatcher.advance
				q.outbox.after(time.Millisecond)
				return q.longest()
			}
		}
	}
}

// deliverAll delivers a batch side by side, so that the enqueues of function destinations share
// one commit.
func (q *Queue) deliverAll(ctx context.Context, batch []*emulator.Delivery) error {
	var group sync.WaitGroup
	faults := make([]error, len(batch))
	for i, d := range batch {
		group.Go(func() { faults[i] = q.deliverOne(ctx, d) })
	}
	group.Wait()
	return errors.Join(faults...)
}

// deliverOne makes one try. The error is one of the store.
func (q *Queue) deliverOne(ctx context.Context, d *emulator.Delivery) error {
	boundary.At(boundary.DeliveryDue)
	err := q.sink.Deliver(ctx, d)
	boundary.At(boundary.DeliveryMade)
	d.Attempts++
	var refusal *emulator.Error
	permanent := errors.As(err, &refusal) && !temporary(refusal)
	switch {
	case err == nil:
		return q.finishDelivery(ctx, d, destinationSucceeded)
	case ctx.Err() != nil:
		return nil // the emulator ends: not the destination's fault
	case permanent || d.Attempts >= deliveryTries:
		q.tell(d.Task, d.RequestID, fmt.Sprintf("the outcome could not be sent to %s: %v", d.Destination, err))
		return q.finishDelivery(ctx, d, destinationFailed)
	}
	return q.store.DeferDelivery(ctx, d.ID, q.clock.Now().Add(q.options.wait(d.Attempts-1)), d.Attempts)
}
