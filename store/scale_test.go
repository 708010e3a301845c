package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
)

// BenchmarkScale times each operation with a hundred thousand and with a million tasks in the
// store; the figures should be the same. Use -benchtime=1s or shorter: the stores are made once.
func BenchmarkScale(b *testing.B) {
	for _, count := range []int{100_000, 1_000_000} {
		path := filepath.Join(b.TempDir(), "state.db")
		fillStore(b, path, count)
		b.Run(fmt.Sprintf("tasks=%d", count), func(b *testing.B) { scale(b, path) })
	}
}

func scale(b *testing.B, path string) {
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			s, err := store.Open(b.Context(), path)
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
	s, err := store.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	later, f := base().Add(2*time.Hour), emulator.Name{Function: "f"}
	for name, do := range map[string]func(ctx context.Context, i int) error{
		"next due":       func(ctx context.Context, _ int) error { _, _, err := s.NextDue(ctx); return err },
		"claim, none":    func(ctx context.Context, _ int) error { _, err := s.Claim(ctx, base(), 100); return err },
		"claim, one":     func(ctx context.Context, _ int) error { _, err := s.Claim(ctx, later, 1); return err },
		"page":           func(ctx context.Context, _ int) error { return page(ctx, s, emulator.TaskQuery{}) },
		"page, function": func(ctx context.Context, _ int) error { return page(ctx, s, emulator.TaskQuery{Function: &f}) },
		"page, status": func(ctx context.Context, _ int) error {
			return page(ctx, s, emulator.TaskQuery{Statuses: []emulator.TaskStatus{emulator.TaskEnqueued}})
		},
		"page, middle": func(ctx context.Context, _ int) error { return page(ctx, s, emulator.TaskQuery{After: 50_000}) },
		"interrupted":  func(ctx context.Context, _ int) error { _, err := s.Interrupted(ctx); return err },
		"backlog":      func(ctx context.Context, _ int) error { _, err := s.Backlog(ctx); return err },
		"count":        func(ctx context.Context, _ int) error { _, err := s.CountTasks(ctx); return err },
		"enqueue": func(ctx context.Context, i int) error {
			return s.Enqueue(ctx, newTask(fmt.Sprint("z", time.Now().UnixNano(), i)))
		},
	} {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if err := do(b.Context(), i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(residentMB(b), "RSS-MB")
	})
}

func page(ctx context.Context, s *store.Store, q emulator.TaskQuery) error {
	q.Limit = 20
	tasks, err := s.Tasks(ctx, q)
	if err == nil && len(tasks) != 20 {
		err = fmt.Errorf("a page of %d", len(tasks))
	}
	return err
}

// fillStore makes a store of tasks that are due within an hour, but after base.
func fillStore(b *testing.B, path string, count int) {
	b.Helper()
	s, err := store.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	const callers = 64
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for i := range count / callers {
				task := newTask(fmt.Sprintf("%08d-%d", i, caller))
				task.DueAt = base().Add(time.Duration(1+(i*7919)%3600) * time.Second)
				task.Payload = make([]byte, 256)
				if err := s.Enqueue(b.Context(), task); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// residentMB is this process's resident memory, 0 where the system doesn't tell.
func residentMB(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident int
	if _, err := fmt.Sscan(string(text), &size, &resident); err != nil {
		b.Fatal(err)
	}
	return float64(resident*os.Getpagesize()) / (1 << 20)
}
