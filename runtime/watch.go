package runtime

import (
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

const (
	watchTick    = 10 * time.Millisecond  // memory and cancelled contexts
	showAfter    = 100 * time.Millisecond // a call that says nothing until then is seen to begin
	watchLinger  = 50                     // ticks without a call until the watcher ends
	sampleQuick  = 250 * time.Millisecond // between samples of an instance with short calls only
	sampleBudget = 20                     // the watcher may read memory 1/20 of the time,
	sampleRarely = time.Second            // but after this it does, however many processes an instance has
)

// watcher looks after the running calls of all instances from one goroutine, so that a call needs
// no timer and no goroutine of its own. It runs only while there are calls.
type watcher struct {
	mu      sync.Mutex
	flights *flight
	running bool
	closing verdict // not none: what ends every new call
	done    sync.WaitGroup

	// Of the goroutine.
	scratch    []*flight
	nextSample time.Time
}

// enter begins to watch a call.
func (w *watcher) enter(f *flight) {
	w.mu.Lock()
	f.next = w.flights
	if f.next != nil {
		f.next.prev = f
	}
	w.flights = f
	if !w.running {
		w.running = true
		w.done.Add(1)
		go w.run()
	}
	closing := w.closing
	w.mu.Unlock()
	if closing != verdictNone && f.hook != emulator.HookPreStop {
		f.interrupt(closing)
	}
}

// leave ends the watch.
func (w *watcher) leave(f *flight) {
	w.mu.Lock()
	if f.prev != nil {
		f.prev.next = f.next
	} else {
		w.flights = f.next
	}
	if f.next != nil {
		f.next.prev = f.prev
	}
	f.prev, f.next = nil, nil
	w.mu.Unlock()
}

// interruptAll ends all running calls, and those to come.
func (w *watcher) interruptAll(v verdict) {
	w.mu.Lock()
	w.closing = v
	list := w.appendFlights(nil)
	w.mu.Unlock()
	for _, f := range list {
		if f.hook != emulator.HookPreStop {
			f.interrupt(v)
		}
	}
}

// wait returns when the goroutine has ended.
func (w *watcher) wait() { w.done.Wait() }

func (w *watcher) run() {
	defer w.done.Done()
	timer := time.NewTimer(watchTick)
	defer timer.Stop()
	for quiet := 0; ; {
		<-timer.C
		flights, ended := w.take(quiet >= watchLinger)
		if ended {
			return
		}
		if len(flights) == 0 {
			quiet++
		} else {
			quiet = 0
		}
		now := time.Now()
		timer.Reset(w.look(flights, now))
	}
}

// take copies the running calls. When quiet is true and there are none, the watcher ends.
func (w *watcher) take(quiet bool) ([]*flight, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.scratch)
	w.scratch = w.appendFlights(w.scratch[:0])
	if len(w.scratch) == 0 && (quiet || w.closing != verdictNone) {
		w.running = false
		return nil, true
	}
	return w.scratch, false
}

func (w *watcher) appendFlights(list []*flight) []*flight {
	for f := w.flights; f != nil; f = f.next {
		list = append(list, f)
	}
	return list
}

// look checks every call and returns the time until the next look.
func (w *watcher) look(flights []*flight, now time.Time) time.Duration {
	wait := watchTick
	for _, f := range flights {
		if !f.shown && now.Sub(f.began) >= showAfter {
			f.shown = true
			f.instance.logs.show()
		}
		left := f.deadline.Sub(now)
		switch {
		case left <= 0:
			f.interrupt(verdictTimeout)
		case f.ctx.Err() != nil:
			f.interrupt(verdictOf(f.ctx))
		case left < wait:
			wait = left
		}
	}
	if now.Before(w.nextSample) {
		return wait
	}
	for _, f := range flights {
		f.watchMemory(now)
	}
	w.nextSample = now.Add(samplePause(time.Since(now)))
	return wait
}

// samplePause is the time between two rounds of samples of which the first took cost.
func samplePause(cost time.Duration) time.Duration {
	return min(max(watchTick-time.Millisecond, sampleBudget*cost), sampleRarely)
}

// watchMemory reads the memory of the call's instance and ends the call when it is over the limit.
// Instances whose calls are shorter than a tick are read rarely.
func (f *flight) watchMemory(now time.Time) {
	inst := f.instance
	last := now.UnixNano() - inst.sampled.Load()
	if last < int64(watchTick)/2 || now.Sub(f.began) < watchTick && last < int64(sampleQuick) {
		return
	}
	if inst.sample(now) {
		f.interrupt(verdictMemory)
	}
}
