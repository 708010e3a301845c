package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// headerColdStart is the emulator's own: it tells that the call had to start an instance.
const headerColdStart = "X-Fcemu-Cold-Start"

// Chooser finds the version of a function that serves a call.
type Chooser interface {
	Choose(ctx context.Context, ref emulator.Reference, traffic emulator.Traffic) (*emulator.Function, error)
}

// Engine runs an invocation and waits for it.
type Engine interface {
	Do(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome
}

// Accepter takes asynchronous invocations.
type Accepter interface {
	Accept(ctx context.Context, inv *emulator.Invocation, delay time.Duration) (*emulator.Task, error)
}

// Invoker is InvokeFunction, which is the same in all generations but for the way they name a
// function and the header in which they tell the id of a task.
type Invoker struct {
	Functions  Chooser
	Engine     Engine
	Queue      Accepter
	TaskHeader string                        // where this generation's clients read the id of an accepted task
	Observe    func(*emulator.RequestRecord) // is told of every call when it has been answered; may be nil
}

// Invoke is InvokeFunction, synchronous and asynchronous. It is the warm path.
func (i *Invoker) Invoke(c *Call, ref emulator.Reference) error {
	record := &emulator.RequestRecord{Operation: emulator.OperationInvoke, Function: ref.Name, Began: time.Now(),
		Method: c.Request.Method, URI: c.Request.RequestURI, ClientIP: emulator.ClientIP(c.Request.RemoteAddr)}
	err := i.invoke(c, ref, record)
	if i.Observe != nil {
		record.RequestID, record.Took = c.RequestID, time.Since(record.Began)
		if err != nil {
			record.Status = statusOf(err)
		}
		i.Observe(record)
	}
	return err
}

func statusOf(err error) int {
	var refusal *emulator.Error
	if errors.As(err, &refusal) {
		return refusal.Status
	}
	return http.StatusInternalServerError
}

func (i *Invoker) invoke(c *Call, ref emulator.Reference, record *emulator.RequestRecord) error {
	control, refusal := invoke.ParseControl(c.Request.Header)
	if refusal != nil {
		return refusal
	}
	if control.RequestID != "" {
		c.SetRequestID(control.RequestID)
	}
	fn, err := i.Functions.Choose(c.Request.Context(), ref, invoke.Traffic(c.Request))
	if err != nil {
		return err
	}
	if refusal := fn.Admit(); refusal != nil {
		return refusal
	}
	if ref.Qualifier == "" {
		ref.Qualifier = emulator.LatestVersion
	}
	limit := emulator.MaxSyncPayload
	if control.Async {
		limit = emulator.MaxAsyncPayload
	}
	event, err := c.Body(limit)
	if err != nil {
		return err
	}
	inv := &emulator.Invocation{
		RequestID: c.RequestID,
		Function:  fn,
		Qualifier: ref.Qualifier,
		Event:     event,
		Async:     control.Async,
		LogTail:   control.LogTail,
		TaskID:    control.TaskID,
		TaskMode:  control.TaskMode,
	}
	record.Invocation = inv
	if control.Async {
		record.Status = http.StatusAccepted
		return i.accept(c, inv, control.Delay)
	}
	if inv.Session, refusal = invoke.NamedSession(fn.Affinity, c.Request.Header); refusal != nil {
		return refusal
	}
	record.Status = http.StatusOK
	return i.run(c, inv, record)
}

// accept answers when the invocation is stored for good.
func (i *Invoker) accept(c *Call, inv *emulator.Invocation, delay time.Duration) error {
	task, err := i.Queue.Accept(c.Request.Context(), inv, delay)
	if err != nil {
		return err
	}
	invoke.SetAccepted(c.Header(), task)
	if task.TaskMode {
		c.Header()[i.TaskHeader] = []string{task.Key.ID}
	}
	return c.Empty(http.StatusAccepted)
}

// run waits for the function and passes on its bytes. An error in the function is an answer of 200
// with X-Fc-Error-Type.
func (i *Invoker) run(c *Call, inv *emulator.Invocation, record *emulator.RequestRecord) error {
	outcome := i.Engine.Do(c.Request.Context(), inv, nil)
	record.Outcome = outcome
	header := c.Header()
	invoke.SetHeaders(header, inv, outcome)
	if outcome.ColdStart {
		header[headerColdStart] = []string{"true"}
	}
	switch {
	case outcome.Refused != nil:
		return outcome.Refused
	case outcome.Cause == emulator.CauseCanceled:
		return invoke.ClientClosed()
	case outcome.Cause == emulator.CauseShutdown:
		return emulator.Internal(emulator.ErrShutdown)
	}
	return c.Bytes(http.StatusOK, "application/octet-stream", outcome.Payload)
}
