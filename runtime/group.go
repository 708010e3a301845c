package runtime

import (
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// group holds the instances of one revision of a function.
type group struct {
	pool *Pool
	fn   *emulator.Function
	once bool // made for a call of an older revision: its instances end when they are free

	mu        sync.Mutex
	instances map[*instance]struct{} // those that count: not the dying ones
	free      *instance              // those with a free slot, the last used first
	slots     int                    // of an instance; 0 until the first plan
	retired   bool
}

func newGroup(p *Pool, fn *emulator.Function) *group {
	return &group{pool: p, fn: fn, instances: map[*instance]struct{}{}}
}

// acquire takes a slot of the instance that was used last, or starts a new instance. All nil means
// that the group was retired: ask the pool for its successor.
func (g *group) acquire(inv *emulator.Invocation) (*instance, bool, *emulator.Error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.retired {
		return nil, false, nil
	}
	limit := g.limit(inv.Function)
	if limit == 0 {
		return nil, false, emulator.ResourceExhausted(g.fn.Name(), 0) // none may run, not even those that do
	}
	for inst := g.free; inst != nil; inst = g.free {
		if inst.exited() {
			g.drop(inst)
			continue
		}
		inst.used++
		if inst.used >= inst.slots {
			g.unlink(inst)
		}
		return inst, false, nil
	}
	if len(g.instances) >= limit {
		return nil, false, emulator.ResourceExhausted(g.fn.Name(), len(g.instances))
	}
	if !g.pool.track() {
		return nil, false, nil
	}
	return g.add(inv), true, nil
}

// limit is how many instances may run: the pool's limit, or a lower one of the function as it was
// resolved for this call. A change of that limit changes no revision, so g.fn may have an old one.
func (g *group) limit(fn *emulator.Function) int {
	if fn.InstanceLimit != nil {
		return min(*fn.InstanceLimit, g.pool.options.MaxInstances)
	}
	return g.pool.options.MaxInstances
}

// add starts a new instance with one slot taken. Others may join it while it starts.
func (g *group) add(inv *emulator.Invocation) *instance {
	inst := newInstance(g, g.expectedSlots())
	inst.used = 1
	g.instances[inst] = struct{}{}
	if inst.used < inst.slots {
		g.link(inst)
	}
	go inst.start(inv)
	g.pool.wake()
	return inst
}

// expectedSlots guesses before the first plan tells.
func (g *group) expectedSlots() int {
	if g.slots > 0 {
		return g.slots
	}
	return max(1, g.fn.InstanceConcurrency)
}

// planned corrects the guess: slots too many are taken back from the calls that wait in them.
func (g *group) planned(inst *instance, slots int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.slots = slots
	inst.slots = slots
	inst.oversold = max(0, inst.used-slots)
	if inst.used >= slots {
		g.unlink(inst)
	} else if !inst.doomed && !g.retired {
		g.link(inst)
	}
}

// giveUp leaves a slot that the instance does not have. False: the slot is a good one.
func (g *group) giveUp(inst *instance) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if inst.oversold == 0 {
		return false
	}
	inst.oversold--
	inst.used--
	inst.settle()
	return true
}

// release returns a slot.
func (g *group) release(inst *instance, now time.Time) {
	g.mu.Lock()
	inst.used--
	inst.served++
	inst.lastUsed = now
	last := inst.used == 0
	if !inst.doomed && !inst.sick && !g.retired && !g.once && inst.used < inst.slots {
		g.link(inst)
	}
	end := last && !inst.doomed && (g.retired || g.once)
	if end {
		g.drop(inst)
	}
	inst.settle()
	g.mu.Unlock()
	if end {
		go inst.retire()
	}
}

// doom takes an instance out of service. False means that it was out already.
func (g *group) doom(inst *instance) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if inst.doomed {
		return false
	}
	g.drop(inst)
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
		if inst.used == 0 && inst.visitors == 0 {
			wait = inst.lastUsed.Add(idle).Sub(now)
		}
		if wait <= 0 {
			g.drop(inst)
			go inst.retire()
			continue
		}
		any = true
		next = min(next, wait)
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
	inst.settle()
}

func (g *group) link(inst *instance) {
	if inst.linked {
		return
	}
	inst.linked, inst.next = true, g.free
	if g.free != nil {
		g.free.prev = inst
	}
	g.free = inst
}

func (g *group) unlink(inst *instance) {
	if !inst.linked {
		return
	}
	if inst.prev != nil {
		inst.prev.next = inst.next
	} else {
		g.free = inst.next
	}
	if inst.next != nil {
		inst.next.prev = inst.prev
	}
	inst.linked, inst.prev, inst.next = false, nil, nil
}
