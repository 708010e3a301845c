package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async/lateness"
	"github.com/fcemu/fcemu/store"
	"github.com/fcemu/fcemu/store/storebench"
)

// acceptLatency is D1: the 202 of one caller against the same server's synchronous echo plus what
// the disk takes.
func (b *bench) acceptLatency(ctx context.Context) ([]verdict, error) {
	emulator, _, stop, err := b.builtins(ctx)
	defer stop()
	if err != nil {
		return nil, err
	}
	accept, echo := invocation(emulator, "python", 1024), invocation(emulator, "python", 1024)
	accept.header, accept.status = "X-Fc-Invocation-Type: Async\r\nX-Fc-Async-Delay: 3600\r\n", 202
	var ratios []float64
	for range b.rounds {
		sync, err := drive(ctx, echo, 1, b.span)
		if err != nil {
			return nil, err
		}
		raw, err := storebench.Once(ctx, b.work, storebench.Raw, storebench.Load{Callers: 1, Payload: 1024, For: b.span / 2})
		if err != nil {
			return nil, err
		}
		ours, err := drive(ctx, accept, 1, b.span)
		if err != nil {
			return nil, err
		}
		ratios = append(ratios, float64(ours.p50)/(float64(sync.p50)+1.5*float64(raw.P50)))
	}
	return []verdict{ratioAtMost("202 p50 / (sync echo p50 + 1.5 raw fdatasync p50)", median(ratios), 1)}, nil
}

// enqueueRate is D2.
func (b *bench) enqueueRate(ctx context.Context) ([]verdict, error) {
	compare := func(callers int) (storebench.Comparison, error) {
		return storebench.Compare(ctx, b.work, storebench.Load{Callers: callers, Payload: 1024, For: b.span}, b.rounds)
	}
	few, err := compare(16)
	if err != nil {
		return nil, err
	}
	many, err := compare(64)
	return []verdict{
		ratioAtLeast("16 callers: enqueues/s / raw group fdatasync", few.ToRaw, 0.70),
		ratioAtLeast("64 callers: enqueues/s / one commit a request", many.ToPerRequest, 10),
		ratioAtLeast("64 callers: enqueues/s / raw group fdatasync", many.ToRaw, 0.50),
	}, err
}

// acceptRate is D3: the same through HTTP.
func (b *bench) acceptRate(ctx context.Context) ([]verdict, error) {
	const callers = 64
	raw, err := b.self(ctx, "__echo")
	if err != nil {
		return nil, err
	}
	defer raw.stop()
	emulator, _, stop, err := b.builtins(ctx)
	defer stop()
	if err != nil {
		return nil, err
	}
	accept := invocation(emulator, "python", 1024)
	accept.header, accept.status = "X-Fc-Invocation-Type: Async\r\nX-Fc-Async-Delay: 3600\r\n", 202
	_, _, toEcho, failed, err := b.pair(ctx, accept, target{address: raw.address, path: "/", body: make([]byte, 1024)}, callers)
	if err != nil {
		return nil, err
	}
	if err := b.deployServer(ctx, emulator, "custom"); err != nil {
		return nil, err
	}
	_, _, toSync, _, err := b.pair(ctx, accept, target{address: emulator.address, path: "/proxy/custom/", body: make([]byte, 1024)}, callers)
	if err != nil {
		return nil, err
	}
	var ratios []float64
	for range b.rounds {
		ours, err := drive(ctx, accept, callers, b.span)
		if err != nil {
			return nil, err
		}
		single, err := storebench.Once(ctx, b.work, storebench.PerRequest, storebench.Load{Callers: callers, Payload: 1024, For: b.span})
		if err != nil {
			return nil, err
		}
		ratios = append(ratios, ours.rate/single.PerSecond)
	}
	return []verdict{
		ratioAtLeast("64 callers: 202/s / one commit a request", median(ratios), 3),
		ratioAtLeast("64 callers: 202/s / the emulator's own echo, not durable", toSync, 0.40),
		ratioAtLeast("64 callers: 202/s / plain echo server", toEcho, 0.40),
		noErrors("64 callers", failed),
	}, nil
}

// lateness is T1.
func (b *bench) lateness(ctx context.Context) ([]verdict, error) {
	var p50s, p99s []float64
	early := 0
	for i := range 3 {
		s, err := store.Open(ctx, filepath.Join(b.work, fmt.Sprintf("late-%d.db", i)))
		if err != nil {
			return nil, err
		}
		result, err := lateness.Measure(ctx, s, lateness.Plan{Pending: 100_000, Tasks: 2000, Window: 4 * time.Second})
		if err = errors.Join(err, s.Close()); err != nil {
			return nil, err
		}
		p50s = append(p50s, float64(result.P50)/float64(time.Millisecond))
		p99s = append(p99s, float64(result.P99)/float64(time.Millisecond))
		early += result.Early
	}
	return []verdict{
		{what: "p50", value: median(p50s), unit: "ms", bound: 1, atMost: true},
		{what: "p99", value: median(p99s), unit: "ms", bound: 3, atMost: true},
		{what: "runs before their time", value: float64(early), bound: 0, atMost: true},
	}, nil
}

// stored makes, once, a data folder whose store holds so many delayed tasks.
func (b *bench) stored(ctx context.Context, tasks int) (string, error) {
	const callers = 256
	folder := filepath.Join(b.work, fmt.Sprintf("stored-%d", tasks))
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		return "", err
	}
	s, err := store.Open(ctx, filepath.Join(folder, "state.db"))
	if err != nil {
		return "", err
	}
	ids := emulator.NewIDs()
	group, ctx := errgroup.WithContext(ctx)
	for range callers {
		group.Go(func() error {
			for range tasks / callers {
				if err := s.Enqueue(ctx, laterTask(ids)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return folder, errors.Join(group.Wait(), s.Close())
}

// laterTask is due in a day.
func laterTask(ids *emulator.IDs) *emulator.Task {
	now := time.Now()
	id := ids.Request(now)
	return &emulator.Task{Key: emulator.TaskKey{Function: emulator.Name{Function: "later"}, ID: id}, RequestID: id,
		Status: emulator.TaskEnqueued, EnqueuedAt: now, DueAt: now.Add(24 * time.Hour), Payload: make([]byte, 256)}
}
