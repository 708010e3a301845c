package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Random operations on the store and on a plain list of tasks lead to the same answers, also
// after the store was closed and opened again.
func TestStoreBehavesLikeAList(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		folder, err := os.MkdirTemp(dir, "model")
		if err != nil {
			t.Fatal(err)
		}
		m := &model{ctx: context.Background(), path: filepath.Join(folder, "state.db")}
		m.open(t)
		defer m.close(t)
		t.Repeat(map[string]func(*rapid.T){
			"enqueue": m.enqueue, "claim": m.claim, "save": m.save, "sweep": m.sweep, "reopen": m.reopen, "": m.check,
		})
	})
}

type model struct {
	ctx   context.Context
	path  string
	store *store.Store
	tasks []*emulator.Task
}

func (m *model) open(t *rapid.T) {
	var err error
	if m.store, err = store.Open(m.ctx, m.path); err != nil {
		t.Fatal(err)
	}
}

func (m *model) close(t *rapid.T) {
	if err := m.store.Close(); err != nil {
		t.Fatal(err)
	}
}

func (m *model) reopen(t *rapid.T) {
	m.close(t)
	m.open(t)
}

func (m *model) enqueue(t *rapid.T) {
	task := newTask(fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "id")))
	task.Key.Function.Function = rapid.SampledFrom([]string{"f", "g"}).Draw(t, "function")
	task.DueAt = base().Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "delay")) * time.Second)
	task.Payload = rapid.SampledFrom([][]byte{nil, []byte("small"), make([]byte, 5000)}).Draw(t, "payload")
	err := m.store.Enqueue(m.ctx, task)
	if taken := m.find(task.Key) != nil; taken != (err != nil) {
		t.Fatalf("taken %v, but %v", taken, err)
	}
	if err == nil {
		m.tasks = append(m.tasks, task)
	}
}

func (m *model) claim(t *rapid.T) {
	now := base().Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "now")) * time.Second)
	limit := rapid.IntRange(1, 4).Draw(t, "limit")
	var due []*emulator.Task
	for _, task := range m.tasks {
		if m.waits(task) && !task.DueAt.After(now) {
			due = append(due, task)
		}
	}
	slices.SortStableFunc(due, func(a, b *emulator.Task) int { return a.DueAt.Compare(b.DueAt) })
	due = due[:min(limit, len(due))]
	for _, task := range due {
		task.Status = emulator.TaskDequeued
		task.Version++
		task.Events = append(task.Events, emulator.TaskEvent{EventID: int64(len(task.Events)) + 1, Status: task.Status, Timestamp: now.UnixMilli()})
	}
	got, err := m.store.Claim(m.ctx, now, limit)
	m.same(t, due, got, err)
}

func (m *model) save(t *rapid.T) {
	if len(m.tasks) == 0 {
		t.Skip("no task")
	}
	task := rapid.SampledFrom(m.tasks).Draw(t, "task")
	next := *task
	next.Events = slices.Clone(task.Events)
	step(&next, rapid.SampledFrom(emulator.TaskStatuses()).Draw(t, "status"))
	next.Result = rapid.SampledFrom([][]byte{nil, []byte("r"), make([]byte, 6000)}).Draw(t, "result")
	next.Attempts++
	stale := rapid.Bool().Draw(t, "stale")
	if stale {
		next.Version--
	}
	if !next.Status.Terminal() {
		next.EndedAt = time.Time{}
	}
	legal := next.Status == task.Status || task.Status.CanBecome(next.Status)
	won, err := m.store.Save(m.ctx, &next, rapid.Bool().Draw(t, "durable"), nil)
	if want := legal && !stale; won != want || (err == nil) != (legal || stale) {
		t.Fatalf("%s to %s, stale %v: %v, %v", task.Status, next.Status, stale, won, err)
	}
	if won {
		*task = next
	}
}

func (m *model) sweep(t *rapid.T) {
	limit := rapid.IntRange(1, 3).Draw(t, "limit")
	ended := 0
	for _, task := range m.tasks {
		if task.Status.Terminal() {
			ended++
		}
	}
	swept, err := m.store.SweepTasks(m.ctx, base().Add(time.Hour), limit)
	if err != nil || swept != min(ended, limit) {
		t.Fatalf("swept %d of %d, limit %d: %v", swept, ended, limit, err)
	}
	// Which of those that ended at the same time went is the store's choice.
	m.tasks = slices.DeleteFunc(m.tasks, func(task *emulator.Task) bool {
		_, err := m.store.Task(m.ctx, task.Key)
		return err != nil && task.Status.Terminal()
	})
}

// check compares everything after each operation.
func (m *model) check(t *rapid.T) {
	got, err := m.store.Tasks(m.ctx, emulator.TaskQuery{Ascending: true, IncludePayload: true})
	m.same(t, m.tasks, got, err)
	var earliest time.Time
	counts := map[emulator.TaskStatus]int64{}
	for _, task := range m.tasks {
		counts[task.Status]++
		if m.waits(task) && (earliest.IsZero() || task.DueAt.Before(earliest)) {
			earliest = task.DueAt
		}
	}
	due, found, err := m.store.NextDue(m.ctx)
	if err != nil || found == earliest.IsZero() || !due.Equal(earliest) {
		t.Fatalf("NextDue %v %v %v, want %v", due, found, err, earliest)
	}
	stored, err := m.store.CountTasks(m.ctx)
	if diff := cmp.Diff(counts, stored); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
}

func (m *model) waits(task *emulator.Task) bool {
	return task.Status == emulator.TaskEnqueued || task.Status == emulator.TaskRetrying
}

func (m *model) find(key emulator.TaskKey) *emulator.Task {
	for _, task := range m.tasks {
		if task.Key == key {
			return task
		}
	}
	return nil
}

func (m *model) same(t *rapid.T, want, got []*emulator.Task, err error) {
	if err == nil && (len(want) == 0 && len(got) == 0 || reflect.DeepEqual(want, got)) {
		return // cmp is slow on payloads
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
}
