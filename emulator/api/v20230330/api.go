// Package v20230330 is the 2023-03-30 generation of the API (FC 3.0): its routes, its wire forms
// and the conversions to and from the emulator's words. Rules and defaults are elsewhere.
package v20230330

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// Version is the first segment of the paths of this generation.
const Version = "2023-03-30"

// Queue takes and keeps asynchronous invocations.
type Queue interface {
	Accept(ctx context.Context, inv *emulator.Invocation, delay time.Duration) (*emulator.Task, error)
	Task(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error)
	Tasks(ctx context.Context, query emulator.TaskQuery) ([]*emulator.Task, error)
	Stop(ctx context.Context, key emulator.TaskKey) error
}

// API serves this generation. All fields but Objects, Instances and Exec are required.
type API struct {
	Catalogue Catalogue
	Engine    api.Engine
	Queue     Queue
	Objects   api.Objects                                     // nil = code in a bucket is refused
	Instances func(ctx context.Context) []emulator.Instance   // nil = none is ever shown
	Exec      func(c *api.Call, ref emulator.Reference) error // runs a command in an instance; nil = refused
	Observe   func(*emulator.RequestRecord)                   // is told of every InvokeFunction; may be nil
	Account   string
	Region    string
	Endpoint  func() string  // http://host:port, for the addresses in answers
	Clock     emulator.Clock // nil = the machine's
}

// Routes lists the operations.
func (a *API) Routes() []api.Route {
	return slices.Concat(a.functionRoutes(), a.settingRoutes(), a.accountRoutes())
}

const (
	root     = "/" + Version
	function = root + "/functions/{function}"
)

// functionRoutes are those of functions, their versions and triggers, and of tasks.
func (a *API) functionRoutes() []api.Route {
	return []api.Route{
		{Pattern: "POST " + root + "/functions", Operation: a.createFunction},
		{Pattern: "GET " + root + "/functions", Operation: a.listFunctions},
		{Pattern: "GET " + function, Operation: a.getFunction},
		{Pattern: "PUT " + function, Operation: a.updateFunction},
		{Pattern: "DELETE " + function, Operation: a.deleteFunction},
		{Pattern: "GET " + function + "/code", Operation: a.getFunctionCode},
		{Pattern: "POST " + function + "/invocations", Operation: a.invokeFunction()},
		{Pattern: "POST " + function + "/invoke/disable", Operation: a.disableFunctionInvocation},
		{Pattern: "POST " + function + "/invoke/enable", Operation: a.enableFunctionInvocation},
		{Pattern: "GET " + function + "/instances", Operation: a.listInstances},
		{Pattern: "GET " + function + "/instances/{instance}/exec", Operation: a.instanceExec},

		{Pattern: "POST " + function + "/versions", Operation: a.publishFunctionVersion},
		{Pattern: "GET " + function + "/versions", Operation: a.listFunctionVersions},
		{Pattern: "DELETE " + function + "/versions/{version}", Operation: a.deleteFunctionVersion},
		{Pattern: "POST " + function + "/aliases", Operation: a.createAlias},
		{Pattern: "GET " + function + "/aliases", Operation: a.listAliases},
		{Pattern: "GET " + function + "/aliases/{alias}", Operation: a.getAlias},
		{Pattern: "PUT " + function + "/aliases/{alias}", Operation: a.updateAlias},
		{Pattern: "DELETE " + function + "/aliases/{alias}", Operation: a.deleteAlias},

		{Pattern: "POST " + function + "/triggers", Operation: a.createTrigger},
		{Pattern: "GET " + function + "/triggers", Operation: a.listTriggers},
		{Pattern: "GET " + function + "/triggers/{trigger}", Operation: a.getTrigger},
		{Pattern: "PUT " + function + "/triggers/{trigger}", Operation: a.updateTrigger},
		{Pattern: "DELETE " + function + "/triggers/{trigger}", Operation: a.deleteTrigger},

		{Pattern: "GET " + function + "/async-tasks", Operation: a.listAsyncTasks},
		{Pattern: "GET " + function + "/async-tasks/{task}", Operation: a.getAsyncTask},
		{Pattern: "PUT " + function + "/async-tasks/{task}/stop", Operation: a.stopAsyncTask},
	}
}

// settingRoutes are those of a function's further configurations, bindings, sessions and snapshots.
func (a *API) settingRoutes() []api.Route {
	const session, snapshot = function + "/sessions/{session}", function + "/snapshots/{snapshot}"
	return []api.Route{
		{Pattern: "PUT " + function + "/async-invoke-config", Operation: a.putAsyncInvokeConfig},
		{Pattern: "GET " + function + "/async-invoke-config", Operation: a.getAsyncInvokeConfig},
		{Pattern: "DELETE " + function + "/async-invoke-config", Operation: a.deleteAsyncInvokeConfig},
		{Pattern: "GET " + root + "/async-invoke-configs", Operation: a.listAsyncInvokeConfigs},

		{Pattern: "PUT " + function + "/concurrency", Operation: a.putConcurrencyConfig},
		{Pattern: "GET " + function + "/concurrency", Operation: a.getConcurrencyConfig},
		{Pattern: "DELETE " + function + "/concurrency", Operation: a.deleteConcurrencyConfig},
		{Pattern: "GET " + root + "/concurrency-configs", Operation: a.listConcurrencyConfigs},
		{Pattern: "PUT " + function + "/provision-config", Operation: a.putProvisionConfig},
		{Pattern: "GET " + function + "/provision-config", Operation: a.getProvisionConfig},
		{Pattern: "DELETE " + function + "/provision-config", Operation: a.deleteProvisionConfig},
		{Pattern: "GET " + root + "/provision-configs", Operation: a.listProvisionConfigs},
		{Pattern: "PUT " + function + "/scaling-config", Operation: a.putScalingConfig},
		{Pattern: "GET " + function + "/scaling-config", Operation: a.getScalingConfig},
		{Pattern: "DELETE " + function + "/scaling-config", Operation: a.deleteScalingConfig},
		{Pattern: "GET " + root + "/scaling-configs", Operation: a.listScalingConfigs},

		{Pattern: "POST " + function + "/vpc-bindings", Operation: a.createVpcBinding},
		{Pattern: "GET " + function + "/vpc-bindings", Operation: a.listVpcBindings},
		{Pattern: "DELETE " + function + "/vpc-bindings/{vpc}", Operation: a.deleteVpcBinding},

		{Pattern: "POST " + function + "/sessions", Operation: a.createSession},
		{Pattern: "GET " + function + "/sessions", Operation: a.listSessions},
		{Pattern: "GET " + session, Operation: a.getSession},
		{Pattern: "PUT " + session, Operation: a.updateSession},
		{Pattern: "DELETE " + session, Operation: a.deleteSession},
		{Pattern: "PUT " + session + "/pause", Operation: a.pauseSession},
		{Pattern: "PUT " + session + "/resume", Operation: a.resumeSession},

		{Pattern: "POST " + function + "/snapshots", Operation: a.createSnapshot},
		{Pattern: "GET " + snapshot, Operation: a.getSnapshot},
		{Pattern: "DELETE " + snapshot, Operation: a.deleteSnapshot},
		{Pattern: "GET " + root + "/snapshots", Operation: a.listSnapshots},
	}
}

// accountRoutes are those of what belongs to no function.
func (a *API) accountRoutes() []api.Route {
	const layer, domain = root + "/layers/{layer}", root + "/custom-domains/{domain}"
	return []api.Route{
		{Pattern: "GET " + root + "/layers", Operation: a.listLayers},
		{Pattern: "POST " + layer + "/versions", Operation: a.createLayerVersion},
		{Pattern: "GET " + layer + "/versions", Operation: a.listLayerVersions},
		{Pattern: "GET " + layer + "/versions/{version}", Operation: a.getLayerVersion},
		{Pattern: "DELETE " + layer + "/versions/{version}", Operation: a.deleteLayerVersion},
		{Pattern: "PUT " + layer + "/acl", Operation: a.putLayerACL},
		{Pattern: "GET " + root + "/layerarn/{arn...}", Operation: a.getLayerVersionByArn},

		{Pattern: "POST " + root + "/custom-domains", Operation: a.createCustomDomain},
		{Pattern: "GET " + root + "/custom-domains", Operation: a.listCustomDomains},
		{Pattern: "GET " + domain, Operation: a.getCustomDomain},
		{Pattern: "PUT " + domain, Operation: a.updateCustomDomain},
		{Pattern: "DELETE " + domain, Operation: a.deleteCustomDomain},

		{Pattern: "POST " + root + "/tags-v2", Operation: a.tagResources},
		{Pattern: "GET " + root + "/tags-v2", Operation: a.listTagResources},
		{Pattern: "DELETE " + root + "/tags-v2", Operation: a.untagResources},
		{Pattern: "GET " + root + "/regions", Operation: a.describeRegions},
		{Pattern: "PUT " + root + "/resource-groups", Operation: a.changeResourceGroup},
	}
}

// invokeFunction is InvokeFunction. FC 3.0 clients read a task's id from the header of this
// generation, also that of an FC 2.0 function.
func (a *API) invokeFunction() api.Operation {
	invoker := &api.Invoker{Functions: a.Catalogue, Engine: a.Engine, Queue: a.Queue, TaskHeader: invoke.HeaderAsyncTaskID, Observe: a.Observe}
	return func(c *api.Call) error { return invoker.Invoke(c, reference(c)) }
}

func (a *API) now() time.Time {
	if a.Clock == nil {
		return time.Now()
	}
	return a.Clock.Now()
}

// name is the function that a path means.
func name(c *api.Call) emulator.Name { return emulator.ParseName(c.Path("function")) }

// reference is the function that a path means, with the qualifier of the query.
func reference(c *api.Call) emulator.Reference {
	return emulator.Reference{Name: name(c), Qualifier: c.Query("qualifier")}
}

// named selects the function that a list asks for with functionName; nil selects all.
func named(c *api.Call) admit {
	text := c.Query("functionName")
	if text == "" {
		return nil
	}
	wanted := emulator.ParseName(text)
	return func(ref emulator.Reference) bool { return ref.Name == wanted }
}

// done answers where there is nothing to show but err.
func done(c *api.Call, status int, err error) error {
	if err != nil {
		return err
	}
	return c.Empty(status)
}

// removed answers a deletion.
func removed(c *api.Call, err error) error { return done(c, http.StatusNoContent, err) }

// show answers with a resource in its wire form.
func show[T, W any](c *api.Call, noun T, err error, form func(T) W) error {
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, form(noun))
}

// page reads the window of a list operation: where it starts and how much it shows.
func page(c *api.Call) (from string, limit int, err error) {
	if limit, err = c.Limit(20, 100); err != nil {
		return "", 0, err
	}
	from, err = c.NextToken()
	return from, limit, err
}
