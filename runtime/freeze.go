package runtime

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// freezeAfter is how long an instance has been idle when it is frozen: calls in a row find it awake.
const freezeAfter = 500 * time.Millisecond

// ice is the frozen state of an instance: light hibernation, for provisioned instances whose CPU is
// not always allocated. Source: FC 3.0 alwaysAllocateCPU.
type ice struct {
	mu     sync.Mutex // freezing and thawing are done one after the other
	frozen atomic.Bool
	timer  *time.Timer
}

// rest freezes the instance in a while, unless it is used again.
func (i *instance) rest() {
	i.ice.mu.Lock()
	defer i.ice.mu.Unlock()
	if i.ice.timer == nil {
		i.ice.timer = time.AfterFunc(freezeAfter, i.freeze)
		return
	}
	i.ice.timer.Reset(freezeAfter)
}

// freeze stops the instance if no call uses it. Whoever takes a slot later sees that it is frozen.
func (i *instance) freeze() {
	if hooks := i.fn.InstanceLifecycleConfig; hooks != nil && hooks.PreFreeze != nil {
		i.preFreeze(hooks.PreFreeze)
	}
	i.ice.mu.Lock()
	defer i.ice.mu.Unlock()
	if !i.mayFreeze() {
		return
	}
	i.process.Freeze()
}

// mayFreeze marks the instance as frozen where that is possible.
func (i *instance) mayFreeze() bool {
	i.group.mu.Lock()
	defer i.group.mu.Unlock()
	if i.doomed || i.used > 0 || i.visitors > 0 || i.ice.frozen.Load() || !i.group.provision.freeze {
		return false
	}
	i.ice.frozen.Store(true)
	return true
}

// thaw wakes the instance; what is sent to it from then on it gets awake.
func (i *instance) thaw() {
	if !i.ice.frozen.Load() {
		return
	}
	i.ice.mu.Lock()
	defer i.ice.mu.Unlock()
	if !i.ice.frozen.Swap(false) {
		return
	}
	i.process.Thaw()
}

// wake thaws an instance whose group does not want it frozen any more, unless it has come to want that
// again by then.
func (i *instance) wake() {
	i.thaw()
	i.group.mu.Lock()
	again := i.group.rests(i)
	i.group.mu.Unlock()
	if again {
		i.rest()
	}
}

// rests tells whether the instance is to be frozen in a while. It runs under group.mu.
func (g *group) rests(i *instance) bool { return g.provision.freeze && i.used == 0 && !i.doomed }

// preFreeze runs the hook of FC 2.0 with all slots of the idle instance. Its failure changes nothing.
func (i *instance) preFreeze(hook *emulator.LifecycleHook) {
	if !i.group.reserve(i) {
		return
	}
	defer i.group.unreserve(i)
	f := i.hookFlight(emulator.HookPreFreeze, i.pool.options.limit(i.fn, min(seconds(hook.Timeout), maxPreStop)), nil)
	reply, v, err := i.fly(f, nil)
	var fault *failure
	if v != verdictAnswered {
		fault = i.faultOf(f, v, err, time.Since(f.began))
	}
	i.logs.end(f, suffix(reply.ErrorType, fault))
}

// reserve keeps calls away from an idle instance.
func (g *group) reserve(inst *instance) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if inst.doomed || inst.used > 0 || inst.visitors > 0 || inst.ice.frozen.Load() {
		return false
	}
	inst.used++
	g.unlink(inst)
	return true
}

func (g *group) unreserve(inst *instance) {
	g.mu.Lock()
	defer g.mu.Unlock()
	inst.used--
	switch {
	case inst.doomed:
		inst.settle()
	case g.retired:
		g.drop(inst)
		go inst.retire()
	case !inst.sick:
		g.link(inst)
	}
}
