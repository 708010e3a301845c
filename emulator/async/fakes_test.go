package async_test

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// function is the body of one.
type function func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome

func succeed(context.Context, *emulator.Invocation) *emulator.Outcome {
	return &emulator.Outcome{Payload: []byte(`"done"`), InstanceID: "c-1", Duration: 7 * time.Millisecond}
}

func fail(context.Context, *emulator.Invocation) *emulator.Outcome {
	return &emulator.Outcome{
		ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseUnhandled,
		Payload: []byte(`{"errorMessage":"boom"}`), InstanceID: "c-2",
	}
}

// hang runs until it is cancelled.
func hang(ctx context.Context, _ *emulator.Invocation) *emulator.Outcome {
	<-ctx.Done()
	cause := emulator.CauseStopped
	if context.Cause(ctx) == emulator.ErrShutdown {
		cause = emulator.CauseShutdown
	}
	return &emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Cause: cause, InstanceID: "c-3"}
}

// run is one run that the engine was asked for.
type run struct {
	Function string
	At       time.Time
	Inv      emulator.Invocation
}

// engine runs Go code in place of instances.
type engine struct {
	mu        sync.Mutex
	functions map[string]function
	runs      []run
}

func (e *engine) define(name string, body function) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.functions[name] = body
}

func (e *engine) Do(ctx context.Context, inv *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
	e.mu.Lock()
	name := inv.Function.Name().String()
	e.runs = append(e.runs, run{name, time.Now(), *inv})
	body := e.functions[name]
	e.mu.Unlock()
	return body(ctx, inv)
}

// of returns the runs of a function.
func (e *engine) of(name string) []run {
	e.mu.Lock()
	defer e.mu.Unlock()
	var found []run
	for _, r := range e.runs {
		if r.Function == name {
			found = append(found, r)
		}
	}
	return found
}

// catalogue holds policies; a function without one does not exist.
type catalogue struct {
	mu        sync.Mutex
	functions map[emulator.Reference]emulator.AsyncPolicy
	fault     error
}

func (c *catalogue) define(name string, policy emulator.AsyncPolicy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.functions[emulator.Reference{Name: emulator.ParseName(name), Qualifier: "LATEST"}] = policy
}

func (c *catalogue) remove(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.functions, emulator.Reference{Name: emulator.ParseName(name), Qualifier: "LATEST"})
}

func (c *catalogue) fail(fault error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = fault
}

func (c *catalogue) Chosen(ctx context.Context, ref emulator.Reference, version string) (*emulator.Function, error) {
	fn, err := c.Choose(ctx, ref, nil)
	if err == nil && version != "" {
		fn.VersionID = version
	}
	return fn, err
}

func (c *catalogue) Choose(_ context.Context, ref emulator.Reference, _ emulator.Traffic) (*emulator.Function, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault != nil {
		return nil, c.fault
	}
	if _, ok := c.functions[ref]; !ok {
		return nil, emulator.FunctionNotFound(ref.Name)
	}
	return &emulator.Function{Service: ref.Service, FunctionName: ref.Function, VersionID: ref.Qualifier}, nil
}

func (c *catalogue) AsyncPolicy(_ context.Context, ref emulator.Reference) (emulator.AsyncPolicy, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.functions[ref], nil
}

// lines collects what the queue tells.
type lines struct {
	mu   sync.Mutex
	text []string
}

func (l *lines) add(line emulator.LogLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, line.Text)
}

func (l *lines) mention(words string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(strings.Join(l.text, "\n"), words)
}

// trail is the statuses of a task's events.
func trail(task *emulator.Task) string {
	var words []string
	for _, e := range task.Events {
		words = append(words, string(e.Status))
	}
	return strings.Join(words, " ")
}
