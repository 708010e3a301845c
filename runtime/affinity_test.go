package runtime

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// handClock is moved by hand.
type handClock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*handTimer]bool
}

type handTimer struct {
	clock *handClock
	c     chan time.Time
	at    time.Time
}

func newHandClock() *handClock {
	return &handClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), timers: map[*handTimer]bool{}}
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) Driven() bool { return true }

func (c *handClock) NewTimer(at time.Time) emulator.Timer {
	t := &handTimer{clock: c, c: make(chan time.Time, 1)}
	t.Reset(at)
	return t
}

func (c *handClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for t := range c.timers {
		t.look()
	}
}

func (t *handTimer) look() {
	if !t.at.After(t.clock.now) {
		delete(t.clock.timers, t)
		select {
		case t.c <- t.clock.now:
		default:
		}
	}
}

func (t *handTimer) C() <-chan time.Time { return t.c }
func (t *handTimer) Reset(at time.Time) {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.at = at
	t.clock.timers[t] = true
	t.look()
}

func (t *handTimer) Stop() {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	delete(t.clock.timers, t)
}

func affine(change func(*emulator.Function)) *emulator.Function {
	return function(func(fn *emulator.Function) {
		fn.Affinity = &emulator.Affinity{Type: emulator.AffinityHeader, Header: "X-Session", Sessions: 1, TTL: time.Hour, Idle: 10 * time.Minute}
		if change != nil {
			change(fn)
		}
	})
}

func (b *bench) inSession(fn *emulator.Function, id, event string) *emulator.Outcome {
	inv := b.invocation(fn, event)
	inv.Session = &emulator.SessionUse{ID: id, Begin: true}
	return b.Run(context.Background(), inv, nil)
}

func TestSessionKeepsItsInstance(t *testing.T) {
	b := newBench(t, nil)
	fn := affine(nil)
	pids := map[string]string{}
	for round := range 3 {
		for n := range 3 {
			id := fmt.Sprint("s", n)
			out := b.inSession(fn, id, "pid")
			if out.Failed() || round > 0 && string(out.Payload) != pids[id] {
				t.Errorf("%s: %+v, pid %s, was %s", id, out, out.Payload, pids[id])
			}
			pids[id] = string(out.Payload)
		}
	}
	if len(b.Instances()) != 3 || pids["s0"] == pids["s1"] {
		t.Errorf("one session an instance: %v", pids)
	}
	if held := b.Held(fn.Name()); len(held) != 3 || held[0].InstanceID == "" {
		t.Errorf("held %+v", held)
	}
	if !b.Drop(fn.Name(), "s0") || b.Drop(fn.Name(), "s0") {
		t.Error("a session ends once")
	}
	eventually(t, "the seat is free", func() bool {
		for _, inst := range b.Instances() {
			if inst.Sessions == 0 {
				return true
			}
		}
		return false
	})
	if out := b.inSession(fn, "s3", "pid"); string(out.Payload) != pids["s0"] {
		t.Errorf("the free seat was not taken: %s, %v", out.Payload, pids)
	}
}

// A busy built-in instance refuses its session's second request, and other sessions go elsewhere.
func TestSessionOverTheLimit(t *testing.T) {
	b := newBench(t, nil)
	fn := affine(nil)
	done := make(chan *emulator.Outcome)
	b.inSession(fn, "a", "echo")
	go func() { done <- b.inSession(fn, "a", "sleep 0.5") }()
	eventually(t, "busy", func() bool { return b.Instances()[0].Busy == 1 })
	if out := b.inSession(fn, "a", "echo"); out.Refused == nil || out.Refused.Status != 429 || out.Refused.Code != "ResourceThrottled" {
		t.Errorf("the same session: %+v", out)
	}
	if out := b.inSession(fn, "b", "echo"); out.Failed() || !out.ColdStart {
		t.Errorf("another session: %+v", out)
	}
	if out := <-done; out.Failed() {
		t.Errorf("the first request: %+v", out)
	}
}

// A session that cannot have an instance is not kept.
func TestRefusedSessionLeavesNothing(t *testing.T) {
	b := newBench(t, nil)
	one := 1
	fn := affine(func(fn *emulator.Function) { fn.InstanceLimit = &one })
	b.inSession(fn, "a", "echo")
	if out := b.inSession(fn, "b", "echo"); out.Refused == nil || out.Refused.Status != 429 {
		t.Errorf("%+v", out)
	}
	if held := b.Held(fn.Name()); len(held) != 1 || held[0].ID != "a" {
		t.Errorf("held %+v", held)
	}
}

func TestSessionsEndOnTheClock(t *testing.T) {
	clock := newHandClock()
	b := newBench(t, func(o *Options) { o.Clock, o.Idle = clock, 100*time.Millisecond })
	fn := affine(nil)
	first := b.inSession(fn, "a", "pid")
	clock.advance(9 * time.Minute)
	if again := b.inSession(fn, "a", "pid"); string(again.Payload) != string(first.Payload) {
		t.Errorf("a session held the instance beyond its idle time: %s, %s", first.Payload, again.Payload)
	}
	clock.advance(10 * time.Minute)
	eventually(t, "the session and then its idle instance are gone", func() bool { return len(b.Held(fn.Name())) == 0 && len(b.Instances()) == 0 })
	for range 7 { // used all the time: the TTL ends it
		b.inSession(fn, "a", "echo")
		clock.advance(9 * time.Minute)
	}
	eventually(t, "the TTL has ended it", func() bool { return len(b.Held(fn.Name())) == 0 })
}

// The idle time begins with the end of a request, however long that took and whatever the end of the
// session was while it ran.
func TestIdleTimeBeginsAfterTheRequest(t *testing.T) {
	clock := newHandClock()
	b := newBench(t, func(o *Options) { o.Clock = clock })
	fn := affine(nil)
	done := make(chan *emulator.Outcome)
	go func() { done <- b.inSession(fn, "a", "sleep 0.4") }()
	eventually(t, "busy", func() bool { list := b.Instances(); return len(list) == 1 && list[0].State == StateBusy })
	clock.advance(11 * time.Minute)
	<-done
	if held := b.Held(fn.Name()); len(held) != 1 {
		t.Errorf("a session with a request in flight ended: %+v", held)
	}
	clock.advance(5 * time.Minute)
	clock.advance(6 * time.Minute)
	eventually(t, "ended", func() bool { return len(b.Held(fn.Name())) == 0 })
}

func TestEndedIDs(t *testing.T) {
	b := newBench(t, nil)
	fn := affine(func(fn *emulator.Function) { fn.Affinity.NoReuse = true })
	b.inSession(fn, "a", "echo")
	b.Drop(fn.Name(), "a")
	if out := b.inSession(fn, "a", "echo"); out.Refused == nil || out.Refused.Status != 400 {
		t.Errorf("%+v", out)
	}
}

// An instance that dies takes its sessions nowhere: the next request finds another.
func TestSessionOfADeadInstance(t *testing.T) {
	b := newBench(t, nil)
	fn := affine(nil)
	first := b.inSession(fn, "a", "pid")
	b.inSession(fn, "a", "exit 1")
	again := b.inSession(fn, "a", "pid")
	if again.Failed() || !again.ColdStart || string(again.Payload) == string(first.Payload) {
		t.Errorf("%+v", again)
	}
	if held := b.Held(fn.Name()); len(held) != 1 || held[0].InstanceID != again.InstanceID {
		t.Errorf("held %+v, want %s", held, again.InstanceID)
	}
}

// Two first requests of one session at the same time meet on one instance.
func TestSessionBeginsOnce(t *testing.T) {
	b := newBench(t, nil)
	fn := affine(nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { b.inSession(fn, "a", "echo") })
	}
	wg.Wait()
	if n := len(b.Instances()); n != 1 {
		t.Errorf("%d instances", n)
	}
}

func TestIsolation(t *testing.T) {
	b := newBench(t, nil)
	alone := function(func(fn *emulator.Function) { fn.Isolation = emulator.IsolateRequests })
	first, second := b.do(alone, "pid"), b.do(alone, "pid")
	if first.Failed() || second.Failed() || string(first.Payload) == string(second.Payload) {
		t.Errorf("two requests on one instance: %s, %s", first.Payload, second.Payload)
	}
	eventually(t, "both are gone", func() bool { return !running(string(first.Payload)) && !running(string(second.Payload)) })
	session := affine(func(fn *emulator.Function) {
		fn.Revision, fn.FunctionName, fn.Isolation = "x", "g", emulator.IsolateSessions
	})
	pid := string(b.inSession(session, "a", "pid").Payload)
	if out := b.do(session, "pid"); string(out.Payload) == pid {
		t.Error("a request without a session came to the instance of one")
	}
	b.Drop(session.Name(), "a")
	eventually(t, "the instance ends with its session", func() bool { return !running(pid) })
}

func TestLimitsHoldOverVersions(t *testing.T) {
	b := newBench(t, nil)
	two := 2
	version := func(id string) *emulator.Function {
		return function(func(fn *emulator.Function) { fn.VersionID, fn.InstanceLimit = id, &two })
	}
	done := make(chan *emulator.Outcome, 2)
	for _, id := range []string{"1", "2"} {
		go func() { done <- b.do(version(id), "sleep 0.6") }()
	}
	eventually(t, "two busy", func() bool {
		busy := 0
		for _, inst := range b.Instances() {
			busy += inst.Busy
		}
		return busy == 2
	})
	if out := b.do(version("3"), "echo"); out.Refused == nil || out.Refused.Status != 429 {
		t.Errorf("a third version beyond reservedConcurrency: %+v", out)
	}
	<-done
	<-done
	if out := b.do(version("3"), "echo"); out.Failed() {
		t.Errorf("idle instances of other versions are in the way: %+v", out)
	}
	if n := len(b.Instances()); n != 2 {
		t.Errorf("%d instances", n)
	}
}

func TestLimitOfAQualifier(t *testing.T) {
	b := newBench(t, nil)
	one := 1
	call := func(qualifier, event string, limit *int) *emulator.Outcome {
		inv := b.invocation(function(func(fn *emulator.Function) { fn.OnDemandLimit = limit }), event)
		inv.Qualifier = qualifier
		return b.Run(context.Background(), inv, nil)
	}
	done := make(chan *emulator.Outcome)
	go func() { done <- call("prod", "sleep 0.5", &one) }()
	eventually(t, "busy", func() bool { list := b.Instances(); return len(list) == 1 && list[0].State == StateBusy })
	if out := call("prod", "echo", &one); out.Refused == nil {
		t.Errorf("beyond maximumInstanceCount: %+v", out)
	}
	if out := call("LATEST", "echo", nil); out.Failed() {
		t.Errorf("another qualifier: %+v", out)
	}
	<-done
	zero := 0
	if out := call("prod", "echo", &zero); out.Refused == nil {
		t.Errorf("maximumInstanceCount 0: %+v", out)
	}
}
