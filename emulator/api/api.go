// Package api is the control plane's way in: it routes requests to operations and gives every
// answer the form that Function Compute's clients expect. The generations of the API and the
// emulator's own one are lists of Routes, in packages below.
package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// ClockHeader names the source of an answer's times where that is not the machine's clock; it is
// fcemu's own.
const ClockHeader = "X-Fcemu-Clock"

// Options say what a handler works with.
type Options struct {
	IDs   *emulator.IDs
	Clock emulator.Clock
	// Fault is told of errors that are the emulator's own, panics included. It may be nil.
	Fault func(requestID string, fault error)
	// Patience is how long a client may pause while it sends; a minute by default.
	Patience time.Duration
}

// Operation answers one call, or returns why not: an *emulator.Error for a refusal, anything else
// for a fault of the emulator.
type Operation func(call *Call) error

// Route leads requests to an operation. Pattern is that of http.ServeMux: "GET /path/{wildcard}".
type Route struct {
	Pattern   string
	Operation Operation
}

// handler is one set of routes.
type handler struct {
	Options
	mux *http.ServeMux
}

// New joins routes to a handler. Requests that no route takes are refused in the same JSON form as
// any other error.
func New(o Options, routes ...Route) http.Handler {
	o.Patience = cmp.Or(o.Patience, invoke.Patience)
	h := &handler{Options: o, mux: http.NewServeMux()}
	for _, route := range routes {
		h.mux.Handle(route.Pattern, h.serve(route.Operation))
	}
	h.mux.Handle("/", h.serve(unknown))
	return h
}

// ServeHTTP keeps the paths away from http.ServeMux that it would answer with a redirect.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path := r.URL.Path; path == "" || path[0] != '/' || strings.Contains(path, "//") || strings.Contains(path, "/.") {
		h.serve(unknown).ServeHTTP(w, r)
		return
	}
	h.mux.ServeHTTP(w, r)
}

func unknown(c *Call) error { return PathNotSupported(c.Request, "") }

// PathNotSupported refuses a method and path. hint, which may be empty, says more.
func PathNotSupported(r *http.Request, hint string) *emulator.Error {
	if hint != "" {
		hint = ": " + hint
	}
	return emulator.Refuse(400, "PathNotSupported", "'%s' against '%s' is not supported%s", r.URL.Path, r.Method, hint)
}

// serve turns an operation into an http.Handler.
func (h *handler) serve(operation Operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := &Call{Request: r, writer: w, patience: h.Patience}
		call.SetRequestID(h.IDs.Request(h.Clock.Now()))
		if h.Clock.Driven() {
			w.Header().Set(ClockHeader, emulator.ClockDriven)
		}
		defer h.recover(call)
		if err := operation(call); err != nil {
			h.fail(call, err)
		}
	})
}

// fail answers with an error, or breaks the connection where an answer has begun already.
func (h *handler) fail(call *Call, err error) {
	var refusal *emulator.Error
	switch {
	case errors.As(err, &refusal):
	case call.Request.Context().Err() != nil && errors.Is(err, call.Request.Context().Err()):
		refusal = invoke.ClientClosed()
	default:
		refusal = emulator.Internal(err)
		h.fault(call.RequestID, err)
	}
	if call.started {
		panic(http.ErrAbortHandler)
	}
	writeError(call.writer, call.RequestID, refusal)
	call.started = true
}

// recover answers for an operation that panicked.
func (h *handler) recover(call *Call) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	h.fault(call.RequestID, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
	if call.started {
		panic(http.ErrAbortHandler)
	}
	writeError(call.writer, call.RequestID, emulator.Internal(fmt.Errorf("panic: %v", cause)))
}

func (h *handler) fault(requestID string, err error) {
	if h.Fault != nil && !errors.Is(err, context.Canceled) {
		h.Fault(requestID, err)
	}
}
