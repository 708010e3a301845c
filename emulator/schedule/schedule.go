// Package schedule reads the schedule expressions of Function Compute: those of provisioned
// instances, cron(…) with six fields, the first of which are seconds, and at(…); and those of timer
// triggers. It is a calendar: it waits for nothing.
package schedule

import (
	"fmt"
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
