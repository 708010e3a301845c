package runtime

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

const maxPreStop = 90 * time.Second // Source: FC limits

// initialize runs the initializer hook for the call that waits for the instance. output is what
// the start has written.
func (i *instance) initialize(inv *emulator.Invocation, output []byte) *failure {
	hook := i.fn.Initializer()
	switch {
	case hook == nil:
		return nil
	case hook.Handler == "" && len(hook.Command) > 0:
		return i.initializeByCommand(hook)
	case hook.Handler == "" && !i.fn.Custom():
		return nil
	}
	f := i.hookFlight(emulator.HookInitializer, i.pool.options.limit(i.fn, seconds(hook.Timeout)), inv)
	f.keepTail, f.tail = true, output
	reply, v, err := i.fly(f, nil)
	duration := time.Since(f.began)
	var fault *failure
	switch {
	case v != verdictAnswered:
		fault = initializationFailed(i.faultOf(f, v, err, duration))
	case reply.ErrorType != "":
		payload := reply.Payload
		if len(payload) == 0 {
			payload = errorBody("the initializer failed")
		}
		fault = initializationFailed(&failure{payload: payload, logText: suffix(reply.ErrorType, nil)})
	}
	i.logs.end(f, suffix("", fault))
	if fault != nil {
		fault.tail = lastBytes(f.tail)
	}
	return fault
}

// initializeByCommand runs the initializer's command in the instance. It is for functions with a GPU
// only, and what it writes is not logged. Source: FC 3.0 lifecycle hooks.
func (i *instance) initializeByCommand(hook *emulator.LifecycleHook) *failure {
	if gpu, _ := i.fn.GPU(); gpu == nil {
		i.pool.notice(i.fn, fmt.Sprintf("the initializer command %q is not run: that is for functions with gpuConfig only, as in the cloud",
			strings.Join(hook.Command, " ")))
		return nil
	}
	began, limit := time.Now(), i.pool.options.limit(i.fn, seconds(hook.Timeout))
	command, err := i.exec(i.pool.ctx, emulator.Exec{Command: hook.Command})
	if err != nil {
		return initializationFailed(badAnswer(err))
	}
	defer command.Close()
	if !wait(command.process.Done(), limit) {
		i.sample(time.Now())
		return initializationFailed(i.interrupted(verdictTimeout, time.Since(began), limit))
	}
	if code := command.Wait(); code != 0 {
		return initializationFailed(badAnswer(fmt.Errorf("the initializer command ended with exit code %d", code)))
	}
	return nil
}

// preStop runs the hook. Its failure changes nothing.
func (i *instance) preStop() {
	f := i.hookFlight(emulator.HookPreStop, i.preStopLimit(), nil)
	reply, v, err := i.fly(f, nil)
	var fault *failure
	if v != verdictAnswered {
		fault = i.faultOf(f, v, err, time.Since(f.began))
	}
	i.logs.end(f, suffix(reply.ErrorType, fault))
}

// preStopLimit is how long the hook may take.
func (i *instance) preStopLimit() time.Duration {
	limit := i.pool.options.limit(i.fn, min(seconds(i.fn.PreStop().Timeout), maxPreStop))
	if i.pool.ctx.Err() != nil {
		limit = min(limit, closeLimit/2)
	}
	return limit
}

// hookFlight is the call of a hook. Its own id is a plain UUID, as in the cloud; its lines are
// found under the call that it is run for.
func (i *instance) hookFlight(hook emulator.Hook, limit time.Duration, cause *emulator.Invocation) *flight {
	now := time.Now()
	inv := &emulator.Invocation{RequestID: newUUID(), Function: i.fn, Qualifier: i.fn.VersionID}
	if cause == nil {
		cause = inv
	}
	return &flight{
		instance: i, ctx: context.Background(), inv: inv, tag: cause, hook: hook, began: now, deadline: now.Add(limit),
	}
}

func newUUID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails, see crypto/rand
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	text := hex.EncodeToString(id[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// logTail is the end of a call's log as the API returns it. FC 2.0 adds a line of figures.
func (i *instance) logTail(f *flight, duration time.Duration) []byte {
	i.logs.mu.Lock()
	defer i.logs.mu.Unlock()
	if i.fn.Service != "" && i.logs.marks {
		ms := float64(duration) / float64(time.Millisecond)
		f.keep(fmt.Sprintf("\nDuration: %.2f ms, Billed Duration: %d ms, Memory Size: %d MB, Max Memory Used: %.2f MB",
			ms, (duration + time.Millisecond - 1).Milliseconds(), i.fn.MemorySize, i.peakMB()))
	}
	return lastBytes(f.tail)
}
