package invoke

import (
	"context"
	"errors"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Engine runs invocations and has each of them recorded. It is safe for concurrent use.
type Engine struct {
	runner emulator.Runner
	record func(emulator.InvocationRecord)
}

// New joins a runner with the book of finished invocations. record may be nil; it is called before
// the caller gets the outcome, so it has to be quick.
func New(runner emulator.Runner, record func(emulator.InvocationRecord)) *Engine {
	if record == nil {
		record = func(emulator.InvocationRecord) {}
	}
	return &Engine{runner: runner, record: record}
}

// Do runs inv and waits for its end. An HTTP answer goes to answer while it is produced; answer is
// nil where nobody listens. While invocations of the function are disabled they are refused. The outcome is never nil, and what went wrong is inside it.
func (e *Engine) Do(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
	began := time.Now()
	outcome := e.run(ctx, inv, answer)
	e.record(emulator.InvocationRecord{Invocation: inv, Outcome: outcome, Began: began})
	return outcome
}

func (e *Engine) run(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
	if refusal := inv.Function.Admit(); refusal != nil {
		return &emulator.Outcome{Refused: refusal}
	}
	outcome := e.runner.Run(ctx, inv, answer)
	if outcome == nil {
		outcome = &emulator.Outcome{Refused: emulator.Internal(errors.New("the runtime gave no outcome"))}
	}
	return outcome
}
