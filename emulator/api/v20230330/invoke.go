package v20230330

import (
	"context"
	"errors"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// headerColdStart is the emulator's own: it tells that the call had to start an instance.
const headerColdStart = "X-Fcemu-Cold-Start"

// invokeFunction is InvokeFunction, synchronous and asynchronous. It is the warm path.
func (a *API) invokeFunction(c *api.Call) error {
	control, refusal := invoke.ParseControl(c.Request.Header)
	if refusal != nil {
		return refusal
	}
	if control.RequestID != "" {
		c.SetRequestID(control.RequestID)
	}
	ref := reference(c)
	fn, err := a.Catalogue.Resolve(c.Request.Context(), ref)
	if err != nil {
		return err
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
	}
	if control.Async {
		return a.accept(c, inv, control)
	}
	return a.run(c, inv)
}

// accept answers when the invocation is stored for good. FC 3.0 clients read the task's id from
// the header of this generation, also that of an FC 2.0 function.
func (a *API) accept(c *api.Call, inv *emulator.Invocation, control invoke.Control) error {
	task, err := a.Queue.Accept(c.Request.Context(), inv, control.Delay)
	if err != nil {
		return err
	}
	invoke.SetAccepted(c.Header(), task)
	if task.TaskMode {
		c.Header()[invoke.HeaderAsyncTaskID] = []string{task.Key.ID}
	}
	return c.Empty(http.StatusAccepted)
}

// run waits for the function and passes on its bytes. An error in the function is an answer of 200
// with X-Fc-Error-Type.
func (a *API) run(c *api.Call, inv *emulator.Invocation) error {
	ctx, release := whileClientListens(c.Request.Context())
	outcome := a.Engine.Do(ctx, inv, nil)
	release()
	header := c.Header()
	invoke.SetHeaders(header, inv, outcome)
	if outcome.ColdStart {
		header[headerColdStart] = []string{"true"}
	}
	switch {
	case outcome.Refused != nil:
		return outcome.Refused
	case outcome.Cause == emulator.CauseCanceled:
		return api.ClientClosed()
	case outcome.Cause == emulator.CauseShutdown:
		return emulator.Internal(emulator.ErrShutdown)
	}
	return c.Bytes(http.StatusOK, "application/octet-stream", outcome.Payload)
}

// whileClientListens ends with the request, with a cause that tells a gone client from a shutdown:
// the server ends a request's context without a cause when the client goes. Nothing below looks for
// values of the request's context, and a context of its own is the cheapest.
func whileClientListens(request context.Context) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := context.AfterFunc(request, func() {
		cause := context.Cause(request)
		if errors.Is(cause, context.Canceled) {
			cause = emulator.ErrClientGone
		}
		cancel(cause)
	})
	return ctx, func() {
		stop()
		cancel(nil)
	}
}
