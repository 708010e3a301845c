package async

import (
	"fmt"
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// at is the time of event i.
func (s *story) at(i int) time.Time { return time.UnixMilli(s.task.Events[i].Timestamp) }

// after tells whether event i follows directly on a state.
func (s *story) after(i int, status emulator.TaskStatus) bool {
	return i > 0 && s.task.Events[i-1].Status == status
}

// refusedNext tells whether the platform could not make the run that event i announces.
func (s *story) refusedNext(i int) bool {
	if i+1 == len(s.task.Events) {
		return false
	}
	next := s.task.Events[i+1]
	switch detailOf(next).Reason {
	case refused, refusedTooOld, refusedTooLong:
		return true
	}
	return next.Status == emulator.TaskInvalid
}

// where names the instance of the last run, if there is one to name.
func (s *story) where() string {
	if s.task.InstanceID == "" {
		return ""
	}
	return " on instance " + s.task.InstanceID
}

// lasted is how long the run before event i took.
func (s *story) lasted(i int) string {
	for j := i - 1; j >= 0; j-- {
		if s.task.Events[j].Status == emulator.TaskRunning {
			return span(s.at(i).Sub(s.at(j)))
		}
	}
	return span(0)
}

// waiting tells whether a task in this state has its time to wait for.
func waiting(status emulator.TaskStatus) bool {
	return status == emulator.TaskEnqueued || status == emulator.TaskRetrying
}

// dueAfter is when the task was to run as of event i, one of a waiting state: told by the event
// itself, by the reschedule or the run that followed, or by the task.
func (s *story) dueAfter(i int) time.Time {
	if due := detailOf(s.task.Events[i]).Due; due != 0 {
		return time.UnixMilli(due)
	}
	for _, e := range s.task.Events[i+1:] {
		about := detailOf(e)
		switch {
		case about.From != 0:
			return time.UnixMilli(about.From)
		case e.Status == emulator.TaskRunning && about.Due != 0:
			return time.UnixMilli(about.Due)
		case e.Status == emulator.TaskRunning, waiting(e.Status):
			return s.at(i)
		}
	}
	return s.task.DueAt
}

// ageBegins is when the event age of the task began to count: its first due time, as far as that
// is known.
func (s *story) ageBegins() time.Time {
	if s.task.FirstRunAt.IsZero() {
		return s.task.DueAt
	}
	last := 0
	for i, e := range s.task.Events {
		if e.Status == emulator.TaskRunning || e.Status == emulator.TaskRetrying {
			break
		}
		if waiting(e.Status) {
			last = i
		}
	}
	return s.dueAfter(last)
}

// age is how long after ageBegins a run may begin.
func (s *story) age() time.Duration { return deadline(s.task).Sub(s.ageBegins()) }

// said is an error as people read it: its type and its message.
func said(about detail) string {
	switch {
	case about.Error == "":
		return "an error that was not recorded"
	case about.Message == "":
		return about.Error
	}
	return about.Error + ": " + about.Message
}

// plural counts things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// span is a duration as people read it: 12 ms, 0.5 s, 37 s, 3 min 20 s, 1 h 5 min, 2 days 3 h.
func span(d time.Duration) string {
	switch {
	case d < time.Second && d.Milliseconds()%100 != 0 || d < 100*time.Millisecond:
		return fmt.Sprintf("%d ms", max(d.Milliseconds(), 0))
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Round(100*time.Millisecond).Seconds(), 'f', -1, 64) + " s"
	}
	seconds := int64(d.Round(time.Second) / time.Second)
	switch {
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 3600:
		return two(seconds/60, "min", seconds%60, "s")
	case seconds < 48*3600:
		return two(seconds/3600, "h", seconds%3600/60, "min")
	}
	return two(seconds/86400, "days", seconds%86400/3600, "h")
}

func two(big int64, unit string, small int64, smaller string) string {
	if small == 0 {
		return fmt.Sprintf("%d %s", big, unit)
	}
	return fmt.Sprintf("%d %s %d %s", big, unit, small, smaller)
}
