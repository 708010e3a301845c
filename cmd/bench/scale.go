package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
	"github.com/fcemu/fcemu/store/storebench"
)

// enqueueLarge is D4: payloads of 128 KiB against the bandwidth of the disk.
func (b *bench) enqueueLarge(ctx context.Context) ([]verdict, error) {
	var all []verdict
	for _, callers := range []int{1, 16, 64, 256} {
		bound := 0.75
		if callers == 256 {
			bound = 0.5
		}
		found, err := storebench.Compare(ctx, b.work, storebench.Load{Callers: callers, Payload: 128 << 10, For: b.span}, b.rounds)
		if err != nil {
			return nil, err
		}
		all = append(all, ratioAtLeast(fmt.Sprintf("%d callers, 128 KiB: enqueues/s / raw group fdatasync", callers), found.ToRaw, bound))
	}
	return all, nil
}

// growth is T2: what the scheduler asks of the store with a million tasks against a hundred thousand.
func (b *bench) growth(ctx context.Context) ([]verdict, error) {
	few, err := b.stored(ctx, 100_000)
	if err != nil {
		return nil, err
	}
	many, err := b.stored(ctx, 1_000_000)
	if err != nil {
		return nil, err
	}
	names := []string{"next due", "claim of none", "page of 20", "insert"}
	ratios := make([][]float64, len(names))
	for range b.rounds {
		small, err := timeStore(ctx, few)
		if err != nil {
			return nil, err
		}
		large, err := timeStore(ctx, many)
		if err != nil {
			return nil, err
		}
		for i := range names {
			ratios[i] = append(ratios[i], float64(large[i])/float64(small[i]))
		}
	}
	var all []verdict
	for i, name := range names {
		all = append(all, ratioAtMost(name+": 1 000 000 / 100 000 tasks", median(ratios[i]), 1.25))
	}
	return all, nil
}

// timeStore measures the median time of each operation on a data folder.
func timeStore(ctx context.Context, folder string) ([]time.Duration, error) {
	s, err := store.Open(ctx, filepath.Join(folder, "state.db"))
	if err != nil {
		return nil, err
	}
	ids := emulator.NewIDs()
	operations := []func() error{
		func() error { _, _, err := s.NextDue(ctx); return err },
		func() error { _, err := s.Claim(ctx, time.Unix(0, 0), 16); return err },
		func() error { _, err := s.Tasks(ctx, emulator.TaskQuery{Limit: 20}); return err },
		func() error { return s.Enqueue(ctx, laterTask(ids)) },
	}
	medians := make([]time.Duration, len(operations))
	for i, do := range operations {
		var times []float64
		for range 301 {
			start := time.Now()
			if err := do(); err != nil {
				return nil, errors.Join(err, s.Close())
			}
			times = append(times, float64(time.Since(start)))
		}
		medians[i] = time.Duration(median(times))
	}
	return medians, s.Close()
}

// enqueueFull is T3: the rate of enqueues on a store that holds a million tasks against an empty one.
func (b *bench) enqueueFull(ctx context.Context) ([]verdict, error) {
	folder, err := b.stored(ctx, 1_000_000)
	if err != nil {
		return nil, err
	}
	empty := filepath.Join(b.work, "empty")
	var ratios []float64
	for range b.rounds {
		if err := os.MkdirAll(empty, 0o755); err != nil {
			return nil, err
		}
		full, err := pressStore(ctx, folder, b.span)
		if err != nil {
			return nil, err
		}
		plain, err := pressStore(ctx, empty, b.span)
		if err = errors.Join(err, os.RemoveAll(empty)); err != nil {
			return nil, err
		}
		ratios = append(ratios, full.PerSecond/plain.PerSecond)
	}
	return []verdict{ratioAtLeast("64 callers: enqueues/s with 1 000 000 tasks / empty", median(ratios), 0.75)}, nil
}

func pressStore(ctx context.Context, folder string, span time.Duration) (storebench.Rate, error) {
	s, err := store.Open(ctx, filepath.Join(folder, "state.db"))
	if err != nil {
		return storebench.Rate{}, err
	}
	ids := emulator.NewIDs()
	rate, err := storebench.Press(ctx, storebench.Load{Callers: 64, Payload: 1024, For: span},
		func(ctx context.Context) error { return s.Enqueue(ctx, laterTask(ids)) })
	return rate, errors.Join(err, s.Close())
}

// recovery is R1: a start after SIGKILL with a million tasks against a plain start.
func (b *bench) recovery(ctx context.Context) ([]verdict, error) {
	folder, err := b.stored(ctx, 1_000_000)
	if err != nil {
		return nil, err
	}
	var lost []float64
	for range b.rounds {
		plain, err := b.startOnce(ctx, folder)
		if err != nil {
			return nil, err
		}
		running, err := b.emulator(ctx, folder)
		if err != nil {
			return nil, err
		}
		if err := b.deployEcho(ctx, running, "python", "python3.10", "index.py", pythonEcho); err != nil {
			return nil, err
		}
		accept := invocation(running, "python", 1024)
		accept.header, accept.status = "X-Fc-Invocation-Type: Async\r\nX-Fc-Async-Delay: 3600\r\n", 202
		if _, err := drive(ctx, accept, 16, b.span/2); err != nil {
			return nil, err
		}
		_ = running.command.Process.Signal(syscall.SIGKILL)
		_ = running.command.Wait()
		killed, err := b.startOnce(ctx, folder)
		if err != nil {
			return nil, err
		}
		lost = append(lost, float64((killed-plain).Microseconds())/1000)
	}
	return []verdict{{what: "start after SIGKILL − plain start, 1 000 000 tasks", value: median(lost), unit: "ms", bound: 30, atMost: true}}, nil
}
