package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/google/go-cmp/cmp"
)

func TestTasksFilters(t *testing.T) {
	s := open(t)
	f, g, nobody := emulator.Name{Function: "f"}, emulator.Name{Service: "s", Function: "g"}, emulator.Name{Function: "x"}
	for i := range 6 {
		task := newTask(fmt.Sprint("job-", i))
		task.EnqueuedAt = base().Add(time.Duration(i) * time.Second)
		task.Payload = []byte("p")
		task.TaskMode = i%2 == 0
		if i >= 3 {
			task.Key.Function = g
			task.Qualifier = "prod"
		}
		if i == 5 {
			task.Key.ID = "other"
		}
		enqueue(t, s, task)
		if i == 1 || i == 4 {
			move(t, s, task, emulator.TaskExpired)
		}
		if i == 2 {
			move(t, s, task, emulator.TaskDequeued)
		}
	}
	for name, one := range map[string]struct {
		query emulator.TaskQuery
		want  []string
	}{
		"all":             {emulator.TaskQuery{}, []string{"other", "job-4", "job-3", "job-2", "job-1", "job-0"}},
		"first page":      {emulator.TaskQuery{Limit: 2}, []string{"other", "job-4"}},
		"next page":       {emulator.TaskQuery{Limit: 2, After: 5}, []string{"job-3", "job-2"}},
		"ascending":       {emulator.TaskQuery{Ascending: true, After: 2, Limit: 2}, []string{"job-2", "job-3"}},
		"function":        {emulator.TaskQuery{Function: &f}, []string{"job-2", "job-1", "job-0"}},
		"service":         {emulator.TaskQuery{Function: &g}, []string{"other", "job-4", "job-3"}},
		"unknown":         {emulator.TaskQuery{Function: &nobody}, []string{}},
		"qualifier":       {emulator.TaskQuery{Qualifier: "prod", Limit: 1}, []string{"other"}},
		"prefix":          {emulator.TaskQuery{Prefix: "job-", Limit: 2}, []string{"job-4", "job-3"}},
		"status":          {emulator.TaskQuery{Statuses: []emulator.TaskStatus{emulator.TaskExpired}}, []string{"job-4", "job-1"}},
		"status of f":     {emulator.TaskQuery{Function: &f, Statuses: []emulator.TaskStatus{emulator.TaskExpired}}, []string{"job-1"}},
		"none succeeded":  {emulator.TaskQuery{Function: &f, Statuses: []emulator.TaskStatus{emulator.TaskSucceeded}}, []string{}},
		"states":          {emulator.TaskQuery{Statuses: []emulator.TaskStatus{emulator.TaskDequeued, emulator.TaskExpired}, Limit: 2}, []string{"job-4", "job-2"}},
		"states, page":    {emulator.TaskQuery{Statuses: []emulator.TaskStatus{emulator.TaskDequeued, emulator.TaskExpired}, Limit: 2, After: 3}, []string{"job-1"}},
		"the same twice":  {emulator.TaskQuery{Statuses: []emulator.TaskStatus{emulator.TaskExpired, emulator.TaskExpired}}, []string{"job-4", "job-1"}},
		"times inclusive": {emulator.TaskQuery{Begin: base().Add(time.Second), End: base().Add(3 * time.Second)}, []string{"job-3", "job-2", "job-1"}},
		"task mode":       {emulator.TaskQuery{TaskModeOnly: true}, []string{"job-4", "job-2", "job-0"}},
		"everything": {emulator.TaskQuery{Function: &g, Qualifier: "prod", Prefix: "job", Statuses: []emulator.TaskStatus{emulator.TaskEnqueued},
			Begin: base(), End: base().Add(time.Hour), Ascending: true, Limit: 9}, []string{"job-3"}},
	} {
		for _, payload := range []bool{false, true} {
			one.query.IncludePayload = payload
			got, err := s.Tasks(t.Context(), one.query)
			if diff := cmp.Diff(one.want, ids(got)); diff != "" || err != nil {
				t.Error(name, diff, err)
			}
			for _, task := range got {
				if (string(task.Payload) == "p") != payload {
					t.Errorf("%s: payload %q, asked for: %v", name, task.Payload, payload)
				}
			}
		}
	}
	if _, err := s.Tasks(t.Context(), emulator.TaskQuery{Statuses: []emulator.TaskStatus{"Odd"}}); err == nil {
		t.Error("an unknown state was accepted")
	}
}

func TestPagingSeesEveryTaskOnce(t *testing.T) {
	s := open(t)
	for i := range 57 {
		enqueue(t, s, newTask(fmt.Sprintf("t%02d", i)))
	}
	for _, ascending := range []bool{false, true} {
		seen := map[string]int{}
		var after int64
		for range 12 {
			page, err := s.Tasks(t.Context(), emulator.TaskQuery{Ascending: ascending, After: after, Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			for _, task := range page {
				seen[task.Key.ID]++
				after = task.Sequence
			}
			enqueue(t, s, newTask(fmt.Sprint("late", ascending, after))) // pages don't shift
		}
		for i := range 57 {
			if id := fmt.Sprintf("t%02d", i); seen[id] != 1 {
				t.Errorf("ascending %v: %s seen %d times", ascending, id, seen[id])
			}
		}
	}
}
