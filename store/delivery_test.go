package store_test

import (
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
	"github.com/google/go-cmp/cmp"
)

// expire ends a task with a delivery that is due after delay.
func expire(t *testing.T, s *store.Store, id string, delay time.Duration) *emulator.Delivery {
	t.Helper()
	task := newTask(id)
	enqueue(t, s, task)
	step(task, emulator.TaskExpired)
	delivery := &emulator.Delivery{Task: task.Key, RequestID: task.RequestID, Destination: "acs:x", Body: []byte(`{"id":1}`), Depth: 2, DueAt: base().Add(delay)}
	if won, err := s.Save(t.Context(), task, true, delivery); !won || err != nil {
		t.Fatal(won, err)
	}
	return delivery
}

func TestOutbox(t *testing.T) {
	s := open(t)
	if _, found, err := s.NextDelivery(t.Context()); found || err != nil {
		t.Errorf("NextDelivery of nothing: %v, %v", found, err)
	}
	late, soon := expire(t, s, "late", time.Minute), expire(t, s, "soon", time.Second)
	if due, found, err := s.NextDelivery(t.Context()); !found || err != nil || !due.Equal(soon.DueAt) {
		t.Errorf("NextDelivery: %v %v %v", due, found, err)
	}
	got, err := s.DueDeliveries(t.Context(), base().Add(time.Second), 5)
	if diff := cmp.Diff([]*emulator.Delivery{soon}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	soon.DueAt, soon.Attempts = base().Add(time.Hour), 3
	if err := s.DeferDelivery(t.Context(), soon.ID, soon.DueAt, soon.Attempts); err != nil {
		t.Error(err)
	}
	got, err = s.DueDeliveries(t.Context(), base().Add(time.Hour), 5)
	if diff := cmp.Diff([]*emulator.Delivery{late, soon}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for range 2 { // the second time it is gone
		if err := s.FinishDelivery(t.Context(), soon, "Failed"); err != nil {
			t.Error(err)
		}
	}
	if err := s.DeferDelivery(t.Context(), soon.ID, base(), 9); err != nil {
		t.Error(err)
	}
	task, err := s.Task(t.Context(), soon.Task)
	if err != nil || task.Destination != "Failed" || task.Version != 3 {
		t.Errorf("%+v, %v", task, err)
	}
	if due, _, _ := s.NextDelivery(t.Context()); !due.Equal(late.DueAt) {
		t.Errorf("NextDelivery: %v", due)
	}
	if err := s.FinishDelivery(t.Context(), late, "Odd"); err == nil {
		t.Error("an impossible destination status was stored")
	}
	if got, err := s.DueDeliveries(t.Context(), base().Add(time.Hour), 5); len(got) != 1 || err != nil {
		t.Errorf("a delivery was lost with a failed FinishDelivery: %v, %v", got, err)
	}
}

// The outcome and its delivery are saved together or not at all.
func TestFailedDeliveryUndoesTheSave(t *testing.T) {
	s := open(t)
	task := newTask("a")
	enqueue(t, s, task)
	step(task, emulator.TaskExpired)
	if won, err := s.Save(t.Context(), task, true, &emulator.Delivery{Destination: ""}); won || err == nil {
		t.Errorf("saved with an impossible delivery: %v, %v", won, err)
	}
	stored, err := s.Task(t.Context(), task.Key)
	if err != nil || stored.Status != emulator.TaskEnqueued || stored.Version != 1 || task.Version != 1 {
		t.Errorf("%+v, %v", stored, err)
	}
}
