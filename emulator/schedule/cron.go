package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// horizon is how many days Next and Last look at: a 29 February comes within eight years.
const horizon = 9 * 366

// cron holds each field as a set of bits.
type cron struct {
	second, minute, hour, day, month, weekday uint64

	either bool // a day of the month and a day of the week are given: one of them is enough
	where  *time.Location
}

func parseCron(text string, where *time.Location) (Schedule, error) {
	fields := strings.Fields(text)
	if len(fields) != 6 {
		return nil, fmt.Errorf("'%.80s' has %d fields; it takes 6: second minute hour day month weekday", text, len(fields))
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
				if to == 0 && from > 0 && high == 7 { // a week ends with its Sunday
					to = 7
				}
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
	if strings.Trim(text, "0123456789") != "" { // Atoi takes a sign
		return 0, strconv.ErrSyntax
	}
	return strconv.Atoi(text)
}

// on tells whether the schedule has times on the day of t.
func (c cron) on(t time.Time) bool {
	day, weekday := has(c.day, t.Day()), has(c.weekday, int(t.Weekday()))
	return has(c.month, int(t.Month())) && (c.either && (day || weekday) || day && weekday)
}

func has(set uint64, n int) bool { return set>>n&1 == 1 }

const quarter = 15 * time.Minute

// quarters are the beginnings of the quarters of an hour, n days from t, in which the schedule has
// times: none on most days. Where clocks are changed a day has more or fewer of them than others, and
// all zones change at a quarter: so a time of day that does not exist is left out, and one that comes
// twice is there twice.
func (c cron) quarters(t time.Time, n int) []time.Time {
	year, month, day := t.Date()
	noon := time.Date(year, month, day+n, 12, 0, 0, 0, c.where)
	if !c.on(noon) {
		return nil
	}
	var found []time.Time
	at := time.Date(year, month, day+n, 0, 0, 0, 0, c.where).Add(-time.Hour) // midnight may be twice, or not at all
	for end := at.Add(28 * time.Hour); at.Before(end); at = at.Add(quarter) {
		if at.Day() == noon.Day() && has(c.hour, at.Hour()) && c.minute>>at.Minute()&(1<<15-1) != 0 {
			found = append(found, at)
		}
	}
	return found
}

// edge is the first time of a quarter that is after t, or the last one that is not.
func (c cron) edge(begin, t time.Time, last bool) (edge time.Time, some bool) {
	for minutes := c.minute >> begin.Minute() & (1<<15 - 1); minutes != 0; minutes &= minutes - 1 {
		for seconds := c.second; seconds != 0; seconds &= seconds - 1 {
			at := begin.Add(time.Duration(bits.TrailingZeros64(minutes))*time.Minute + time.Duration(bits.TrailingZeros64(seconds))*time.Second)
			switch {
			case at.After(t) && !last:
				return at, true
			case at.After(t):
				return edge, some
			case last:
				edge, some = at, true
			}
		}
	}
	return edge, some
}

// Next goes from day to day, and through the quarters of those that fit.
func (c cron) Next(t time.Time) (time.Time, bool) {
	t = t.In(c.where)
	for n := range horizon {
		for _, begin := range c.quarters(t, n) {
			if !begin.Add(quarter).After(t) {
				continue
			}
			if at, some := c.edge(begin, t, false); some {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

// Last is Next backwards.
func (c cron) Last(t time.Time) (time.Time, bool) {
	t = t.In(c.where)
	for n := range horizon {
		quarters := c.quarters(t, -n)
		for i := len(quarters) - 1; i >= 0; i-- {
			if at, some := c.edge(quarters[i], t, true); some {
				return at, true
			}
		}
	}
	return time.Time{}, false
}
