package runtime

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// Kind is one way of running functions: built-in Python, built-in Node, the user's own server.
// It answers what to start and which transport to speak; streaming, time-outs, hooks, logs and
// limits are written once above it, in this package.
type Kind interface {
	// Prepare says what to start for fn. The environment has the variables that every runtime gets.
	// A missing interpreter or a missing program is an *emulator.Error.
	Prepare(fn *emulator.Function, place Place) (Plan, error)
}

// Plan is a process to start and the way to talk to it.
type Plan struct {
	Spec   process.Spec
	Notice string // one line to tell the user once, e.g. that another version stands in
	// Connect speaks to the started process. For a listening server it is called when the process
	// is ready; otherwise at once.
	Connect func(ctx context.Context, p process.Process) (Session, error)
	// Marks tells that the platform writes the "FC Invoke Start/End" lines for this runtime.
	Marks bool
	// Greeting is a line that the platform logs when the program is up, ahead of its first call.
	Greeting string
	// Ahead says how the program can be started before a function needs it. Nil: it cannot.
	Ahead *Ahead
	// Open makes what the program inherits, of which the caller closes its copies after the start, and what
	// Connect speaks on. It is called at most once, right before the start. Nil: there is nothing.
	Open func() ([]*os.File, error)
}

// open has the plan started with what it inherits, until done is called.
func (p *Plan) open() (done func(), err error) {
	if p.Open == nil {
		return func() {}, nil
	}
	files, err := p.Open()
	p.Spec.Files = files
	return func() {
		for _, file := range files {
			_ = file.Close()
		}
	}, err
}

// Ahead is how a program is started before it is known for which function: an interpreter that waits.
// It becomes one function's, once, and has seen no other's code before.
type Ahead struct {
	// Key tells programs apart that are not started alike.
	Key string
	// Plan is the start. Its Spec.Mounts have what the program needs until it is given to a function,
	// and its Connect returns at once.
	Plan func() Plan
	// Tell gives the waiting program the function's variables, while it gets the function's folders.
	Tell func(Session) error
	// Give makes it the function's. It has its folders and its limits by then.
	Give func(Session) error
}

// Session is the open line to one running instance.
type Session interface {
	// Invoke runs one request. ctx ends it early only by ending the whole session: the pool kills
	// the instance. A broken line is an error, and the pool asks the process why.
	Invoke(ctx context.Context, call Call, answer emulator.Answer) (Reply, error)
	// Close frees the session's descriptors. The process is the pool's to kill.
	Close()
}

// Multiplexed is a Session whose requests do not depend on one another: a hook may run beside an
// invocation, an error spoils one request only, and a request that uses Call.Attach can be given
// up without losing the instance.
type Multiplexed interface{ Multiplexed() }

// Checker is a Session that can ask its server whether it is healthy. Source: healthCheckConfig.
type Checker interface {
	Check(ctx context.Context, path string) error
}

// ErrHungUp is an error of Session.Invoke: the instance ended a connection of another protocol (a
// WebSocket) before its client did. That is no failure unless the process has ended with it.
var ErrHungUp = errors.New("the function ended the connection")

// ErrEnded is an error of Session.Invoke: the instance has closed the one line that it has. Its process
// ends with it, or is of no use any more.
var ErrEnded = errors.New("the instance has ended")

// ErrNotSent is an error of Session.Invoke: nothing of the call has reached the instance. When its
// process has ended, or does not listen any more (ECONNREFUSED), the call goes to another.
var ErrNotSent = errors.New("the instance cannot be reached")

// BadAnswer is an error of Session.Invoke: the instance lives, but what it answered is no answer.
type BadAnswer struct{ Reason string }

// Error returns the reason.
func (e *BadAnswer) Error() string { return "bad answer of the function: " + e.Reason }

// Call is one request to an instance.
type Call struct {
	*emulator.Invocation
	Hook     emulator.Hook
	Deadline time.Time
	// Credentials are for the context or the headers of this call; nil: none. As long as they stay the
	// same, the pointer does.
	Credentials *Credentials

	flight *flight // nil in a session's own tests
}

// Attach names the line that carries this call, so that the pool can give the call up by closing
// it. False means that the call is over already.
func (c Call) Attach(line io.Closer) bool { return c.flight == nil || c.flight.attach(line) }

// Switch is Attach for a connection that has left HTTP and is open for as long as its client likes:
// when its time is up, the pool closes it and lets the instance live.
func (c Call) Switch(line io.Closer) bool {
	if c.flight == nil {
		return true
	}
	c.flight.switched.Store(true)
	return c.flight.attach(line)
}

// Detach takes the line back. False means that the pool has closed it.
func (c Call) Detach() bool { return c.flight == nil || c.flight.detach() }

// Reply is what the instance answered.
type Reply struct {
	ErrorType emulator.ErrorType // empty = success
	Payload   []byte
	Streamed  bool                 // the answer was passed to the emulator.Answer
	HTTP      *emulator.HTTPAnswer // of an HTTP handler; Payload is the body
}
