package fcemutest

import (
	"encoding/json"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api/local"
	"github.com/fcemu/fcemu/emulator/client"
)

// Result is what a function answered: Payload, and ErrorType where it failed.
type Result = client.Result

// Task is an asynchronous invocation: its Status, Events, ReturnPayload and so on.
type Task = local.Task

// InboxMessage is an outcome for a destination that has no local service.
type InboxMessage = emulator.InboxMessage

// Invoke calls a function and waits for its answer. A function that fails is a Result with an
// ErrorType; only a refusal of the call ends the test.
func (e *Emulator) Invoke(name string, event []byte) Result {
	e.t.Helper()
	result, err := e.client.Invoke(e.ctx, client.Invocation{Reference: emulator.Reference{Name: emulator.ParseName(name)}, Event: event})
	e.must(err)
	return *result
}

// AsyncOption is a setting of one asynchronous invocation.
type AsyncOption func(*client.Invocation)

// WithDelay lets the invocation wait, 0 to an hour in whole seconds.
func WithDelay(d time.Duration) AsyncOption { return func(inv *client.Invocation) { inv.Delay = d } }

// WithTaskID gives the task an id. It holds for functions in task mode.
func WithTaskID(id string) AsyncOption { return func(inv *client.Invocation) { inv.TaskID = id } }

// WithQualifier calls a version or an alias.
func WithQualifier(qualifier string) AsyncOption {
	return func(inv *client.Invocation) { inv.Qualifier = qualifier }
}

// InvokeAsync submits an invocation and returns the id of its task, for Task.
func (e *Emulator) InvokeAsync(name string, event []byte, opts ...AsyncOption) string {
	e.t.Helper()
	inv := client.Invocation{Reference: emulator.Reference{Name: emulator.ParseName(name)}, Event: event, Async: true}
	for _, option := range opts {
		option(&inv)
	}
	if inv.Delay%time.Second != 0 {
		e.t.Fatalf("fcemutest: the delay %v is not in whole seconds", inv.Delay)
	}
	result, err := e.client.Invoke(e.ctx, inv)
	e.must(err)
	if result.TaskID != "" {
		return result.TaskID
	}
	return result.RequestID
}

// Task returns the asynchronous invocation with this id, whether or not in task mode.
func (e *Emulator) Task(id string) Task {
	e.t.Helper()
	object, err := e.client.Task(e.ctx, id, "", 0)
	e.must(err)
	return e.read(object)
}

// Tasks lists the asynchronous invocations of a function, in the order of their acceptance. An empty
// name lists those of all.
func (e *Emulator) Tasks(function string) []Task {
	e.t.Helper()
	rows, err := e.client.Tasks(e.ctx, client.TaskFilter{Function: function, Order: "asc", Payload: true})
	e.must(err)
	tasks := make([]Task, len(rows))
	for i, row := range rows {
		tasks[i] = e.read(row)
	}
	return tasks
}

func (e *Emulator) read(object client.Object) (task Task) {
	e.t.Helper()
	text, err := json.Marshal(object)
	e.must(err)
	e.must(json.Unmarshal(text, &task))
	return task
}

// Inbox lists the outcomes that went to queues, topics and buses, in the order of their arrival.
func (e *Emulator) Inbox() []InboxMessage {
	e.t.Helper()
	var list []InboxMessage
	for message, err := range e.client.Inbox(e.ctx, client.InboxFilter{}) {
		e.must(err)
		list = append(list, message)
	}
	return list
}
