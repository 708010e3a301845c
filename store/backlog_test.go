package store_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
)

func TestBacklog(t *testing.T) {
	s := open(t)
	if list, err := s.Backlog(t.Context()); len(list) != 0 || err != nil {
		t.Fatal(list, err)
	}
	inService := newTask("s")
	inService.Key.Function = emulator.Name{Service: "s", Function: "g"}
	inService.DueAt = base().Add(time.Hour)
	first, second, third := newTask("a"), newTask("b"), newTask("c")
	second.DueAt, third.DueAt = base().Add(time.Minute), base().Add(time.Second)
	gone := newTask("gone")
	gone.Key.Function = emulator.Name{Function: "done"}
	enqueue(t, s, inService, first, second, third, gone)
	claimed, err := s.Claim(t.Context(), base(), 2)
	if err != nil || len(claimed) != 2 {
		t.Fatal(claimed, err)
	}
	for _, task := range claimed {
		next := emulator.TaskRunning
		if task.Key.ID == "gone" {
			next, task.EndedAt = emulator.TaskExpired, base()
		}
		step(task, next)
		if won, err := s.Save(t.Context(), task, true, nil); !won || err != nil {
			t.Fatal(won, err)
		}
	}
	list, err := s.Backlog(t.Context())
	slices.SortFunc(list, func(a, b emulator.Backlog) int { return cmp.Compare(a.Function.String(), b.Function.String()) })
	want := []emulator.Backlog{
		{Function: emulator.Name{Function: "f"}, Waiting: 2, Running: 1, OldestDue: third.DueAt},
		{Function: inService.Key.Function, Waiting: 1, OldestDue: inService.DueAt},
	}
	if delta := diff.Diff(want, list); delta != "" || err != nil {
		t.Error(delta, err)
	}
}
