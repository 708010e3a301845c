package metrics_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/metrics"
)

func record(name string, out emulator.Outcome) emulator.InvocationRecord {
	parsed := emulator.ParseName(name)
	return emulator.InvocationRecord{Outcome: &out, Invocation: &emulator.Invocation{
		Function: &emulator.Function{Service: parsed.Service, FunctionName: parsed.Function}}}
}

func write(t *testing.T, functions []metrics.Function) (string, *parsed) {
	t.Helper()
	var text strings.Builder
	out := metrics.NewText(&text)
	metrics.WriteFunctions(out, functions)
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	read, err := parse(text.String())
	if err != nil {
		t.Fatalf("%v in\n%s", err, text.String())
	}
	return text.String(), read
}

func TestCountsReachTheText(t *testing.T) {
	book := metrics.New()
	hello := emulator.Name{Function: "hello"}
	for range 3 {
		book.Enqueued(hello)
	}
	book.Started(hello, 2*time.Millisecond, false)
	book.Started(hello, 700*time.Millisecond, true)
	book.Started(hello, 6*time.Hour, true)
	book.Started(hello, -time.Second, false) // a clock that was set back
	book.Ended(hello, emulator.TaskSucceeded)
	book.Ended(hello, emulator.TaskExpired)
	book.Delivered(hello, true)
	book.Delivered(hello, true)
	book.Delivered(hello, false)
	book.Record(record("hello", emulator.Outcome{Duration: 30 * time.Millisecond, ColdStart: true, MemoryMB: 40}))
	book.Record(record("hello", emulator.Outcome{Duration: 3 * time.Millisecond, MemoryMB: 20.5}))
	book.Record(record("hello", emulator.Outcome{Refused: &emulator.Error{Status: 429}}))
	functions := book.Functions(
		[]emulator.Backlog{{Function: hello, Waiting: 7, Running: 2, OldestDue: time.UnixMilli(1700)}},
		map[emulator.Name]int{hello: 4, {Service: "s", Function: "idle"}: 1})
	_, read := write(t, functions)
	for key, want := range map[string]float64{
		`fcemu_async_enqueued_total{function="hello"}`:                          3,
		`fcemu_async_processed_total{function="hello"}`:                         2,
		`fcemu_async_backlog{function="hello"}`:                                 7,
		`fcemu_async_in_process{function="hello"}`:                              2,
		`fcemu_async_retries_total{function="hello"}`:                           2,
		`fcemu_async_expired_total{function="hello"}`:                           1,
		`fcemu_destination_success_total{function="hello"}`:                     2,
		`fcemu_destination_error_total{function="hello"}`:                       1,
		`fcemu_async_delay_seconds_bucket{function="hello",le="0.001"}`:         1,
		`fcemu_async_delay_seconds_bucket{function="hello",le="0.003"}`:         2,
		`fcemu_async_delay_seconds_bucket{function="hello",le="0.3"}`:           2,
		`fcemu_async_delay_seconds_bucket{function="hello",le="1"}`:             3,
		`fcemu_async_delay_seconds_bucket{function="hello",le="18000"}`:         3,
		`fcemu_async_delay_seconds_bucket{function="hello",le="+Inf"}`:          4,
		`fcemu_async_delay_seconds_sum{function="hello"}`:                       21600.702,
		`fcemu_async_delay_seconds_count{function="hello"}`:                     4,
		`fcemu_invocations_total{function="hello",outcome="success"}`:           2,
		`fcemu_invocations_total{function="hello",outcome="throttled"}`:         1,
		`fcemu_invocation_duration_seconds_count{function="hello"}`:             2,
		`fcemu_invocation_duration_seconds_bucket{function="hello",le="0.005"}`: 1,
		`fcemu_cold_starts_total{function="hello"}`:                             1,
		`fcemu_throttles_total{function="hello"}`:                               1,
		`fcemu_instances{function="hello"}`:                                     4,
		`fcemu_instances{function="s/idle"}`:                                    1,
		`fcemu_memory_peak_bytes{function="hello"}`:                             40 << 20,
		`fcemu_invocations_total{function="s/idle",outcome="success"}`:          0,
	} {
		if got, ok := read.values[key]; !ok || got != want {
			t.Errorf("%s: %v (%v), want %v", key, got, ok, want)
		}
	}
	if functions[0].OldestDue != 1700 || functions[1].OldestDue != 0 {
		t.Errorf("oldest due: %d and %d", functions[0].OldestDue, functions[1].OldestDue)
	}
}

func TestOutcomes(t *testing.T) {
	book := metrics.New()
	for want, out := range map[string]emulator.Outcome{
		"success":              {},
		"function_error":       {ErrorType: emulator.HandledInvocationError},
		"initialization_error": {ErrorType: emulator.InitializationError, Cause: emulator.CauseUnhandled},
		"timeout":              {ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseTimeout},
		"out_of_memory":        {ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseMemory},
		"stopped":              {Cause: emulator.CauseStopped},
		"canceled":             {Cause: emulator.CauseCanceled},
		"throttled":            {Refused: &emulator.Error{Status: 429}},
		"refused":              {Refused: emulator.Internal(errors.New("no"))},
	} {
		book.Record(record(want, out))
	}
	for _, f := range book.Functions(nil, nil) {
		if f.Invocations[f.Name] != 1 {
			t.Errorf("%s was counted as %v", f.Name, f.Invocations)
		}
	}
}

func TestTextIsTheSameWheneverTheCountsAre(t *testing.T) {
	book := metrics.New()
	names := []string{"zeta", "s/b", "alpha", "s/a"}
	for _, name := range names {
		book.Record(record(name, emulator.Outcome{ErrorType: emulator.HandledInvocationError}))
		book.Record(record(name, emulator.Outcome{Cause: emulator.CauseTimeout}))
	}
	first, _ := write(t, book.Functions(nil, nil))
	for range 20 {
		if again, _ := write(t, book.Functions(nil, nil)); again != first {
			t.Fatal(cmp.Diff(first, again))
		}
	}
	var order []string
	for _, f := range book.Functions(nil, nil) {
		order = append(order, f.Name)
	}
	if slices.Sort(names); !slices.Equal(order, names) {
		t.Errorf("functions in the order %v", order)
	}
}

func TestEscapes(t *testing.T) {
	var text strings.Builder
	out := metrics.NewText(&text)
	out.Family("a_total", "counter", "back\\slash\nand line")
	out.Sample("a_total", 1e6, metrics.Label{Name: "x", Value: "q\"b\\s\nl"}, metrics.Label{Name: "y", Value: "bad\xff"})
	out.Sample("a_total", 0.25)
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "# HELP a_total back\\\\slash\\nand line\n# TYPE a_total counter\n" +
		`a_total{x="q\"b\\s\nl",y="bad` + "\uFFFD" + `"} 1000000` + "\na_total 0.25\n"
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
	if _, err := parse(text.String()); err != nil {
		t.Error(err)
	}
}

// The reader has to refuse what it claims to, or the tests above prove nothing.
func TestTheReaderIsStrict(t *testing.T) {
	const head = "# HELP h H.\n# TYPE h histogram\n"
	for name, text := range map[string]string{
		"unfinished":  "# HELP a A.\n# TYPE a gauge\na 1",
		"no type":     "a 1\n",
		"raw quote":   "# HELP a A.\n# TYPE a gauge\na{x=\"\"\"} 1\n",
		"twice":       "# HELP a A.\n# TYPE a gauge\na 1\na 1\n",
		"negative":    "# HELP a A.\n# TYPE a counter\na -1\n",
		"not growing": head + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum{} 1\n",
		"no infinity": head + "h_bucket{f=\"x\",le=\"1\"} 2\nh_sum{f=\"x\"} 1\nh_count{f=\"x\"} 2\n",
		"no sum":      head + "h_bucket{f=\"x\",le=\"+Inf\"} 2\nh_count{f=\"x\"} 2\n",
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestConcurrentCountsAreExact(t *testing.T) {
	book := metrics.New()
	const callers, calls = 8, 2000
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for range calls {
				book.Record(record("f", emulator.Outcome{Duration: time.Millisecond, ColdStart: true}))
				book.Enqueued(emulator.Name{Function: "f"})
			}
		})
	}
	for range 50 {
		write(t, book.Functions(nil, nil)) // never out of step while it is counted
	}
	group.Wait()
	f := book.Functions(nil, nil)[0]
	if got := slices.Collect(maps.Values(f.Invocations)); !slices.Equal(got, []int64{callers * calls}) ||
		f.Enqueued != callers*calls || f.ColdStarts != callers*calls || f.Duration.Count != callers*calls {
		t.Errorf("%+v", f)
	}
}

// BenchmarkRecord is what a warm call pays: the goal is less than 100 ns.
func BenchmarkRecord(b *testing.B) {
	book := metrics.New()
	for i := range 1000 {
		book.Enqueued(emulator.Name{Function: "other-" + string(rune('a'+i%26)) + time.Duration(i).String()})
	}
	one := record("hello", emulator.Outcome{Duration: 300 * time.Microsecond, MemoryMB: 40})
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			book.Record(one)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				book.Record(one)
			}
		})
	})
}

// BenchmarkWrite is one reading of a thousand functions.
func BenchmarkWrite(b *testing.B) {
	book := metrics.New()
	for i := range 1000 {
		book.Record(record(time.Duration(i).String(), emulator.Outcome{Duration: time.Millisecond}))
	}
	for b.Loop() {
		out := metrics.NewText(discard{})
		metrics.WriteFunctions(out, book.Functions(nil, nil))
		if err := out.Flush(); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
