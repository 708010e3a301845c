package runtime

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

func TestLinesStandBetweenTheMarks(t *testing.T) {
	b := newBench(t, nil)
	fn := function(nil)
	b.do(fn, "echo")
	for _, c := range []struct {
		event, suffix string
		lines         []string
	}{
		{"print one\ntwo", "", []string{"one", "two"}},
		{"stderr oops", "", []string{"oops"}},
		{"partial no end", "", []string{"no end"}},
		{"fail UnhandledInvocationError", ", Error: Unhandled function error", nil},
		{"fail HandledInvocationError", ", Error: Handled function error", nil},
	} {
		inv := b.invocation(fn, c.event)
		inv.TaskID = "task"
		out := b.Run(context.Background(), inv, nil)
		want := slices.Concat([]string{"FC Invoke Start RequestId: " + inv.RequestID}, c.lines,
			[]string{"FC Invoke End RequestId: " + inv.RequestID + c.suffix})
		if got := b.texts(inv.RequestID); !slices.Equal(got, want) {
			t.Errorf("%s: %q", c.event, got)
		}
		if string(out.LogTail) != strings.Join(want, "\n")+"\n" {
			t.Errorf("%s: tail %q", c.event, out.LogTail)
		}
	}
	last := b.lines[len(b.lines)-1]
	if last.Function != "f" || last.Qualifier != "LATEST" || last.InstanceID == "" || last.TaskID != "task" || last.Stream != "stdout" {
		t.Errorf("tags %+v", last)
	}
}

func TestOutputOfTheStartBelongsToItsCall(t *testing.T) {
	b := newBench(t, nil)
	inv := b.invocation(function(nil), "echo")
	b.Run(context.Background(), inv, nil)
	if texts := b.texts(inv.RequestID); !slices.Contains(texts, "booted") {
		t.Errorf("%q", texts)
	}
}

func TestLongLinesAndTail(t *testing.T) {
	b := newBench(t, nil)
	inv := b.invocation(function(nil), "long 70000")
	out := b.Run(context.Background(), inv, nil)
	var lengths []int
	for _, text := range b.texts(inv.RequestID) {
		if strings.HasPrefix(text, "y") {
			lengths = append(lengths, len(text))
		}
	}
	if !slices.Equal(lengths, []int{32768, 32768, 4464}) {
		t.Errorf("pieces %v", lengths)
	}
	if len(out.LogTail) != 4096 || !strings.HasSuffix(string(out.LogTail), "FC Invoke End RequestId: "+inv.RequestID+"\n") {
		t.Errorf("tail of %d bytes", len(out.LogTail))
	}
}

func TestFloodDoesNotBlock(t *testing.T) {
	count := 0
	b := newBench(t, func(o *Options) { o.Log = func(emulator.LogLine) { count++ } })
	out := b.do(function(func(fn *emulator.Function) { fn.Timeout = 30 }), "flood 100")
	if out.Failed() {
		t.Fatalf("%+v %s", out, out.Payload)
	}
	if count < 1_000_000 {
		t.Errorf("%d lines", count)
	}
}

func TestLineIsFoundByItsRequestID(t *testing.T) {
	var lines []emulator.LogLine
	b := newBench(t, func(o *Options) { o.Log = func(line emulator.LogLine) { lines = append(lines, line) } })
	c := newCapture(b.options.Log, &b.buffers, emulator.LogLine{})
	one := &flight{inv: &emulator.Invocation{RequestID: "1-aa"}}
	two := &flight{inv: &emulator.Invocation{RequestID: "1-bb"}}
	one.tag, two.tag = one.inv, two.inv
	c.begin(one)
	c.begin(two)
	c.feed(&c.streams[0], []byte("about 1-bb\nabout nobody\n"))
	c.end(two, "")
	c.feed(&c.streams[0], []byte("about the last\r\n"))
	var got []string
	for _, line := range lines {
		got = append(got, line.RequestID+"|"+line.Text)
	}
	if want := []string{"1-bb|about 1-bb", "|about nobody", "1-aa|about the last"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestTailOfTheSecondGeneration(t *testing.T) {
	b := newBench(t, nil)
	out := b.do(function(func(fn *emulator.Function) { fn.Service = "s" }), "echo")
	if tail := string(out.LogTail); !strings.Contains(tail, "\n\nDuration: ") || !strings.Contains(tail, " ms, Memory Size: 512 MB, Max Memory Used: ") {
		t.Errorf("%q", tail)
	}
}
