package runtime

import (
	"syscall"
	"time"
)

// end carries out an interruption: it ends the instance, or only the call where others share it.
func (i *instance) end(f *flight, v verdict) {
	if f.switched.Load() {
		f.cutLine() // also where the instance ends: a client that does not hear that must not hold it up
		if v == verdictTimeout {
			return
		}
	}
	switch v {
	case verdictCanceled:
		if i.multi && (i.slots > 1 || i.fn.HealthCheck() != nil) {
			f.cutLine()
			return
		}
		if i.group.once { // Source: FC 2.0 lifecycle of custom containers
			i.terminate()
			return
		}
	case verdictStopped:
		if i.multi && i.shared() {
			f.cutLine()
			return
		}
		i.terminate()
		return
	case verdictTimeout:
		i.sample(time.Now())
	}
	i.kill()
	f.cutLine() // the session may be waiting for a client that sends no more of its body
}

// shared tells whether other calls are in flight.
func (i *instance) shared() bool {
	i.group.mu.Lock()
	defer i.group.mu.Unlock()
	return i.used > 1
}

// kill takes the instance out of service and ends its processes. It returns when they are gone.
func (i *instance) kill() {
	i.group.doom(i)
	if l := i.launched.Load(); l != nil {
		l.Kill()
	}
}

// retire ends an instance that no call uses any more.
func (i *instance) retire() {
	<-i.ready
	if i.failure == nil {
		i.terminate()
	}
}

// terminate ends the instance with its preStop hook, SIGTERM and a grace. An instance that takes one
// call at a time and is busy with it cannot be asked for the hook: its bootstrap runs it on SIGTERM.
func (i *instance) terminate() {
	i.group.doom(i)
	i.thaw()
	grace := i.pool.options.Grace
	if i.fn.PreStop() != nil && !i.group.once {
		if i.multi || wait(i.unused, 0) {
			i.preStop()
		} else {
			grace += i.preStopLimit()
		}
	}
	i.process.Signal(syscall.SIGTERM)
	wait(i.process.Done(), grace)
	i.process.Kill()
}

// supervise waits for the end of the process, frees what belongs to it, and runs for every process
// that was started.
func (i *instance) supervise() {
	i.pool.live(i, true)
	defer i.pool.alive.Done()
	defer i.pool.live(i, false)
	<-i.process.Done()
	expected := !i.group.doom(i)
	i.process.Kill() // descendants that outlive it
	i.giveGPU()
	exit := i.process.Exit()
	i.raisePeak(exit.MaxRSS)
	i.logs.finish()
	if !expected && !(i.group.once && exit.Well()) {
		i.logs.system(i.exitText(exit))
	}
	close(i.gone)
	<-i.ready
	wait(i.unused, time.Second) // an answer may still be on its way out of the socket
	if i.session != nil {
		i.session.Close()
	}
}
