package async

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/fcemu/fcemu/emulator"
	boundary "github.com/fcemu/fcemu/emulator/crash"
)

// attempt makes one run of a claimed task and saves what came of it.
func (q *Queue) attempt(ctx context.Context, task *emulator.Task) {
	boundary.At(boundary.Claimed)
	work := context.WithoutCancel(ctx) // what has begun is brought to an end in the store as well
	run := q.runs.add(work, task.Key)
	defer q.runs.remove(task.Key)
	fn, err := q.catalogue.Chosen(work, emulator.Reference{Name: task.Key.Function, Qualifier: task.Qualifier}, task.VersionID)
	missing := refusalOf(err)
	q.waitFor(task.DueAt)
	q.insist(work, task, func(next *emulator.Task, now time.Time) (response, bool) {
		return q.options.start(next, now, missing)
	})
	if task.Status != emulator.TaskRunning {
		return // stopped, expired or invalid before it could run
	}
	q.started(task)
	boundary.At(boundary.Begun)
	out := q.engine.Do(run, invocation(task, fn), nil)
	boundary.At(boundary.Ran)
	interrupted := out.Failed() && errors.Is(context.Cause(run), emulator.ErrShutdown)
	q.insist(work, task, func(next *emulator.Task, now time.Time) (response, bool) {
		if interrupted && next.Status == emulator.TaskRunning {
			return giveBack(next, now)
		}
		return q.options.finish(next, now, out)
	})
}

// waitFor returns at the due time of a task that was claimed a moment before it, or when the
// emulator ends.
func (q *Queue) waitFor(due time.Time) {
	if !due.After(q.clock.Now()) {
		return
	}
	timer := q.clock.NewTimer(due)
	defer timer.Stop()
	select {
	case <-timer.C():
	case <-q.runs.closing:
	}
}

// giveBack puts a task back that the end of the emulator interrupted. It costs no attempt: that
// was nobody's fault, and it must run again even where no retries are configured.
func giveBack(next *emulator.Task, now time.Time) (response, bool) {
	next.Attempts--
	next.DueAt = now
	return requeue(next, now)
}

// invocation makes the run's input. All attempts share the request id.
func invocation(task *emulator.Task, fn *emulator.Function) *emulator.Invocation {
	inv := &emulator.Invocation{
		RequestID:  task.RequestID,
		Function:   fn,
		Qualifier:  task.Qualifier,
		RetryCount: task.Attempts - 1,
		Async:      true,
	}
	if task.TaskMode {
		inv.TaskID = task.Key.ID
	}
	if task.HTTP == nil {
		inv.Event = task.Payload
		return inv
	}
	request := *task.HTTP
	request.Body, request.Length = bytes.NewReader(task.Payload), int64(len(task.Payload))
	inv.HTTP = &request
	return inv
}

// insist saves a change even if the store fails for a while (a full disk): an outcome in hand must
// not be lost. It gives up when the emulator ends; the task is then found as interrupted.
func (q *Queue) insist(ctx context.Context, task *emulator.Task, edit edit) {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		_, err := q.change(ctx, task, edit)
		if err == nil || notFound(err) {
			return // not found: the row was removed under the run
		}
		q.complain("a task could not be saved", err)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-q.runs.closing:
			timer.Stop()
			return
		}
	}
}

func notFound(err error) bool {
	var refusal *emulator.Error
	return errors.As(err, &refusal) && refusal.Status == 404
}
