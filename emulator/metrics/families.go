package metrics

import (
	"maps"
	"slices"
)

// family is one metric of functions that has one number each.
type family struct {
	name, kind, help string
	value            func(f *Function) float64
}

func families() []family {
	whole := func(get func(f *Function) int64) func(f *Function) float64 {
		return func(f *Function) float64 { return float64(get(f)) }
	}
	return []family{
		{"fcemu_async_enqueued_total", "counter", "Asynchronous invocations accepted.", whole(func(f *Function) int64 { return f.Enqueued })},
		{"fcemu_async_processed_total", "counter", "Asynchronous invocations ended in any way.", whole(func(f *Function) int64 { return f.Processed })},
		{"fcemu_async_backlog", "gauge", "Asynchronous invocations that wait for a run, delayed ones included.", whole(func(f *Function) int64 { return f.Backlog })},
		{"fcemu_async_in_process", "gauge", "Asynchronous invocations that run or are being stopped.", whole(func(f *Function) int64 { return f.InProcess })},
		{"fcemu_async_retries_total", "counter", "Runs of asynchronous invocations after their first.", whole(func(f *Function) int64 { return f.Retries })},
		{"fcemu_async_expired_total", "counter", "Asynchronous invocations dropped because of their age, without a run.", whole(func(f *Function) int64 { return f.Expired })},
		{"fcemu_destination_success_total", "counter", "Outcomes that reached their destination.", whole(func(f *Function) int64 { return f.DestinationSuccess })},
		{"fcemu_destination_error_total", "counter", "Outcomes whose delivery was given up.", whole(func(f *Function) int64 { return f.DestinationError })},
		{"fcemu_cold_starts_total", "counter", "Runs that had to wait for a new instance.", whole(func(f *Function) int64 { return f.ColdStarts })},
		{"fcemu_throttles_total", "counter", "Runs refused because of a limit (429).", whole(func(f *Function) int64 { return f.Throttles })},
		{"fcemu_instances", "gauge", "Instances in service.", whole(func(f *Function) int64 { return int64(f.Instances) })},
		{"fcemu_memory_peak_bytes", "gauge", "The most memory that an instance has been seen to use.", whole(func(f *Function) int64 { return f.MemoryPeak })},
	}
}

// WriteFunctions writes all metrics of functions. Histograms without observations are left out.
func WriteFunctions(t *Text, functions []Function) {
	for _, one := range families() {
		t.Family(one.name, one.kind, one.help)
		for i := range functions {
			t.Sample(one.name, one.value(&functions[i]), functions[i].label())
		}
	}
	histograms(t, functions, "fcemu_async_delay_seconds", "Time from due to start of runs of asynchronous invocations.",
		func(f *Function) *Histogram { return &f.Delay })
	histograms(t, functions, "fcemu_invocation_duration_seconds", "Duration of runs in their instance.",
		func(f *Function) *Histogram { return &f.Duration })
	const invocations = "fcemu_invocations_total"
	t.Family(invocations, "counter", "Runs, synchronous and asynchronous, by outcome.")
	for i := range functions {
		f := &functions[i]
		for _, outcome := range slices.Sorted(maps.Keys(f.Invocations)) {
			t.Sample(invocations, float64(f.Invocations[outcome]), f.label(), Label{"outcome", outcome})
		}
	}
}

func histograms(t *Text, functions []Function, name, help string, get func(f *Function) *Histogram) {
	t.Family(name, "histogram", help)
	for i := range functions {
		if h := get(&functions[i]); h.Count > 0 {
			t.Histogram(name, *h, functions[i].label())
		}
	}
}

func (f *Function) label() Label { return Label{"function", f.Name} }
