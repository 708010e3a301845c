package async_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

// TestOnlyLegalMoves lets tasks whose runs fail, hang, are refused and succeed in drawn order live
// through drawn stops, reschedules and restarts, and checks every life against the state table and the rules.
func TestOnlyLegalMoves(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		fates := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 5), 1, 6), 1, 6).Draw(r, "fates")
		moves := rapid.SliceOfN(rapid.IntRange(0, 12), 0, 25).Draw(r, "moves")
		retries := rapid.IntRange(0, 3).Draw(r, "retries")
		age := rapid.SampledFrom([]time.Duration{2 * time.Second, time.Hour}).Draw(r, "age")
		var found faults
		synctest.Test(t, func(t *testing.T) {
			live(t, &found, fates, moves, emulator.AsyncPolicy{
				TaskMode: true, RetryAttempts: retries, EventAge: age, OnSuccess: good, OnFailure: bad})
		})
		if len(found) > 0 {
			r.Fatalf("%s", strings.Join(found, "\n")) // here, so that rapid looks for a smaller case
		}
	})
}

// faults are broken rules.
type faults []string

func (f *faults) Errorf(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// live submits one task for each fate and plays the moves.
func live(t *testing.T, found *faults, fates [][]int, moves []int, p emulator.AsyncPolicy) {
	h := newHouse(t, async.Options{Workers: 2})
	h.define("good", policy(), succeed)
	h.define("bad", policy(), succeed)
	var keys []emulator.TaskKey
	for i, fate := range fates {
		name := fmt.Sprintf("job%d", i)
		h.define(name, p, fated(fate))
		keys = append(keys, h.accept(call(name, ""), time.Duration(i%3)*time.Second).Key)
	}
	for step, move := range moves {
		key := keys[step%len(keys)]
		switch {
		case move < 4:
			time.Sleep(time.Duration(move*333) * time.Millisecond)
		case move < 8:
			_ = h.queue.Stop(t.Context(), key) // may have ended
		case move == 8:
			_, _ = h.queue.Reschedule(t.Context(), key, time.Duration(step)*time.Second) // may run or have ended
		case move == 9:
			_, _ = h.queue.RunNow(t.Context(), key)
		case move == 10:
			_, _ = h.queue.StopAll(t.Context(), emulator.TaskQuery{Function: &key.Function})
		case move == 11:
			h.catalogue.remove(key.Function.String())
		default:
			h.halt()
			h.rebuild()
			h.start()
		}
	}
	for _, key := range keys {
		_ = h.queue.Stop(t.Context(), key)
		task := h.await(key)
		legal(found, task)
		obey(found, task)
		explained(found, task)
	}
	time.Sleep(time.Minute)
	told := len(h.engine.of("good")) + len(h.engine.of("bad"))
	if told != len(keys) {
		found.Errorf("%d outcomes of %d tasks were delivered", told, len(keys))
	}
}

// fated is a function whose runs end as the list says, the last for ever.
func fated(fate []int) function {
	runs := 0 // one at a time, as it is one task
	return func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
		kind := fate[min(runs, len(fate)-1)]
		runs++
		switch kind {
		case 0:
			return succeed(ctx, inv)
		case 1:
			return hang(ctx, inv)
		case 2:
			return throttled(429)(ctx, inv)
		case 3:
			time.Sleep(700 * time.Millisecond)
			return fail(ctx, inv)
		case 4:
			return throttled(412)(ctx, inv)
		}
		return fail(ctx, inv)
	}
}

// obey fails the test where an ended task breaks a rule.
func obey(t *faults, task *emulator.Task) {
	if !task.Status.Terminal() || task.Attempts < 0 || task.Attempts > task.Policy.RetryAttempts+1 {
		t.Errorf("%s with %d attempts of %d", trail(task), task.Attempts, task.Policy.RetryAttempts+1)
	}
	unrun := task.Status == emulator.TaskExpired || task.Status == emulator.TaskInvalid
	if unrun && task.Attempts > 0 {
		t.Errorf("%s after %d attempts", trail(task), task.Attempts)
	}
	if task.Status == emulator.TaskSucceeded && task.Error != "" {
		t.Errorf("%s with error %s", trail(task), task.Error)
	}
}

// explained fails the test where the story of a task runs back in time or ends too early.
func explained(t *faults, task *emulator.Task) {
	steps := async.Explain(task, time.Now(), async.Load{})
	for i, step := range steps {
		if i > 0 && step.Time.Before(steps[i-1].Time.Truncate(time.Millisecond)) {
			t.Errorf("%s: step %d (%s) is before the step before it", trail(task), i, step.Text)
		}
		if strings.Contains(step.Text, "%!") || strings.Contains(step.Text, "-") && strings.Contains(step.Text, "-1 ") {
			t.Errorf("%s: %s", trail(task), step.Text)
		}
	}
}
