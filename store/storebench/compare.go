package storebench

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// Comparison holds the rates of the three targets under one load, and the ratios of the store's
// to the others, each the median over rounds in which all three had their turn.
type Comparison struct {
	Load                     Load
	Raw, PerRequest, Grouped Rate    // medians
	ToRaw, ToPerRequest      float64 // Grouped/Raw and Grouped/PerRequest, paired by round
}

// Compare presses the raw file, the store with a commit for each task, and the store as it is, in
// turn, for rounds rounds. dir is where the files go, so it decides which disk is measured.
func Compare(ctx context.Context, dir string, load Load, rounds int) (Comparison, error) {
	openers := []Opener{Raw, PerRequest, Grouped}
	rates := make([][]Rate, len(openers))
	for range rounds {
		for i, open := range openers {
			rate, err := Once(ctx, dir, open, load)
			if err != nil {
				return Comparison{}, err
			}
			rates[i] = append(rates[i], rate)
		}
	}
	return Comparison{
		Load:         load,
		Raw:          medianRate(rates[0]),
		PerRequest:   medianRate(rates[1]),
		Grouped:      medianRate(rates[2]),
		ToRaw:        medianRatio(rates[2], rates[0]),
		ToPerRequest: medianRatio(rates[2], rates[1]),
	}, nil
}

// Once opens a target in a fresh folder under dir, warms it up for a fifth of the time, and
// presses it.
func Once(ctx context.Context, dir string, open Opener, load Load) (Rate, error) {
	folder, err := os.MkdirTemp(dir, "storebench")
	if err != nil {
		return Rate{}, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	target, err := open(ctx, folder, load.Payload)
	if err != nil {
		return Rate{}, err
	}
	warm := load
	warm.For /= 5
	_, err = Press(ctx, warm, target.Enqueue)
	var rate Rate
	if err == nil {
		rate, err = Press(ctx, load, target.Enqueue)
	}
	if closed := target.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return Rate{}, fmt.Errorf("pressing the store with %d callers: %w", load.Callers, err)
	}
	return rate, nil
}

func medianRate(rates []Rate) Rate {
	pick := func(of func(Rate) float64) float64 {
		values := make([]float64, len(rates))
		for i, rate := range rates {
			values[i] = of(rate)
		}
		return median(values)
	}
	return Rate{
		PerSecond: pick(func(r Rate) float64 { return r.PerSecond }),
		P50:       time.Duration(pick(func(r Rate) float64 { return float64(r.P50) })),
		P99:       time.Duration(pick(func(r Rate) float64 { return float64(r.P99) })),
	}
}

func medianRatio(of, to []Rate) float64 {
	ratios := make([]float64, len(of))
	for i := range of {
		ratios[i] = of[i].PerSecond / to[i].PerSecond
	}
	return median(ratios)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
