// Package metrics counts what functions and their queues do, and writes it in the text format of
// Prometheus. Counters start from zero with the emulator.
//
// Counting is on the way of every call, so it takes no lock: one look-up of the function, then
// atomic additions.
package metrics

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Book keeps the counts of all functions. It is safe for concurrent use; its zero value is not
// usable.
type Book struct {
	pages           sync.Map // emulator.Name → *page
	duration, delay *bounds
}

// New returns an empty book.
func New() *Book { return &Book{duration: durationBounds(), delay: delayBounds()} }

// page holds the counts of one function. What a quick call touches comes first, so that it lies in
// as few cache lines as can be.
type page struct {
	outcomes  [outcomes]atomic.Int64
	duration  histogram
	peakBytes atomic.Int64
	coldStart atomic.Int64

	enqueued, processed, retries, expired atomic.Int64
	delay                                 histogram
	delivered, undelivered                atomic.Int64
}

func (b *Book) page(name emulator.Name) *page {
	if found, ok := b.pages.Load(name); ok {
		return found.(*page)
	}
	found, _ := b.pages.LoadOrStore(name, b.fresh())
	return found.(*page)
}

// fresh is a page without counts.
func (b *Book) fresh() *page {
	return &page{duration: histogram{bounds: b.duration}, delay: histogram{bounds: b.delay}}
}

// Record counts a finished invocation, synchronous or asynchronous. A run that was refused has no
// duration.
func (b *Book) Record(record emulator.InvocationRecord) {
	out := record.Outcome
	p := b.page(record.Invocation.Function.Name())
	p.outcomes[outcomeOf(out)].Add(1)
	if out.Refused != nil {
		return
	}
	p.duration.observe(out.Duration)
	if out.ColdStart {
		p.coldStart.Add(1)
	}
	raise(&p.peakBytes, int64(out.MemoryMB*(1<<20)))
}

// raise keeps the greater of two values.
func raise(peak *atomic.Int64, value int64) {
	for {
		old := peak.Load()
		if value <= old || peak.CompareAndSwap(old, value) {
			return
		}
	}
}

// Enqueued counts an accepted asynchronous invocation.
func (b *Book) Enqueued(function emulator.Name) { b.page(function).enqueued.Add(1) }

// Started counts a run that began delay after it was due. retry is any run but the first.
func (b *Book) Started(function emulator.Name, delay time.Duration, retry bool) {
	p := b.page(function)
	p.delay.observe(max(delay, 0))
	if retry {
		p.retries.Add(1)
	}
}

// Ended counts an asynchronous invocation that came to its end, whichever that is.
func (b *Book) Ended(function emulator.Name, status emulator.TaskStatus) {
	p := b.page(function)
	p.processed.Add(1)
	if status == emulator.TaskExpired {
		p.expired.Add(1)
	}
}

// Delivered counts an outcome that reached its destination, or that was given up.
func (b *Book) Delivered(function emulator.Name, reached bool) {
	p := b.page(function)
	if reached {
		p.delivered.Add(1)
	} else {
		p.undelivered.Add(1)
	}
}
