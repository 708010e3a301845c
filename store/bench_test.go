package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/fcemu/fcemu/store/storebench"
)

// BenchmarkEnqueue presses the raw file, the store with one commit a task, and the store as it is.
// Run it with -benchtime=1x: one iteration is a comparison over several rounds.
func BenchmarkEnqueue(b *testing.B) {
	for _, payload := range []int{1 << 10, 128 << 10} {
		for _, callers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("payload=%d/callers=%d", payload, callers), func(b *testing.B) {
				load := storebench.Load{Callers: callers, Payload: payload, For: 400 * time.Millisecond}
				for b.Loop() {
					got, err := storebench.Compare(b.Context(), b.TempDir(), load, 5)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(got.Raw.PerSecond, "raw/s")
					b.ReportMetric(got.PerRequest.PerSecond, "per-request/s")
					b.ReportMetric(got.Grouped.PerSecond, "store/s")
					b.ReportMetric(float64(got.Grouped.P50.Microseconds()), "store-p50-µs")
					b.ReportMetric(float64(got.Raw.P50.Microseconds()), "raw-p50-µs")
					b.ReportMetric(got.ToRaw, "of-raw")
					b.ReportMetric(got.ToPerRequest, "x-per-request")
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
