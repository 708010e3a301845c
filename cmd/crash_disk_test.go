package cmd_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // to write a database of an older schema

	"github.com/fcemu/fcemu/emulator"
)

// TestCrashMatrixMigration kills the emulator before and after the commit of every schema step,
// with tasks that an emulator of the first schema had accepted.
func TestCrashMatrixMigration(t *testing.T) {
	needs(t, "python3")
	program, err := buildCrashing()
	if err != nil {
		t.Fatal(err)
	}
	steps, err := filepath.Glob("../store/migration/*.sql")
	if err != nil || len(steps) == 0 {
		t.Fatal(steps, err)
	}
	h := newHouse(t)
	h.deployOnly(t)
	state := filepath.Join(h.folder, ".fcemu", "state.db")
	deployed := filepath.Join(h.folder, "deployed.db")
	if err := os.Rename(state, deployed); err != nil {
		t.Fatal(err)
	}
	for i := range steps {
		h.kill(t, program, "migrate", nil)
		h.kill(t, program, "migrated", nil)
		if i == 0 {
			h.acceptInFirstSchema(t, state, deployed)
		}
	}
	h.checkAfter(t)
}

// deployOnly runs an emulator for as long as it takes to deploy the functions.
func (h *house) deployOnly(t *testing.T) {
	t.Helper()
	r := startIn(t, h.folder)
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.command.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, r.output)
	}
}

// acceptInFirstSchema writes waiting tasks with what the first schema has, and the catalogue of
// another database.
func (h *house) acceptInFirstSchema(t *testing.T, state, deployed string) {
	t.Helper()
	db, err := sql.Open("sqlite3", state)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // an attached database belongs to one connection
	run := func(text string, values ...any) {
		t.Helper()
		if _, err := db.Exec(text, values...); err != nil {
			t.Fatal(err)
		}
	}
	run("ATTACH ? AS deployed", deployed)
	run("INSERT INTO record SELECT kind, parent, name, etag, created, modified, document FROM deployed.record")
	now := time.Now().Add(-time.Second).UnixNano()
	for i, key := range submissions {
		run("INSERT OR IGNORE INTO function (name) VALUES (?)", key.Function.Wire())
		run(`INSERT INTO task (sequence, function, id, qualifier, request_id, task_mode, retry_attempts, event_age,
			on_success, on_failure, depth, enqueued_at, payload, due_at)
			SELECT ?, id, ?, 'LATEST', ?, 1, 3, ?, ?, ?, 0, ?, ?, ? FROM function WHERE name = ?`,
			i+1, key.ID, fmt.Sprintf("1-%08x-%08x-%012x", i, i, i), int64(24*time.Hour), sinkARN, sinkARN, now, []byte(key.ID), now, key.Function.Wire())
		h.accepted[key] = true
	}
}

// TestCrashMatrixRetention kills the emulator in the first and in the second batch of the sweep.
func TestCrashMatrixRetention(t *testing.T) {
	needs(t, "python3")
	program, err := buildCrashing()
	if err != nil {
		t.Fatal(err)
	}
	const old, batch = 450, 200
	h := newHouse(t)
	h.deployOnly(t)
	h.endLongAgo(t, old)
	for i, left := range []int{old, old - batch} {
		h.kill(t, program, fmt.Sprintf("sweep-commit:%d", i+1), nil)
		if n := h.past(t); n != left+2 {
			t.Errorf("%d old tasks are left after the kill in batch %d, want %d", n, i+1, left+2)
		}
	}
	h.checkAfter(t)
	if n := h.past(t); n > 2 { // the young one, and perhaps the one that was delivered only now
		t.Errorf("%d of %d tasks are left", n, old)
	}
	if h.runs()["sink undelivered"] == 0 {
		t.Error("an outcome that waited longer than the retention was lost")
	}
}

func (h *house) past(t *testing.T) (count int) {
	t.Helper()
	for key := range h.stored(t) {
		if key.Function.Function == "past" {
			count++
		}
	}
	return count
}

// endLongAgo fills the store with tasks that ended before the retention began, one of them with
// its outcome still in the outbox, and one that ended yesterday; and with work that waits.
func (h *house) endLongAgo(t *testing.T, old int) {
	t.Helper()
	s := h.open(t)
	defer s.Close()
	end := func(id string, ago time.Duration, delivery *emulator.Delivery) {
		then := time.Now().Add(-ago)
		task := &emulator.Task{Key: emulator.TaskKey{Function: emulator.Name{Function: "past"}, ID: id}, Qualifier: "LATEST",
			RequestID: "r-" + id, EnqueuedAt: then, DueAt: then}
		if err := s.Enqueue(t.Context(), task); err != nil {
			t.Error(err)
			return
		}
		task.Status, task.EndedAt = emulator.TaskExpired, then
		task.Events = append(task.Events, emulator.TaskEvent{EventID: 2, Status: task.Status, Timestamp: then.UnixMilli()})
		if delivery != nil {
			delivery.Task = task.Key
		}
		if saved, err := s.Save(t.Context(), task, true, delivery); !saved || err != nil {
			t.Error(saved, err)
		}
	}
	const day = 24 * time.Hour
	var all sync.WaitGroup // side by side: they share commits
	for i := range old {
		all.Go(func() { end(fmt.Sprint("old", i), 8*day, nil) })
	}
	all.Wait()
	end("young", day, nil)
	end("undelivered", 9*day, &emulator.Delivery{RequestID: "r", Destination: sinkARN, Depth: 1,
		Body: []byte(`{"requestPayload":"undelivered"}`), DueAt: time.Now()})
	now := time.Now()
	for _, key := range submissions {
		policy := emulator.AsyncPolicy{RetryAttempts: 3, EventAge: day, OnSuccess: sinkARN, OnFailure: sinkARN, TaskMode: true}
		task := &emulator.Task{Key: key, Qualifier: "LATEST", RequestID: "r-" + key.ID, TaskMode: true, Policy: policy,
			Payload: []byte(key.ID), EnqueuedAt: now, DueAt: now.Add(time.Second)}
		if err := s.Enqueue(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		h.accepted[key] = true
	}
}
