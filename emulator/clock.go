package emulator

import "time"

// Clock is the time that delays, retries, event age and retention follow. Function time-outs
// stay on real time.
type Clock interface {
	Now() time.Time
	// NewTimer fires once, when the clock has come to at. It takes a time and not a span, since the
	// clock may be moved while the caller reckons. Stop it when it is no longer needed.
	NewTimer(at time.Time) Timer
	// Driven tells whether times are not the machine's, because somebody moves the clock.
	Driven() bool
}

// Timer is one pending wake-up of a Clock.
type Timer interface {
	C() <-chan time.Time
	Reset(at time.Time)
	Stop()
}

// Sources of a ClockState.
const (
	ClockMachine = "machine" // never moved, or reset
	ClockDriven  = "driven"  // frozen, moved ahead or scaled
)

// ClockState is the time as a clock has it, and how it passes.
type ClockState struct {
	Now    time.Time `json:"now"`
	Source string    `json:"source"`
	Offset string    `json:"offset"` // against the machine's clock, e.g. 3m20s; negative where it is behind
	Scale  float64   `json:"scale"`  // how many times as fast as the machine's; that of before while frozen
	Frozen bool      `json:"frozen"`
}

// Driven tells whether the clock is not the machine's.
func (s ClockState) Driven() bool { return s.Source == ClockDriven }

// RealClock is the machine's clock.
type RealClock struct{}

// Now returns the machine's time.
func (RealClock) Now() time.Time { return time.Now() }

// NewTimer returns a timer of the machine's clock.
func (RealClock) NewTimer(at time.Time) Timer { return realTimer{time.NewTimer(time.Until(at))} }

// Driven returns false.
func (RealClock) Driven() bool { return false }

type realTimer struct{ timer *time.Timer }

func (t realTimer) C() <-chan time.Time { return t.timer.C }
func (t realTimer) Reset(at time.Time)  { t.timer.Reset(time.Until(at)) }
func (t realTimer) Stop()               { t.timer.Stop() }
