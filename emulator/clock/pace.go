package clock

import (
	"encoding/json"
	"fmt"
	"time"
)

// pace is how time passes. It is one straight line from an anchor, so that it needs no upkeep and
// means the same after a restart; the zero pace is the machine's own time.
type pace struct {
	Moved  bool      `json:"moved"`
	Frozen bool      `json:"frozen"`
	Scale  float64   `json:"scale"` // how many times as fast as the machine's; kept while frozen
	Real   time.Time `json:"real"`  // the anchor: this moment of the machine's clock …
	Now    time.Time `json:"now"`   // … is this one here
}

// at is the time here when it is real on the machine's clock.
func (p pace) at(real time.Time) time.Time {
	switch {
	case !p.Moved:
		return real
	case p.Frozen:
		return p.Now
	case p.Scale == 1:
		// The sum keeps the monotonic reading, as the machine's own times do.
		return real.Add(p.Now.Sub(p.Real.Round(0)))
	}
	span := float64(max(real.Sub(p.Real), 0)) * p.Scale
	if span >= float64(end.Sub(p.Now)) {
		return end
	}
	return p.Now.Add(time.Duration(span))
}

// takes is how long the machine needs for a span of time from now; false: it never comes, time stands.
func (p pace) takes(now time.Time, span time.Duration) (time.Duration, bool) {
	switch {
	case p.Moved && p.Frozen, !now.Before(end):
		return 0, false
	case !p.Moved || p.Scale == 1:
		return span, true
	}
	const longest = 24 * time.Hour // a timer that comes too early looks at the clock and sleeps on
	return time.Duration(min(float64(span)/p.Scale+1, float64(longest))), true
}

// anchored is the pace that has the time now here when it is real there.
func anchored(real, now time.Time, scale float64, frozen bool) pace {
	return pace{Moved: true, Frozen: frozen, Scale: scale, Real: real, Now: now.Round(0)}
}

// speed is the scale also of a clock that was never moved.
func (p pace) speed() float64 {
	if !p.Moved {
		return 1
	}
	return p.Scale
}

func (p pace) document() []byte {
	text, _ := json.Marshal(p) // times within range, and a finite number
	return text
}

func readPace(document []byte) (pace, error) {
	var p pace
	if err := json.Unmarshal(document, &p); err != nil {
		return pace{}, fmt.Errorf("the stored clock: %w", err)
	}
	if p.Moved && (p.Scale <= 0 || p.Scale > maxScale) {
		return pace{}, fmt.Errorf("the stored clock has the scale %v", p.Scale)
	}
	return p, nil
}
