package runtime

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

func (b *bench) ready(fn *emulator.Function) int {
	n, _ := b.Provisioned(fn)
	return n
}

func TestProvisionedInstances(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Idle = 50 * time.Millisecond })
	fn := function(nil)
	b.Provision(fn, 2, false)
	eventually(t, "two are ready", func() bool { return b.ready(fn) == 2 })
	out := b.do(fn, "pid")
	if out.Failed() || out.ColdStart {
		t.Errorf("%+v", out)
	}
	time.Sleep(150 * time.Millisecond) // beyond the idle time: nothing is there to wait for
	if n := len(b.Instances()); n != 2 {
		t.Errorf("%d instances after the idle time", n)
	}
	b.Provision(fn, 1, false)
	eventually(t, "one is left", func() bool { return len(b.Instances()) == 1 })
	b.Provision(fn, 0, false)
	eventually(t, "none is left", func() bool { return len(b.Instances()) == 0 })
}

// A provisioned instance that dies after it has served is replaced at once.
func TestLostProvisionedInstance(t *testing.T) {
	b := newBench(t, nil)
	fn := function(nil)
	b.Provision(fn, 1, false)
	eventually(t, "ready", func() bool { return b.ready(fn) == 1 })
	time.Sleep(refillAfter)
	b.do(fn, "exit 1")
	eventually(t, "replaced", func() bool { return b.ready(fn) == 1 })
	if out := b.do(fn, "echo"); out.Failed() || out.ColdStart {
		t.Errorf("%+v", out)
	}
}

// One that does not start is told of and not tried again until it is asked for.
func TestProvisionTellsWhyNot(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Kinds = func(string) (Kind, error) {
			return nil, emulator.Refuse(412, "FunctionNotStarted", "no %s", "interpreter")
		}
	})
	fn := function(nil)
	b.Provision(fn, 1, false)
	eventually(t, "the reason is told", func() bool {
		n, why := b.Provisioned(fn)
		return n == 0 && why == "FunctionNotStarted: no interpreter"
	})
	eventually(t, "nothing is tried", func() bool { return len(b.Instances()) == 0 })
}

func TestProvisionKeepsToTheLimit(t *testing.T) {
	b := newBench(t, nil)
	one := 1
	fn := function(func(fn *emulator.Function) { fn.InstanceLimit = &one })
	b.Provision(fn, 3, false)
	eventually(t, "ready", func() bool { return b.ready(fn) == 1 })
	if _, why := b.Provisioned(fn); !strings.HasPrefix(why, "ResourceThrottled") {
		t.Errorf("the reason: %q", why)
	}
}

func TestLightHibernation(t *testing.T) {
	b := newBench(t, nil)
	fn := function(func(fn *emulator.Function) {
		fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{
			PreStop: &emulator.LifecycleHook{Handler: "index.stop"}, PreFreeze: &emulator.LifecycleHook{Handler: "index.freeze"}}
	})
	b.Provision(fn, 1, true)
	eventually(t, "ready", func() bool { return b.ready(fn) == 1 })
	eventually(t, "its memory is known ahead of its first call", func() bool { return b.Instances()[0].MemoryMB > 2 })
	pid := string(b.do(fn, "pid").Payload)
	for range 3 {
		eventually(t, "frozen", func() bool { return b.Instances()[0].State == StateFrozen && state(pid) == "T" })
		if out := b.do(fn, "pid"); out.Failed() || string(out.Payload) != pid || out.Duration > time.Second {
			t.Errorf("woken: %+v %s", out, out.Payload)
		}
	}
	if !slices.ContainsFunc(b.texts(""), func(text string) bool { return strings.HasPrefix(text, "FC PreFreeze End") }) {
		t.Errorf("preFreeze did not run: %q", b.texts(""))
	}
	eventually(t, "frozen again", func() bool { return b.Instances()[0].State == StateFrozen })
	if code := execute(b, b.Instances()[0].ID, emulator.Exec{Command: []string{"true"}}).Wait(); code != 0 {
		t.Errorf("a command in it ended with %d", code)
	}
	eventually(t, "frozen after a command", func() bool { return b.Instances()[0].State == StateFrozen })
	b.Provision(fn, 1, false)
	eventually(t, "it runs when its CPU is always allocated", func() bool { return state(pid) != "T" })
	b.Provision(fn, 1, true)
	eventually(t, "frozen for the end", func() bool { return state(pid) == "T" })
	b.Retire(emulator.Reference{Name: fn.Name()})
	eventually(t, "a frozen instance ends with its hook", func() bool { return !running(pid) && slices.Contains(b.texts(""), "stopping") })
}
