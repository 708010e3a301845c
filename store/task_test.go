package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
	"github.com/google/go-cmp/cmp"
)

func fullTask() *emulator.Task {
	task := newTask("full")
	task.Key.Function = emulator.Name{Service: "svc", Function: "f"}
	task.TaskMode = true
	task.Policy = emulator.AsyncPolicy{TaskMode: true, RetryAttempts: 8, EventAge: time.Hour, OnSuccess: "acs:a", OnFailure: "acs:b"}
	task.Payload = []byte("a=<1>\x00\xff")
	task.HTTP = &emulator.HTTPRequest{Method: "POST", Target: "/a%2fb?x=1&y=<2>", Header: map[string][]string{"A": {"1", "2"}}, Host: "h", Remote: "r", Length: 9}
	task.Depth = 3
	task.DueAt = base().Add(time.Second)
	return task
}

func TestTaskComesBackWhole(t *testing.T) {
	s := open(t)
	task := fullTask()
	enqueue(t, s, task)
	if task.Sequence != 1 || task.Version != 1 || task.Status != emulator.TaskEnqueued {
		t.Fatalf("after Enqueue: %+v", task)
	}
	want := []emulator.TaskEvent{{EventID: 1, Status: emulator.TaskEnqueued, Timestamp: base().UnixMilli()}}
	if diff := cmp.Diff(want, task.Events); diff != "" {
		t.Error(diff)
	}
	checkStored(t, s, task)

	move(t, s, task, emulator.TaskDequeued)
	task.Attempts, task.Throttles, task.InstanceID, task.FirstRunAt = 2, 3, "c-1", base().Add(time.Millisecond)
	move(t, s, task, emulator.TaskRunning)
	checkStored(t, s, task)
	task.DurationMs, task.Error, task.Result, task.Destination = 42, "UnhandledInvocationError", []byte(`{"e":1}`), "Failed"
	move(t, s, task, emulator.TaskFailed)
	checkStored(t, s, task)
	if task.Version != 4 || len(task.Events) != 4 {
		t.Errorf("version %d, %d events", task.Version, len(task.Events))
	}
}

func checkStored(t *testing.T, s *store.Store, want *emulator.Task) {
	t.Helper()
	got, err := s.Task(t.Context(), want.Key)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(want, got) {
		t.Errorf("stored task differs (-want +got):\n%s", cmp.Diff(want, got))
	}
}

func TestLargeBodies(t *testing.T) {
	s := open(t)
	for _, size := range []int{0, 1, 4096, 4097, emulator.MaxReturnPayload} {
		task := newTask(fmt.Sprint("size-", size))
		task.Payload = bytes.Repeat([]byte{7}, size)
		if size == 0 {
			task.Payload = nil
		}
		enqueue(t, s, task)
		move(t, s, task, emulator.TaskDequeued)
		// A large result makes way for a small one, and the other way round.
		for _, result := range [][]byte{task.Payload, []byte("small"), bytes.Repeat([]byte{8}, 5000), nil, task.Payload} {
			task.Result = result
			move(t, s, task, emulator.TaskDequeued)
			checkStored(t, s, task)
		}
	}
}

func TestDuplicateTask(t *testing.T) {
	s := open(t)
	enqueue(t, s, newTask("a"))
	var refused *emulator.Error
	if err := s.Enqueue(t.Context(), newTask("a")); !errors.As(err, &refused) || refused.Status != 409 {
		t.Errorf("second task a: %v", err)
	}
	other := newTask("a")
	other.Key.Function.Function = "g"
	enqueue(t, s, other)
	found, err := s.FindTasks(t.Context(), "a")
	if err != nil || len(found) != 2 || found[0].Key.Function.Function != "f" || found[1].Key.Function.Function != "g" {
		t.Errorf("FindTasks: %v, %v", found, err)
	}
	if err := s.Enqueue(t.Context(), newTask("")); err == nil {
		t.Error("a task without an id was accepted")
	}
}

func TestTaskNotFound(t *testing.T) {
	s := open(t)
	enqueue(t, s, newTask("a"))
	for _, key := range []emulator.TaskKey{
		{Function: emulator.Name{Function: "f"}, ID: "b"},
		{Function: emulator.Name{Function: "g"}, ID: "a"},
	} {
		var refused *emulator.Error
		if _, err := s.Task(t.Context(), key); !errors.As(err, &refused) || refused.Code != "AsyncTaskNotFound" {
			t.Errorf("%v: %v", key, err)
		}
	}
	if found, err := s.FindTasks(t.Context(), "b"); err != nil || len(found) != 0 {
		t.Errorf("FindTasks: %v, %v", found, err)
	}
}

func TestClaimInOrderOfDueTime(t *testing.T) {
	s := open(t)
	if _, found, err := s.NextDue(t.Context()); found || err != nil {
		t.Fatalf("NextDue of nothing: %v, %v", found, err)
	}
	for i, delay := range []int{3, 1, 2, 0, 60} {
		task := newTask(fmt.Sprint("t", i))
		task.DueAt = base().Add(time.Duration(delay) * time.Second)
		task.Payload = []byte(task.Key.ID)
		enqueue(t, s, task)
	}
	due, found, err := s.NextDue(t.Context())
	if !found || err != nil || !due.Equal(base()) {
		t.Errorf("NextDue: %v %v %v", due, found, err)
	}
	early, err := s.Claim(t.Context(), base().Add(-1), 10)
	if err != nil || len(early) != 0 {
		t.Errorf("claimed %v before its time: %v", ids(early), err)
	}
	now := base().Add(3 * time.Second)
	first, err := s.Claim(t.Context(), now, 3)
	if diff := cmp.Diff([]string{"t3", "t1", "t2"}, ids(first)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	rest, err := s.Claim(t.Context(), now, 3)
	if diff := cmp.Diff([]string{"t0"}, ids(rest)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for _, task := range append(first, rest...) {
		last := task.Events[len(task.Events)-1]
		if task.Status != emulator.TaskDequeued || task.Version != 2 || last.EventID != 2 || last.Timestamp != now.UnixMilli() || string(task.Payload) != task.Key.ID {
			t.Errorf("claimed %+v", task)
		}
		checkStored(t, s, task)
	}
	interrupted, err := s.Interrupted(t.Context())
	if diff := cmp.Diff([]string{"t0", "t1", "t2", "t3"}, ids(interrupted)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if due, found, _ := s.NextDue(t.Context()); !found || !due.Equal(base().Add(time.Minute)) {
		t.Errorf("NextDue after the claims: %v %v", due, found)
	}
}

func TestRetryingIsDueAgain(t *testing.T) {
	s := open(t)
	task := newTask("a")
	enqueue(t, s, task)
	move(t, s, task, emulator.TaskDequeued)
	move(t, s, task, emulator.TaskRunning)
	task.DueAt = base().Add(time.Second)
	move(t, s, task, emulator.TaskRetrying)
	claimed, err := s.Claim(t.Context(), task.DueAt, 1)
	if err != nil || len(claimed) != 1 || len(claimed[0].Events) != 5 {
		t.Errorf("%v, %v", claimed, err)
	}
}

func TestSavesRace(t *testing.T) {
	s := open(t)
	task := newTask("a")
	enqueue(t, s, task)
	move(t, s, task, emulator.TaskDequeued)
	var won atomic.Int64
	var wg sync.WaitGroup
	for i := range 16 {
		mine := *task
		mine.Events = append([]emulator.TaskEvent(nil), task.Events...)
		status := emulator.TaskRunning
		if i%2 == 0 {
			status = emulator.TaskStopping
		}
		step(&mine, status)
		wg.Go(func() {
			ok, err := s.Save(t.Context(), &mine, i%3 == 0, nil)
			if err != nil {
				t.Error(err)
			}
			if ok {
				won.Add(1)
				if mine.Version != task.Version+1 {
					t.Errorf("the winner has version %d", mine.Version)
				}
			} else if mine.Version != task.Version {
				t.Errorf("a loser has version %d", mine.Version)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d saves of one version won", won.Load())
	}
}

func TestSaveOfMissingTask(t *testing.T) {
	s := open(t)
	task := newTask("a")
	task.Sequence, task.Version, task.Status = 7, 1, emulator.TaskEnqueued
	if won, err := s.Save(t.Context(), task, true, nil); won || err != nil {
		t.Errorf("%v, %v", won, err)
	}
	task.Status = "Odd"
	if _, err := s.Save(t.Context(), task, true, nil); err == nil {
		t.Error("an unknown status was saved")
	}
}

// The store holds to the state table, whatever its caller does.
func TestOnlyLegalMoves(t *testing.T) {
	s := open(t)
	for _, from := range emulator.TaskStatuses() {
		for _, to := range emulator.TaskStatuses() {
			task := newTask(fmt.Sprint(from, "-", to))
			enqueue(t, s, task)
			for _, status := range wayTo(from) {
				move(t, s, task, status)
			}
			task.EndedAt = time.Time{}
			step(task, to)
			won, err := s.Save(t.Context(), task, false, nil)
			if want := from == to || from.CanBecome(to); won != want || (err == nil) != want {
				t.Errorf("%s to %s: saved %v, %v; want %v", from, to, won, err, want)
			}
		}
	}
}

// wayTo lists the moves from Enqueued to a state.
func wayTo(status emulator.TaskStatus) []emulator.TaskStatus {
	seen := map[emulator.TaskStatus][]emulator.TaskStatus{emulator.TaskEnqueued: {}}
	for queue := []emulator.TaskStatus{emulator.TaskEnqueued}; len(queue) > 0; queue = queue[1:] {
		for _, next := range emulator.TaskStatuses() {
			if _, ok := seen[next]; !ok && queue[0].CanBecome(next) {
				seen[next] = append(append([]emulator.TaskStatus(nil), seen[queue[0]]...), next)
				queue = append(queue, next)
			}
		}
	}
	return seen[status]
}

func TestEndedNeedsItsTime(t *testing.T) {
	s := open(t)
	task := newTask("a")
	enqueue(t, s, task)
	task.Status = emulator.TaskExpired
	if won, err := s.Save(t.Context(), task, true, nil); won || err == nil {
		t.Errorf("a task that ended at no time was saved: %v, %v", won, err)
	}
}

func TestSweepAndCount(t *testing.T) {
	s := open(t)
	for i := range 5 {
		task := newTask(fmt.Sprint("t", i))
		task.Payload = bytes.Repeat([]byte{1}, 5000)
		enqueue(t, s, task)
		if i == 4 {
			break
		}
		step(task, emulator.TaskExpired)
		task.EndedAt = base().Add(time.Duration(i) * time.Minute)
		var delivery *emulator.Delivery
		if i == 0 {
			delivery = &emulator.Delivery{Task: task.Key, Destination: "acs:x", DueAt: base()}
		}
		if won, err := s.Save(t.Context(), task, true, delivery); !won || err != nil {
			t.Fatal(won, err)
		}
	}
	counts, err := s.CountTasks(t.Context())
	want := map[emulator.TaskStatus]int64{emulator.TaskExpired: 4, emulator.TaskEnqueued: 1}
	if diff := cmp.Diff(want, counts); diff != "" || err != nil {
		t.Error(diff, err)
	}
	// t0 waits for its delivery, t3 ended at the bound.
	for _, want := range []int{1, 1, 0} {
		if swept, err := s.SweepTasks(t.Context(), base().Add(3*time.Minute), 1); swept != want || err != nil {
			t.Errorf("swept %d, %v; want %d", swept, err, want)
		}
	}
	left, err := s.Tasks(t.Context(), emulator.TaskQuery{})
	if diff := cmp.Diff([]string{"t4", "t3", "t0"}, ids(left)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
