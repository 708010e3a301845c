package async_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

func TestStopOfATaskThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{Workers: 1})
		h.define("job", policy(), succeed)
		h.define("broken", policy(), fail)
		h.define("slow", policy(), hang)
		retrying := h.accept(call("broken", ""), 0)
		time.Sleep(10 * time.Second) // tries at 0, 0.5, 1.5, 3.5 s: failed; so look at a fresh one
		if task := h.task(retrying.Key); task.Status != emulator.TaskFailed {
			t.Fatalf("%s", trail(task))
		}
		retrying = h.accept(call("broken", ""), 0)
		delayed := h.accept(call("job", ""), time.Hour)
		time.Sleep(time.Second)
		h.accept(call("slow", ""), 0)
		synctest.Wait()
		queued := h.accept(call("job", ""), 0)
		for _, one := range []struct {
			task *emulator.Task
			want string
		}{
			{delayed, "Enqueued Stopping Stopped"},
			{queued, "Enqueued Stopping Stopped"},
			{retrying, "Enqueued Dequeued Running Retrying Dequeued Running Retrying Stopping Stopped"},
		} {
			if err := h.queue.Stop(t.Context(), one.task.Key); err != nil {
				t.Fatal(err)
			}
			if task := h.task(one.task.Key); trail(task) != one.want || task.EndedAt.IsZero() {
				t.Errorf("%s, want %s", trail(task), one.want)
			}
		}
		time.Sleep(2 * time.Hour)
		if n := len(h.engine.of("job")); n != 0 {
			t.Errorf("stopped tasks ran %d times", n)
		}
	})
}

func TestStopOfARunningTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		var cause error
		h.define("job", policy(), func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			out := hang(ctx, inv)
			cause = context.Cause(ctx)
			time.Sleep(5 * time.Second) // the preStop hook
			return out
		})
		key := h.accept(call("job", ""), 0).Key
		synctest.Wait()
		for range 2 { // the second finds it Stopping
			if err := h.queue.Stop(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if task := h.task(key); task.Status != emulator.TaskStopping || !task.EndedAt.IsZero() {
				t.Errorf("%+v", task)
			}
		}
		task := h.await(key)
		if trail(task) != "Enqueued Dequeued Running Stopping Stopped" || task.InstanceID != "c-3" || task.EndedAt.Sub(task.EnqueuedAt) != 5*time.Second {
			t.Errorf("%s %+v", trail(task), task)
		}
		if !errors.Is(cause, emulator.ErrStopped) || len(h.engine.of("job")) != 1 {
			t.Errorf("cancelled by %v, %d runs", cause, len(h.engine.of("job")))
		}
	})
}

func TestStopRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), succeed)
		task := h.await(h.accept(call("job", ""), 0).Key)
		for key, status := range map[emulator.TaskKey]int{task.Key: 400, {ID: "none"}: 404} {
			err := h.queue.Stop(t.Context(), key)
			var refusal *emulator.Error
			if !errors.As(err, &refusal) || refusal.Status != status {
				t.Errorf("%v: %v", key, err)
			}
		}
	})
}

// TestStopRaces lets many goroutines stop tasks in real time while they are claimed, run and end.
func TestStopRaces(t *testing.T) {
	h := newHouse(t, async.Options{Workers: 8, FirstStep: time.Millisecond})
	h.define("job", policy(), func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
		select {
		case <-ctx.Done():
			return hang(ctx, inv)
		case <-time.After(time.Duration(len(inv.Event)%3) * time.Millisecond):
		}
		if inv.RetryCount == 0 {
			return fail(ctx, inv)
		}
		return succeed(ctx, inv)
	})
	var keys []emulator.TaskKey
	var group sync.WaitGroup
	for i := range 150 {
		task := h.accept(call("job", "xxxxxxxxxx"[:i%10]), 0)
		keys = append(keys, task.Key)
		for range 3 {
			group.Go(func() {
				time.Sleep(time.Duration(i%7) * time.Millisecond)
				err := h.queue.Stop(context.Background(), task.Key)
				var refusal *emulator.Error
				if err != nil && (!errors.As(err, &refusal) || refusal.Status != 400) {
					t.Errorf("stop: %v", err)
				}
			})
		}
	}
	group.Wait()
	ends := map[emulator.TaskStatus]int{}
	for _, key := range keys {
		task := h.await(key)
		ends[task.Status]++
		legal(t, task)
	}
	if ends[emulator.TaskStopped] == 0 || ends[emulator.TaskStopped]+ends[emulator.TaskSucceeded] != len(keys) {
		t.Errorf("%v", ends)
	}
}

// legal fails the test where a task's events are not a walk through the state table.
func legal(t interface{ Errorf(string, ...any) }, task *emulator.Task) {
	for i, e := range task.Events {
		if e.EventID != int64(i+1) {
			t.Errorf("event %d has id %d", i, e.EventID)
		}
		if i == 0 && e.Status != emulator.TaskEnqueued || i > 0 && !task.Events[i-1].Status.CanBecome(e.Status) {
			t.Errorf("illegal move: %s", trail(task))
		}
		if i > 0 && e.Timestamp < task.Events[i-1].Timestamp {
			t.Errorf("time runs back at event %d", i)
		}
	}
	if last := task.Events[len(task.Events)-1]; last.Status != task.Status {
		t.Errorf("the last event is %s, the task %s", last.Status, task.Status)
	}
	if task.Status.Terminal() == task.EndedAt.IsZero() {
		t.Errorf("%s, ended at %v", task.Status, task.EndedAt)
	}
}
