package runtime

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// verdict is how a call ended. Whoever sets it first wins: the answer, a limit or a caller.
type verdict int32

const (
	verdictNone verdict = iota // still running
	verdictAnswered
	verdictBroken // the line broke: the process ended, or spoke nonsense
	verdictTimeout
	verdictMemory
	verdictCanceled
	verdictStopped
	verdictShutdown
)

// flight is one call in an instance, as the watcher and the log reader see it.
type flight struct {
	instance *instance
	ctx      context.Context
	inv      *emulator.Invocation
	tag      *emulator.Invocation // whose lines these are: inv, or the call that a hook is run for
	hook     emulator.Hook
	began    time.Time
	deadline time.Time
	verdict  atomic.Int32
	switched atomic.Bool // the line speaks another protocol now

	tail     []byte // the log so far, at least its last tailLimit bytes; under capture.mu
	keepTail bool
	unmarked bool   // its Start line is not written yet; under capture.mu
	held     string // a line of the platform that waits for it
	shown    bool   // the watcher has seen to that

	prev, next *flight // under watcher.mu

	lineMu sync.Mutex
	line   io.Closer // the connection that carries the call, if the session names it
	cut    bool
}

func (f *flight) attach(line io.Closer) bool {
	f.lineMu.Lock()
	defer f.lineMu.Unlock()
	if f.cut {
		return false
	}
	f.line = line
	return true
}

func (f *flight) detach() bool {
	f.lineMu.Lock()
	defer f.lineMu.Unlock()
	f.line = nil
	return !f.cut
}

// cutLine gives up the call without touching the instance.
func (f *flight) cutLine() {
	f.lineMu.Lock()
	defer f.lineMu.Unlock()
	f.cut = true
	if f.line != nil {
		_ = f.line.Close()
	}
}

// settle sets the verdict unless there is one, and returns the one that holds. The bool tells
// that it is the one given.
func (f *flight) settle(v verdict) (verdict, bool) {
	if f.verdict.CompareAndSwap(int32(verdictNone), int32(v)) {
		return v, true
	}
	return verdict(f.verdict.Load()), false
}

// interrupt ends a running call. It does not block.
func (f *flight) interrupt(v verdict) {
	if f.verdict.CompareAndSwap(int32(verdictNone), int32(v)) {
		go f.instance.end(f, v)
	}
}

// verdictOf reads why the caller's context ended.
func verdictOf(ctx context.Context) verdict {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, emulator.ErrStopped):
		return verdictStopped
	case errors.Is(cause, emulator.ErrShutdown):
		return verdictShutdown
	}
	return verdictCanceled
}
