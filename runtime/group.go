package runtime

import (
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// group holds the instances of one revision of a function.
type group struct {
	pool  *Pool
	fn    *emulator.Function
	quota *quota
	late  bool // made for a call of an older revision: its instances end when they are free
	once  bool // an instance is started with its only call, and ends with it: see emulator.Function.Once

	mu        sync.Mutex
	instances map[*instance]struct{} // those that count: not the dying ones
	free      *instance              // those with a free slot, the last used first
	retired   bool
	provision provision
}

func newGroup(p *Pool, fn *emulator.Function) *group {
	return &group{pool: p, fn: fn, quota: p.quota(fn.Name()), once: fn.Once(), instances: map[*instance]struct{}{}}
}

// grant is what a call gets: an instance or a refusal. Neither means that the group was retired: ask
// the pool for its successor.
type grant struct {
	instance *instance
	cold     bool // it was started for the call
	crowded  bool // other versions of the function may have an instance to give up
	refused  *emulator.Error
}

// acquire takes a slot of the instance that was used last, or starts a new instance. A new session
// takes a seat there as well.
func (g *group) acquire(inv *emulator.Invocation, seat bool) grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.retired {
		return grant{}
	}
	if limit := inv.Function.InstanceLimit; limit != nil && *limit == 0 {
		return grant{refused: emulator.ResourceThrottled()} // none may run, not even those that do
	}
	ahead := inv.Function.OnDemandLimit != nil && *inv.Function.OnDemandLimit == 0 // only those serve that are started ahead of calls
	if ahead && g.provision.target == 0 {
		return grant{refused: emulator.ResourceThrottled()}
	}
	if ahead {
		g.fill() // one that died young is not replaced before somebody asks
	}
	for inst := g.free; inst != nil; {
		next := inst.next
		switch {
		case inst.exited():
			inst.found = true
			g.drop(inst)
		case ahead && inst.qualifier != "" && len(g.instances) > g.provision.target: // it was started on demand, before
		case g.fits(inst, seat):
			g.take(inst, seat)
			return grant{instance: inst}
		}
		inst = next
	}
	return g.begin(inv, seat)
}

// begin starts an instance if the limits allow it.
func (g *group) begin(inv *emulator.Invocation, seat bool) grant {
	if within, crowded := g.quota.take(inv.Function, inv.Qualifier, g.pool.options.MaxInstances); !within {
		return grant{refused: emulator.ResourceThrottled(), crowded: crowded}
	}
	if !g.pool.track() {
		g.quota.give(inv.Qualifier)
		return grant{}
	}
	inst := g.add(inv.Qualifier)
	g.take(inst, seat)
	go inst.start(inv)
	return grant{instance: inst, cold: true}
}

// take fills a slot.
func (g *group) take(inst *instance, seat bool) {
	inst.used++
	if g.provision.target > 0 {
		g.provision.peak = max(g.provision.peak, g.busy())
	}
	if seat {
		inst.sessions++
	}
	if inst.used >= inst.slots {
		g.unlink(inst)
	}
}

// add makes a new instance. Calls may join it while it starts.
func (g *group) add(qualifier string) *instance {
	inst := newInstance(g, g.slots())
	inst.qualifier = qualifier
	g.instances[inst] = struct{}{}
	g.link(inst)
	g.pool.wake()
	return inst
}

// slots is how many requests an instance takes at a time.
func (g *group) slots() int {
	switch {
	case g.once || g.fn.Isolation == emulator.IsolateRequests:
		return 1
	case g.fn.Affinity != nil && g.fn.Custom():
		return emulator.AffinityConcurrency
	}
	return g.fn.Concurrency()
}

// release returns a slot.
func (g *group) release(inst *instance, now time.Time) {
	g.mu.Lock()
	inst.used--
	inst.served++
	inst.lastUsed = now
	last := inst.used == 0
	if !inst.doomed && !inst.sick && !g.retired && !g.late && inst.used < inst.slots {
		g.link(inst)
	}
	end := last && !inst.doomed && (g.retired || g.late || g.spent(inst))
	if end {
		g.drop(inst)
		g.fill()
	}
	inst.settle()
	rest := g.rests(inst)
	g.mu.Unlock()
	switch {
	case end:
		go inst.retire()
	case rest:
		inst.rest()
	}
}

// doom takes an instance out of service. False means that it was out already, and not for its death.
func (g *group) doom(inst *instance) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if inst.doomed {
		return inst.found
	}
	g.drop(inst)
	if wait(inst.ready, 0) && time.Since(inst.started) > refillAfter {
		g.fill()
	}
	return true
}

// setSick hides an unhealthy instance from new calls, or shows it again.
func (g *group) setSick(inst *instance, sick bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	inst.sick = sick
	switch {
	case sick:
		g.unlink(inst)
	case !inst.doomed && !g.retired && inst.used < inst.slots:
		g.link(inst)
	}
}

// retire ends the idle instances now and the busy ones when they are free.
func (g *group) retire() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.retired = true
	for inst := range g.instances {
		g.unlink(inst)
		if inst.used == 0 {
			g.drop(inst)
			go inst.retire()
		}
	}
}

// sweep retires instances unused since idle and returns the time until the next one may be due.
func (g *group) sweep(now time.Time, idle time.Duration) (time.Duration, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	next, any := idle, false
	for inst := range g.instances {
		wait := idle
		if inst.used == 0 && inst.visitors == 0 && inst.sessions == 0 {
			wait = inst.lastUsed.Add(idle).Sub(now)
		}
		if wait <= 0 && len(g.instances) > g.provision.target {
			g.drop(inst)
			go inst.retire()
			continue
		}
		if wait > 0 {
			any = true
			next = min(next, wait)
		}
	}
	return next, any
}

// retireIdle retires the instances that no call uses, however short that is.
func (g *group) retireIdle() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for inst := range g.instances {
		if inst.used == 0 {
			g.drop(inst)
			go inst.retire()
		}
	}
}

// drop is doom under the lock.
func (g *group) drop(inst *instance) {
	inst.doomed = true
	g.unlink(inst)
	delete(g.instances, inst)
	g.quota.give(inst.qualifier)
	inst.settle()
}
