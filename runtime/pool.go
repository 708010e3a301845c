package runtime

import (
	"context"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// Defaults of Options.
const (
	DefaultMaxInstances = 100               // per function; FC's default on-demand limit
	DefaultIdle         = 5 * time.Minute   // FC keeps an instance 3 to 5 minutes
	DefaultStartLimit   = 120 * time.Second // FC's limit for a custom runtime to listen
	DefaultGrace        = 2 * time.Second
	defaultTimeout      = 3 * time.Second // of functions and hooks
	closeLimit          = 4 * time.Second // a shutdown may take 5 s in all
)

// Options say what a Pool works with. Kinds, Launcher and CodeDir are required.
type Options struct {
	Kinds    func(runtime string) (Kind, error) // by runtime id; *emulator.Error where there is none
	Launcher process.Launcher
	CodeDir  func(emulator.Code) string  // unpacked code
	Log      func(emulator.LogLine)      // must not block
	Notice   func(function, text string) // told once for each function and text
	IDs      *emulator.IDs
	Account  string
	Region   string

	Credentials  Credentials   // injected into functions; zero = made up
	MaxInstances int           // per function revision; beyond it calls are refused with 429
	Idle         time.Duration // of functions without an idleTimeout
	StartLimit   time.Duration // from start to listening
	Grace        time.Duration // between SIGTERM and SIGKILL
}

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
	closed   bool
	alive    sync.WaitGroup // instances whose processes may still run

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
	if o.MaxInstances <= 0 {
		o.MaxInstances = DefaultMaxInstances
	}
	if o.Idle <= 0 {
		o.Idle = DefaultIdle
	}
	if o.StartLimit <= 0 {
		o.StartLimit = DefaultStartLimit
	}
	if o.Grace <= 0 {
		o.Grace = DefaultGrace
	}
	if o.IDs == nil {
		o.IDs = emulator.NewIDs()
	}
	if o.Log == nil {
		o.Log = func(emulator.LogLine) {}
	}
	if o.Credentials == (Credentials{}) {
		o.Credentials = PlaceholderCredentials()
	}
	p := &Pool{options: o, nudge: make(chan struct{}, 1), groups: map[groupKey]*group{}, notices: map[[2]string]bool{}}
	p.buffers.New = func() any { return new(logBuffer) }
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// Run runs one invocation on a free instance, or on a new one.
func (p *Pool) Run(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
	for {
		g := p.group(inv.Function)
		if g == nil {
			return shutdownOutcome()
		}
		inst, cold, err := g.acquire(inv)
		if err != nil {
			return &emulator.Outcome{Refused: err}
		}
		if inst == nil {
			continue // the group was retired meanwhile
		}
		if out, ok := inst.serve(ctx, inv, answer, cold); ok {
			return out
		}
	}
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
		g.once = true
		return g
	}
	p.groups[key] = g
	if old != nil {
		old.retire()
	}
	return g
}

// Retire lets calls in flight finish and ends all instances of the function; the next call starts
// a new one.
func (p *Pool) Retire(name emulator.Name) {
	p.groupsMu.Lock()
	defer p.groupsMu.Unlock()
	for key, g := range p.groups {
		if key.Name == name {
			delete(p.groups, key)
			g.retire()
		}
	}
}

// Serve retires instances that nobody has called for a while, until ctx ends.
func (p *Pool) Serve(ctx context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if wait, any := p.sweep(time.Now()); any {
			timer.Reset(wait)
		} else {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
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
	p.cancel()
	p.alive.Wait()
	p.watch.wait()
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
			g.sweep(time.Now(), 0)
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
