package async

import (
	"fmt"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Progress tells in a few words where a task stands at now: "attempt 2/4, next in 37 s".
func Progress(task *emulator.Task, now time.Time) string {
	total := task.Policy.RetryAttempts + 1
	switch task.Status {
	case emulator.TaskEnqueued, emulator.TaskRetrying:
		return waitingProgress(task, now, total)
	case emulator.TaskDequeued:
		return fmt.Sprintf("attempt %d/%d, waiting for a worker", min(task.Attempts+1, total), total)
	case emulator.TaskRunning:
		return fmt.Sprintf("attempt %d/%d, running for %s", task.Attempts, total, span(now.Sub(lastEvent(task))))
	case emulator.TaskStopping:
		return "stopping for " + span(now.Sub(lastEvent(task)))
	case emulator.TaskSucceeded:
		return "done after " + plural(task.Attempts, "attempt")
	case emulator.TaskFailed:
		return "given up after " + plural(task.Attempts, "attempt")
	case emulator.TaskStopped:
		return "stopped after " + plural(task.Attempts, "attempt")
	}
	return "dropped, never ran"
}

// Progress is Progress at the queue's time.
func (q *Queue) Progress(task *emulator.Task) string { return Progress(task, q.clock.Now()) }

func waitingProgress(task *emulator.Task, now time.Time, total int) string {
	text := fmt.Sprintf("attempt %d/%d", min(task.Attempts+1, total), total)
	if task.Throttles > 0 {
		text += ", refused " + plural(task.Throttles, "time")
	}
	rest := task.DueAt.Sub(now)
	switch {
	case rest <= 0:
		return text + ", due, waiting for a worker"
	case task.Status == emulator.TaskEnqueued:
		return text + ", in " + span(rest)
	}
	return text + ", next in " + span(rest)
}

func lastEvent(task *emulator.Task) time.Time {
	if len(task.Events) == 0 {
		return task.EnqueuedAt
	}
	return time.UnixMilli(task.Events[len(task.Events)-1].Timestamp)
}
