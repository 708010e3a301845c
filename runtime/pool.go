package runtime

import (
	"context"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Pool keeps the instances of all functions and runs invocations on them. It is an emulator.Runner.
type Pool struct {
	options Options
	watch   watcher
	buffers sync.Pool
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	nudge   chan struct{} // a new instance: the idle loop looks again

	groupsMu sync.RWMutex
	groups   map[groupKey]*group
	quotas   map[emulator.Name]*quota
	closed   bool
	alive    sync.WaitGroup // instances whose processes may still run

	livingMu sync.Mutex
	living   map[*instance]struct{} // those with a process

	sessions sessions
	spares   spares
	gpus     gpus

	noticesMu sync.Mutex
	notices   map[[2]string]bool
}

// groupKey tells apart what may run at the same time: the versions of a function.
type groupKey struct {
	emulator.Name
	version string
}

// New returns a pool without instances. It starts nothing; Serve retires idle instances.
func New(o Options) *Pool {
	o.fill()
	p := &Pool{options: o, nudge: make(chan struct{}, 1), groups: map[groupKey]*group{}, quotas: map[emulator.Name]*quota{},
		living: map[*instance]struct{}{}, notices: map[[2]string]bool{}}
	p.buffers.New = func() any { return new(logBuffer) }
	p.sessions.init(o.Clock)
	p.spares.pool = p
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// Run runs one invocation on a free instance, or on a new one; that of a session on the session's.
func (p *Pool) Run(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
	if inv.Session != nil && inv.Function.Affinity != nil {
		return p.runSession(ctx, inv, answer)
	}
	for {
		g := p.group(inv.Function)
		if g == nil {
			return shutdownOutcome()
		}
		got := g.acquire(inv, false)
		if out := p.serve(ctx, got, g, inv, answer); out != nil {
			return out
		}
	}
}

// serve runs a call on what it was granted; nil: try again.
func (p *Pool) serve(ctx context.Context, got grant, g *group, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
	switch {
	case got.crowded && p.makeRoom(g):
		return nil
	case got.refused != nil:
		p.noticeLimit(inv.Function)
		return &emulator.Outcome{Refused: got.refused}
	case got.instance == nil:
		return nil // the group was retired meanwhile
	}
	out, _ := got.instance.serve(ctx, inv, answer, got.cold)
	return out
}

// group returns the group that runs fn, or nil when the pool is closed.
func (p *Pool) group(fn *emulator.Function) *group {
	key := groupKey{Name: fn.Name(), version: fn.VersionID}
	p.groupsMu.RLock()
	g, closed := p.groups[key], p.closed
	p.groupsMu.RUnlock()
	if closed {
		return nil
	}
	if g != nil && g.fn.Revision == fn.Revision {
		return g
	}
	return p.renew(key, fn)
}

// renew replaces the group of another revision. A call that was resolved before an update gets a
// group of its own which ends with it.
func (p *Pool) renew(key groupKey, fn *emulator.Function) *group {
	p.groupsMu.Lock()
	defer p.groupsMu.Unlock()
	if p.closed {
		return nil
	}
	old := p.groups[key]
	if old != nil && old.fn.Revision == fn.Revision {
		return old
	}
	g := newGroup(p, fn)
	if old != nil && fn.LastModifiedTime.Before(old.fn.LastModifiedTime) {
		g.late = true
		return g
	}
	p.groups[key] = g
	if old != nil {
		old.retire()
	}
	return g
}

// Retire lets calls in flight finish and ends the instances of one version of a function, or without
// a qualifier of all; the next call starts a new one. An alias has no instances of its own.
func (p *Pool) Retire(ref emulator.Reference) {
	p.groupsMu.Lock()
	defer p.groupsMu.Unlock()
	for key, g := range p.groups {
		if key.Name == ref.Name && (ref.Qualifier == "" || key.version == ref.Qualifier) {
			delete(p.groups, key)
			g.retire()
		}
	}
}

// Serve retires instances that nobody has called for a while and ends sessions, until ctx ends.
func (p *Pool) Serve(ctx context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	clock := p.options.Clock
	ends := clock.NewTimer(clock.Now().Add(time.Hour)) // of sessions
	defer ends.Stop()
	for {
		if wait, any := p.sweep(time.Now()); any {
			timer.Reset(wait)
		} else {
			timer.Stop()
		}
		p.expire(ends)
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-ends.C():
		case <-p.nudge:
		}
	}
}

// sweep retires what is idle and returns the time until something may be.
func (p *Pool) sweep(now time.Time) (time.Duration, bool) {
	var next time.Duration
	any := false
	for _, g := range p.allGroups() {
		if wait, busy := g.sweep(now, p.idle(g.fn)); busy && (!any || wait < next) {
			next, any = wait, true
		}
	}
	return next, any
}

func (p *Pool) idle(fn *emulator.Function) time.Duration {
	if fn.IdleTimeout > 0 {
		return time.Duration(fn.IdleTimeout) * time.Second
	}
	return p.options.Idle
}

func (p *Pool) allGroups() []*group {
	p.groupsMu.RLock()
	defer p.groupsMu.RUnlock()
	list := make([]*group, 0, len(p.groups))
	for _, g := range p.groups {
		list = append(list, g)
	}
	return list
}

// Close ends every instance and returns when they are gone: calls in flight end with
// CauseShutdown, idle instances get their preStop hook. It takes at most about 4 s.
func (p *Pool) Close() {
	p.groupsMu.Lock()
	p.closed = true
	groups := p.groups
	p.groups = map[groupKey]*group{}
	p.groupsMu.Unlock()
	for _, g := range groups {
		g.retire()
	}
	p.watch.interruptAll(verdictShutdown)
	p.spares.close()
	p.cancel()
	late := time.AfterFunc(closeLimit, p.killAll)
	defer late.Stop()
	p.alive.Wait()
	p.watch.wait()
}

// killAll ends what is still there after a polite end was tried.
func (p *Pool) killAll() {
	p.livingMu.Lock()
	defer p.livingMu.Unlock()
	for inst := range p.living {
		go inst.kill()
	}
}

func (p *Pool) live(inst *instance, lives bool) {
	p.livingMu.Lock()
	defer p.livingMu.Unlock()
	if lives {
		p.living[inst] = struct{}{}
	} else {
		delete(p.living, inst)
	}
}

// track counts an instance that Close has to wait for. False means that the pool is closed.
func (p *Pool) track() bool {
	p.groupsMu.RLock()
	defer p.groupsMu.RUnlock()
	if p.closed {
		return false
	}
	p.alive.Add(1)
	return true
}

// freePort retires the idle instances whose servers hold port.
func (p *Pool) freePort(port int) {
	for _, g := range p.allGroups() {
		if g.fn.Custom() && g.fn.Port() == port {
			g.retireIdle()
		}
	}
}

func (p *Pool) wake() {
	select {
	case p.nudge <- struct{}{}:
	default:
	}
}

// notice tells the user something once.
func (p *Pool) notice(fn *emulator.Function, text string) {
	if text == "" || p.options.Notice == nil {
		return
	}
	key := [2]string{fn.Name().String(), text}
	p.noticesMu.Lock()
	told := p.notices[key]
	p.notices[key] = true
	p.noticesMu.Unlock()
	if !told {
		p.options.Notice(key[0], text)
	}
}
