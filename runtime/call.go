package runtime

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

const (
	exitWait = 100 * time.Millisecond // a broken line is followed by the exit that broke it
	lineWait = time.Second            // the same where the whole line of an instance was closed: the end is certain, its news may be late
	goneWait = 300 * time.Millisecond // for a killed tree's end and last words
)

// serve runs a call in the slot that it holds, and returns the slot. False means that the instance
// cannot be used any more: look for another.
func (i *instance) serve(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer, cold bool) (*emulator.Outcome, bool) {
	select {
	case <-i.ready:
	default:
		select {
		case <-i.ready:
		case <-ctx.Done():
			i.group.release(i, time.Now())
			return i.interrupted(verdictOf(ctx), 0, 0).outcome(i, cold), true
		}
	}
	var out *emulator.Outcome
	if i.failure != nil {
		out = i.failure.outcome(i, cold)
		if !inv.LogTail {
			out.LogTail = nil
		}
	} else {
		i.thaw()
		out = i.call(ctx, inv, answer, cold)
	}
	i.group.release(i, time.Now())
	return out, out != nil
}

// call runs one invocation on a serving instance. Without an outcome it was not sent, because the
// instance has been lost since its last call.
func (i *instance) call(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer, cold bool) *emulator.Outcome {
	f := i.first
	if f == nil {
		f = &flight{instance: i, inv: inv, tag: inv, keepTail: inv.LogTail}
	}
	f.ctx, f.began = ctx, time.Now()
	f.deadline = f.began.Add(i.pool.options.limit(i.fn, seconds(i.fn.Timeout)))
	reply, v, err := i.fly(f, answer)
	duration := time.Since(f.began)
	if v == verdictBroken && errors.Is(err, ErrNotSent) && i.lost(err) && !cold {
		i.logs.forget(f)
		return nil
	}
	out := &emulator.Outcome{ErrorType: reply.ErrorType, Payload: reply.Payload, HTTP: reply.HTTP, InstanceID: i.id, Started: f.began, Duration: duration}
	var fault *failure
	if v != verdictAnswered {
		fault = i.faultOf(f, v, err, duration)
		out = fault.outcome(i, false)
		out.Started, out.Duration = f.began, duration
	} else {
		if reply.ErrorType != "" {
			out.Cause = emulator.CauseUnhandled
		}
		if i.group.once {
			wait(i.gone, goneWait) // it ended well; its figures are those of its end
		}
		if i.peak.Load() == 0 {
			i.sample(time.Now())
		}
	}
	out.Streamed = reply.Streamed
	out.MemoryMB = i.peakMB()
	out.ColdStart = cold
	i.logs.end(f, suffix(reply.ErrorType, fault))
	if inv.LogTail {
		out.LogTail = i.logTail(f, duration)
	}
	return out
}

// lost tells whether an instance that cannot be reached is none any more: its process has ended, or its server
// listens no longer. The latter ends when it has answered the calls that have reached it.
func (i *instance) lost(err error) bool {
	if wait(i.process.Done(), exitWait) {
		return true
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return false
	}
	if i.group.doom(i) {
		i.logs.system(fmt.Sprintf("The program listens on port %d no longer: its instance ends.", i.fn.Port()))
		go i.leave()
	}
	return true
}

// leave ends a doomed instance when no call uses it.
func (i *instance) leave() {
	select {
	case <-i.unused:
		i.terminate()
	case <-i.gone:
	}
}

// fly sends a call or a hook to the session under the eyes of the watcher.
func (i *instance) fly(f *flight, answer emulator.Answer) (Reply, verdict, error) {
	i.logs.begin(f)
	i.pool.watch.enter(f)
	reply, err := i.session.Invoke(f.ctx, Call{Invocation: f.inv, Hook: f.hook, Deadline: f.deadline, Credentials: i.pool.credentials(i.fn), flight: f}, answer)
	i.pool.watch.leave(f)
	v := verdictAnswered
	if err != nil {
		v = verdictOfError(f, err)
	}
	held, ours := f.settle(v)
	if ours && v > verdictBroken {
		go i.end(f, v) // the session noticed before the watcher did
	}
	return reply, held, err
}

func verdictOfError(f *flight, err error) verdict {
	switch {
	case !time.Now().Before(f.deadline):
		return verdictTimeout
	case f.ctx.Err() != nil:
		return verdictOf(f.ctx)
	case errors.Is(err, emulator.ErrClientGone):
		return verdictCanceled
	case errors.Is(err, ErrHungUp) && !wait(f.instance.process.Done(), exitWait):
		return verdictAnswered
	}
	return verdictBroken
}

// faultOf says what went wrong, after the process had a moment to end.
func (i *instance) faultOf(f *flight, v verdict, err error, duration time.Duration) *failure {
	switch v {
	case verdictBroken:
		return i.broken(err, duration)
	case verdictCanceled, verdictStopped:
		if i.multi {
			break // perhaps only the request was given up
		}
		fallthrough
	default:
		if f.switched.Load() && v == verdictTimeout {
			break // only the connection was cut
		}
		wait(i.gone, goneWait)
	}
	return i.interrupted(v, duration, f.deadline.Sub(f.began))
}

// broken finds out whether the process ended or only this request went wrong.
func (i *instance) broken(err error, duration time.Duration) *failure {
	var bad *BadAnswer
	if errors.As(err, &bad) {
		if !i.multi {
			i.kill() // who knows what it will say next
		}
		return badAnswer(bad)
	}
	ended := errors.Is(err, ErrEnded)
	limit := exitWait
	if ended {
		limit = lineWait
	}
	if wait(i.process.Done(), limit) {
		wait(i.gone, goneWait)
		i.group.doom(i)
	} else if ended || !i.multi {
		i.kill() // a broken line cannot be used again
		wait(i.gone, goneWait)
	}
	return i.processExited(duration)
}

// wait waits for done, at most for limit.
func wait(done <-chan struct{}, limit time.Duration) bool {
	select {
	case <-done:
		return true
	default:
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

// seconds is a configured time limit, with FC's default.
func seconds(n int) time.Duration {
	if n <= 0 {
		return defaultTimeout
	}
	return time.Duration(n) * time.Second
}
