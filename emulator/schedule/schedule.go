// Package schedule reads the schedule expressions of Function Compute: cron(…) with six fields, the
// first of which are seconds, and at(…). It is a calendar: it waits for nothing.
package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Schedule is a series of times.
type Schedule interface {
	// Next is the first time after t; false: there is none.
	Next(t time.Time) (time.Time, bool)
	// Last is the latest time at or before t; false: there is none.
	Last(t time.Time) (time.Time, bool)
}

// horizon is how far Next and Last look: a 29 February comes within eight years.
const horizon = 9 * 366

// Parse reads an expression. zone is a name such as Asia/Shanghai; empty is UTC.
func Parse(expression, zone string) (Schedule, error) {
	where, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("the time zone '%.40s' is not known", zone)
	}
	inner, whole := strings.CutSuffix(expression, ")")
	switch text, kind := inner, ""; {
	case !whole:
	default:
		kind, text, _ = strings.Cut(inner, "(")
		switch kind {
		case "cron":
			return parseCron(text, where)
		case "at":
			at, err := Time(strings.Trim(text, `"`), where)
			return once(at), err
		}
	}
	return nil, fmt.Errorf("'%.80s' is not at(time) or cron(expression)", expression)
}

// Time reads a time: with a Z or an offset, or else as of where.
func Time(text string, where *time.Location) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05", text, where)
	if err != nil {
		return at, fmt.Errorf("'%.40s' is not a time such as 2023-04-01T08:15:27Z", text)
	}
	return at, nil
}

type once time.Time

func (o once) Next(t time.Time) (time.Time, bool) { return time.Time(o), time.Time(o).After(t) }
func (o once) Last(t time.Time) (time.Time, bool) { return time.Time(o), !time.Time(o).After(t) }

// cron holds each field as a set of bits.
type cron struct {
	second, minute, hour, day, month, weekday uint64

	either bool // a day of the month and a day of the week are given: one of them is enough
	where  *time.Location
}

func parseCron(text string, where *time.Location) (Schedule, error) {
	fields := strings.Fields(text)
	if len(fields) != 6 {
		return nil, fmt.Errorf("cron(%.80s) has %d fields; it takes 6: second minute hour day month weekday", text, len(fields))
	}
	c := cron{where: where, either: !open(fields[3]) && !open(fields[5])}
	for i, one := range []struct {
		set       *uint64
		low, high int
		names     string
	}{
		{&c.second, 0, 59, ""}, {&c.minute, 0, 59, ""}, {&c.hour, 0, 23, ""}, {&c.day, 1, 31, ""},
		{&c.month, 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"}, {&c.weekday, 0, 7, "SUNMONTUEWEDTHUFRISAT"},
	} {
		var err error
		if *one.set, err = parseField(fields[i], one.low, one.high, one.names); err != nil {
			return nil, err
		}
	}
	c.weekday |= c.weekday >> 7 & 1 // 7 is Sunday too
	return c, nil
}

func open(field string) bool { return field == "*" || field == "?" }

// parseField reads a list of *, ?, n, a-b, each with /step.
func parseField(field string, low, high int, names string) (set uint64, err error) {
	for part := range strings.SplitSeq(field, ",") {
		span, step, stepped := strings.Cut(part, "/")
		from, to, by := low, high, 1
		if stepped {
			by, err = strconv.Atoi(step)
		}
		if !open(span) && err == nil {
			first, last, ranged := strings.Cut(span, "-")
			if from, err = number(first, low, names); err == nil && ranged {
				to, err = number(last, low, names)
			} else if !stepped {
				to = from
			}
		}
		if err != nil || by < 1 || from < low || to > high || from > to {
			return 0, fmt.Errorf("cron field '%.40s' is not valid (%d to %d)", field, low, high)
		}
		for n := from; n <= to; n += by {
			set |= 1 << n
		}
	}
	return set, nil
}

func number(text string, low int, names string) (int, error) {
	if at := strings.Index(names, strings.ToUpper(text)); len(text) == 3 && at >= 0 && at%3 == 0 {
		return at/3 + low, nil
	}
	return strconv.Atoi(text)
}

// on tells whether the schedule has times on the day of t.
func (c cron) on(t time.Time) bool {
	day, weekday := has(c.day, t.Day()), has(c.weekday, int(t.Weekday()))
	return has(c.month, int(t.Month())) && (c.either && (day || weekday) || day && weekday)
}

func has(set uint64, n int) bool { return set>>n&1 == 1 }

// Next goes from day to day, and through the hours of the first that fits.
func (c cron) Next(t time.Time) (time.Time, bool) {
	t = t.In(c.where)
	for n := range horizon {
		day := time.Date(t.Year(), t.Month(), t.Day()+n, 0, 0, 0, 0, c.where)
		if !c.on(day) {
			continue
		}
		for hours := c.hour; hours != 0; hours &= hours - 1 {
			for minutes := c.minute; minutes != 0; minutes &= minutes - 1 {
				for seconds := c.second; seconds != 0; seconds &= seconds - 1 {
					at := time.Date(day.Year(), day.Month(), day.Day(), bits.TrailingZeros64(hours), bits.TrailingZeros64(minutes), bits.TrailingZeros64(seconds), 0, c.where)
					if at.After(t) {
						return at, true
					}
				}
			}
		}
	}
	return time.Time{}, false
}

// Last is Next backwards.
func (c cron) Last(t time.Time) (time.Time, bool) {
	t = t.In(c.where)
	for n := range horizon {
		day := time.Date(t.Year(), t.Month(), t.Day()-n, 0, 0, 0, 0, c.where)
		if !c.on(day) {
			continue
		}
		for hours := c.hour; hours != 0; hours &^= top(hours) {
			for minutes := c.minute; minutes != 0; minutes &^= top(minutes) {
				for seconds := c.second; seconds != 0; seconds &^= top(seconds) {
					at := time.Date(day.Year(), day.Month(), day.Day(), bits.Len64(hours)-1, bits.Len64(minutes)-1, bits.Len64(seconds)-1, 0, c.where)
					if !at.After(t) {
						return at, true
					}
				}
			}
		}
	}
	return time.Time{}, false
}

// top is the highest bit of a set.
func top(set uint64) uint64 { return 1 << (bits.Len64(set) - 1) }
