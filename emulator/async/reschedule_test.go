package async_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

func TestReschedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		p := policy()
		p.EventAge = time.Minute
		h.define("job", p, succeed)
		begun := time.Now()
		sooner := h.accept(call("job", "sooner"), 100*time.Second).Key
		later := h.accept(call("job", "later"), 100*time.Second).Key
		now := h.accept(call("job", "now"), 100*time.Second).Key
		time.Sleep(10 * time.Second)
		h.reschedule(sooner, 20*time.Second)
		h.reschedule(later, time.Hour)
		if _, err := h.queue.RunNow(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		h.halt() // it holds over a restart
		h.rebuild()
		h.start()
		for key, want := range map[emulator.TaskKey]time.Duration{now: 10 * time.Second, sooner: 30 * time.Second, later: 3610 * time.Second} {
			task := h.await(key)
			legal(t, task)
			if ran := task.FirstRunAt.Sub(begun); task.Status != emulator.TaskSucceeded || ran < want || ran > want+time.Millisecond {
				t.Errorf("%s: %s after %s, want %s", trail(task), task.Status, ran, want)
			}
		}
	})
}

func TestRescheduleOfARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{FirstStep: 100 * time.Second})
		p := policy()
		p.EventAge = 200 * time.Second
		h.define("job", p, fated([]int{5, 0}))
		key := h.accept(call("job", ""), 0).Key
		time.Sleep(10 * time.Second)
		refuses(t, 400, func() error { _, err := h.queue.Reschedule(t.Context(), key, 191*time.Second); return err }) // too old by then
		h.reschedule(key, 190*time.Second)
		if _, err := h.queue.RunNow(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		task := h.await(key)
		if ran := task.EndedAt.Sub(task.EnqueuedAt); task.Status != emulator.TaskSucceeded || ran > 11*time.Second {
			t.Errorf("%s after %s", trail(task), ran)
		}
		legal(t, task)
	})
}

func TestRescheduleRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{Workers: 1})
		h.define("job", policy(), hang)
		running := h.accept(call("job", ""), 0).Key
		synctest.Wait()
		queued := h.accept(call("job", ""), 0).Key
		delayed := h.accept(call("job", ""), time.Hour).Key
		task, err := h.queue.RunNow(t.Context(), queued) // due already: it keeps its place
		if err != nil || len(task.Events) != 1 {
			t.Errorf("%v %v", task, err)
		}
		move := func(key emulator.TaskKey, delay time.Duration) func() error {
			return func() error { _, err := h.queue.Reschedule(t.Context(), key, delay); return err }
		}
		refuses(t, 404, move(emulator.TaskKey{ID: "none"}, 0))
		refuses(t, 400, move(running, time.Second))
		refuses(t, 400, func() error { _, err := h.queue.RunNow(t.Context(), running); return err })
		refuses(t, 400, move(delayed, -time.Second))
		refuses(t, 400, move(delayed, emulator.MaxDelay+1))
		if task := h.task(delayed); len(task.Events) != 1 || task.DueAt.Sub(task.EnqueuedAt) != time.Hour {
			t.Errorf("a refusal changed the task: %s due %s", trail(task), task.DueAt)
		}
		if _, err := h.queue.StopAll(t.Context(), emulator.TaskQuery{}); err != nil {
			t.Fatal(err)
		}
		h.await(running)
		refuses(t, 400, move(delayed, time.Second))
	})
}

func TestStopAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), hang)
		h.define("other", policy(), succeed)
		var keys []emulator.TaskKey
		for range 600 { // more than a page
			keys = append(keys, h.accept(call("job", ""), time.Hour).Key)
		}
		running := h.accept(call("job", ""), 0).Key
		other := h.accept(call("other", ""), time.Hour).Key
		done := h.await(h.accept(call("other", ""), 0).Key)
		synctest.Wait() // the first one runs
		job := emulator.ParseName("job")
		refuses(t, 400, func() error {
			_, err := h.queue.StopAll(t.Context(), emulator.TaskQuery{Statuses: []emulator.TaskStatus{emulator.TaskRunning, emulator.TaskFailed}})
			return err
		})
		for i, one := range []struct {
			query emulator.TaskQuery
			want  int
		}{
			{emulator.TaskQuery{Function: &job, Statuses: []emulator.TaskStatus{emulator.TaskRunning}}, 1},
			{emulator.TaskQuery{Function: &job}, 600},
			{emulator.TaskQuery{Function: &job}, 0},
		} {
			if n, err := h.queue.StopAll(t.Context(), one.query); err != nil || n != one.want {
				t.Errorf("%d: %d stopped, want %d (%v)", i, n, one.want, err)
			}
		}
		for _, key := range append(keys, running) {
			if task := h.await(key); task.Status != emulator.TaskStopped {
				t.Fatalf("%s", trail(task))
			}
		}
		if h.task(other).Status != emulator.TaskEnqueued || h.task(done.Key).Status != emulator.TaskSucceeded {
			t.Error("tasks of another function were touched")
		}
	})
}

// refuses fails the test where do is not refused with a status.
func refuses(t *testing.T, status int, do func() error) {
	t.Helper()
	var refusal *emulator.Error
	if err := do(); !errors.As(err, &refusal) || refusal.Status != status {
		t.Errorf("%v, want a refusal with %d", err, status)
	}
}

// TestRescheduleRaces lets tasks be rescheduled and hurried while they are claimed, run and stopped.
func TestRescheduleRaces(t *testing.T) {
	h := newHouse(t, async.Options{Workers: 8, FirstStep: time.Millisecond})
	h.define("job", policy(), fated([]int{5, 0}))
	var keys []emulator.TaskKey
	for i := range 60 {
		name := fmt.Sprintf("job%d", i)
		h.define(name, policy(), fated([]int{5, 0}))
		keys = append(keys, h.accept(call(name, ""), time.Hour).Key)
	}
	ended := make(chan struct{})
	for i, key := range keys {
		go func() {
			defer func() { ended <- struct{}{} }()
			for range 5 {
				_, _ = h.queue.Reschedule(context.Background(), key, time.Duration(i%3)*time.Second)
				_, _ = h.queue.RunNow(context.Background(), key)
			}
			if i%4 == 0 {
				_ = h.queue.Stop(context.Background(), key)
			}
		}()
	}
	for range keys {
		<-ended
	}
	for _, key := range keys {
		_, _ = h.queue.RunNow(context.Background(), key)
		task := h.await(key)
		legal(t, task)
		if task.Status != emulator.TaskSucceeded && task.Status != emulator.TaskStopped {
			t.Errorf("%s", trail(task))
		}
	}
}
