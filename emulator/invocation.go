package emulator

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// Hook says which part of the code runs. Numbers are those of the runtime API's x-fc-function-type.
type Hook int

// The parts of a function that the platform calls.
const (
	HookHandler Hook = iota
	HookInitializer
	HookPreStop
	HookPreFreeze
)

// Invocation is one run to be made of a function, whoever asked for it: the API, an HTTP trigger,
// the task queue. Sync and async differ only in who waits.
type Invocation struct {
	RequestID  string
	Function   *Function // the resolved version
	Qualifier  string    // as the caller named it; LATEST by default
	Event      []byte    // the event; the body of HTTP when that has no Body reader
	HTTP       *HTTPRequest
	RetryCount int
	Async      bool
	LogTail    bool // keep the last 4 KB of the log for the answer
	TaskID     string
	TaskMode   bool        // asked for by the caller, whatever the configuration says
	Session    *SessionUse // nil where the function has no affinity, or the caller has no session
}

// HTTPRequest is a request that is passed through to a custom runtime's server, or handed to an HTTP
// handler of an FC 2.0 built-in runtime.
type HTTPRequest struct {
	Method string              `json:"method"`
	Target string              `json:"target"` // path and query as the function sees them, still encoded
	Header map[string][]string `json:"header"` // already cleaned of what FC forbids
	Host   string              `json:"host"`
	Remote string              `json:"remote"` // client address
	Body   io.Reader           `json:"-"`      // nil = none
	Length int64               `json:"length"` // -1 = unknown (chunked)

	// Prefix is how Target begins where HTTP handlers of built-in runtimes get a path without it:
	// /2016-08-15/proxy/{service}[.{qualifier}]/{function}. Empty on every other door.
	Prefix string `json:"prefix,omitempty"`

	// Trailer gives the fields behind a body of unknown length, once the body has been read. May be nil.
	Trailer func() map[string][]string `json:"-"`
	// Upgrade is the protocol that the client asks to speak on its connection from here on, as
	// "websocket"; empty = none. The listener is a Switcher then.
	Upgrade string `json:"-"`
}

// HTTPAnswer is how an HTTP handler of a built-in runtime answered. Its body is the outcome's payload.
type HTTPAnswer struct {
	Status int
	Header map[string][]string // names as the function wrote them
}

// Answer receives an HTTP answer while the function produces it. Start is called at most once,
// before the first Write; each Write is passed on to the client at once.
type Answer interface {
	Start(status int, header map[string][]string) error
	io.Writer
}

// Trailed is an Answer that passes on fields behind the body. Trail is called at most once, after the
// last Write.
type Trailed interface {
	Answer
	Trail(trailer map[string][]string)
}

// Switcher is an Answer whose client can be given another protocol. Switch stands for Start: it tells
// the client that the protocol is switched (status 101) and hands its connection over, with what the
// client has said on it already. The caller has to close the connection. An *Error means that the
// platform refuses the answer, any other error that the client has gone.
type Switcher interface {
	Answer
	Switch(header map[string][]string) (client net.Conn, early []byte, err error)
}

// ErrorType is the value of X-Fc-Error-Type; empty when the function succeeded.
type ErrorType string

// Documented error types of an invocation. Source: FC 3.0 InvokeFunction.
const (
	HandledInvocationError   ErrorType = "HandledInvocationError"
	UnhandledInvocationError ErrorType = "UnhandledInvocationError"
	InitializationError      ErrorType = "InitializationError"
)

// Cause tells why an invocation failed, in the words of the request metrics log (errorType there).
type Cause string

// Causes of a failed invocation.
const (
	CauseNone      Cause = ""
	CauseUnhandled Cause = "FunctionUnhandledError"
	CauseTimeout   Cause = "FunctionTimeoutError"
	CauseMemory    Cause = "FunctionOOMError"
	CauseStopped   Cause = "Stopped"
	CauseCanceled  Cause = "ClientClosedRequest"
	CauseShutdown  Cause = "Shutdown" // the emulator ended under it
)

// Outcome is how an invocation ended.
type Outcome struct {
	ErrorType ErrorType
	Cause     Cause
	Refused   *Error      // the platform could not run it (429, 412, …); then nothing else is set but InstanceID and Log
	Payload   []byte      // the function's bytes, or its error JSON; of an HTTP answer at most MaxReturnPayload
	HTTP      *HTTPAnswer // of an HTTP handler that answered; Payload is the body then
	Streamed  bool        // the answer went to Answer already; with a platform's error in Payload it broke off

	InstanceID string
	ColdStart  bool
	Started    time.Time
	Duration   time.Duration // of the run in the instance
	MemoryMB   float64       // peak of the instance so far
	LogTail    []byte        // last 4 KB, where asked for
}

// Failed tells whether the function or the platform failed.
func (o *Outcome) Failed() bool { return o.ErrorType != "" || o.Refused != nil || o.Cause != CauseNone }

// Why an invocation's context was cancelled; see context.Cause.
var (
	ErrStopped    = errors.New("the task was stopped")
	ErrClientGone = errors.New("the client closed the request")
	ErrShutdown   = errors.New("the emulator is shutting down")
)

// Runner runs one invocation on an instance. answer is nil when nobody listens for a stream.
// It never returns nil.
type Runner interface {
	Run(ctx context.Context, inv *Invocation, answer Answer) *Outcome
}
