package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if helper() {
		return
	}
	goleak.VerifyTestMain(m)
}

// base is the time around which tests play; whole nanoseconds must survive.
func base() time.Time { return time.Date(2026, 11, 20, 10, 0, 0, 123456789, time.UTC) }

func open(t testing.TB) *store.Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "state.db"))
}

// openAt opens a store, with its background loop, for the length of the test.
func openAt(t testing.TB, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// newTask is a task of function f that is due at base.
func newTask(id string) *emulator.Task {
	return &emulator.Task{
		Key:        emulator.TaskKey{Function: emulator.Name{Function: "f"}, ID: id},
		Qualifier:  "prod",
		VersionID:  "4",
		RequestID:  "1-" + id,
		EnqueuedAt: base(),
		DueAt:      base(),
	}
}

func enqueue(t testing.TB, s *store.Store, tasks ...*emulator.Task) {
	t.Helper()
	for _, task := range tasks {
		if err := s.Enqueue(t.Context(), task); err != nil {
			t.Fatal(err)
		}
	}
}

// move appends the event and saves.
func move(t testing.TB, s *store.Store, task *emulator.Task, status emulator.TaskStatus) {
	t.Helper()
	step(task, status)
	if won, err := s.Save(t.Context(), task, false, nil); err != nil || !won {
		t.Fatalf("saving %s as %s: %v, %v", task.Key.ID, status, won, err)
	}
}

func step(task *emulator.Task, status emulator.TaskStatus) {
	task.Status = status
	if status.Terminal() {
		task.EndedAt = base().Add(time.Minute)
	}
	task.Events = append(task.Events, emulator.TaskEvent{
		EventID: int64(len(task.Events)) + 1, Status: status, Timestamp: base().UnixMilli(), EventDetail: "because <x>",
	})
}

func ids(tasks []*emulator.Task) []string {
	list := []string{}
	for _, task := range tasks {
		list = append(list, task.Key.ID)
	}
	return list
}
