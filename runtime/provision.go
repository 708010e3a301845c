package runtime

import (
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// refillAfter is how long a provisioned instance has to have lived for its loss to be made good at
// once. One that dies sooner waits for the next call of Provision.
const refillAfter = time.Second

// provision is how many instances of a group are started ahead of calls. It is under group.mu.
type provision struct {
	fn      *emulator.Function // as it was resolved last, with its limits
	target  int
	freeze  bool   // idle ones get no CPU
	failure string // why the last one did not start
	peak    int    // most requests at a time since it was last asked for
}

// Provision keeps target instances of a version started, and says how many are, and why not more.
// With freeze idle ones get no CPU. Instances above a lowered target end when they are idle.
func (p *Pool) Provision(fn *emulator.Function, target int, freeze bool) (ready int, failure string) {
	g := p.group(fn)
	if g == nil || g.late {
		return 0, ""
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.provision.fn, g.provision.target, g.provision.freeze = fn, min(target, p.options.MaxInstances), freeze
	g.trim()
	g.fill()
	for inst := range g.instances {
		if inst.used == 0 {
			inst.adjust(freeze)
		}
	}
	return g.reached()
}

// Provisioned returns the number of ready instances of a version, as far as they are provisioned.
func (p *Pool) Provisioned(fn *emulator.Function) (ready int, failure string) {
	g := p.known(fn)
	if g == nil {
		return 0, ""
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reached()
}

// Load returns the most requests that a version had at a time since the last call, and how many its
// provisioned instances can take.
func (p *Pool) Load(fn *emulator.Function) (peak, each int) {
	g := p.known(fn)
	if g == nil {
		return 0, 1
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	peak, g.provision.peak = g.provision.peak, g.busy()
	return peak, g.slots()
}

func (p *Pool) known(fn *emulator.Function) *group {
	p.groupsMu.RLock()
	defer p.groupsMu.RUnlock()
	return p.groups[groupKey{Name: fn.Name(), version: fn.VersionID}]
}

// busy counts the requests in flight.
func (g *group) busy() (n int) {
	for inst := range g.instances {
		n += inst.used
	}
	return n
}

// reached counts the provisioned instances that have started, and tells why there are not more.
func (g *group) reached() (ready int, failure string) {
	if g.once && g.provision.target > 0 {
		return 0, "webServerMode is false: an instance starts with its event, and none ahead of it"
	}
	for inst := range g.instances {
		if wait(inst.ready, 0) && inst.failure == nil {
			ready++
		}
	}
	if ready >= g.provision.target {
		g.provision.failure = ""
	}
	return min(ready, g.provision.target), g.provision.failure
}

// fill starts what is missing.
func (g *group) fill() {
	if g.retired || g.late || g.once {
		return
	}
	for len(g.instances) < g.provision.target {
		if within, _ := g.quota.take(g.provision.fn, "", g.pool.options.MaxInstances); !within {
			g.provision.failure = emulator.ResourceThrottled().Error()
			return
		}
		if !g.pool.track() {
			g.quota.give("")
			return
		}
		inv := &emulator.Invocation{RequestID: g.pool.options.IDs.Request(time.Now()), Function: g.fn, Qualifier: g.fn.VersionID}
		go g.add("").start(inv)
	}
}

// trim ends idle instances that were started ahead and are not wanted any more.
func (g *group) trim() {
	for inst := range g.instances {
		if len(g.instances) <= g.provision.target {
			return
		}
		if inst.qualifier == "" && inst.used == 0 && inst.visitors == 0 && inst.sessions == 0 && wait(inst.ready, 0) {
			g.drop(inst)
			go inst.retire()
		}
	}
}

// adjust freezes or wakes an idle instance as its group says now.
func (i *instance) adjust(freeze bool) {
	switch {
	case !wait(i.ready, 0) || i.failure != nil:
	case freeze && !i.ice.frozen.Load():
		go i.rest()
	case !freeze && i.ice.frozen.Load():
		go i.wake()
	}
}

// provisionFailed remembers why an instance could not be started ahead.
func (g *group) provisionFailed(fault *failure) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.provision.failure = fault.text()
}

// text is the failure in one line.
func (f *failure) text() string {
	if f.refused != nil {
		return f.refused.Error()
	}
	return string(f.errorType) + ": " + string(f.payload)
}
