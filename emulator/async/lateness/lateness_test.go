package lateness_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator/async/lateness"
	"github.com/fcemu/fcemu/store"
)

func open(t testing.TB) *store.Store {
	s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "fcemu.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestNeverEarly bounds lateness loosely, since other tests share the machine.
func TestNeverEarly(t *testing.T) {
	result, err := lateness.Measure(t.Context(), open(t), lateness.Plan{Pending: 2000, Tasks: 200, Window: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if result.Early > 0 || result.P50 > 100*time.Millisecond {
		t.Errorf("%+v", result)
	}
}

// BenchmarkLateness is goal T1: p50 ≤ 1 ms and p99 ≤ 3 ms with 100 000 tasks pending.
func BenchmarkLateness(b *testing.B) {
	for b.Loop() {
		result, err := lateness.Measure(b.Context(), open(b), lateness.Plan{Pending: 100_000, Tasks: 2000, Window: 4 * time.Second})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(result.P50)/1e6, "p50-ms")
		b.ReportMetric(float64(result.P99)/1e6, "p99-ms")
		b.ReportMetric(float64(result.Max)/1e6, "max-ms")
		b.ReportMetric(float64(result.Floor50)/1e6, "floor-p50-ms")
		b.ReportMetric(float64(result.Floor99)/1e6, "floor-p99-ms")
		b.ReportMetric(result.Fill.Seconds(), "fill-s")
		if result.Early > 0 {
			b.Errorf("%d runs before their due time", result.Early)
		}
	}
}
