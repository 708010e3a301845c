package process

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// GuardianCommand is the hidden first argument that turns the emulator's binary into a guardian.
const GuardianCommand = "__guardian"

// probeCommand, after GuardianCommand, is the program with which a guardian tries out what the
// machine allows.
const probeCommand = "probe"

// lineDescriptor is the guardian's end of the line to the emulator.
const lineDescriptor = 3

// patience bounds the wait for processes that were sent SIGKILL and do not die, because the kernel
// itself holds them.
const patience = 10 * time.Second

// GuardianMain is the whole life of a guardian: it starts function processes as the emulator asks,
// and ends them all when the line to the emulator breaks. The binary's main function calls it when
// os.Args[1] is GuardianCommand, before anything else, and exits with the result.
func GuardianMain() int {
	if len(os.Args) > 2 && os.Args[2] == probeCommand {
		return probeMain()
	}
	keepDescriptors()
	ignoreTerminal()
	limitFiles()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return 1
	}
	line, err := newWire(os.NewFile(lineDescriptor, "emulator"))
	if err != nil {
		return 1
	}
	adoptOrphans()
	g := &guardian{
		line:      line,
		null:      null,
		instances: make(map[int64]*instance),
		mains:     make(map[int]*instance),
		reaped:    make(chan struct{}),
		born:      make(chan struct{}, 1),
	}
	if len(os.Args) > 2 {
		g.space, g.spaceError = openSpace(os.Args[2])
	}
	go g.reap()
	g.serve()
	g.endAll()
	return 0
}

// ignoreTerminal keeps the guardian alive when the terminal asks all to end: the emulator drains
// first. The signals are caught rather than ignored, since programs inherit what is ignored.
func ignoreTerminal() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
}

// guardian is the parent of all function processes and, where the system knows such a thing, of
// all their orphans.
type guardian struct {
	line *wire
	null *os.File

	space      *space // nil where programs have no paths of their own
	spaceError error  // why not, where they should

	// forking is held from before a fork until the child is in mains, so that reap knows whose
	// child has ended. It is taken before mu.
	forking sync.Mutex

	mu        sync.Mutex
	ending    bool
	instances map[int64]*instance // until nothing is left of them
	mains     map[int]*instance   // by process id, until reaped
	reaped    chan struct{}       // closed and replaced whenever a process was reaped
	reaps     int                 // how many were
	born      chan struct{}       // holds a token after a start
}

// instance is one started program with all its descendants.
type instance struct {
	id     int64
	tag    int64
	tell   func(*message) // passes news on; by default to the emulator
	beside int64          // the instance that shares its address; 0 = none
	pid    int            // 0 until started
	over   bool           // the program itself has been reaped
	told   bool           // and that was reported
	doomed bool           // to be killed, even if not started yet
	swept  bool           // somebody is ending what is left
	ports  *network       // where it has an address of its own
	own    bool           // it has mounts of its own
	frozen []int          // the processes that were stopped
}

// serve does what the emulator asks until the line breaks.
func (g *guardian) serve() {
	for {
		m, descriptors, err := g.line.receive()
		if err != nil {
			return
		}
		switch m.Kind {
		case askTier:
			go g.tellTier(m)
		case askStart:
			g.start(m, descriptors, g.toEmulator)
		case askSignal:
			g.signal(m.ID, syscall.Signal(m.Signal))
		case askKill:
			g.kill(m.ID)
		case askMount:
			go g.mount(m)
		case askFreeze:
			g.freeze(m.ID)
		case askThaw:
			g.thaw(m.ID)
		default:
			closeAll(descriptors)
		}
	}
}

// toEmulator sends a message. An emulator that is gone is noticed by serve.
func (g *guardian) toEmulator(m *message) { _ = g.line.send(m) }

// tellTier tries whether programs can have addresses of their own here.
func (g *guardian) tellTier(ask *message) {
	answer := &message{Kind: tellTier}
	if g.spaceError != nil {
		answer.Path = g.spaceError.Error()
	} else if err := g.tryAddresses(ask); err != nil {
		answer.Text = err.Error()
	}
	g.toEmulator(answer)
}

// start takes over the descriptors.
func (g *guardian) start(m *message, descriptors []int, tell func(*message)) {
	inst := &instance{id: m.ID, tag: m.Tag, beside: m.Beside, tell: tell, own: m.Private != 0 && g.space != nil}
	g.mu.Lock()
	g.instances[m.ID] = inst
	g.mu.Unlock()
	launch := func() {
		defer closeAll(descriptors)
		if err := g.launch(inst, m, descriptors); err != nil {
			g.refuse(inst, err)
		}
	}
	if m.Address == "" && g.space == nil {
		go launch()
	} else {
		go onOwnThread(launch)
	}
}

// refuse reports a program that could not be started.
func (g *guardian) refuse(inst *instance, err error) {
	g.mu.Lock()
	delete(g.instances, inst.id)
	g.mu.Unlock()
	answer := &message{Kind: tellStarted, ID: inst.id}
	answer.fail(err)
	inst.tell(answer)
}

// fork starts the program and reports it. The calling thread's seccomp filter is the program's.
func (g *guardian) fork(inst *instance, m *message, descriptors []int) error {
	attr := &syscall.ProcAttr{
		Dir:   m.Dir,
		Env:   m.Env,
		Files: g.arrange(m, descriptors),
		Sys:   &syscall.SysProcAttr{Setpgid: m.Leads == 0, Setsid: m.Leads != 0, Setctty: m.Leads != 0},
	}
	if account := m.account(); account != nil {
		become(attr, account)
	}
	descriptor := g.wantDescriptor(attr.Sys)
	argv := append([]string{m.Path}, m.Args...)
	g.forking.Lock()
	defer g.forking.Unlock()
	if g.unwanted(inst) {
		return syscall.ECANCELED
	}
	tagNextChild(m.Tag)
	pid, err := syscall.ForkExec(m.Path, argv, attr)
	if err != nil {
		return err
	}
	g.mu.Lock()
	inst.pid = pid
	g.mains[pid] = inst
	doomed := inst.doomed
	g.mu.Unlock()
	select {
	case g.born <- struct{}{}:
	default:
	}
	inst.tell(&message{Kind: tellStarted, ID: inst.id, PID: int64(g.hostPID(pid, descriptor))})
	if doomed {
		g.sweepOnce(inst)
	}
	return nil
}

func (g *guardian) unwanted(inst *instance) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if inst.beside != 0 {
		host := g.instances[inst.beside]
		if host == nil || host.over || host.doomed {
			return true
		}
	}
	return g.ending || inst.doomed
}

// arrange lays out the program's descriptors: 0, 1, 2, then those that it inherits from 3 on.
func (g *guardian) arrange(m *message, descriptors []int) []uintptr {
	null := g.null.Fd()
	files := []uintptr{null, null, null}
	for i := range files {
		if m.Streams&(hasStdin<<i) != 0 && len(descriptors) > 0 {
			files[i] = uintptr(descriptors[0])
			descriptors = descriptors[1:]
		}
	}
	for _, descriptor := range descriptors {
		files = append(files, uintptr(descriptor))
	}
	return files
}

func (g *guardian) signal(id int64, sig syscall.Signal) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if inst := g.instances[id]; inst != nil && inst.pid != 0 && !inst.over {
		_ = syscall.Kill(-inst.pid, sig)
	}
}

// kill ends an instance; tellGone follows.
func (g *guardian) kill(id int64) {
	g.mu.Lock()
	inst := g.instances[id]
	started := false
	if inst != nil {
		inst.doomed = true
		started = inst.pid != 0
	}
	g.mu.Unlock()
	if started {
		g.sweepOnce(inst)
	}
}
