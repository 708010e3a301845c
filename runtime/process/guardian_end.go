package process

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// reap waits for children, the orphans that fell to the guardian among them, for ever.
func (g *guardian) reap() {
	for {
		pid, status, usage, err := waitChild(g.beforeReap)
		switch {
		case err == syscall.ECHILD:
			<-g.born
		case err == nil:
			g.afterReap(pid, status, usage)
		}
	}
}

// beforeReap ends the rest of a program's process group while its number cannot be another's, and
// locks out forks and signals until afterReap.
func (g *guardian) beforeReap(pid int) {
	g.forking.Lock()
	g.mu.Lock()
	if g.mains[pid] != nil {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
}

func (g *guardian) afterReap(pid int, status syscall.WaitStatus, usage syscall.Rusage) {
	g.reaps++
	inst := g.mains[pid]
	if inst != nil {
		inst.over = true
		delete(g.mains, pid)
	}
	g.mu.Unlock()
	g.forking.Unlock()
	if inst != nil {
		inst.tell(exitMessage(inst.id, status, usage))
	}
	g.mu.Lock()
	if inst != nil {
		inst.told = true
	}
	close(g.reaped)
	g.reaped = make(chan struct{})
	g.mu.Unlock()
	if inst != nil {
		g.sweepOnce(inst)
	}
}

func exitMessage(id int64, status syscall.WaitStatus, usage syscall.Rusage) *message {
	m := &message{
		Kind:   tellExit,
		ID:     id,
		Code:   int64(status.ExitStatus()), // -1 after a signal
		MaxRSS: maxRSS(usage),
		CPU:    usage.Utime.Nano() + usage.Stime.Nano(),
	}
	if status.Signaled() {
		m.Signal = int64(status.Signal())
	}
	return m
}

// sweepOnce sees to it that the instance's processes are being ended.
func (g *guardian) sweepOnce(inst *instance) {
	g.mu.Lock()
	busy := inst.swept
	inst.swept = true
	g.mu.Unlock()
	if !busy {
		go g.sweep(inst)
	}
}

// sweep ends all processes of an instance and reports when none is left.
func (g *guardian) sweep(inst *instance) {
	if !g.untilNone(func() bool { return g.strike(inst) }) {
		inst.tell(&message{Kind: tellTrouble, ID: inst.id, Text: fmt.Sprintf(
			"process %d or a descendant of it does not end after SIGKILL; the kernel holds it", inst.pid)})
	}
	g.mu.Lock()
	delete(g.instances, inst.id)
	g.mu.Unlock()
	inst.tell(&message{Kind: tellGone, ID: inst.id})
}

// untilNone repeats strike until it finds nothing to strike; false when patience ends. A look that
// finds nothing counts only if no process was reaped meanwhile: the guardian's list of children
// then could only grow, and no program hides by handing over to a child just behind the look.
func (g *guardian) untilNone(strike func() bool) bool {
	pause := time.Millisecond
	for began := time.Now(); time.Since(began) < patience; {
		g.mu.Lock()
		reaped, reaps := g.reaped, g.reaps
		g.mu.Unlock()
		if !strike() && g.reapsAre(reaps) {
			return true
		}
		select {
		case <-reaped:
		case <-time.After(pause):
			pause = min(2*pause, 20*time.Millisecond)
		}
	}
	return false
}

func (g *guardian) reapsAre(number int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reaps == number
}

// strike sends SIGKILL to every process of the instance; false when there was surely none.
func (g *guardian) strike(inst *instance) bool {
	g.mu.Lock()
	over := inst.over
	alive := !inst.told // its end is reported before the end of all
	if !over {
		_ = syscall.Kill(-inst.pid, syscall.SIGKILL)
	}
	guests := g.guests(inst.id)
	g.mu.Unlock()
	for _, guest := range guests {
		g.kill(guest)
		alive = true // until they are no instances any more: they use the address
	}
	family := family{Guardian: os.Getpid(), Tag: inst.tag}
	if !over {
		family.Main = inst.pid
	}
	members, whole := family.members()
	return killEach(members) || alive || !whole
}

// guests are the instances that run beside another one. It runs under mu.
func (g *guardian) guests(host int64) (ids []int64) {
	for id, inst := range g.instances {
		if inst.beside != 0 && inst.beside == host {
			ids = append(ids, id)
		}
	}
	return ids
}

// killEach is true when a process was there and could be killed.
func killEach(pids []int) bool {
	struck := false
	for _, pid := range pids {
		if syscall.Kill(pid, syscall.SIGKILL) == nil {
			struck = true
		}
	}
	return struck
}

// endAll ends every descendant, those that no instance can be told of too.
func (g *guardian) endAll() {
	g.forking.Lock()
	g.mu.Lock()
	g.ending = true
	g.mu.Unlock()
	g.forking.Unlock()
	g.untilNone(func() bool {
		g.mu.Lock()
		alive := len(g.mains) > 0
		for pid := range g.mains {
			_ = syscall.Kill(-pid, syscall.SIGKILL)
		}
		g.mu.Unlock()
		all, whole := descendants(os.Getpid())
		return killEach(all) || alive || !whole
	})
}
