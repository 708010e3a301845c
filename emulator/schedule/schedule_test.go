package schedule_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fcemu/fcemu/emulator/schedule"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestNextAndLast(t *testing.T) {
	const now = "2026-11-21T10:30:00Z" // a Saturday
	for _, c := range []struct{ expression, zone, next, last string }{
		{"cron(0 30 8 * * *)", "", "2026-11-22T08:30:00Z", "2026-11-21T08:30:00Z"},
		{"cron(0 30 8 * * *)", "Asia/Shanghai", "2026-11-22T00:30:00Z", "2026-11-21T00:30:00Z"},
		{"cron(0 30 8 * * *)", "America/New_York", "2026-11-21T13:30:00Z", "2026-11-20T13:30:00Z"},
		{"cron(0 */30 * * * *)", "", "2026-11-21T11:00:00Z", "2026-11-21T10:30:00Z"},
		{"cron(15,45 0-10/5 10 ? * *)", "", "2026-11-22T10:00:15Z", "2026-11-21T10:10:45Z"},
		{"cron(0 0 0 ? * MON-FRI)", "", "2026-11-23T00:00:00Z", "2026-11-20T00:00:00Z"},
		{"cron(0 0 0 * * 7)", "", "2026-11-22T00:00:00Z", "2026-11-15T00:00:00Z"},
		{"cron(0 0 12 29 2 *)", "", "2028-02-29T12:00:00Z", "2024-02-29T12:00:00Z"},
		{"cron(0 0 0 1 * 1)", "", "2026-11-23T00:00:00Z", "2026-11-16T00:00:00Z"},
		{"at(2026-12-01T00:00:00Z)", "", "2026-12-01T00:00:00Z", ""},
		{"at(2026-11-21T18:00:00)", "Asia/Shanghai", "", "2026-11-21T10:00:00Z"},
		{"cron(0 0 0 31 2 *)", "", "", ""},
	} {
		s, err := schedule.Parse(c.expression, c.zone)
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		show := func(when time.Time, some bool) string {
			if !some {
				return ""
			}
			return when.UTC().Format(time.RFC3339)
		}
		if next, last := show(s.Next(at(t, now))), show(s.Last(at(t, now))); next != c.next || last != c.last {
			t.Errorf("%s %s: next %s, last %s; want %s, %s", c.expression, c.zone, next, last, c.next, c.last)
		}
	}
}

func TestBadExpressions(t *testing.T) {
	for _, text := range []string{"", "cron", "cron()", "cron(* * * * *)", "cron(60 * * * * *)", "cron(* * * 0 * *)", "cron(*/0 * * * * *)",
		"cron(5-1 * * * * *)", "cron(a * * * * *)", "rate(1 minute)", "at(tomorrow)", "@every 1m", "cron(0 0 0 * XXX *)"} {
		if _, err := schedule.Parse(text, ""); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	if _, err := schedule.Parse("cron(0 0 0 * * *)", "Mars/Base"); err == nil {
		t.Error("a time zone that is not known was taken")
	}
}

// Next and Last are each other's opposite.
func TestNextLeadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		field := func(name string, values ...string) string { return rapid.SampledFrom(values).Draw(t, name) }
		text := "cron(" + field("second", "0", "*/7", "30-40") + " " + field("minute", "*", "0", "5/20") + " " + field("hour", "*", "8", "0-6/2") +
			" " + field("day", "*", "1", "31", "10-20") + " " + field("month", "*", "2", "*/3") + " " + field("weekday", "*", "1", "SAT,SUN") + ")"
		s, err := schedule.Parse(text, "")
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "now"), 0)
		next, some := s.Next(now)
		if !some {
			return
		}
		if last, _ := s.Last(next); !last.Equal(next) {
			t.Errorf("%s: Last(%s) is %s", text, next, last)
		}
		if last, some := s.Last(next.Add(-time.Second)); some && last.After(now) {
			t.Errorf("%s: Next(%s) passed over %s", text, now, last)
		}
	})
}
