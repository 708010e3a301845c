package schedule

import (
	"fmt"
	"strings"
	"time"
)

// longestEvery bounds @every, so that no reckoning with it leaves the calendar.
const longestEvery = 366 * 24 * time.Hour

// ParseTimer reads the cronExpression of a timer trigger: "@every 4m", or six fields of cron, in UTC
// unless "CRON_TZ=Asia/Shanghai " stands before them. since is what @every counts from.
func ParseTimer(expression string, since time.Time) (Schedule, error) {
	text := strings.TrimSpace(expression)
	if span, ok := strings.CutPrefix(text, "@every "); ok {
		step, err := time.ParseDuration(strings.TrimSpace(span))
		if err != nil || step < time.Second || step > longestEvery || step%time.Second != 0 {
			return nil, fmt.Errorf("'%.80s' is no whole number of seconds, minutes or hours from 1s to 8784h, such as @every 4m", text)
		}
		return every{since.Truncate(time.Second), step}, nil
	}
	where := time.UTC
	if rest, ok := strings.CutPrefix(text, "CRON_TZ="); ok {
		zone, fields, _ := strings.Cut(rest, " ")
		location, err := time.LoadLocation(zone)
		if err != nil || zone == "" || zone == "Local" {
			return nil, fmt.Errorf("the time zone '%.40s' is not known", zone)
		}
		where, text = location, fields
	}
	if strings.HasPrefix(text, "@") {
		return nil, fmt.Errorf("'%.80s' is neither @every with a span nor cron with 6 fields", text)
	}
	return parseCron(text, where)
}

// every has a time after each step, before and after since.
type every struct {
	since time.Time
	step  time.Duration
}

func (e every) Next(t time.Time) (time.Time, bool) {
	last, _ := e.Last(t)
	return last.Add(e.step), true
}

func (e every) Last(t time.Time) (time.Time, bool) {
	rest := t.Sub(e.since) % e.step
	if rest < 0 {
		rest += e.step
	}
	return t.Add(-rest).Round(0), true
}
