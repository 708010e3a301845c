package async_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

// steps are the pauses between the runs of a function; bodies of these tests take no time.
func steps(runs []run) []time.Duration {
	var pauses []time.Duration
	for i := 1; i < len(runs); i++ {
		pauses = append(pauses, runs[i].At.Sub(runs[i-1].At))
	}
	return pauses
}

func TestFunctionErrorsAreRetriedOnTheLadder(t *testing.T) {
	for _, attempts := range []int{0, 3, 8} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, async.Options{})
			p := policy()
			p.RetryAttempts = attempts
			h.define("job", p, fail)
			task := h.await(h.accept(call("job", "{}"), 0).Key)

			runs := h.engine.of("job")
			var want []time.Duration
			for n := range attempts {
				want = append(want, 500*time.Millisecond<<n)
			}
			if diff := cmp.Diff(want, steps(runs)); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
			for i, r := range runs {
				if r.Inv.RetryCount != i || r.Inv.RequestID != task.RequestID || !r.Inv.Async || r.Inv.TaskID != task.Key.ID {
					t.Errorf("run %d: %+v", i, r.Inv)
				}
			}
			if task.Status != emulator.TaskFailed || task.Error != "UnhandledInvocationError" ||
				task.Attempts != attempts+1 || string(task.Result) != `{"errorMessage":"boom"}` || task.InstanceID != "c-2" {
				t.Errorf("task: %+v", task)
			}
			last := task.Events[len(task.Events)-1]
			if last.EventDetail != `{"Error":"UnhandledInvocationError","Message":"boom"}` || last.EventID != int64(len(task.Events)) {
				t.Errorf("last event: %+v", last)
			}
		})
	}
}

// TestAttemptsRunTheVersionOfAcceptance: an alias with a weight chooses once for a task.
func TestAttemptsRunTheVersionOfAcceptance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), fail)
		inv := call("job", "{}")
		inv.Qualifier, inv.Function.VersionID = "LATEST", "2"
		if task := h.await(h.accept(inv, 0).Key); task.VersionID != "2" {
			t.Errorf("the task is of version %q", task.VersionID)
		}
		runs := h.engine.of("job")
		if len(runs) < 2 {
			t.Fatalf("%d runs", len(runs))
		}
		for _, run := range runs {
			if run.Inv.Function.VersionID != "2" {
				t.Errorf("an attempt ran version %s", run.Inv.Function.VersionID)
			}
		}
	})
}

func TestSuccessAfterARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			if inv.RetryCount == 0 {
				return fail(ctx, inv)
			}
			return succeed(ctx, inv)
		})
		task := h.await(h.accept(call("job", "{}"), 0).Key)
		want := "Enqueued Dequeued Running Retrying Dequeued Running Succeeded"
		if trail(task) != want || task.Error != "" || string(task.Result) != `"done"` || task.DurationMs != 7 {
			t.Errorf("%s: %+v", trail(task), task)
		}
		if got := task.EndedAt.Sub(task.EnqueuedAt); got != 500*time.Millisecond {
			t.Errorf("ended after %v", got)
		}
	})
}

func throttled(status int) function {
	return func(context.Context, *emulator.Invocation) *emulator.Outcome {
		return &emulator.Outcome{Refused: emulator.Refuse(status, "ResourceThrottled", "no room")}
	}
}

func TestThrottlingUsesNoAttemptsAndEndsAfterFiveHours(t *testing.T) {
	for _, status := range []int{429, 500, 503} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, async.Options{})
			p := policy()
			p.RetryAttempts = 0
			h.define("job", p, throttled(status))
			task := h.await(h.accept(call("job", "{}"), 0).Key)

			pauses := steps(h.engine.of("job"))
			for n, got := range pauses {
				if want := min(500*time.Millisecond<<n, 512*time.Second); n < 12 && got != want || n >= 12 && got != 512*time.Second {
					t.Errorf("pause %d: %v, want %v", n, got, want)
				}
			}
			life := task.EndedAt.Sub(task.FirstRunAt)
			if life > 5*time.Hour || life < 5*time.Hour-512*time.Second {
				t.Errorf("ended after %v", life)
			}
			if task.Status != emulator.TaskFailed || task.Attempts != 0 || task.Throttles != len(pauses)+1 || task.Error != "ResourceThrottled" {
				t.Errorf("task: %+v", task)
			}
		})
	}
}

func TestThrottledTaskRunsWhenThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), throttled(429))
		key := h.accept(call("job", "{}"), 0).Key
		time.Sleep(10 * time.Second) // tries at 0, 0.5, 1.5, 3.5, 7.5 s
		h.engine.define("job", succeed)
		task := h.await(key)
		if task.Status != emulator.TaskSucceeded || task.Throttles != 5 || task.Attempts != 1 {
			t.Errorf("task: %+v", task)
		}
		if runs := h.engine.of("job"); runs[5].At.Sub(runs[0].At) != 15500*time.Millisecond || runs[5].Inv.RetryCount != 0 {
			t.Errorf("last run: %+v", runs[5])
		}
	})
}

func TestRetriesNeverOutliveTheEventAge(t *testing.T) {
	for name, body := range map[string]function{"function error": fail, "throttled": throttled(429)} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, async.Options{})
			p := policy()
			p.RetryAttempts, p.EventAge = 8, 10*time.Second
			h.define("job", p, body)
			task := h.await(h.accept(call("job", "{}"), time.Hour).Key)
			runs := h.engine.of("job")
			if len(runs) != 5 { // 0, 0.5, 1.5, 3.5, 7.5 s; 15.5 s would be too old
				t.Errorf("%s: %d runs", name, len(runs))
			}
			if task.Status != emulator.TaskFailed || runs[0].At.Sub(task.EnqueuedAt) != time.Hour {
				t.Errorf("%s: %+v", name, task)
			}
		})
	}
}

func TestAnEventThatWaitedTooLongExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{Workers: 1})
		p := policy()
		p.EventAge = 10 * time.Second
		h.define("job", p, succeed)
		h.define("slow", policy(), func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			time.Sleep(30 * time.Second)
			return succeed(ctx, inv)
		})
		h.accept(call("slow", ""), 0)
		synctest.Wait()
		late := h.accept(call("job", ""), 0)
		delayed := h.accept(call("job", ""), 25*time.Second) // its age counts from the due time
		if task := h.await(late.Key); task.Status != emulator.TaskExpired || trail(task) != "Enqueued Dequeued Expired" || !task.FirstRunAt.IsZero() {
			t.Errorf("late: %s %+v", trail(task), task)
		}
		if task := h.await(delayed.Key); task.Status != emulator.TaskSucceeded {
			t.Errorf("delayed: %+v", task)
		}
		if n := len(h.engine.of("job")); n != 1 {
			t.Errorf("%d runs", n)
		}
	})
}

func TestAFunctionThatIsGoneMakesTheTaskInvalid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), succeed)
		key := h.accept(call("job", "{}"), time.Second).Key
		h.catalogue.remove("job")
		task := h.await(key)
		if trail(task) != "Enqueued Dequeued Invalid" || task.Error != "FunctionNotFound" || len(h.engine.of("job")) != 0 {
			t.Errorf("%s: %+v", trail(task), task)
		}
	})
}

func TestAnInstanceThatCannotStartMakesTheTaskInvalid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), func(context.Context, *emulator.Invocation) *emulator.Outcome {
			return &emulator.Outcome{Refused: emulator.Refuse(412, "CAExited", "exited")}
		})
		h.define("fragile", policy(), func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			if inv.RetryCount == 0 {
				return fail(ctx, inv)
			}
			return &emulator.Outcome{Refused: emulator.Refuse(412, "CAExited", "exited")}
		})
		if task := h.await(h.accept(call("job", "{}"), 0).Key); task.Status != emulator.TaskInvalid || task.Error != "CAExited" || task.Attempts != 0 {
			t.Errorf("%+v", task)
		}
		if task := h.await(h.accept(call("fragile", "{}"), 0).Key); task.Status != emulator.TaskFailed || task.Error != "CAExited" || task.Attempts != 1 {
			t.Errorf("%+v", task)
		}
	})
}

func TestAFaultOfTheCatalogueIsASystemError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), succeed)
		h.catalogue.fail(errors.New("the disk is full"))
		key := h.accept(call("job", "{}"), 0).Key
		time.Sleep(time.Second) // tries at 0 and 0.5 s
		h.catalogue.fail(nil)
		task := h.await(key)
		want := "Enqueued Dequeued Retrying Dequeued Retrying Dequeued Running Succeeded"
		if trail(task) != want || task.Attempts != 1 || task.Throttles != 2 {
			t.Errorf("%s: %+v", trail(task), task)
		}
	})
}
