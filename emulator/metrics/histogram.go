package metrics

import (
	"sync/atomic"
	"time"
)

// durationBounds are the upper bounds of the buckets for runs, from a warm call to the long ones.
func durationBounds() *bounds {
	return &bounds{
		500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond,
		25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
		time.Second, 5 * time.Second, 30 * time.Second, time.Minute, 10 * time.Minute, time.Hour,
	}
}

// delayBounds begin where the goals for lateness lie and end where throttled tasks are given up.
func delayBounds() *bounds {
	return &bounds{
		time.Millisecond, 3 * time.Millisecond, 10 * time.Millisecond, 30 * time.Millisecond, 100 * time.Millisecond,
		300 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute,
		5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 5 * time.Hour,
	}
}

// buckets is how many bounds a histogram has; one more bucket is for what is above them all.
const buckets = 16

type bounds [buckets]time.Duration

// histogram counts times by bucket. It has no count of its own, so that a reader never sees one
// that disagrees with the buckets.
type histogram struct {
	sum    atomic.Int64 // nanoseconds
	counts [buckets + 1]atomic.Int64
	bounds *bounds
}

func (h *histogram) observe(d time.Duration) {
	i := 0
	for i < buckets && d > h.bounds[i] {
		i++
	}
	h.counts[i].Add(1)
	h.sum.Add(int64(d))
}

// Histogram is what a histogram held at one moment.
type Histogram struct {
	Count      int64    `json:"count"`
	SumSeconds float64  `json:"sumSeconds"`
	Buckets    []Bucket `json:"buckets"` // ascending; what is above the last is in Count only
}

// Bucket counts the observations up to a bound, those of the buckets before included.
type Bucket struct {
	LE    float64 `json:"le"` // seconds
	Count int64   `json:"count"`
}

func (h *histogram) read() Histogram {
	out := Histogram{SumSeconds: time.Duration(h.sum.Load()).Seconds(), Buckets: make([]Bucket, buckets)}
	for i := range out.Buckets {
		out.Count += h.counts[i].Load()
		out.Buckets[i] = Bucket{h.bounds[i].Seconds(), out.Count}
	}
	out.Count += h.counts[buckets].Load()
	return out
}
