package async_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

// leave brings a task, as a killed emulator would leave it, into the state to.
func (h *house) leave(name string, delay time.Duration, path ...emulator.TaskStatus) emulator.TaskKey {
	h.t.Helper()
	ctx := context.Background()
	key := h.accept(call(name, "{}"), delay).Key
	if len(path) == 0 {
		return key
	}
	tasks, err := h.store.Claim(ctx, time.Now(), 1)
	if err != nil || len(tasks) != 1 || tasks[0].Key != key {
		h.t.Fatalf("claim: %v %v", tasks, err)
	}
	task := tasks[0]
	for _, status := range path[1:] {
		task.Status = status
		task.Events = append(task.Events, emulator.TaskEvent{
			EventID: int64(len(task.Events) + 1), Status: status, Timestamp: time.Now().UnixMilli()})
		if status == emulator.TaskRunning {
			task.Attempts, task.FirstRunAt = task.Attempts+1, time.Now()
		}
		if saved, err := h.store.Save(ctx, task, true, nil); !saved || err != nil {
			h.t.Fatalf("save: %v %v", saved, err)
		}
	}
	return key
}

func TestRecovery(t *testing.T) {
	const dequeued, running, stopping = emulator.TaskDequeued, emulator.TaskRunning, emulator.TaskStopping
	synctest.Test(t, func(t *testing.T) {
		h := furnish(t, async.Options{})
		once := policy()
		once.RetryAttempts = 0
		h.define("job", policy(), succeed)
		h.define("once", once, succeed)
		wants := map[emulator.TaskKey]string{
			h.leave("job", 0, dequeued):                    "Enqueued Dequeued Enqueued Dequeued Running Succeeded",
			h.leave("job", 0, dequeued, running):           "Enqueued Dequeued Running Retrying Dequeued Running Succeeded",
			h.leave("job", 0, dequeued, running, stopping): "Enqueued Dequeued Running Stopping Stopped",
			h.leave("once", 0, dequeued, running):          "Enqueued Dequeued Running Failed",
			h.leave("job", 30*time.Second):                 "Enqueued Dequeued Running Succeeded",
			h.leave("job", 0):                              "Enqueued Dequeued Running Succeeded",
		}
		time.Sleep(time.Minute) // the emulator is not running; the delayed task comes due
		restart := time.Now()
		h.rebuild()
		h.start()
		for key, want := range wants {
			task := h.await(key)
			legal(t, task)
			if trail(task) != want || !task.EndedAt.Equal(restart) {
				t.Errorf("%s, %v after the restart; want %s at once", trail(task), task.EndedAt.Sub(restart), want)
			}
			if task.Status == emulator.TaskFailed && (task.Error != "UnhandledInvocationError" || len(task.Result) == 0) {
				t.Errorf("%+v", task)
			}
		}
		if left, err := h.store.Interrupted(t.Context()); err != nil || len(left) != 0 {
			t.Errorf("left: %v %v", left, err)
		}
	})
}

func TestRecoveredRunCountsAsAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := furnish(t, async.Options{})
		h.define("job", policy(), fail)
		key := h.leave("job", 0, emulator.TaskDequeued, emulator.TaskRunning)
		h.start()
		task := h.await(key)
		runs := h.engine.of("job")
		if len(runs) != 3 || runs[0].Inv.RetryCount != 1 || task.Attempts != 4 {
			t.Errorf("%d runs, the first with retry count %d, %d attempts", len(runs), runs[0].Inv.RetryCount, task.Attempts)
		}
	})
}

func TestShutdownPutsRunsBackAndTheNextStartRunsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{Workers: 4, Grace: 2 * time.Second})
		once := policy()
		once.RetryAttempts = 0
		h.define("stuck", once, hang)
		h.define("short", once, func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			time.Sleep(time.Second)
			return succeed(ctx, inv)
		})
		stuck := h.accept(call("stuck", ""), 0).Key
		short := h.accept(call("short", ""), 0).Key
		var parked []emulator.TaskKey
		for range 6 { // 3 run, 3 are claimed and parked
			parked = append(parked, h.accept(call("stuck", ""), 0).Key)
		}
		synctest.Wait()
		began := time.Now()
		h.halt()
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("the end took %v", took)
		}
		if task := h.task(short); task.Status != emulator.TaskSucceeded {
			t.Errorf("short: %s", trail(task))
		}
		if left, err := h.store.Interrupted(t.Context()); err != nil || len(left) != 0 {
			t.Errorf("left: %v %v", left, err)
		}

		late := h.accept(call("short", ""), 0).Key // accepted while nobody runs
		h.define("stuck", once, succeed)
		h.rebuild()
		h.start()
		for _, key := range append(parked, stuck, late) {
			task := h.await(key)
			legal(t, task)
			if task.Status != emulator.TaskSucceeded || task.Attempts != 1 {
				t.Errorf("%s: %d attempts", trail(task), task.Attempts)
			}
		}
	})
}

func TestShutdownWithoutGraceCancelsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{Grace: -1})
		h.define("stuck", policy(), hang)
		key := h.accept(call("stuck", ""), 0).Key
		synctest.Wait()
		began := time.Now()
		h.halt()
		if time.Since(began) != 0 {
			t.Errorf("the end took %v", time.Since(began))
		}
		if task := h.task(key); trail(task) != "Enqueued Dequeued Running Enqueued" {
			t.Errorf("%s", trail(task))
		}
	})
}
