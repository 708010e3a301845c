package scaling

import (
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/schedule"
)

// scheduled is the target of the action that came last, while it is in its period; 0 where none has
// come since the configuration was made.
func scheduled(actions []emulator.ScheduledAction, since, now time.Time) int {
	target, latest := 0, time.Time{}
	for _, one := range actions {
		if !active(one.StartTime, one.EndTime, one.TimeZone, now) {
			continue
		}
		times, err := schedule.Parse(one.ScheduleExpression, one.TimeZone)
		if err != nil {
			continue // it was checked when it was made, by an older release perhaps
		}
		at, came := times.Last(now)
		if !came || at.Before(since) || before(at, one.StartTime, one.TimeZone) || at.Before(latest) {
			continue
		}
		target, latest = one.Target, at
	}
	return target
}

// active tells whether now is in a period; either end may be open.
func active(start, end, zone string, now time.Time) bool {
	return !before(now, start, zone) && (end == "" || before(now, end, zone))
}

// before tells whether t is before a time as configurations write it; "" is before everything.
func before(t time.Time, text, zone string) bool {
	where, err := time.LoadLocation(zone)
	if text == "" || err != nil {
		return false
	}
	at, err := schedule.Time(text, where)
	return err == nil && t.Before(at)
}
