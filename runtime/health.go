package runtime

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// firstHealth waits until a configured health check passes. f owns the output meanwhile.
// Source: FC health check.
func (i *instance) firstHealth(ctx context.Context, f *flight) *failure {
	config := i.fn.HealthCheck()
	checker, ok := i.session.(Checker)
	if config == nil || !ok {
		return nil
	}
	ctx, cancel := i.untilExit(ctx)
	defer cancel()
	i.logs.startup(f)
	defer i.logs.started(f)
	if !pause(ctx, time.Duration(config.InitialDelaySeconds)*time.Second) {
		return i.startEnded(i.fn.Port())
	}
	misses, hits := 0, 0
	for {
		if check(ctx, checker, config) {
			hits++
		} else {
			hits, misses = 0, misses+1
		}
		switch {
		case hits >= max(1, config.SuccessThreshold):
			return nil
		case misses >= orDefault(config.FailureThreshold, 3) && !i.pool.options.NoTimeout(i.fn) || !pause(ctx, period(config)):
			if fault := i.startEnded(i.fn.Port()); fault != nil {
				return fault
			}
			return serverNotListening(i.fn.Port(), i.pool.options.StartLimit, i.logs.startText())
		}
	}
}

// watchHealth keeps checking, and hides the instance from new calls while it is unhealthy.
func (i *instance) watchHealth(config *emulator.HealthCheck) {
	checker, ok := i.session.(Checker)
	if !ok {
		return
	}
	ctx := i.pool.ctx
	misses, hits, sick := 0, 0, false
	for !wait(i.gone, period(config)) && ctx.Err() == nil {
		if i.ice.frozen.Load() {
			continue // it cannot answer, and need not
		}
		if check(ctx, checker, config) {
			hits, misses = hits+1, 0
		} else {
			hits, misses = 0, misses+1
		}
		switch {
		case !sick && misses >= orDefault(config.FailureThreshold, 3):
			sick = true
			i.group.setSick(i, true)
		case sick && hits >= max(1, config.SuccessThreshold):
			sick = false
			i.group.setSick(i, false)
		}
	}
}

func check(ctx context.Context, checker Checker, config *emulator.HealthCheck) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(max(1, config.TimeoutSeconds))*time.Second)
	defer cancel()
	return checker.Check(ctx, config.HTTPGetURL) == nil
}

func period(config *emulator.HealthCheck) time.Duration {
	return time.Duration(orDefault(config.PeriodSeconds, 3)) * time.Second
}

func orDefault(n, fallback int) int {
	if n > 0 {
		return n
	}
	return fallback
}

// pause sleeps. False means that ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
