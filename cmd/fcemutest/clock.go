package fcemutest

import (
	"encoding/json"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Now is the time by the emulator's clock.
func (e *Emulator) Now() time.Time {
	e.t.Helper()
	object, err := e.client.Clock(e.ctx)
	e.must(err)
	text, err := json.Marshal(object)
	e.must(err)
	var state emulator.ClockState
	e.must(json.Unmarshal(text, &state))
	return state.Now
}

// AdvanceClock moves the emulator's clock ahead. What has become due starts; WaitIdle waits for it.
// In one leap, tasks that come due within it all start now; RunFor goes from one to the next.
func (e *Emulator) AdvanceClock(d time.Duration) {
	e.t.Helper()
	_, err := e.client.AdvanceClock(e.ctx, d)
	e.must(err)
}

// WaitIdle returns when all that is due has ended and its outcomes are delivered. What waits for a
// later time goes on waiting.
func (e *Emulator) WaitIdle() {
	e.t.Helper()
	e.RunFor(0)
}

// RunFor moves the clock ahead by d, stopping at each time at which something is due until that has
// ended. So tasks run in the order of their due times, and retries come at theirs.
func (e *Emulator) RunFor(d time.Duration) {
	e.t.Helper()
	_, err := e.client.RunClockUntil(e.ctx, e.Now().Add(d))
	e.must(err)
}

// RunAll moves the clock ahead, as RunFor does, until nothing waits any more.
func (e *Emulator) RunAll() {
	e.t.Helper()
	_, err := e.client.RunClockUntil(e.ctx, time.Time{})
	e.must(err)
}
