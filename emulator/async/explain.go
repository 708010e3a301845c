package async

import (
	"context"
	"fmt"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Load is how busy the workers are; its zero value says that nobody knows.
type Load struct {
	Workers int // runs at a time
	Share   int // of them, what one function may have
	Running int
	Same    int // of them, of the task's function
}

// Explain tells the story of a task for someone who wonders why it has not run yet, ran twice or
// was dropped: what happened, when and by which rule, what it waits for at now, and what comes
// next. The steps are in order of time.
func Explain(task *emulator.Task, now time.Time, load Load) []emulator.TaskStep {
	s := story{task: task, now: now, load: load}
	for i, e := range task.Events {
		told := len(s.steps)
		s.tell(i)
		s.source(told, e.Clock)
	}
	told := len(s.steps)
	s.present()
	if n := len(task.Events); n > 0 {
		s.source(told, task.Events[n-1].Clock)
	}
	return s.steps
}

// Explain tells the story of a task as of now, and the task.
func (q *Queue) Explain(ctx context.Context, key emulator.TaskKey) (*emulator.Task, []emulator.TaskStep, error) {
	task, err := q.store.Task(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	load := Load{Workers: q.options.Workers, Share: q.options.share()}
	load.Running, load.Same = q.runs.count(key.Function)
	now := q.clock.Now()
	steps := Explain(task, now, load)
	for i := range steps {
		if steps[i].Time.Equal(now) && q.clock.Driven() {
			steps[i].Clock = emulator.ClockDriven
		}
	}
	return task, steps, nil
}

// story is an explanation in the making. attempts are those that count, as far as it is told;
// runs are all that began.
type story struct {
	task     *emulator.Task
	now      time.Time
	load     Load
	attempts int
	runs     int
	steps    []emulator.TaskStep
}

// rule is why something is as it is: the text, and the title of FC's page.
type rule struct{ text, page string }

func (s *story) add(at time.Time, because rule, format string, args ...any) {
	s.steps = append(s.steps, emulator.TaskStep{Time: at, Text: fmt.Sprintf(format, args...), Rule: because.text, Page: because.page})
}

// source says of the steps from the given one on which clock dated them.
func (s *story) source(from int, clock string) {
	for i := from; i < len(s.steps); i++ {
		s.steps[i].Clock = clock
	}
}

// tell adds what event i means.
func (s *story) tell(i int) {
	e, about := s.task.Events[i], detailOf(s.task.Events[i])
	at := s.at(i)
	if about.Reason == rescheduled || about.Reason == runNow {
		s.rescheduled(i, about)
		return
	}
	switch e.Status {
	case emulator.TaskEnqueued:
		s.enqueued(i, about)
	case emulator.TaskRunning:
		s.running(i)
	case emulator.TaskRetrying:
		s.retrying(i, about)
	case emulator.TaskStopping:
		s.stopping(i)
	case emulator.TaskStopped:
		s.stopped(at)
	case emulator.TaskSucceeded:
		s.add(at, rule{}, "Attempt %d succeeded after %s%s.", s.attempts, s.lasted(i), s.where())
	case emulator.TaskFailed:
		s.failed(i, about)
	case emulator.TaskExpired:
		age := s.age()
		s.add(at, ageRule(age), "Dropped without having run: it was due %s ago, and an event may be started for %s only.", span(at.Sub(s.ageBegins())), span(age))
	case emulator.TaskInvalid:
		s.add(at, ruleInvalid, "Dropped without having run, because no retry can heal this: %s.", said(about))
	}
}

// qualifier is the caller's, of an alias with the version that it chose.
func (s *story) qualifier() string {
	if s.task.VersionID == "" {
		return s.task.Qualifier
	}
	return s.task.Qualifier + ", version " + s.task.VersionID
}

func (s *story) enqueued(i int, about detail) {
	at := s.at(i)
	if about.Reason == restart {
		s.backInQueue(i)
		return
	}
	s.add(at, ruleAccepted, "Accepted for function %s (%s), stored on the disk and answered with 202. Its request id is %s.",
		s.task.Key.Function, s.qualifier(), s.task.RequestID)
	if delay := s.dueAfter(i).Sub(at); delay >= time.Millisecond {
		s.add(at, ruleDelay, "Delayed: not to run before %s have passed.", span(delay))
	}
}

// running tells of a start, and before it of a wait that the task's own times don't account for.
func (s *story) running(i int) {
	at := s.at(i)
	s.waited(i)
	if s.refusedNext(i) {
		return // it never began; the next event tells
	}
	s.attempts++
	s.runs++
	why := ruleFirstAttempt(s.task.Policy.RetryAttempts)
	if s.runs > 1 {
		why = ruleAgain
	}
	s.add(at, why, "Attempt %d of at most %d began.", s.attempts, s.task.Policy.RetryAttempts+1)
}

// waited tells of the time between being due and the run at event i.
func (s *story) waited(i int) {
	const noticeable = 100 * time.Millisecond
	for j := i - 1; j >= 0; j-- {
		if !waiting(s.task.Events[j].Status) {
			continue
		}
		due := s.dueAfter(j)
		if due.Before(s.at(j)) {
			due = s.at(j) // it was put back later than that
		}
		if gap := s.at(i).Sub(due); gap >= noticeable {
			s.add(due, ruleWorkers(s.load), "Due, but it started %s later: no worker was free for it, or fcemu was not running.", span(gap))
		}
		return
	}
}

func (s *story) retrying(i int, about detail) {
	at := s.at(i)
	next := func(why rule) {
		s.add(at, why, "The next try was set for %s later.", span(s.dueAfter(i).Sub(at)))
	}
	switch about.Reason {
	case restart:
		s.backInQueue(i)
	case refused:
		s.add(at, ruleNoAttempt, "Attempt %d had to wait for an instance (%s). This uses up no attempt.", s.attempts+1, said(about))
		next(ruleThrottle)
	case crash:
		s.add(at, ruleAtLeastOnce, "fcemu was killed while attempt %d ran. It counts as a failed attempt and is made again; what the function had done by then, it may do twice.", s.attempts)
	default:
		s.add(at, rule{}, "Attempt %d failed after %s with %s.", s.attempts, s.lasted(i), said(about))
		next(ruleLadder(s.task.Policy.RetryAttempts))
	}
}

// backInQueue tells of an end of fcemu that cost no attempt.
func (s *story) backInQueue(i int) {
	if s.after(i, emulator.TaskRunning) {
		s.add(s.at(i), ruleAtLeastOnce, "fcemu was stopped while attempt %d ran. The attempt is not counted and is made again; what the function had done by then, it may do twice.", s.attempts)
		s.attempts--
		return
	}
	s.add(s.at(i), ruleDurable, "fcemu ended before it could run, so it went back into the queue.")
}

func (s *story) rescheduled(i int, about detail) {
	at := s.at(i)
	due, from := time.UnixMilli(about.Due), time.UnixMilli(about.From)
	if about.Reason == runNow {
		s.add(at, ruleByHand, "Somebody asked to run it now, %s before its time.", span(from.Sub(at)))
		return
	}
	s.add(at, ruleByHand, "Rescheduled by hand: not to run before %s have passed (it was %s before).", span(due.Sub(at)), dueIn(from.Sub(at)))
}

func dueIn(d time.Duration) string {
	if d <= 0 {
		return "due"
	}
	return span(d) + " away"
}

func (s *story) stopping(i int) {
	if s.after(i, emulator.TaskRunning) {
		s.add(s.at(i), ruleStopRunning, "A stop was asked for while attempt %d ran: its instance is ended.", s.attempts)
		return
	}
	s.add(s.at(i), ruleStopWaiting, "A stop was asked for while it waited: it was taken out of the queue.")
}

func (s *story) stopped(at time.Time) {
	if s.runs == 0 {
		s.add(at, ruleStopped, "Stopped. It never ran.")
		return
	}
	s.add(at, ruleStopped, "Stopped after %s.", plural(s.runs, "run"))
}

// failed tells of the last failure and of why there is no other try.
func (s *story) failed(i int, about detail) {
	at := s.at(i)
	ran := s.after(i, emulator.TaskRunning)
	switch about.Reason {
	case refused, refusedTooOld, refusedTooLong:
		s.add(at, rule{}, "Attempt %d could not be made: %s.", s.attempts+1, said(about))
	default:
		if ran {
			s.add(at, rule{}, "Attempt %d failed after %s with %s.", s.attempts, s.lasted(i), said(about))
		}
	}
	switch about.Reason {
	case refused:
		s.add(at, ruleHealing, "Dropped: no retry can heal this.")
	case refusedTooLong:
		s.add(at, ruleThrottle, "Dropped: it had been tried for %s.", span(throttleLimit))
	case refusedTooOld, eventAge:
		s.add(at, ageRule(s.age()), "Dropped: %s left, but the event would have been too old for the next.", plural(s.task.Policy.RetryAttempts+1-s.attempts, "attempt"))
	default:
		s.add(at, ruleLadder(s.task.Policy.RetryAttempts), "Dropped: all of its %s are used up.", plural(s.attempts, "attempt"))
	}
}
