package async_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

func TestDelaysAreKeptToTheInstant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), succeed)
		due := map[string]time.Time{}
		for _, seconds := range []int{3600, 5, 0, 61, 5, 600, 1} { // later ones come due earlier
			inv := call("job", "")
			inv.TaskID = fmt.Sprintf("t%d", len(due))
			task := h.accept(inv, time.Duration(seconds)*time.Second)
			due[inv.TaskID] = task.DueAt
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(3700 * time.Second)
		for _, r := range h.engine.of("job") {
			if !r.At.Equal(due[r.Inv.TaskID]) {
				t.Errorf("%s ran %v after it was due", r.Inv.TaskID, r.At.Sub(due[r.Inv.TaskID]))
			}
			delete(due, r.Inv.TaskID)
		}
		if len(due) != 0 {
			t.Errorf("never ran: %v", due)
		}
	})
}

func TestASlowFunctionLeavesRoomForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{Workers: 8})
		h.define("slow", policy(), func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			time.Sleep(time.Minute)
			return succeed(ctx, inv)
		})
		h.define("quick", policy(), succeed)
		for range 20 {
			h.accept(call("slow", ""), 0)
		}
		synctest.Wait()
		if n := len(h.engine.of("slow")); n != 6 {
			t.Errorf("%d runs of the slow function at a time, want three quarters of 8", n)
		}
		quick := h.accept(call("quick", ""), 0)
		if task := h.await(quick.Key); task.EndedAt.Sub(task.EnqueuedAt) != 0 {
			t.Errorf("the quick one waited %v", task.EndedAt.Sub(task.EnqueuedAt))
		}
		time.Sleep(10 * time.Minute)
		if n := len(h.engine.of("slow")); n != 20 {
			t.Errorf("%d of 20 slow ones ran", n)
		}
	})
}

func TestTasksStartInTheOrderOfTheirDueTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{Workers: 1})
		h.define("job", policy(), func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			time.Sleep(100 * time.Millisecond)
			return succeed(ctx, inv)
		})
		for i := range 200 {
			inv := call("job", fmt.Sprint(i))
			h.accept(inv, 0)
			time.Sleep(time.Microsecond)
		}
		time.Sleep(time.Minute)
		runs := h.engine.of("job")
		for i, r := range runs {
			if string(r.Inv.Event) != fmt.Sprint(i) {
				t.Fatalf("run %d is of task %s", i, r.Inv.Event)
			}
		}
		if len(runs) != 200 {
			t.Errorf("%d runs", len(runs))
		}
	})
}

func TestOldTasksAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), succeed)
		for range 450 { // more than two batches
			h.accept(call("job", ""), 0)
		}
		time.Sleep(24 * time.Hour)
		young := h.await(h.accept(call("job", ""), 0).Key)
		h.define("stuck", policy(), hang)
		unfinished := h.accept(call("stuck", ""), 0)
		count := func() int {
			tasks, err := h.queue.Tasks(t.Context(), emulator.TaskQuery{Limit: 1000})
			if err != nil {
				t.Fatal(err)
			}
			return len(tasks)
		}
		time.Sleep(6*24*time.Hour - time.Minute)
		if n := count(); n != 452 {
			t.Errorf("%d tasks after almost 7 days", n)
		}
		time.Sleep(2 * time.Hour)
		if n := count(); n != 2 {
			t.Errorf("%d tasks after 7 days", n)
		}
		h.task(young.Key)
		time.Sleep(24 * time.Hour)
		if task := h.task(unfinished.Key); task.Status != emulator.TaskRunning || count() != 1 {
			t.Errorf("%d tasks are left, %s", count(), task.Status)
		}
	})
}
