package async_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

// paths are lives that a task can have; each returns the task as it is to be explained.
var paths = map[string]func(h *house) emulator.TaskKey{
	"enqueued-delayed": func(h *house) emulator.TaskKey {
		h.define("job", policy(), succeed)
		key := h.accept(call("job", ""), 200*time.Second).Key
		time.Sleep(163 * time.Second)
		return key
	},
	"enqueued-no-worker": func(h *house) emulator.TaskKey {
		h.define("job", policy(), hang)
		h.define("other", policy(), hang)
		h.accept(call("job", ""), 0)
		h.accept(call("other", ""), 0)
		synctest.Wait()
		key := h.accept(call("job", ""), 0).Key
		time.Sleep(3 * time.Second)
		return key
	},
	"running": func(h *house) emulator.TaskKey {
		h.define("job", policy(), hang)
		key := h.accept(call("job", ""), time.Minute).Key
		time.Sleep(90 * time.Second)
		return key
	},
	"retrying": func(h *house) emulator.TaskKey {
		h.define("job", policy(), crashing)
		key := h.accept(call("job", ""), 0).Key
		time.Sleep(2 * time.Second)
		return key
	},
	"succeeded-at-once": func(h *house) emulator.TaskKey {
		h.define("job", policy(), succeed)
		return h.await(h.accept(call("job", ""), 0).Key).Key
	},
	"succeeded-late-second-attempt": func(h *house) emulator.TaskKey {
		h.define("good", policy(), succeed)
		p := policy()
		p.OnSuccess = good
		h.define("job", p, fated([]int{3, 0}))
		key := h.await(h.accept(call("job", ""), 5*time.Second).Key).Key
		time.Sleep(time.Second)
		return key
	},
	"failed-used-up": func(h *house) emulator.TaskKey {
		p := policy()
		p.RetryAttempts = 1
		h.define("job", p, crashing)
		return h.await(h.accept(call("job", ""), 0).Key).Key
	},
	"failed-too-old": func(h *house) emulator.TaskKey {
		p := policy()
		p.EventAge, p.OnFailure = 3*time.Second, "acs:fc:cn-local:100:functions/gone"
		h.define("job", p, crashing)
		key := h.await(h.accept(call("job", ""), 10*time.Second).Key).Key
		time.Sleep(time.Second)
		return key
	},
	"failed-throttled": func(h *house) emulator.TaskKey {
		p := policy()
		p.EventAge = 2 * time.Second
		h.define("job", p, throttled(429))
		return h.await(h.accept(call("job", ""), 0).Key).Key
	},
	"failed-throttled-five-hours": func(h *house) emulator.TaskKey {
		h.options.LastStep = 2 * time.Hour
		h.halt()
		h.rebuild()
		h.start()
		h.define("job", policy(), throttled(503))
		return h.await(h.accept(call("job", ""), 0).Key).Key
	},
	"failed-gone-between-tries": func(h *house) emulator.TaskKey {
		h.define("job", policy(), crashing)
		key := h.accept(call("job", ""), 0).Key
		time.Sleep(200 * time.Millisecond)
		h.catalogue.remove("job")
		return h.await(key).Key
	},
	"retrying-throttled": func(h *house) emulator.TaskKey {
		h.define("job", policy(), throttled(429))
		key := h.accept(call("job", ""), 0).Key
		time.Sleep(200 * time.Millisecond)
		return key
	},
	"expired": func(h *house) emulator.TaskKey {
		p := policy()
		p.EventAge = time.Second
		h.define("job", p, succeed)
		h.halt()
		key := h.accept(call("job", ""), time.Minute).Key
		time.Sleep(2 * time.Minute)
		h.rebuild()
		h.start()
		return h.await(key).Key
	},
	"invalid-gone": func(h *house) emulator.TaskKey {
		h.define("job", policy(), succeed)
		key := h.accept(call("job", ""), time.Second).Key
		h.catalogue.remove("job")
		return h.await(key).Key
	},
	"invalid-cannot-start": func(h *house) emulator.TaskKey {
		h.define("job", policy(), throttled(412))
		return h.await(h.accept(call("job", ""), 0).Key).Key
	},
	"stopped-delayed": func(h *house) emulator.TaskKey {
		h.define("job", policy(), succeed)
		key := h.accept(call("job", ""), time.Hour).Key
		time.Sleep(time.Minute)
		_ = h.queue.Stop(context.Background(), key)
		return key
	},
	"stopping-and-stopped-running": func(h *house) emulator.TaskKey {
		h.define("job", policy(), hang)
		key := h.accept(call("job", ""), 0).Key
		time.Sleep(time.Second)
		_ = h.queue.Stop(context.Background(), key)
		return h.await(key).Key
	},
	"stopping": func(h *house) emulator.TaskKey {
		h.define("job", policy(), func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			out := hang(ctx, inv)
			time.Sleep(10 * time.Second)
			return out
		})
		key := h.accept(call("job", ""), 0).Key
		time.Sleep(time.Second)
		_ = h.queue.Stop(context.Background(), key)
		time.Sleep(2 * time.Second)
		return key
	},
	"rescheduled-then-run-now": func(h *house) emulator.TaskKey {
		h.define("job", policy(), succeed)
		key := h.accept(call("job", ""), 200*time.Second).Key
		time.Sleep(10 * time.Second)
		h.reschedule(key, time.Hour)
		time.Sleep(10 * time.Second)
		if _, err := h.queue.RunNow(context.Background(), key); err != nil {
			h.t.Error(err)
		}
		return h.await(key).Key
	},
	"restart-during-run": func(h *house) emulator.TaskKey {
		h.define("job", policy(), fated([]int{1, 0}))
		key := h.accept(call("job", ""), 0).Key
		time.Sleep(time.Second)
		h.halt()
		time.Sleep(20 * time.Second)
		h.rebuild()
		h.start()
		return h.await(key).Key
	},
	"killed-during-run": func(h *house) emulator.TaskKey {
		h.define("job", policy(), succeed)
		h.halt()
		key := h.accept(call("job", ""), 0).Key
		h.interrupt(key)
		time.Sleep(20 * time.Second)
		h.rebuild()
		h.start()
		return h.await(key).Key
	},
	"killed-before-run": func(h *house) emulator.TaskKey {
		h.define("job", policy(), succeed)
		h.halt()
		key := h.accept(call("job", ""), 0).Key
		if _, err := h.store.Claim(context.Background(), time.Now(), 1); err != nil {
			h.t.Error(err)
		}
		time.Sleep(20 * time.Second)
		h.rebuild()
		h.start()
		return h.await(key).Key
	},
}

// TestExplain holds the story of every path against testdata/explain.
func TestExplain(t *testing.T) {
	for name, path := range paths {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, async.Options{Workers: 2})
				task, steps, err := h.queue.Explain(t.Context(), path(h))
				if err != nil {
					t.Fatal(err)
				}
				legal(t, task)
				golden(t, filepath.Join("testdata", "explain", name+".txt"), toldOf(task, h.queue.Progress(task), steps))
			})
		})
	}
}

// toldOf is an explanation as text, with times since acceptance and without what differs from run
// to run.
func toldOf(task *emulator.Task, progress string, steps []emulator.TaskStep) string {
	text := fmt.Sprintf("%s: %s\n", task.Status, progress)
	for i, step := range steps {
		if i > 0 && step.Time.Before(steps[i-1].Time) {
			text += "OUT OF ORDER "
		}
		text += fmt.Sprintf("%9s  %s\n", step.Time.Sub(task.EnqueuedAt).Round(time.Millisecond), step.Text)
		if step.Rule != "" {
			text += fmt.Sprintf("%11s%s [%s]\n", "", step.Rule, step.Page)
		}
	}
	return strings.ReplaceAll(text, task.RequestID, "REQUEST")
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s (%v)\n got:\n%s\nwant:\n%s", path, err, got, want)
	}
}

// crashing fails with an error as runtimes report it.
func crashing(context.Context, *emulator.Invocation) *emulator.Outcome {
	time.Sleep(12 * time.Millisecond)
	return &emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseUnhandled, InstanceID: "c-4",
		Payload: []byte(`{"errorMessage":"no such order\nin the book","errorType":"KeyError","stackTrace":[]}`)}
}

func (h *house) reschedule(key emulator.TaskKey, delay time.Duration) {
	h.t.Helper()
	if _, err := h.queue.Reschedule(context.Background(), key, delay); err != nil {
		h.t.Error(err)
	}
}

// interrupt leaves a task as a kill during its first run does.
func (h *house) interrupt(key emulator.TaskKey) {
	h.t.Helper()
	tasks, err := h.store.Claim(context.Background(), time.Now(), 1)
	if err != nil || len(tasks) != 1 || tasks[0].Key != key {
		h.t.Fatalf("%v %v", tasks, err)
	}
	task := tasks[0]
	task.Status, task.Attempts, task.FirstRunAt = emulator.TaskRunning, 1, time.Now()
	task.Events = append(task.Events, emulator.TaskEvent{EventID: 3, Status: task.Status, Timestamp: time.Now().UnixMilli()})
	if _, err := h.store.Save(context.Background(), task, false, nil); err != nil {
		h.t.Fatal(err)
	}
}

// TestExplainEveryState explains bare tasks in every state: half a story must not break it.
func TestExplainEveryState(t *testing.T) {
	for _, status := range emulator.TaskStatuses() {
		now := time.UnixMilli(10_000)
		task := &emulator.Task{Status: status, DueAt: time.UnixMilli(5_000)}
		for _, detail := range []string{"", "body", `{"Error":"X"}`, `[1]`, `{"Reason":"?"}`} {
			task.Events = []emulator.TaskEvent{{Status: status, EventDetail: detail}}
			if async.Progress(task, now) == "" {
				t.Errorf("%s: no progress", status)
			}
			for _, step := range async.Explain(task, now, async.Load{}) {
				if step.Text == "" || strings.Contains(step.Text, "%!") {
					t.Errorf("%s: %+v", status, step)
				}
			}
		}
		if async.Progress(&emulator.Task{Status: status}, now) == "" {
			t.Errorf("%s without events: no progress", status)
		}
	}
}
