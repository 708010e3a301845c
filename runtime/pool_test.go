package runtime

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

func TestInstanceStaysWarm(t *testing.T) {
	b := newBench(t, nil)
	fn := function(nil)
	first, second := b.do(fn, "pid"), b.do(fn, "pid")
	if !first.ColdStart || second.ColdStart {
		t.Errorf("cold starts: %v, %v", first.ColdStart, second.ColdStart)
	}
	if string(first.Payload) != string(second.Payload) || first.InstanceID != second.InstanceID || first.InstanceID == "" {
		t.Errorf("two instances: %+v, %+v", first, second)
	}
	if second.MemoryMB <= 0 || second.Failed() {
		t.Errorf("outcome %+v", second)
	}
	list := b.Instances()
	if len(list) != 1 || list[0].State != StateIdle || list[0].Requests != 2 || ownPID(list[0].PID) != string(first.Payload) {
		t.Errorf("instances %+v, pid %s", list, first.Payload)
	}
}

func TestEnvironmentReachesTheFunction(t *testing.T) {
	b := newBench(t, nil)
	fn := function(func(fn *emulator.Function) {
		fn.EnvironmentVariables = map[string]string{"MINE": "1", "TZ": "Asia/Shanghai"}
	})
	for key, want := range map[string]string{
		"MINE": "1", "TZ": "Asia/Shanghai", "FC_FUNCTION_NAME": "f", "FC_FUNC_CODE_PATH": b.codeDir() + "/",
		"FC_FUNCTION_MEMORY_SIZE": "512", "FC_ACCOUNT_ID": "123", "FC_REGION": "cn-test", "FC_VER_ID": "LATEST",
		"FC_SERVICE_NAME": "<unset>", "LANG": "C.UTF-8",
	} {
		if got := string(b.do(fn, "env "+key).Payload); got != want {
			t.Errorf("%s=%q, want %q", key, got, want)
		}
	}
	for revision, c := range map[string]struct{ role, disabled, prefix string }{
		"2": {"shop", "Request", "STS."}, "3": {"shop", "Env", "<unset>"}, "4": {"", "", "<unset>"},
	} {
		fn := function(func(fn *emulator.Function) {
			fn.Revision, fn.Role, fn.DisableInjectCredentials = revision, c.role, c.disabled
		})
		if got := string(b.do(fn, "env ALIBABA_CLOUD_ACCESS_KEY_ID").Payload); !strings.HasPrefix(got, c.prefix) {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestLimitOfInstances(t *testing.T) {
	b := newBench(t, func(o *Options) { o.MaxInstances = 2 })
	fn := function(nil)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if out := b.do(fn, "sleep 0.5"); out.Failed() {
				t.Errorf("refused: %+v", out)
			}
		})
	}
	eventually(t, "two busy instances", func() bool { return len(b.Instances()) == 2 })
	out := b.do(fn, "echo")
	if out.Refused == nil || out.Refused.Status != 429 || out.Refused.Code != "ResourceThrottled" {
		t.Errorf("third call: %+v", out)
	}
	wg.Wait()
	if out := b.do(fn, "echo"); out.Failed() || out.ColdStart {
		t.Errorf("after it: %+v", out)
	}
}

// The function's own limit goes with the call: it changes without a new revision.
func TestLimitOfTheFunction(t *testing.T) {
	b := newBench(t, nil)
	limited := func(limit int) *emulator.Function {
		return function(func(fn *emulator.Function) { fn.InstanceLimit = &limit })
	}
	if out := b.do(limited(0), "echo"); out.Refused == nil || out.Refused.Status != 429 {
		t.Errorf("limit 0: %+v", out)
	}
	done := make(chan *emulator.Outcome)
	go func() { done <- b.do(limited(1), "sleep 0.5") }()
	eventually(t, "the first call runs", func() bool { return len(b.Instances()) == 1 })
	if out := b.do(limited(1), "echo"); out.Refused == nil || out.Refused.Status != 429 {
		t.Errorf("limit 1: %+v", out)
	}
	if out := b.do(limited(2), "echo"); out.Failed() {
		t.Errorf("limit 2: %+v", out)
	}
	if out := <-done; out.Failed() {
		t.Errorf("the first call: %+v", out)
	}
	if out := b.do(limited(0), "echo"); out.Refused == nil {
		t.Error("limit 0 lets a call into an instance that is there")
	}
}

func TestLastUsedFirst(t *testing.T) {
	b := newBench(t, nil)
	fn := function(nil)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { b.do(fn, "sleep 0.3") })
	}
	wg.Wait()
	first := b.do(fn, "pid")
	for range 5 {
		if out := b.do(fn, "pid"); string(out.Payload) != string(first.Payload) {
			t.Errorf("another instance than the last used: %s, %s", out.Payload, first.Payload)
		}
	}
	if n := len(b.Instances()); n != 3 {
		t.Errorf("%d instances", n)
	}
}

func TestIdleInstanceRetires(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Idle = 150 * time.Millisecond })
	fn := function(func(fn *emulator.Function) {
		fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{PreStop: &emulator.LifecycleHook{Handler: "index.stop"}}
	})
	pid := string(b.do(fn, "pid").Payload)
	eventually(t, "the instance is gone", func() bool { return len(b.Instances()) == 0 && !running(pid) })
	eventually(t, "the preStop hook has run", func() bool { return slices.Contains(b.texts(""), "stopping") })
	if out := b.do(fn, "echo"); !out.ColdStart || out.Failed() {
		t.Errorf("the next call: %+v", out)
	}
}

func TestNewRevisionDrainsTheOld(t *testing.T) {
	b := newBench(t, nil)
	old := function(nil)
	result := make(chan *emulator.Outcome)
	go func() { result <- b.do(old, "sleep 0.4") }()
	eventually(t, "the old one is busy", func() bool {
		list := b.Instances()
		return len(list) == 1 && list[0].State == StateBusy
	})
	fresh := function(func(fn *emulator.Function) { fn.Revision, fn.LastModifiedTime = "2", time.Now() })
	out := b.do(fresh, "pid")
	late := b.do(old, "pid") // resolved before the update: an instance of its own, then gone
	if out.Failed() || late.Failed() || !late.ColdStart {
		t.Errorf("outcomes %+v, %+v", out, late)
	}
	if out := <-result; out.Failed() || out.InstanceID == late.InstanceID {
		t.Errorf("the call in flight: %+v", out)
	}
	eventually(t, "the late one is gone", func() bool { return !running(string(late.Payload)) })
	if again := b.do(fresh, "pid"); string(again.Payload) != string(out.Payload) {
		t.Errorf("the new instance was replaced")
	}
	b.Retire(emulator.Reference{Name: fresh.Name()})
	eventually(t, "retired", func() bool { return len(b.Instances()) == 0 && !running(string(out.Payload)) })
}

// TestVersionsHaveInstancesOfTheirOwn: the end of one version's instances leaves the others alone.
func TestVersionsHaveInstancesOfTheirOwn(t *testing.T) {
	b := newBench(t, nil)
	latest, published := function(nil), function(func(fn *emulator.Function) { fn.VersionID, fn.Revision = "1", "r1" })
	first, second := b.do(latest, "pid"), b.do(published, "pid")
	if string(first.Payload) == string(second.Payload) {
		t.Fatalf("two versions share the instance %s", first.Payload)
	}
	b.Retire(emulator.Reference{Name: latest.Name(), Qualifier: latest.VersionID})
	eventually(t, "LATEST is gone", func() bool { return !running(string(first.Payload)) })
	if again := b.do(published, "pid"); string(again.Payload) != string(second.Payload) {
		t.Errorf("version 1 has another instance now: %s, was %s", again.Payload, second.Payload)
	}
}

func TestInitializer(t *testing.T) {
	b := newBench(t, nil)
	with := func(init, revision string, timeout int) *emulator.Function {
		return function(func(fn *emulator.Function) {
			fn.Revision = revision
			fn.EnvironmentVariables = map[string]string{"INIT": init}
			fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{
				Initializer: &emulator.LifecycleHook{Handler: "index.init", Timeout: timeout}}
		})
	}
	inv := b.invocation(with("print made", "1", 3), "echo")
	if out := b.Run(context.Background(), inv, nil); out.Failed() {
		t.Fatalf("%+v", out)
	}
	if texts := strings.Join(b.texts(inv.RequestID), "\n"); !strings.Contains(texts, "FC Initialize Start RequestId: ") ||
		!strings.Contains(texts, "\nmade\nFC Initialize End RequestId: ") {
		t.Errorf("log of the initializer: %q", texts)
	}
	for n, c := range []struct{ init, body string }{
		{"fail UnhandledInvocationError", `{"errorMessage":"failed"}`},
		{"sleep 9", `Function time out after 1 seconds`},
		{"exit 3", `Process exited unexpectedly before completing request`},
	} {
		fn := with(c.init, fmt.Sprint("x", n), 1)
		out, again := b.do(fn, "echo"), b.do(fn, "echo")
		if out.ErrorType != emulator.InitializationError || out.Refused != nil || !strings.Contains(string(out.Payload), c.body) {
			t.Errorf("%s: %+v %s", c.init, out, out.Payload)
		}
		if again.InstanceID == out.InstanceID {
			t.Errorf("%s: the instance was kept", c.init)
		}
		if !strings.Contains(string(out.LogTail), "FC Initialize Start") {
			t.Errorf("%s: log %q", c.init, out.LogTail)
		}
	}
}

func TestNoticeIsToldOnce(t *testing.T) {
	var told []string
	b := newBench(t, func(o *Options) {
		kind, _ := o.Kinds("")
		kind.(*lineKind).notice = "another version"
		o.Notice = func(function, text string) { told = append(told, function+": "+text) }
	})
	b.do(function(nil), "exit 1")
	b.do(function(nil), "echo")
	if !slices.Equal(told, []string{"f: another version"}) {
		t.Errorf("notices %q", told)
	}
}

func TestMissingKindIsRefused(t *testing.T) {
	refusal := emulator.Refuse(412, "NoRuntime", "there is no %s", "cobol")
	b := newBench(t, func(o *Options) { o.Kinds = func(string) (Kind, error) { return nil, refusal } })
	if out := b.do(function(nil), "echo"); !errors.Is(out.Refused, refusal) {
		t.Errorf("%+v", out)
	}
	if n := len(b.Instances()); n != 0 {
		t.Errorf("%d instances left", n)
	}
}

func TestCloseEndsCalls(t *testing.T) {
	b := newBench(t, nil)
	fn := function(nil)
	pid := string(b.do(fn, "pid").Payload)
	result := make(chan *emulator.Outcome)
	go func() { result <- b.do(fn, "sleep 20") }()
	eventually(t, "busy", func() bool { return b.Instances()[0].State == StateBusy })
	began := time.Now()
	b.Close()
	out := <-result
	if out.Cause != emulator.CauseShutdown || time.Since(began) > 2*time.Second {
		t.Errorf("%+v after %v", out, time.Since(began))
	}
	if running(pid) {
		t.Error("the process lives")
	}
	if out := b.do(fn, "echo"); out.Cause != emulator.CauseShutdown {
		t.Errorf("after Close: %+v", out)
	}
}

// unreached is a kind whose sessions, once their process has ended, say that nothing was sent.
type unreached struct{ lineKind }

func (k *unreached) Prepare(fn *emulator.Function, place Place) (Plan, error) {
	plan, err := k.lineKind.Prepare(fn, place)
	connect := plan.Connect
	plan.Connect = func(ctx context.Context, p process.Process) (Session, error) {
		session, err := connect(ctx, p)
		return &lost{session, p}, err
	}
	return plan, err
}

type lost struct {
	Session
	process process.Process
}

func (s *lost) Invoke(ctx context.Context, call Call, answer emulator.Answer) (Reply, error) {
	if string(call.Event) == "lost" {
		s.process.Kill()
		return Reply{}, ErrNotSent
	}
	return s.Session.Invoke(ctx, call, answer)
}

// TestCallsThatWereNotSent go to another instance, unless they were the first of theirs.
func TestCallsThatWereNotSent(t *testing.T) {
	b := newBench(t, nil)
	kind := &unreached{lineKind{script: filepath.Join(b.dir, "program.py")}}
	b.options.Kinds = func(string) (Kind, error) { return kind, nil }
	first := b.do(function(nil), "echo")
	inv := b.invocation(function(nil), "lost")
	out := b.Run(context.Background(), inv, nil)
	if out.Cause != emulator.CauseUnhandled || !out.ColdStart || out.InstanceID == first.InstanceID {
		t.Errorf("%+v", out)
	}
	if n := len(b.Instances()); n != 0 {
		t.Errorf("%d instances are in service", n)
	}
	var kinds []string
	for _, text := range b.texts(inv.RequestID) {
		kind, _, _ := strings.Cut(text, " RequestId")
		kinds = append(kinds, kind)
	}
	if want := []string{"FC Invoke Start", "The process was ended by signal 9 (killed).", "FC Invoke End"}; !slices.Equal(kinds, want) {
		t.Errorf("the log of the call: %q", kinds)
	}
	eventually(t, "both deaths are told", func() bool {
		return strings.Count(strings.Join(b.texts(""), ""), "ended by signal 9") == 2
	})
}

// TestACallOfSomeTimeIsSeenToBegin while it runs, though it says nothing.
func TestACallOfSomeTimeIsSeenToBegin(t *testing.T) {
	b := newBench(t, nil)
	inv := b.invocation(function(nil), "sleep 60")
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan *emulator.Outcome)
	go func() { done <- b.Run(ctx, inv, nil) }()
	start := "FC Invoke Start RequestId: " + inv.RequestID
	eventually(t, "the call begins", func() bool { return slices.Contains(b.texts(inv.RequestID), start) })
	cancel(emulator.ErrClientGone)
	<-done
}
