package async

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/fcemu/fcemu/emulator"
	boundary "github.com/fcemu/fcemu/emulator/crash"
)

// maxTaskID is the longest id that a client may choose. Source: FC 3.0 InvokeFunction,
// X-Fc-Async-Task-Id.
const maxTaskID = 128

// Accept makes a task of inv and returns when it is on the disk. inv.TaskID is what the client
// chose, or empty; it counts in task mode only. inv.HTTP's Body is read here. delay is 0…3600 s.
// Refusals are *emulator.Error: InvalidArgument, EntityTooLarge, a task id that exists.
func (q *Queue) Accept(ctx context.Context, inv *emulator.Invocation, delay time.Duration) (*emulator.Task, error) {
	if delay < 0 || delay > emulator.MaxDelay {
		return nil, emulator.InvalidArgument("the delay must be between 0 and %d seconds", int(emulator.MaxDelay.Seconds()))
	}
	payload, err := payloadOf(inv)
	if err != nil {
		return nil, err
	}
	task := &emulator.Task{
		Key:       emulator.TaskKey{Function: inv.Function.Name(), ID: inv.TaskID},
		Qualifier: inv.Qualifier,
		VersionID: chosenVersion(inv.Qualifier, inv.Function),
		RequestID: inv.RequestID,
		Payload:   payload,
		TaskMode:  inv.TaskMode,
	}
	if inv.HTTP != nil {
		request := *inv.HTTP
		request.Body, request.Length = nil, int64(len(payload))
		task.HTTP = &request
	}
	return task, q.enqueue(ctx, task, delay)
}

// Submit makes a task of an event that comes from a destination. The same request id for the same
// function is enqueued once. depth is how many destinations led here.
func (q *Queue) Submit(ctx context.Context, ref emulator.Reference, event []byte, requestID string, depth int) error {
	fn, err := q.catalogue.Choose(ctx, ref, nil)
	if err != nil {
		return err
	}
	task := &emulator.Task{
		Key:       emulator.TaskKey{Function: ref.Name},
		Qualifier: ref.Qualifier,
		VersionID: chosenVersion(ref.Qualifier, fn),
		RequestID: requestID,
		Payload:   event,
		Depth:     depth,
	}
	if err := q.prepare(ctx, task, 0); err != nil {
		return err
	}
	err = q.store.Enqueue(ctx, task)
	if err != nil && !exists(err) {
		return err
	}
	if err == nil {
		q.options.Observer.Enqueued(task.Key.Function)
	}
	q.due.sooner(task.DueAt)
	return nil
}

// Rerun submits the payload of a task once more, under a new id and the configuration of now.
func (q *Queue) Rerun(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error) {
	old, err := q.store.Task(ctx, key)
	if err != nil {
		return nil, err
	}
	fn, err := q.catalogue.Choose(ctx, emulator.Reference{Name: key.Function, Qualifier: old.Qualifier}, nil)
	if err != nil {
		return nil, err
	}
	task := &emulator.Task{
		Key:       emulator.TaskKey{Function: key.Function},
		Qualifier: old.Qualifier,
		VersionID: chosenVersion(old.Qualifier, fn),
		Payload:   old.Payload,
		HTTP:      old.HTTP,
	}
	return task, q.enqueue(ctx, task, 0)
}

// chosenVersion is the version that a task belongs to from now on: an alias with an additional
// version chooses once for all attempts. Any other qualifier says it itself.
func chosenVersion(qualifier string, fn *emulator.Function) string {
	if qualifier == "" || fn.VersionID == qualifier {
		return ""
	}
	return fn.VersionID
}

// enqueue stores a new task and wakes the dispatcher.
func (q *Queue) enqueue(ctx context.Context, task *emulator.Task, delay time.Duration) error {
	chosen := task.Key.ID
	if err := q.prepare(ctx, task, delay); err != nil {
		return err
	}
	err := q.store.Enqueue(ctx, task)
	if exists(err) && task.Key.ID != chosen {
		// It is the request id, which a caller may set to what it likes, as often as it likes.
		task.Key.ID = q.ids.Request(task.EnqueuedAt)
		err = q.store.Enqueue(ctx, task)
	}
	if err != nil {
		return err
	}
	boundary.At(boundary.Accepted)
	q.options.Observer.Enqueued(task.Key.Function)
	q.due.sooner(task.DueAt)
	return nil
}

// prepare fills in what a new task starts with. The policy is frozen here, so that a task keeps
// the promises under which it was accepted; its event age counts from the due time, hence the delay.
func (q *Queue) prepare(ctx context.Context, task *emulator.Task, delay time.Duration) error {
	if task.Qualifier == "" {
		task.Qualifier = emulator.LatestVersion
	}
	policy, err := q.catalogue.AsyncPolicy(ctx, emulator.Reference{Name: task.Key.Function, Qualifier: task.Qualifier})
	if err != nil {
		return err
	}
	policy.EventAge += delay
	policy.TaskMode = policy.TaskMode || task.TaskMode // a caller may ask for it by itself
	now := q.clock.Now()
	if task.RequestID == "" {
		task.RequestID = q.ids.Request(now)
	}
	task.Policy, task.TaskMode = policy, policy.TaskMode
	if err := identify(task); err != nil {
		return err
	}
	task.EnqueuedAt, task.DueAt = now, now.Add(delay)
	begin(task, now)
	q.source(task, 0)
	return nil
}

// identify settles the id: the client's in task mode, otherwise the request id.
func identify(task *emulator.Task) error {
	if !task.TaskMode || task.Key.ID == "" {
		task.Key.ID = task.RequestID
		return nil
	}
	if !emulator.IsName(task.Key.ID, maxTaskID) {
		return emulator.InvalidArgument("the task id must have 1 to 128 characters, begin with a letter or '_', and hold only letters, digits, '_' and '-'")
	}
	return nil
}

// payloadOf returns the bytes that are stored: the event, or the body of an HTTP request.
func payloadOf(inv *emulator.Invocation) ([]byte, error) {
	payload := inv.Event
	if inv.HTTP != nil {
		payload = nil
		if inv.HTTP.Length > emulator.MaxAsyncPayload {
			return nil, emulator.EntityTooLarge(emulator.MaxAsyncPayload)
		}
		if inv.HTTP.Body != nil {
			var err error
			if payload, err = io.ReadAll(io.LimitReader(inv.HTTP.Body, emulator.MaxAsyncPayload+1)); err != nil {
				return nil, emulator.InvalidArgument("the request body could not be read: %v", err)
			}
		}
	}
	if len(payload) > emulator.MaxAsyncPayload {
		return nil, emulator.EntityTooLarge(emulator.MaxAsyncPayload)
	}
	return payload, nil
}

// exists tells whether the store refused a task because of its id.
func exists(err error) bool {
	var refusal *emulator.Error
	return errors.As(err, &refusal) && refusal.Status == 409
}
