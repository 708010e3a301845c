package destination

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// inboxPage is how many messages are read at a time.
const inboxPage = 100

// InboxStore keeps the messages.
type InboxStore interface {
	Receive(ctx context.Context, d *emulator.Delivery, body []byte, at time.Time, driven bool) error
	Inbox(ctx context.Context, q emulator.InboxQuery) ([]emulator.InboxMessage, error)
}

// Inbox holds the outcomes for destinations without a local service, to be read.
type Inbox struct {
	store InboxStore
	clock emulator.Clock

	mu      sync.Mutex
	arrived chan struct{} // closed at the next arrival
}

// NewInbox returns an inbox over store.
func NewInbox(store InboxStore, clock emulator.Clock) *Inbox {
	return &Inbox{store: store, clock: clock, arrived: make(chan struct{})}
}

func (i *Inbox) receive(ctx context.Context, d *emulator.Delivery, body []byte) error {
	if err := i.store.Receive(ctx, d, body, i.clock.Now(), i.clock.Driven()); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	close(i.arrived)
	i.arrived = make(chan struct{})
	return nil
}

func (i *Inbox) next() <-chan struct{} {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.arrived
}

// Read yields messages in the order of their arrival, in pages, so that a full inbox is not held in
// memory; with follow it goes on as they arrive, until ctx ends.
func (i *Inbox) Read(ctx context.Context, q emulator.InboxQuery, follow bool) iter.Seq2[emulator.InboxMessage, error] {
	q.Limit = inboxPage
	return func(yield func(emulator.InboxMessage, error) bool) {
		for {
			arrived := i.next() // before the look, so that nothing falls between
			page, err := i.store.Inbox(ctx, q)
			if err != nil {
				yield(emulator.InboxMessage{}, err)
				return
			}
			for _, message := range page {
				if !yield(message, nil) {
					return
				}
				q.After = message.Sequence
			}
			q.Tail = 0 // the first page has begun where the tail does
			if len(page) == inboxPage {
				continue
			}
			if !follow {
				return
			}
			select {
			case <-ctx.Done():
				yield(emulator.InboxMessage{}, context.Cause(ctx))
				return
			case <-arrived:
			}
		}
	}
}
