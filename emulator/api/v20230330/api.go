// Package v20230330 is the 2023-03-30 generation of the API (FC 3.0): its routes, its wire forms
// and the conversions to and from the emulator's words. Rules and defaults are elsewhere.
package v20230330

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Version is the first segment of the paths of this generation.
const Version = "2023-03-30"

// Functions is what the API asks of the catalogue about functions.
type Functions interface {
	Resolve(ctx context.Context, ref emulator.Reference) (*emulator.Function, error)
	Create(ctx context.Context, fn *emulator.Function, zip []byte) (*emulator.Function, error)
	Update(ctx context.Context, name emulator.Name, change func(*emulator.Function) error, zip []byte) (*emulator.Function, error)
	EnsureService(ctx context.Context, service string) error
	Delete(ctx context.Context, name emulator.Name, ifMatch string) error
	Functions(ctx context.Context, prefix, from string, limit int) ([]*emulator.Function, string, error)
}

// Triggers is what the API asks of the catalogue about triggers.
type Triggers interface {
	PutTrigger(ctx context.Context, name emulator.Name, trigger *emulator.Trigger) (*emulator.Trigger, error)
	UpdateTrigger(ctx context.Context, name emulator.Name, trigger string, change func(*emulator.Trigger) error) (*emulator.Trigger, error)
	Trigger(ctx context.Context, name emulator.Name, trigger string) (*emulator.Trigger, error)
	DeleteTrigger(ctx context.Context, name emulator.Name, trigger, ifMatch string) error
	Triggers(ctx context.Context, name *emulator.Name, prefix, from string, limit int) ([]emulator.FunctionTrigger, string, error)
}

// AsyncConfigs is what the API asks of the catalogue about asynchronous configurations.
type AsyncConfigs interface {
	PutAsyncConfig(ctx context.Context, ref emulator.Reference, config *emulator.AsyncConfig) (*emulator.AsyncConfig, error)
	AsyncConfig(ctx context.Context, ref emulator.Reference) (*emulator.AsyncConfig, error)
	DeleteAsyncConfig(ctx context.Context, ref emulator.Reference) error
	AsyncConfigs(ctx context.Context, name *emulator.Name, from string, limit int) ([]emulator.FunctionAsyncConfig, string, error)
}

// Catalogue is what the API asks of the catalogue.
type Catalogue interface {
	Functions
	Triggers
	AsyncConfigs
}

// Engine runs an invocation and waits for it.
type Engine interface {
	Do(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome
}

// Queue takes and keeps asynchronous invocations.
type Queue interface {
	Accept(ctx context.Context, inv *emulator.Invocation, delay time.Duration) (*emulator.Task, error)
	Task(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error)
	Tasks(ctx context.Context, query emulator.TaskQuery) ([]*emulator.Task, error)
	Stop(ctx context.Context, key emulator.TaskKey) error
}

// API serves this generation. All fields are required.
type API struct {
	Catalogue Catalogue
	Engine    Engine
	Queue     Queue
	Account   string
	Region    string
	Endpoint  func() string // http://host:port, for the addresses in answers
}

// Routes lists the operations.
func (a *API) Routes() []api.Route {
	const root, function = "/" + Version, "/" + Version + "/functions/{function}"
	routes := []api.Route{
		{Pattern: "POST " + root + "/functions", Operation: a.createFunction},
		{Pattern: "GET " + root + "/functions", Operation: a.listFunctions},
		{Pattern: "GET " + function, Operation: a.getFunction},
		{Pattern: "PUT " + function, Operation: a.updateFunction},
		{Pattern: "DELETE " + function, Operation: a.deleteFunction},
		{Pattern: "GET " + function + "/code", Operation: a.getFunctionCode},
		{Pattern: "POST " + function + "/invocations", Operation: a.invokeFunction},

		{Pattern: "POST " + function + "/triggers", Operation: a.createTrigger},
		{Pattern: "GET " + function + "/triggers", Operation: a.listTriggers},
		{Pattern: "GET " + function + "/triggers/{trigger}", Operation: a.getTrigger},
		{Pattern: "PUT " + function + "/triggers/{trigger}", Operation: a.updateTrigger},
		{Pattern: "DELETE " + function + "/triggers/{trigger}", Operation: a.deleteTrigger},

		{Pattern: "PUT " + function + "/async-invoke-config", Operation: a.putAsyncInvokeConfig},
		{Pattern: "GET " + function + "/async-invoke-config", Operation: a.getAsyncInvokeConfig},
		{Pattern: "DELETE " + function + "/async-invoke-config", Operation: a.deleteAsyncInvokeConfig},
		{Pattern: "GET " + root + "/async-invoke-configs", Operation: a.listAsyncInvokeConfigs},

		{Pattern: "GET " + function + "/async-tasks", Operation: a.listAsyncTasks},
		{Pattern: "GET " + function + "/async-tasks/{task}", Operation: a.getAsyncTask},
		{Pattern: "PUT " + function + "/async-tasks/{task}/stop", Operation: a.stopAsyncTask},
	}
	return append(routes, missing()...)
}

// name is the function that a path means.
func name(c *api.Call) emulator.Name { return emulator.ParseName(c.Path("function")) }

// reference is the function that a path means, with the qualifier of the query.
func reference(c *api.Call) emulator.Reference {
	return emulator.Reference{Name: name(c), Qualifier: c.Query("qualifier")}
}

// page reads the window of a list operation: where it starts and how much it shows.
func page(c *api.Call) (from string, limit int, err error) {
	if limit, err = c.Limit(20, 100); err != nil {
		return "", 0, err
	}
	from, err = c.NextToken()
	return from, limit, err
}
