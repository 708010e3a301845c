// Package storebench measures how fast tasks are accepted durably, beside the two figures that
// matter: what the disk can do, and what one commit for each task would do.
package storebench

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Load says how hard to press.
type Load struct {
	Callers int           // how many call at the same time, each waiting for its answer
	Payload int           // bytes of each task
	For     time.Duration // how long
}

// Rate is what came out.
type Rate struct {
	PerSecond float64
	P50, P99  time.Duration // of one call
}

// Press calls do from load.Callers goroutines until the time is over or a call fails.
func Press(ctx context.Context, load Load, do func(ctx context.Context) error) (Rate, error) {
	start := time.Now()
	end := start.Add(load.For)
	var wg sync.WaitGroup
	took := make([][]time.Duration, load.Callers)
	errs := make([]error, load.Callers)
	for caller := range load.Callers {
		wg.Go(func() { took[caller], errs[caller] = pressOne(ctx, end, do) })
	}
	wg.Wait()
	elapsed := time.Since(start)
	for _, err := range errs {
		if err != nil {
			return Rate{}, err
		}
	}
	return summarize(slices.Concat(took...), elapsed), nil
}

func pressOne(ctx context.Context, end time.Time, do func(ctx context.Context) error) ([]time.Duration, error) {
	var took []time.Duration
	for begin := time.Now(); begin.Before(end); {
		if err := do(ctx); err != nil {
			return nil, err
		}
		now := time.Now()
		took = append(took, now.Sub(begin))
		begin = now
	}
	return took, nil
}

func summarize(took []time.Duration, elapsed time.Duration) Rate {
	if len(took) == 0 {
		return Rate{}
	}
	slices.Sort(took)
	return Rate{
		PerSecond: float64(len(took)) / elapsed.Seconds(),
		P50:       took[len(took)/2],
		P99:       took[len(took)*99/100],
	}
}
