package runtime

import (
	"context"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// nullSession answers at once: what is left is the pool's own cost.
type nullSession struct{ Session }

func (nullSession) Invoke(_ context.Context, call Call, _ emulator.Answer) (Reply, error) {
	return Reply{Payload: call.Event}, nil
}

// BenchmarkWarmPath is the pool's own cost of a call, with marker lines.
func BenchmarkWarmPath(b *testing.B) {
	bench := newBench(b, func(o *Options) { o.Log = func(emulator.LogLine) {} })
	fn := function(nil)
	bench.do(fn, "echo")
	for _, g := range bench.allGroups() {
		for inst := range g.instances {
			inst.session = nullSession{inst.session}
		}
	}
	inv := bench.invocation(fn, "echo")
	inv.LogTail = false
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if out := bench.Run(ctx, inv, nil); out.Failed() {
			b.Fatalf("%+v", out)
		}
	}
}

// BenchmarkLineEcho is a whole call to a Python process.
func BenchmarkLineEcho(b *testing.B) {
	bench := newBench(b, func(o *Options) { o.Log = func(emulator.LogLine) {} })
	fn := function(nil)
	bench.do(fn, "echo")
	inv := bench.invocation(fn, "echo")
	b.ReportAllocs()
	for b.Loop() {
		if out := bench.Run(context.Background(), inv, nil); out.Failed() {
			b.Fatalf("%+v", out)
		}
	}
}
