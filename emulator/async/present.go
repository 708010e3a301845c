package async

import (
	"fmt"

	"github.com/fcemu/fcemu/emulator"
)

// present adds what is so now: what the task waits for, or what became of its outcome.
func (s *story) present() {
	total := s.task.Policy.RetryAttempts + 1
	next := min(s.attempts+1, total)
	switch s.task.Status {
	case emulator.TaskEnqueued, emulator.TaskRetrying:
		if rest := s.task.DueAt.Sub(s.now); rest > 0 {
			s.add(s.task.DueAt, ageRule(s.age()), "Now it waits for its time: attempt %d of at most %d is due in %s.", next, total, span(rest))
			return
		}
		s.add(s.now, ruleWorkers(s.load), "It has been due for %s and waits for a free worker%s.", span(s.now.Sub(s.task.DueAt)), s.busy())
	case emulator.TaskDequeued:
		s.add(s.now, ruleClaimed, "Taken from the queue; attempt %d is about to begin, when a worker is free for this function%s.", next, s.busy())
	case emulator.TaskRunning:
		s.add(s.now, rule{}, "Attempt %d has been running for %s.", s.attempts, span(s.now.Sub(lastEvent(s.task))))
	case emulator.TaskStopping:
		s.add(s.now, rule{}, "The stop has been under way for %s.", span(s.now.Sub(lastEvent(s.task))))
	default:
		s.outcome()
	}
}

// busy names the limit that a due task waits for, as far as that is known.
func (s *story) busy() string {
	switch l := s.load; {
	case l.Workers == 0:
		return ""
	case l.Same >= l.Share:
		return fmt.Sprintf(": function %s has all %d that one function may have", s.task.Key.Function, l.Share)
	case l.Running >= l.Workers:
		return fmt.Sprintf(": all %d are busy", l.Workers)
	default:
		return fmt.Sprintf(" (%d of %d are busy)", l.Running, l.Workers)
	}
}

// outcome tells what the destination got of the end.
func (s *story) outcome() {
	if s.runs > 1 {
		s.add(s.task.EndedAt, rule{}, "In all the function was started %d times for this invocation.", s.runs)
	}
	key, arn := "onFailure", s.task.Policy.OnFailure
	if s.task.Status == emulator.TaskSucceeded {
		key, arn = "onSuccess", s.task.Policy.OnSuccess
	}
	switch {
	case arn == "" && s.task.Status != emulator.TaskSucceeded:
		s.add(s.task.EndedAt, ruleOutcome, "Nobody was told of the end: no %s destination was configured when it was accepted.", key)
	case arn == "":
	case s.task.Destination == destinationSucceeded:
		s.add(s.task.EndedAt, ruleOutcome, "The outcome was delivered to %s (%s).", arn, key)
	case s.task.Destination == destinationFailed:
		s.add(s.task.EndedAt, ruleDelivery, "The outcome could not be delivered to %s (%s); 'fcemu task logs' says why.", arn, key)
	default:
		s.add(s.task.EndedAt, ruleDelivery, "The outcome is on its way to %s (%s).", arn, key)
	}
}
