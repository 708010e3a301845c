package emulator

import "time"

// Clock is the time that delays, retries, event age and retention follow. Function time-outs
// stay on real time.
type Clock interface {
	Now() time.Time
	// NewTimer fires once after d. Stop it when it is no longer needed.
	NewTimer(d time.Duration) Timer
}

// Timer is one pending wake-up of a Clock.
type Timer interface {
	C() <-chan time.Time
	Reset(d time.Duration)
	Stop()
}

// RealClock is the machine's clock.
type RealClock struct{}

// Now returns the machine's time.
func (RealClock) Now() time.Time { return time.Now() }

// NewTimer returns a timer of the machine's clock.
func (RealClock) NewTimer(d time.Duration) Timer { return realTimer{time.NewTimer(d)} }

type realTimer struct{ timer *time.Timer }

func (t realTimer) C() <-chan time.Time   { return t.timer.C }
func (t realTimer) Reset(d time.Duration) { t.timer.Reset(d) }
func (t realTimer) Stop()                 { t.timer.Stop() }
