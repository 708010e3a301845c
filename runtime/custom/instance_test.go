package custom

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/process"
)

type bench struct {
	*runtime.Pool
	t   testing.TB
	dir string
	ids *emulator.IDs

	mu    sync.Mutex
	lines []string
}

func newBench(t testing.TB, change func(*runtime.Options)) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), ids: emulator.NewIDs()}
	kind := New("1234", "cn-test", nil)
	o := runtime.Options{
		Kinds:    func(string) (runtime.Kind, error) { return kind, nil },
		Launcher: launcher(), CodeDir: func(emulator.Code) string { return b.dir }, StartLimit: 20 * time.Second, Grace: time.Second,
		Log: func(line emulator.LogLine) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.lines = append(b.lines, line.RequestID+" "+line.Text)
		},
	}
	if change != nil {
		change(&o)
	}
	b.Pool = runtime.New(o)
	t.Cleanup(b.Close)
	return b
}

// custom is a function whose server is the test program.
func custom(kind string, change func(*emulator.Function)) *emulator.Function {
	fn := testFunction()
	fn.Timeout, fn.Revision, fn.InstanceConcurrency = 10, kind, 1
	fn.CustomRuntimeConfig = &emulator.CustomRuntime{Command: []string{os.Args[0]}, Args: []string{"function", kind}}
	if change != nil {
		change(fn)
	}
	return fn
}

func (b *bench) invocation(fn *emulator.Function, event string) *emulator.Invocation {
	return &emulator.Invocation{
		RequestID: b.ids.Request(time.Now()), Function: fn, Qualifier: "LATEST", Event: []byte(event), LogTail: true}
}

func (b *bench) do(fn *emulator.Function, event string) *emulator.Outcome {
	return b.Run(context.Background(), b.invocation(fn, event), nil)
}

func (b *bench) logged(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(b.lines, func(line string) bool { return strings.Contains(line, text) })
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestServersWithTheSamePort(t *testing.T) {
	b := newBench(t, nil)
	one, two := custom("one", nil), custom("two", func(fn *emulator.Function) { fn.FunctionName = "two" })
	first, second := b.do(one, "pid"), b.do(two, "pid")
	if first.Failed() || second.Failed() || string(first.Payload) == string(second.Payload) {
		t.Fatalf("%+v %v, %+v %v\n%q", first, first.Refused, second, second.Refused, b.lines)
	}
	again := b.do(one, "pid")
	if string(again.Payload) != string(first.Payload) || again.ColdStart || again.MemoryMB <= 0 {
		t.Errorf("%+v", again)
	}
	inv := b.invocation(one, "hello")
	if out := b.Run(context.Background(), inv, nil); string(out.Payload) != "hello" || string(out.LogTail) != "invoke hello\n" {
		t.Errorf("%s, log %q", out.Payload, out.LogTail)
	}
	if !b.logged(inv.RequestID + " invoke hello") {
		t.Errorf("the line has no request: %q", b.lines)
	}
}

func TestPythonBootstrap(t *testing.T) {
	b := newBench(t, nil)
	script := `#!/usr/bin/env python3
from http.server import *
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body[::-1])
HTTPServer(('0.0.0.0', 9000), Handler).serve_forever()
`
	if err := os.WriteFile(filepath.Join(b.dir, "bootstrap"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	fn := custom("", func(fn *emulator.Function) { fn.CustomRuntimeConfig = nil })
	for range 3 { // HTTP/1.0: every answer ends with its connection
		if out := b.do(fn, "abc"); string(out.Payload) != "cba" {
			t.Fatalf("%+v %v", out, out.Refused)
		}
	}
}

func TestStartsThatFail(t *testing.T) {
	b := newBench(t, func(o *runtime.Options) { o.StartLimit = time.Second })
	if err := os.WriteFile(filepath.Join(b.dir, "plain"), []byte("#!/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.dir, "binary"), []byte("\x7fnot a program"), 0o755); err != nil {
		t.Fatal(err)
	}
	command := func(words ...string) func(*emulator.Function) {
		return func(fn *emulator.Function) {
			fn.Revision = strings.Join(words, " ")
			fn.CustomRuntimeConfig = &emulator.CustomRuntime{Command: words}
		}
	}
	for _, c := range []struct {
		fn         *emulator.Function
		code, text string
	}{
		{custom("", command()), "CAFileNotFound", "Error: the file /code/bootstrap is not exist"},
		{custom("", command("nosuchprogram")), "CAFileNotFound", "the file nosuchprogram is not exist"},
		{custom("", command("/code/plain")), "CAExited", "/code/plain is not executable"},
		{custom("", command("./plain")), "CAExited", "chmod +x"},
		{custom("", command("./binary")), "CAExited", "code 8, message:exec format error"},
		{custom("exit", nil), "CAExited", "(code 1, message:operation not permitted) with start command '" + os.Args[0] + " function exit'.\nLogs:cannot go on\n"},
		{custom("deaf", nil), "FunctionNotStarted", "Function instance health check failed on port 9000 in 1 seconds.\nLogs:"},
		{custom("elsewhere", nil), "FunctionNotStarted", "The program listens on port 8080, but it is expected on port 9000"},
	} {
		out := b.do(c.fn, "x")
		if out.Refused == nil || out.Refused.Status != 412 || out.Refused.Code != c.code || !strings.Contains(out.Refused.Message, c.text) {
			t.Errorf("%s: %+v %v", c.text, out, out.Refused)
		}
	}
	if n := len(b.Instances()); n != 0 {
		t.Errorf("%d instances left", n)
	}
}

func TestConcurrentRequestsShareAnInstance(t *testing.T) {
	b := newBench(t, nil)
	fn := custom("slow", func(fn *emulator.Function) { fn.InstanceConcurrency = 8 })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if out := b.do(fn, "nap"); out.Failed() {
				t.Errorf("%+v %v", out, out.Refused)
			}
		})
	}
	eventually(t, "eight requests", func() bool {
		list := b.Instances()
		return len(list) == 1 && list[0].Busy == 8
	})
	if out := b.do(fn, "x"); out.Failed() || !out.ColdStart {
		t.Errorf("the ninth: %+v", out)
	}
	wg.Wait()
	if n := len(b.Instances()); n != 2 {
		t.Errorf("%d instances", n)
	}
}

func TestCrashAndBadAnswers(t *testing.T) {
	b := newBench(t, nil)
	fn := custom("server", nil)
	pid := string(b.do(fn, "pid").Payload)
	for event, text := range map[string]string{
		"hangup":  `{"errorMessage":"Process exited unexpectedly before completing request (duration: `,
		"garbage": `{"errorMessage":"bad answer of the function: the status line is malformed"}`,
	} {
		if out := b.do(fn, event); out.ErrorType != emulator.UnhandledInvocationError || !strings.HasPrefix(string(out.Payload), text) {
			t.Errorf("%s: %+v %s", event, out, out.Payload)
		}
	}
	if again := string(b.do(fn, "pid").Payload); again != pid {
		t.Errorf("the server was replaced though it lives")
	}
	out := b.do(fn, "crash")
	if out.Cause != emulator.CauseUnhandled || !strings.Contains(string(out.Payload), "Process exited unexpectedly") {
		t.Errorf("%+v %s", out, out.Payload)
	}
	if next := b.do(fn, "pid"); next.Failed() || !next.ColdStart {
		t.Errorf("next: %+v", next)
	}
}

func TestTimeoutKillsTheServer(t *testing.T) {
	b := newBench(t, nil)
	fn := custom("server", func(fn *emulator.Function) { fn.Timeout = 1 })
	b.do(fn, "x")
	began := time.Now()
	out := b.do(fn, "sleep")
	if took := time.Since(began); out.Cause != emulator.CauseTimeout || took < time.Second || took > 1400*time.Millisecond {
		t.Errorf("%+v after %v", out, took)
	}
	if next := b.do(fn, "x"); next.Failed() || !next.ColdStart {
		t.Errorf("next: %+v", next)
	}
}

func TestCancelledRequest(t *testing.T) {
	for _, c := range []struct {
		name        string
		concurrency int
		health      *emulator.HealthCheck
		reason      error
		kept        bool
	}{
		{"alone", 1, nil, emulator.ErrClientGone, false},
		{"shared", 5, nil, emulator.ErrClientGone, true},
		{"checked", 1, &emulator.HealthCheck{HTTPGetURL: "/health"}, emulator.ErrClientGone, true},
		{"stopped", 5, nil, emulator.ErrStopped, false},
	} {
		b := newBench(t, nil)
		fn := custom("server", func(fn *emulator.Function) {
			fn.InstanceConcurrency = c.concurrency
			fn.CustomRuntimeConfig.HealthCheckConfig = c.health
			fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{PreStop: &emulator.LifecycleHook{Handler: "x", Timeout: 1}}
		})
		pid := string(b.do(fn, "pid").Payload)
		ctx, cancel := context.WithCancelCause(context.Background())
		result := make(chan *emulator.Outcome)
		go func() { result <- b.Run(ctx, b.invocation(fn, "sleep"), nil) }()
		eventually(t, "the request has arrived", func() bool { return b.logged("invoke sleep") })
		began := time.Now()
		cancel(c.reason)
		out := <-result
		want := map[error]emulator.Cause{emulator.ErrClientGone: emulator.CauseCanceled, emulator.ErrStopped: emulator.CauseStopped}[c.reason]
		if took := time.Since(began); out.Cause != want || took > time.Second {
			t.Errorf("%s: %+v after %v", c.name, out, took)
		}
		next := b.do(fn, "pid")
		if next.Failed() || (string(next.Payload) == pid) != c.kept {
			t.Errorf("%s: next %+v", c.name, next)
		}
		if c.kept {
			eventually(t, "the server notices", func() bool { return b.logged("the connection is gone") })
		}
		if c.reason == emulator.ErrStopped {
			eventually(t, "pre-stop", func() bool { return b.logged("pre-stop") })
		}
	}
}

func TestStopOfOneOfManyLeavesTheOthers(t *testing.T) {
	b := newBench(t, nil)
	fn := custom("server", func(fn *emulator.Function) { fn.InstanceConcurrency = 5 })
	ctx, cancel := context.WithCancelCause(context.Background())
	stopped, other := make(chan *emulator.Outcome), make(chan *emulator.Outcome)
	go func() { stopped <- b.Run(ctx, b.invocation(fn, "sleep"), nil) }()
	eventually(t, "the request has arrived", func() bool { return b.logged("invoke sleep") })
	go func() { other <- b.do(fn, "nap") }()
	eventually(t, "the second, too", func() bool { return b.logged("invoke nap") })
	cancel(emulator.ErrStopped)
	if out := <-stopped; out.Cause != emulator.CauseStopped {
		t.Errorf("%+v", out)
	}
	if out := <-other; out.Failed() {
		t.Errorf("%+v", out)
	}
}

func TestHooksOfAnInstance(t *testing.T) {
	b := newBench(t, func(o *runtime.Options) { o.Idle = 100 * time.Millisecond })
	served := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() { defer close(served); _ = b.Serve(ctx) }()
	defer func() { cancel(); <-served }()
	hooks := func(fn *emulator.Function) {
		fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{
			Initializer: &emulator.LifecycleHook{Handler: "x", Timeout: 3}, PreStop: &emulator.LifecycleHook{Handler: "x", Timeout: 3}}
	}
	if out := b.do(custom("server", hooks), "x"); out.Failed() || !b.logged("initialize") {
		t.Errorf("%+v", out)
	}
	eventually(t, "pre-stop at retirement", func() bool { return b.logged("pre-stop") })
	out := b.do(custom("badinit", hooks), "x")
	if out.ErrorType != emulator.InitializationError || !strings.Contains(string(out.Payload), "status 500") {
		t.Errorf("%+v %s", out, out.Payload)
	}
}

func TestUnhealthyInstanceGetsNoCalls(t *testing.T) {
	b := newBench(t, nil)
	fn := custom("server", func(fn *emulator.Function) {
		fn.InstanceConcurrency = 5
		fn.CustomRuntimeConfig.HealthCheckConfig = &emulator.HealthCheck{HTTPGetURL: "/health", PeriodSeconds: 1, FailureThreshold: 1}
	})
	pid := string(b.do(fn, "pid").Payload)
	inv := b.invocation(fn, "")
	inv.HTTP = &emulator.HTTPRequest{Method: "GET", Target: "/sick"}
	b.Run(context.Background(), inv, nil)
	eventually(t, "unhealthy", func() bool { return b.Instances()[0].State == runtime.StateSick })
	if out := b.do(fn, "pid"); out.Failed() || string(out.Payload) == pid {
		t.Errorf("%+v", out)
	}
	sick := custom("server", func(fn *emulator.Function) {
		fn.FunctionName = "other"
		fn.CustomRuntimeConfig.HealthCheckConfig = &emulator.HealthCheck{HTTPGetURL: "/invoke/none", FailureThreshold: 1}
	})
	if out := b.do(sick, "x"); out.Failed() { // the catch-all route answers 200
		t.Errorf("%+v %v", out, out.Refused)
	}
}

func TestEventsStreamUntilTheClientLeaves(t *testing.T) {
	b := newBench(t, nil)
	fn := custom("server", func(fn *emulator.Function) { fn.InstanceConcurrency = 5 })
	ctx, cancel := context.WithCancelCause(context.Background())
	inv := b.invocation(fn, "")
	inv.HTTP = &emulator.HTTPRequest{Method: "GET", Target: "/sse"}
	count := 0
	out := b.Run(ctx, inv, &sink{wrote: func(p []byte) error {
		if !strings.Contains(string(p), fmt.Sprintf("data: %d\n\n", count)) {
			t.Errorf("piece %d: %q", count, p)
		}
		if count++; count == 5 {
			cancel(emulator.ErrClientGone)
		}
		return nil
	}})
	if out.Cause != emulator.CauseCanceled || !out.Streamed {
		t.Errorf("%+v", out)
	}
	if n := len(b.Instances()); n != 1 {
		t.Errorf("%d instances", n)
	}
}

func TestIdleInstancesMakeRoomForASlowStart(t *testing.T) {
	slow := false
	b := newBench(t, func(o *runtime.Options) {
		fast := o.Launcher
		o.Launcher = startFunc{fast, func(ctx context.Context, spec process.Spec) (process.Process, error) {
			if slow { // as if it waited for a port that others hold
				time.Sleep(500 * time.Millisecond)
			}
			return fast.Start(ctx, spec)
		}}
	})
	b.do(custom("server", nil), "x")
	slow = true
	out := b.do(custom("other", func(fn *emulator.Function) { fn.FunctionName = "other" }), "x")
	if out.Failed() {
		t.Errorf("%+v %v", out, out.Refused)
	}
	list := b.Instances()
	if len(list) != 1 || list[0].Function.Function != "other" {
		t.Errorf("%+v", list)
	}
}

type startFunc struct {
	process.Launcher
	start func(context.Context, process.Spec) (process.Process, error)
}

func (l startFunc) Start(ctx context.Context, spec process.Spec) (process.Process, error) {
	return l.start(ctx, spec)
}

func TestNothingIsLeftBehind(t *testing.T) {
	launcher()
	before := goleak.IgnoreCurrent()
	b := newBench(t, nil)
	fn := custom("server", func(fn *emulator.Function) {
		fn.InstanceConcurrency = 2
		fn.CustomRuntimeConfig.HealthCheckConfig = &emulator.HealthCheck{HTTPGetURL: "/health"}
	})
	result := make(chan *emulator.Outcome)
	go func() { result <- b.do(fn, "sleep") }()
	eventually(t, "the request has arrived", func() bool { return b.logged("invoke sleep") })
	b.do(custom("exit", func(fn *emulator.Function) { fn.FunctionName = "other" }), "x")
	b.Close()
	if out := <-result; out.Cause != emulator.CauseShutdown {
		t.Errorf("%+v", out)
	}
	goleak.VerifyNone(t, before)
}
