package storebench

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
)

// Target is one way of keeping tasks. Enqueue returns when the task is safe on the disk.
type Target interface {
	Enqueue(ctx context.Context) error
	Close() error
}

// Opener makes a target in an empty folder. payload is in bytes.
type Opener func(ctx context.Context, dir string, payload int) (Target, error)

// Grouped is the store as it is used.
func Grouped(ctx context.Context, dir string, payload int) (Target, error) {
	return openStore(ctx, dir, payload)
}

// PerRequest is the same store and schema with one commit for each task.
func PerRequest(ctx context.Context, dir string, payload int) (Target, error) {
	return openStore(ctx, dir, payload, store.GroupLimit(1))
}

// Tasks is a store that is fed with tasks.
type Tasks struct {
	Store   *store.Store
	ids     *emulator.IDs
	payload []byte
	name    emulator.Name
	stop    context.CancelFunc
	ended   chan error
}

func openStore(ctx context.Context, dir string, payload int, options ...store.Option) (Target, error) {
	s, err := store.Open(ctx, filepath.Join(dir, "state.db"), options...)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	t := &Tasks{
		Store:   s,
		ids:     emulator.NewIDs(),
		payload: filler(payload),
		name:    emulator.Name{Function: "bench"},
		stop:    stop,
		ended:   make(chan error, 1),
	}
	go func() { t.ended <- s.Run(ctx) }()
	return t, nil
}

// Enqueue accepts one task that is due at once.
func (t *Tasks) Enqueue(ctx context.Context) error {
	now := time.Now()
	id := t.ids.Request(now)
	return t.Store.Enqueue(ctx, &emulator.Task{
		Key:        emulator.TaskKey{Function: t.name, ID: id},
		Qualifier:  emulator.LatestVersion,
		RequestID:  id,
		TaskMode:   true,
		Policy:     emulator.AsyncPolicy{TaskMode: true, RetryAttempts: emulator.DefaultRetryAttempts, EventAge: emulator.DefaultEventAge},
		Payload:    t.payload,
		EnqueuedAt: now,
		DueAt:      now,
	})
}

// Close ends the store.
func (t *Tasks) Close() error {
	t.stop()
	if err := <-t.ended; err != nil {
		return err
	}
	return t.Store.Close()
}

// filler is a payload that does not compress to nothing.
func filler(size int) []byte {
	bytes := make([]byte, size)
	for i := range bytes {
		bytes[i] = byte(i*131 + i>>8)
	}
	return bytes
}
