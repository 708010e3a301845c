package schedule_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fcemu/fcemu/emulator/schedule"
)

func timer(t *testing.T, expression string) schedule.Schedule {
	t.Helper()
	s, err := schedule.ParseTimer(expression, at(t, "2026-01-01T00:00:30.7Z"))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return s
}

// The times that come after one another.
func TestTimers(t *testing.T) {
	for _, c := range []struct {
		expression, after string
		want              []string
	}{
		{"@every 4m", "2026-01-01T00:01:00Z", []string{"2026-01-01T00:04:30Z", "2026-01-01T00:08:30Z"}},
		{"@every 4m", "2026-01-01T00:04:30Z", []string{"2026-01-01T00:08:30Z"}},
		{"@every 1h30m", "2025-12-31T23:59:59Z", []string{"2026-01-01T00:00:30Z", "2026-01-01T01:30:30Z"}}, // a clock that was reset
		{"@every 1s", "2026-03-01T00:00:00.5Z", []string{"2026-03-01T00:00:01Z", "2026-03-01T00:00:02Z"}},
		{"@every 8784h", "2199-01-01T00:00:00Z", []string{"2199-05-12T00:00:30Z"}},
		{"0 0 4 * * *", "2026-11-21T04:00:00Z", []string{"2026-11-22T04:00:00Z", "2026-11-23T04:00:00Z"}},
		{"CRON_TZ=Asia/Shanghai 0 0 4 1 * *", "2026-11-21T00:00:00Z", []string{"2026-11-30T20:00:00Z", "2026-12-31T20:00:00Z"}},
		{"CRON_TZ=UTC 0 0 4 1 * *", "2026-11-21T00:00:00Z", []string{"2026-12-01T04:00:00Z"}},
		// months: those that are too short are left out
		{"0 0 0 31 * ?", "2026-03-31T00:00:00Z", []string{"2026-05-31T00:00:00Z", "2026-07-31T00:00:00Z", "2026-08-31T00:00:00Z"}},
		{"0 0 0 1 JAN,jul ?", "2026-02-01T00:00:00Z", []string{"2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z"}},
		{"0 0 0 1 10-12 *", "2026-10-01T00:00:00Z", []string{"2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "2027-10-01T00:00:00Z"}},
		{"0 0 0 1 */5 ?", "2026-01-01T00:00:00Z", []string{"2026-06-01T00:00:00Z", "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z"}},
		// leap days, over a century that has none
		{"0 0 0 29 2 ?", "2026-01-01T00:00:00Z", []string{"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
		{"0 0 0 29 FEB ?", "2096-02-29T00:00:00Z", []string{"2104-02-29T00:00:00Z"}},
		// days of the week: 1 is Monday, 0 and 7 are Sunday; 2026-11-21 is a Saturday
		{"0 0 0 ? * 1", "2026-11-21T00:00:00Z", []string{"2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"}},
		{"0 0 0 ? * 0", "2026-11-21T00:00:00Z", []string{"2026-11-22T00:00:00Z"}},
		{"0 0 0 ? * 7", "2026-11-21T00:00:00Z", []string{"2026-11-22T00:00:00Z"}},
		{"0 0 0 ? * FRI-SUN", "2026-11-21T00:00:00Z", []string{"2026-11-22T00:00:00Z", "2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z"}},
		{"0 0 0 ? * MON-SUN", "2026-11-21T00:00:00Z", []string{"2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"}},
		{"0 0 0 ? * 5-7", "2026-11-21T00:00:00Z", []string{"2026-11-22T00:00:00Z", "2026-11-27T00:00:00Z"}},
		// a day of the month and a day of the week: either
		{"0 0 0 13 * FRI", "2026-11-01T00:00:00Z", []string{"2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z"}},
		{"0 0 0 23,25 11 2", "2026-11-21T00:00:00Z", []string{"2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"}},
		// steps, lists and ranges
		{"0/20 59 23 31 12 *", "2026-12-31T23:59:30Z", []string{"2026-12-31T23:59:40Z", "2027-12-31T23:59:00Z", "2027-12-31T23:59:20Z"}},
		{"0 14-16,44/15 8-9 * * *", "2026-01-01T08:15:00Z", []string{"2026-01-01T08:16:00Z", "2026-01-01T08:44:00Z", "2026-01-01T08:59:00Z", "2026-01-01T09:14:00Z"}},
		// New York goes from 02:00 to 03:00 on 2026-03-08: what does not exist is left out …
		{"CRON_TZ=America/New_York 0 30 2 * * *", "2026-03-07T00:00:00Z", []string{"2026-03-07T07:30:00Z", "2026-03-09T06:30:00Z"}},
		{"CRON_TZ=America/New_York 0 */30 * * * *", "2026-03-08T06:00:00Z", []string{"2026-03-08T06:30:00Z", "2026-03-08T07:00:00Z", "2026-03-08T07:30:00Z"}},
		// … and from 02:00 to 01:00 on 2026-11-01: what comes twice fires twice
		{"CRON_TZ=America/New_York 0 30 1 * * *", "2026-10-31T12:00:00Z", []string{"2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z"}},
		{"CRON_TZ=America/New_York 0 0 * * * *", "2026-11-01T04:30:00Z", []string{"2026-11-01T05:00:00Z", "2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"}},
		// a zone that changes by half an hour, one that has no midnight on 2026-04-24, one with a quarter
		{"CRON_TZ=Australia/Lord_Howe 0 0,45 1 * * *", "2026-04-04T10:00:00Z", []string{"2026-04-04T14:00:00Z", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z", "2026-04-05T14:30:00Z"}},
		{"CRON_TZ=Africa/Cairo 0 0 * * * *", "2026-04-23T20:30:00Z", []string{"2026-04-23T21:00:00Z", "2026-04-23T22:00:00Z", "2026-04-23T23:00:00Z"}},
		{"CRON_TZ=Africa/Cairo 0 30 0 * * *", "2026-04-23T00:00:00Z", []string{"2026-04-24T21:30:00Z"}},
		{"CRON_TZ=Africa/Cairo 0 30 23 * * *", "2026-10-29T00:00:00Z", []string{"2026-10-29T20:30:00Z", "2026-10-29T21:30:00Z", "2026-10-30T21:30:00Z"}},
		{"CRON_TZ=Asia/Kathmandu 0 20 6 * * *", "2026-01-01T00:00:00Z", []string{"2026-01-01T00:35:00Z", "2026-01-02T00:35:00Z"}},
		// never
		{"0 0 0 31 2,4,6,9,11 ?", "2026-01-01T00:00:00Z", []string{""}},
		{"CRON_TZ=Europe/Berlin 0 0 0 30 2 ?", "2026-01-01T00:00:00Z", []string{""}},
	} {
		s, now := timer(t, c.expression), at(t, c.after)
		for i, want := range c.want {
			next, some := s.Next(now)
			got := ""
			if some {
				got = next.UTC().Format(time.RFC3339)
			}
			if got != want {
				t.Errorf("%s: %d after %s comes %q, want %q", c.expression, i+1, now.Format(time.RFC3339), got, want)
				break
			}
			now = next
		}
	}
}

// What FC does not document is refused, so that nobody finds out in the cloud.
func TestBadTimers(t *testing.T) {
	for _, text := range []string{"", "@every", "@every ", "@every 4", "@every -4m", "@every 0s", "@every 500ms", "@every 1500ms", "@every 8785h", "@every 4 m", "@every 1d",
		"@hourly", "@daily", "@yearly", "CRON_TZ=UTC @every 4m", "* * * * *", "0 0 4 * * * *", "CRON_TZ=UTC 0 4 * * *", "CRON_TZ=UTC", "CRON_TZ=", "CRON_TZ= 0 0 4 * * *",
		"CRON_TZ=Local 0 0 4 * * *", "CRON_TZ=Mars/Base 0 0 4 * * *", "CRON_TZ=../../etc/passwd 0 0 4 * * *", "TZ=UTC 0 0 4 * * *", "cron(0 0 4 * * *)", "at(2026-12-01T00:00:00Z)",
		"60 * * * * *", "* 60 * * * *", "* * 24 * * *", "* * * 0 * *", "* * * 32 * *", "* * * * 0 *", "* * * * 13 *", "* * * * * 8", "+1 * * * * *", "-1 * * * * *",
		"0 0 0 L * ?", "0 0 0 15W * ?", "0 0 0 ? * 2#1", "0 0 0 ? * SUN-MON-TUE", "0 0 0 ? FEBR *", "5-1 * * * * *", "*/0 * * * * *", "1,,2 * * * * *", ", * * * * *", "0 0 0 ? * 7-1"} {
		if s, err := schedule.ParseTimer(text, time.Time{}); err == nil {
			next, _ := s.Next(at(t, "2026-01-01T00:00:00Z"))
			t.Errorf("%q was taken; it is due %v", text, next)
		}
	}
}

// Whatever the zone and the fields: Next goes ahead, Last leads back, and none lies between.
func TestTimersInZones(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		field := func(name string, values ...string) string { return rapid.SampledFrom(values).Draw(t, name) }
		text := "CRON_TZ=" + field("zone", "UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Kathmandu") + " " +
			field("second", "0", "*/25") + " " + field("minute", "*", "0", "5/20") + " " + field("hour", "*", "0", "1-3", "23") +
			" " + field("day", "*", "?", "30", "25-29") + " " + field("month", "*", "3,11", "APR") + " " + field("weekday", "?", "*", "SUN", "6-7")
		s, err := schedule.ParseTimer(text, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(rapid.Int64Range(1.7e9, 2.5e9).Draw(t, "now"), 0)
		next, some := s.Next(now)
		if !some {
			t.Fatalf("%s is never due", text)
		}
		if !next.After(now) {
			t.Errorf("%s: after %s comes %s", text, now, next)
		}
		if last, _ := s.Last(next); !last.Equal(next) {
			t.Errorf("%s: Last(%s) is %s", text, next, last)
		}
		if last, some := s.Last(next.Add(-time.Second)); some && last.After(now) {
			t.Errorf("%s: Next(%s) passed over %s", text, now, last)
		}
	})
}
