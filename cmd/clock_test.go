package cmd_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

// TestAnHourInSeconds submits 1,000 tasks with delays up to an hour and lets the clock run: all
// succeed within seconds, each at its due time and in that order.
func TestAnHourInSeconds(t *testing.T) {
	needs(t, "python3")
	const tasks = 1000
	folder := t.TempDir()
	write(t, folder, "s.yaml", crashProject)
	write(t, folder, "code/index.py", crashCode)
	r := startIn(t, folder)
	ctx := t.Context()
	var submitters sync.WaitGroup
	for part := range 8 {
		submitters.Go(func() {
			for i := part; i < tasks; i += 8 {
				_, err := r.client.Invoke(ctx, client.Invocation{
					Reference: emulator.Reference{Name: emulator.Name{Function: "work"}}, Event: []byte("x"),
					Async: true, TaskID: "t" + strconv.Itoa(i), Delay: time.Duration(rand.IntN(3601)) * time.Second})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	submitters.Wait()
	began := time.Now()
	if _, err := r.client.RunClockUntil(ctx, time.Time{}); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	t.Logf("an hour with %d tasks took %v", tasks, took)
	if took > time.Minute {
		t.Errorf("it took %v", took)
	}
	list, err := r.client.Tasks(ctx, client.TaskFilter{Limit: 0})
	if err != nil || len(list) != tasks {
		t.Fatalf("%d tasks, %v", len(list), err)
	}
	number := func(task client.Object, key string) float64 { value, _ := task[key].(float64); return value }
	slices.SortFunc(list, func(a, b client.Object) int { return cmp.Compare(number(a, "firstRunTime"), number(b, "firstRunTime")) })
	last := 0.0
	for _, task := range list {
		due, run := number(task, "dueTime"), number(task, "firstRunTime")
		if task["status"] != string(emulator.TaskSucceeded) || due < last || run < due || run > due+100 {
			t.Fatalf("%v: %v, due %v after %v, run %v", task["taskId"], task["status"], due, last, run)
		}
		last = due
	}
}
