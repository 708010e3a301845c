package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

func TestTimeout(t *testing.T) {
	b := newBench(t, nil)
	fn := function(func(fn *emulator.Function) { fn.Timeout = 1 })
	pid := string(b.do(fn, "pid").Payload)
	began := time.Now()
	inv := b.invocation(fn, "sleep 30")
	out := b.Run(context.Background(), inv, nil)
	if took := time.Since(began); took < time.Second || took > 1300*time.Millisecond {
		t.Errorf("answered after %v", took)
	}
	if out.ErrorType != emulator.UnhandledInvocationError || out.Cause != emulator.CauseTimeout ||
		!strings.HasPrefix(string(out.Payload), `{"errorMessage":"Function time out after 1 seconds (maxMemoryUsage: `) {
		t.Errorf("%+v %s", out, out.Payload)
	}
	if tail := string(out.LogTail); !strings.Contains(tail, "FC Invoke End RequestId: "+inv.RequestID+", Error: Function time out") {
		t.Errorf("log %q", tail)
	}
	eventually(t, "the process is dead", func() bool { return !running(pid) })
	if next := b.do(fn, "echo"); next.Failed() || !next.ColdStart {
		t.Errorf("the next call: %+v", next)
	}
	service := function(func(fn *emulator.Function) { fn.Service, fn.Timeout = "s", 1 })
	if out := b.do(service, "sleep 9"); !strings.Contains(string(out.Payload), "Function timed out after 1 seconds") {
		t.Errorf("FC 2.0: %s", out.Payload)
	}
}

func TestTimeoutKillsTheTree(t *testing.T) {
	b := newBench(t, nil)
	fn := function(func(fn *emulator.Function) { fn.Timeout = 1 })
	b.do(fn, "fork")
	out := b.do(fn, "sleep 30")
	if out.Cause != emulator.CauseTimeout {
		t.Fatalf("%+v", out)
	}
	if n := len(b.Instances()); n != 0 {
		t.Errorf("%d instances in service", n)
	}
}

func TestProcessExit(t *testing.T) {
	b := newBench(t, nil)
	inv := b.invocation(function(nil), "exit 3")
	out := b.Run(context.Background(), inv, nil)
	if out.ErrorType != emulator.UnhandledInvocationError || out.Cause != emulator.CauseUnhandled ||
		!strings.HasPrefix(string(out.Payload), `{"errorMessage":"Process exited unexpectedly before completing request (duration: `) ||
		!strings.HasSuffix(string(out.Payload), `MB)"}`) {
		t.Errorf("%+v %s", out, out.Payload)
	}
	tail := string(out.LogTail)
	if !strings.Contains(tail, "last words\n") || !strings.Contains(tail, "code 3") ||
		!strings.Contains(tail, "FC Invoke End RequestId: "+inv.RequestID+", Error: Process exited unexpectedly") {
		t.Errorf("log %q", tail)
	}
}

func TestMemoryLimit(t *testing.T) {
	b := newBench(t, nil)
	fn := function(func(fn *emulator.Function) { fn.MemorySize = 128 })
	if out := b.do(fn, "echo"); out.Failed() {
		t.Fatalf("%+v", out)
	}
	began := time.Now()
	out := b.do(fn, "alloc 300")
	if out.Cause != emulator.CauseMemory || !strings.Contains(string(out.Payload), "Process exited unexpectedly") || out.MemoryMB < 128 {
		t.Errorf("%+v %s", out, out.Payload)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("after %v", took)
	}
}

// TestSharedMemory: what processes share counts once, against the limit and in the report.
func TestSharedMemory(t *testing.T) {
	b := newBench(t, nil)
	out := b.do(function(func(fn *emulator.Function) { fn.MemorySize = 128 }), "share 60")
	if out.Failed() || out.MemoryMB < 60 || out.MemoryMB > 128 {
		t.Errorf("%+v %s", out, out.Payload)
	}
}

// TestSamplePause: an instance of a thousand processes keeps no other from being watched.
func TestSamplePause(t *testing.T) {
	for cost, want := range map[time.Duration]time.Duration{0: 9 * time.Millisecond, 2 * time.Millisecond: 40 * time.Millisecond, 200 * time.Millisecond: time.Second} {
		if got := samplePause(cost); got != want {
			t.Errorf("after %v: %v, want %v", cost, got, want)
		}
	}
}

// TestMemoryLimitOfTheKernel: what only the kernel sees is told as the memory limit, too.
func TestMemoryLimitOfTheKernel(t *testing.T) {
	if why := launcher().Capabilities().Limit; why != "" {
		t.Skip(why)
	}
	b := newBench(t, func(o *Options) { o.ShareTmp = true })
	fn := function(func(fn *emulator.Function) { fn.MemorySize = 128 })
	if out := b.do(fn, "echo"); out.Failed() {
		t.Fatalf("%+v", out)
	}
	eventually(t, "the kernel bounds the instance", func() bool {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", b.Instances()[0].PID))
		return strings.Contains(string(text), "/fcemu-")
	})
	out := b.do(fn, "files 1000")
	if out.Cause != emulator.CauseMemory || !strings.Contains(string(out.Payload), "Process exited unexpectedly") ||
		!strings.Contains(string(out.LogTail), "killed by the kernel") || strings.Contains(string(out.LogTail), "signal") {
		t.Errorf("%+v %s\n%s", out, out.Payload, out.LogTail)
	}
	if next := b.do(fn, "echo"); next.Failed() || !next.ColdStart {
		t.Errorf("the next call: %+v", next)
	}
}

func TestWhoCancels(t *testing.T) {
	for _, c := range []struct {
		reason error
		cause  emulator.Cause
		text   string
	}{
		{emulator.ErrClientGone, emulator.CauseCanceled, "Invocation canceled by client (duration: "},
		{context.Canceled, emulator.CauseCanceled, "Invocation canceled by client (duration: "},
		{emulator.ErrStopped, emulator.CauseStopped, "Invocation stopped"},
		{emulator.ErrShutdown, emulator.CauseShutdown, "shutting down"},
	} {
		b := newBench(t, nil)
		fn := function(nil)
		pid := string(b.do(fn, "pid").Payload)
		ctx, cancel := context.WithCancelCause(context.Background())
		result := make(chan *emulator.Outcome)
		go func() { result <- b.Run(ctx, b.invocation(fn, "sleep 30"), nil) }()
		eventually(t, "busy", func() bool { return b.Instances()[0].State == StateBusy })
		began := time.Now()
		cancel(c.reason)
		out := <-result
		if out.Cause != c.cause || !strings.Contains(string(out.Payload), c.text) || out.ErrorType == "" {
			t.Errorf("%v: %+v %s", c.reason, out, out.Payload)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%v: after %v", c.reason, took)
		}
		eventually(t, "dead", func() bool { return !running(pid) })
		if next := b.do(fn, "echo"); next.Failed() {
			t.Errorf("%v: next %+v", c.reason, next)
		}
	}
}

func TestClientGoneDuringStart(t *testing.T) {
	b := newBench(t, nil)
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(emulator.ErrClientGone)
	if out := b.Run(ctx, b.invocation(function(nil), "echo"), nil); out.Cause != emulator.CauseCanceled {
		t.Errorf("%+v", out)
	}
	eventually(t, "the instance waits for the next", func() bool {
		list := b.Instances()
		return len(list) == 1 && list[0].State == StateIdle
	})
	if out := b.do(function(nil), "echo"); out.ColdStart || out.Failed() {
		t.Errorf("%+v", out)
	}
}

// What was started with the event of a call is nobody else's, also where that call has gone before it began.
func TestClientGoneWhileItsImageStarts(t *testing.T) {
	b := newBench(t, nil)
	if b.codeDir() != "/code" {
		t.Skip("this machine gives functions no paths of their own")
	}
	fn := function(func(fn *emulator.Function) {
		fn.Runtime, fn.Stored = emulator.ContainerRuntime, map[string]json.RawMessage{"customContainerConfig": []byte(`{"webServerMode":false}`)}
		fn.InstanceConcurrency = 10
	})
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(emulator.ErrClientGone)
	gone := b.Run(ctx, b.invocation(fn, "echo"), nil)
	if gone.Cause != emulator.CauseCanceled {
		t.Errorf("%+v", gone)
	}
	if out := b.do(fn, "echo"); !out.ColdStart || out.Failed() || out.InstanceID == gone.InstanceID {
		t.Errorf("%+v", out)
	}
	eventually(t, "no instance stays", func() bool { return len(b.Instances()) == 0 })
}

func TestDeadIdleInstanceIsNotUsed(t *testing.T) {
	b := newBench(t, nil)
	fn := function(nil)
	b.do(fn, "echo")
	instance := b.Instances()[0]
	var processes []process.Process
	for _, g := range b.allGroups() {
		g.mu.Lock()
		for inst := range g.instances {
			processes = append(processes, inst.process)
		}
		g.mu.Unlock()
	}
	for _, p := range processes {
		p.Kill()
	}
	out := b.do(fn, "echo")
	if out.Failed() || out.InstanceID == instance.ID {
		t.Errorf("%+v", out)
	}
}
