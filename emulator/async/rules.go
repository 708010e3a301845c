package async

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// throttleLimit is how long after its first attempt a throttled task is tried again.
// Source: FC "Retry policies".
const throttleLimit = 5 * time.Hour

// wait is the pause before retry n, counted from 0: first, then twice as long each time.
// FC documents this ladder for throttled calls; function errors follow it here as well.
func (o Options) wait(n int) time.Duration {
	pause := o.FirstStep
	for ; n > 0 && pause < o.LastStep; n-- {
		pause *= 2
	}
	return min(pause, o.LastStep)
}

// deadline is when the event is too old to be run.
func deadline(task *emulator.Task) time.Time { return task.EnqueuedAt.Add(task.Policy.EventAge) }

// start decides what becomes of a claimed task. missing is why the function could not be found.
func (o Options) start(next *emulator.Task, now time.Time, missing *emulator.Error) (response, bool) {
	switch {
	case next.Status != emulator.TaskDequeued:
		return response{}, false
	case now.Before(next.DueAt): // claimed a moment ahead, and now the emulator ends
		return requeue(next, now)
	case now.After(deadline(next)) && next.Attempts == 0:
		return response{StatusCode: 200}, move(next, emulator.TaskExpired, now, detail{})
	case now.After(deadline(next)):
		return responseOf(next.Error), move(next, emulator.TaskFailed, now, detail{Error: next.Error, Reason: eventAge})
	}
	if next.FirstRunAt.IsZero() {
		next.FirstRunAt = now
	}
	if missing != nil {
		return o.refused(next, now, missing)
	}
	next.Attempts++
	about := detail{}
	if next.Attempts+next.Throttles == 1 && !next.DueAt.Equal(next.EnqueuedAt) {
		about.Due = next.DueAt.UnixMilli() // a retry will overwrite it, and Explain has to tell of the delay
	}
	return response{}, move(next, emulator.TaskRunning, now, about)
}

// finish decides what an outcome means for the task that ran.
func (o Options) finish(next *emulator.Task, now time.Time, out *emulator.Outcome) (response, bool) {
	if next.Status != emulator.TaskRunning && next.Status != emulator.TaskStopping {
		return response{}, false
	}
	next.InstanceID, next.DurationMs = out.InstanceID, out.Duration.Milliseconds()
	if next.Status == emulator.TaskStopping {
		return stopped(next, now)
	}
	if out.Refused != nil {
		next.Attempts--
		return o.refused(next, now, out.Refused)
	}
	next.Result = clip(out.Payload)
	if out.Failed() {
		return o.failed(next, now, detail{
			Error:   string(orDefault(out.ErrorType, emulator.UnhandledInvocationError)),
			Message: messageOf(out.Payload),
		}, o.wait(next.Attempts-1))
	}
	next.Error = ""
	return response{StatusCode: 200}, move(next, emulator.TaskSucceeded, now, detail{})
}

// failed retries after an error of the function while attempts and event age allow it.
func (o Options) failed(next *emulator.Task, now time.Time, about detail, pause time.Duration) (response, bool) {
	next.Error = about.Error
	due := now.Add(pause)
	if next.Attempts <= next.Policy.RetryAttempts && !due.After(deadline(next)) {
		next.DueAt, about.Due = due, due.UnixMilli()
		return response{}, move(next, emulator.TaskRetrying, now, about)
	}
	if next.Attempts <= next.Policy.RetryAttempts {
		about.Reason = eventAge
	}
	return response{StatusCode: 200, FunctionError: next.Error}, move(next, emulator.TaskFailed, now, about)
}

// refused handles a run that the platform could not make. Limits and system errors are tried again
// without using up attempts; whatever else (the function is gone, its instance cannot start) no
// retry can heal: such a task is Invalid, or Failed if it has run before.
func (o Options) refused(next *emulator.Task, now time.Time, refusal *emulator.Error) (response, bool) {
	next.Error, next.Result = refusal.Code, errorBody(refusal.Code, refusal.Message)
	answer := response{StatusCode: refusal.Status}
	about := detail{Error: refusal.Code, Message: firstLine(refusal.Message), Reason: refused}
	if !temporary(refusal) {
		if next.Attempts == 0 {
			return answer, move(next, emulator.TaskInvalid, now, about)
		}
		return answer, move(next, emulator.TaskFailed, now, about)
	}
	due := now.Add(o.wait(next.Throttles))
	next.Throttles++
	switch {
	case due.After(deadline(next)):
		about.Reason = refusedTooOld
		return answer, move(next, emulator.TaskFailed, now, about)
	case due.After(next.FirstRunAt.Add(throttleLimit)):
		about.Reason = refusedTooLong
		return answer, move(next, emulator.TaskFailed, now, about)
	}
	next.DueAt, about.Due = due, due.UnixMilli()
	return response{}, move(next, emulator.TaskRetrying, now, about)
}

// stop announces the end of a task, whether it waits or runs.
func stop(next *emulator.Task, now time.Time) (response, bool) {
	return response{}, move(next, emulator.TaskStopping, now, detail{})
}

// stopped ends a task that was being stopped.
func stopped(next *emulator.Task, now time.Time) (response, bool) {
	return response{StatusCode: 200}, move(next, emulator.TaskStopped, now, detail{})
}

// requeue puts a claimed task back, due as it was.
func requeue(next *emulator.Task, now time.Time) (response, bool) {
	about := detail{Reason: restart, Due: next.DueAt.UnixMilli()}
	if next.Attempts+next.Throttles > 0 {
		about.Error = next.Error
		return response{}, move(next, emulator.TaskRetrying, now, about)
	}
	return response{}, move(next, emulator.TaskEnqueued, now, about)
}

// crashed handles a task that was running when the emulator was killed: a failed attempt, which is
// retried at once.
func (o Options) crashed(next *emulator.Task, now time.Time) (response, bool) {
	const message = "the emulator ended while the function ran"
	about := detail{Error: string(emulator.UnhandledInvocationError), Message: message, Reason: crash}
	next.Result = errorBody(about.Error, message)
	return o.failed(next, now, about, 0)
}

// temporary tells whether the platform may be able to run the function later.
func temporary(refusal *emulator.Error) bool { return refusal.Status == 429 || refusal.Status >= 500 }

// refusalOf makes a refusal of any error; nil stays nil.
func refusalOf(err error) *emulator.Error {
	var refusal *emulator.Error
	if err == nil || errors.As(err, &refusal) {
		return refusal
	}
	return emulator.Internal(err)
}

// responseOf tells from the stored error of the last attempt what the platform answered to it.
func responseOf(code string) response {
	switch emulator.ErrorType(code) {
	case emulator.HandledInvocationError, emulator.UnhandledInvocationError, emulator.InitializationError:
		return response{StatusCode: 200, FunctionError: code}
	case "ResourceThrottled", "ResourceExhausted": // the second is that of older tasks
		return response{StatusCode: 429}
	}
	return response{StatusCode: 500}
}

// errorBody is the error text in the form that runtimes use.
func errorBody(kind, message string) []byte {
	body, err := json.Marshal(struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}{message, kind})
	if err != nil {
		return nil
	}
	return body
}

func clip(result []byte) []byte { return result[:min(len(result), emulator.MaxReturnPayload)] }
