package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
)

// Callers whose requests cannot stand share their transactions with others whose can.
func TestOneFailureSpoilsNoOther(t *testing.T) {
	s := open(t)
	enqueue(t, s, newTask("taken"))
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			var err error
			switch i % 4 {
			case 0: // refused by an index
				if err = s.Enqueue(t.Context(), newTask("taken")); err != nil {
					return
				}
				err = errors.New("a duplicate was accepted")
			case 1: // refused at its second statement
				task := newTask(fmt.Sprint("undone-", i))
				err = s.Enqueue(t.Context(), task)
				step(task, emulator.TaskExpired)
				if won, saved := s.Save(t.Context(), task, true, &emulator.Delivery{}); won || saved == nil {
					err = errors.New("an impossible delivery was accepted")
				}
			default:
				err = s.Enqueue(t.Context(), newTask(fmt.Sprint("fine-", i)))
			}
			if err != nil {
				t.Error(i, err)
			}
		})
	}
	wg.Wait()
	counts, err := s.CountTasks(t.Context())
	if err != nil || counts[emulator.TaskEnqueued] != 1+16+32 || len(counts) != 1 {
		t.Errorf("%v, %v", counts, err)
	}
}

func TestSequencesAreTheOrderOfAcceptance(t *testing.T) {
	s := open(t)
	var wg sync.WaitGroup
	sequences := make([][]int64, 16)
	for caller := range sequences {
		wg.Go(func() {
			for i := range 50 {
				task := newTask(fmt.Sprint(caller, "-", i))
				enqueue(t, s, task)
				sequences[caller] = append(sequences[caller], task.Sequence)
			}
		})
	}
	wg.Wait()
	seen := map[int64]bool{}
	for _, own := range sequences {
		for i, sequence := range own {
			if seen[sequence] || i > 0 && sequence <= own[i-1] {
				t.Fatalf("sequence %d is twice there, or out of order", sequence)
			}
			seen[sequence] = true
		}
	}
}

// A claimed task belongs to one caller.
func TestClaimsRace(t *testing.T) {
	s := open(t)
	for i := range 200 {
		enqueue(t, s, newTask(fmt.Sprint(i)))
	}
	var mu sync.Mutex
	claims := map[string]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				tasks, err := s.Claim(t.Context(), base(), 7)
				if err != nil {
					t.Error(err)
				}
				if len(tasks) == 0 {
					return
				}
				mu.Lock()
				for _, task := range tasks {
					claims[task.Key.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for i := range 200 {
		if claims[fmt.Sprint(i)] != 1 {
			t.Errorf("task %d was claimed %d times", i, claims[fmt.Sprint(i)])
		}
	}
}

func TestEndedContext(t *testing.T) {
	s := open(t)
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if err := s.Enqueue(ctx, newTask("a")); !errors.Is(err, gone) {
		t.Errorf("Enqueue: %v", err)
	}
	if _, err := s.Task(ctx, newTask("a").Key); !errors.Is(err, gone) {
		t.Errorf("Task: %v", err)
	}
}

// Callers that give up while they wait get either their task stored or an error, never both.
func TestGivingUpWhileWaiting(t *testing.T) {
	s := open(t)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*10*time.Microsecond)
			defer cancel()
			task := newTask(fmt.Sprint(i))
			err := s.Enqueue(ctx, task)
			_, found := s.Task(t.Context(), task.Key)
			if (err == nil) != (found == nil) {
				t.Errorf("Enqueue said %v, the store %v", err, found)
			}
		})
	}
	wg.Wait()
}

func TestClosedStore(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 32 { // what has begun is finished
		wg.Go(func() {
			if err := s.Enqueue(t.Context(), newTask(fmt.Sprint(i))); err != nil && !errors.Is(err, store.ErrClosed) {
				t.Error(err)
			}
		})
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if err := s.Enqueue(t.Context(), newTask("late")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Enqueue: %v", err)
	}
	if _, err := s.CountTasks(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("CountTasks: %v", err)
	}
}
