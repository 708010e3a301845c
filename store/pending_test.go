package store_test

import (
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

func TestPending(t *testing.T) {
	s, now := open(t), base()
	expect := func(what string, next time.Time, busy bool) {
		t.Helper()
		got, some, isBusy, err := s.Pending(t.Context(), now)
		if err != nil || !got.Equal(next) || some == next.IsZero() || isBusy != busy {
			t.Errorf("%s: %v %v %v %v, want %v %v", what, got, some, isBusy, err, next, busy)
		}
	}
	expect("nothing", time.Time{}, false)
	expire(t, s, "ended", time.Hour)
	expect("a delivery", base().Add(time.Hour), false)
	task := newTask("a")
	task.DueAt = base().Add(time.Minute)
	enqueue(t, s, task)
	expect("a delayed task", base().Add(time.Minute), false)
	claimed, err := s.Claim(t.Context(), task.DueAt, 1)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	expect("claimed ahead of its time", base().Add(time.Minute), false)
	now = task.DueAt
	expect("claimed in time", base().Add(time.Hour), true)
	step(claimed[0], emulator.TaskRunning)
	if won, err := s.Save(t.Context(), claimed[0], false, nil); !won || err != nil {
		t.Fatal(won, err)
	}
	expect("running", base().Add(time.Hour), true)
	step(claimed[0], emulator.TaskSucceeded)
	if won, err := s.Save(t.Context(), claimed[0], false, nil); !won || err != nil {
		t.Fatal(won, err)
	}
	expect("ended", base().Add(time.Hour), false)
}
