package runtime

import (
	"sort"
	"sync/atomic"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// State is where an instance is in its life.
type State string

// States of an instance. All but the last are in service.
const (
	StateStarting State = "Starting"
	StateIdle     State = "Idle"
	StateBusy     State = "Busy"
	StateSick     State = "Unhealthy" // its health check fails
	StateFrozen   State = "Frozen"    // idle without CPU
	StateStopping State = "Stopping"  // it gets no further call: its last ones or its preStop hook go on
)

// Instance describes one instance for listings.
type Instance struct {
	ID          string
	Function    emulator.Name
	Version     string
	Revision    string
	Runtime     string
	PID         int // 0 while it starts
	State       State
	Started     time.Time
	LastUsed    time.Time
	Busy        int // requests in flight
	Concurrency int // requests that it takes at a time
	Sessions    int
	Requests    int64   // served
	MemoryMB    float64 // peak so far
}

// instance is one process of a function and the calls on it.
type instance struct {
	id      string
	group   *group
	pool    *Pool
	fn      *emulator.Function
	started time.Time
	logs    *capture

	qualifier string // by which it was called first; empty: it was started ahead of calls
	ice       ice
	peak      atomic.Int64 // bytes
	sampled   atomic.Int64 // when the memory was last read, Unix ns

	ready   chan struct{} // closed when the start has ended; then the next seven are set
	failure *failure      // why the start failed; nil = it serves
	process process.Process
	session Session
	multi   bool // the session is Multiplexed
	place   Place
	first   *flight  // the call that it was started with, where it serves no other: see group.once
	told    []string // the variables of a program that was started with less, ahead of calls

	launched atomic.Pointer[launched]
	gone     chan struct{} // closed when the process has ended and its last output is read
	unused   chan struct{} // closed when it is doomed and no call holds a slot

	// Under group.mu.
	slots, used         int
	visitors            int // commands that clients run in it
	sessions            int // that are bound to it
	served              int64
	lastUsed            time.Time
	doomed, sick, quiet bool
	found               bool // dead, by a call that looked for an instance
	linked              bool
	prev, next          *instance
}

// launched is the process as soon as there is one, for those who look while the start goes on.
type launched struct{ process.Process }

func newInstance(g *group, slots int) *instance {
	now := time.Now()
	p := g.pool
	inst := &instance{
		id: p.options.IDs.Instance(now), group: g, pool: p, fn: g.fn, started: now, lastUsed: now, slots: slots,
		ready: make(chan struct{}), gone: make(chan struct{}), unused: make(chan struct{}),
	}
	inst.logs = newCapture(p.options.Log, &p.buffers, emulator.LogLine{
		Function: g.fn.Name().String(), Qualifier: g.fn.VersionID, VersionID: g.fn.VersionID, InstanceID: inst.id,
	})
	return inst
}

// exited tells whether the process has ended.
func (i *instance) exited() bool {
	l := i.launched.Load()
	if l == nil {
		return false
	}
	select {
	case <-l.Done():
		return true
	default:
		return false
	}
}

// settle tells those who wait that the last call has left a doomed instance. It runs under group.mu.
func (i *instance) settle() {
	if i.doomed && i.used == 0 && !i.quiet {
		i.quiet = true
		close(i.unused)
	}
}

// sample reads the memory of the process tree and tells whether it is over the limit.
func (i *instance) sample(now time.Time) bool {
	l := i.launched.Load()
	if l == nil || i.exited() {
		return false
	}
	bytes, limit := l.Memory(), int64(i.fn.MemorySize)<<20
	i.sampled.Store(now.UnixNano())
	if exact, ok := l.Process.(process.Inspector); ok && limit > 0 && bytes > limit {
		bytes = exact.Footprint() // pages shared with others were counted too high
	}
	i.raisePeak(bytes)
	return limit > 0 && bytes > limit
}

func (i *instance) raisePeak(bytes int64) {
	for {
		old := i.peak.Load()
		if bytes <= old || i.peak.CompareAndSwap(old, bytes) {
			return
		}
	}
}

func (i *instance) peakMB() float64 { return float64(i.peak.Load()) / (1 << 20) }

// describe runs under group.mu.
func (i *instance) describe() Instance {
	if i.served == 0 { // no call has looked
		i.sample(time.Now())
	}
	out := Instance{
		ID: i.id, Function: i.fn.Name(), Version: i.fn.VersionID, Revision: i.fn.Revision, State: StateIdle,
		Runtime: i.fn.Runtime, Started: i.started, LastUsed: i.lastUsed, Busy: i.used, Concurrency: i.slots, Sessions: i.sessions,
		Requests: i.served, MemoryMB: i.peakMB(),
	}
	if l := i.launched.Load(); l != nil {
		out.PID = l.PID()
	}
	select {
	case <-i.ready:
	default:
		out.State = StateStarting
		return out
	}
	switch {
	case i.doomed || i.group.retired:
		out.State = StateStopping
	case i.sick:
		out.State = StateSick
	case i.ice.frozen.Load():
		out.State = StateFrozen
	case i.used > 0:
		out.State = StateBusy
	}
	return out
}

// Instances lists the instances in service, oldest first.
func (p *Pool) Instances() []Instance {
	var list []Instance
	for _, g := range p.allGroups() {
		g.mu.Lock()
		for inst := range g.instances {
			list = append(list, inst.describe())
		}
		g.mu.Unlock()
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}

// Stopping lists the instances that are out of service and have not ended.
func (p *Pool) Stopping() []Instance {
	p.livingMu.Lock()
	defer p.livingMu.Unlock()
	var list []Instance
	for inst := range p.living {
		inst.group.mu.Lock()
		if (inst.doomed || inst.group.retired) && !inst.exited() {
			list = append(list, inst.describe())
		}
		inst.group.mu.Unlock()
	}
	return list
}
