package async

import (
	"context"
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// runs are the invocations that run now, so that they can be cancelled.
type runs struct {
	mu      sync.Mutex
	live    map[emulator.TaskKey]context.CancelCauseFunc
	closed  bool
	closing chan struct{} // closed when runs are cancelled because the emulator ends
}

// add registers a run before its task says Running, so that a stop which reads Running finds it.
func (r *runs) add(ctx context.Context, key emulator.TaskKey) context.Context {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live[key] = cancel
	if r.closed {
		cancel(emulator.ErrShutdown)
	}
	return ctx
}

func (r *runs) remove(key emulator.TaskKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cancel, ok := r.live[key]; ok {
		cancel(nil)
		delete(r.live, key)
	}
}

// stop cancels the run of a task; false means that it does not run here.
func (r *runs) stop(key emulator.TaskKey) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	cancel, ok := r.live[key]
	if ok {
		cancel(emulator.ErrStopped)
	}
	return ok
}

// count returns how many runs there are, and how many of them are a function's.
func (r *runs) count(of emulator.Name) (all, same int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key := range r.live {
		if key.Function == of {
			same++
		}
	}
	return len(r.live), same
}

// close cancels all runs, and those yet to come.
func (r *runs) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.closed = true
	close(r.closing)
	for _, cancel := range r.live {
		cancel(emulator.ErrShutdown)
	}
}
