// Package service is what the two generations of the API that know services (2016-08-15 and
// 2021-04-06, both FC 2.0) have in common: nearly all of their operations and wire forms. What they
// differ in is a Dialect. Rules and defaults are elsewhere.
package service

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// Dialect is what tells one generation with services from the other.
type Dialect interface {
	// Version is the first segment of the paths.
	Version() string
	// Reference reads from a path, and perhaps the query, which service, function and qualifier are meant.
	Reference(c *api.Call) emulator.Reference
	// Trigger completes the wire form of a trigger: its configuration, a JSON object, and its address
	// ("" where it is no HTTP trigger).
	Trigger(common Trigger, config json.RawMessage, address string) any
	// Instance is the wire form of an instance.
	Instance(id, version string) any
}

// Queue keeps asynchronous invocations.
type Queue interface {
	api.Accepter
	Task(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error)
	Tasks(ctx context.Context, query emulator.TaskQuery) ([]*emulator.Task, error)
	Stop(ctx context.Context, key emulator.TaskKey) error
}

// API serves the operations. All fields but Objects and Exec are required.
type API struct {
	Dialect   Dialect // set by the generation
	Catalogue Catalogue
	Engine    api.Engine
	Queue     Queue
	Objects   api.Objects // nil = code in a bucket is refused
	Instances func(ctx context.Context) []emulator.Instance
	Exec      func(c *api.Call, ref emulator.Reference) error // runs a command in an instance; nil = refused
	Observe   func(*emulator.RequestRecord)                   // is told of every InvokeFunction; may be nil
	Account   string
	Region    string
	Endpoint  func() string // http://host:port, for the addresses in answers
}

func (a *API) invokeFunction() api.Operation {
	invoker := &api.Invoker{Functions: a.Catalogue, Engine: a.Engine, Queue: a.Queue, TaskHeader: invoke.HeaderStatefulID, Observe: a.Observe}
	return func(c *api.Call) error { return invoker.Invoke(c, a.Dialect.Reference(c)) }
}

// name is the function, or service, of a path that takes no qualifier. Where the generation writes
// one into the path, the name is then one that no service has.
func name(c *api.Call) emulator.Name {
	return emulator.Name{Service: c.Path("service"), Function: c.Path("function")}
}

// answer shows a resource, with the ETag that If-Match takes back.
func answer(c *api.Call, etag string, body any) error {
	if etag != "" {
		c.Header()["Etag"] = []string{etag}
	}
	return c.JSON(http.StatusOK, body)
}

// done answers where there is nothing to show but err.
func done(c *api.Call, status int, err error) error {
	if err != nil {
		return err
	}
	return c.Empty(status)
}

func ifMatch(c *api.Call) string { return c.Request.Header.Get("If-Match") }

func isNotFound(err error) bool {
	var refusal *emulator.Error
	return errors.As(err, &refusal) && refusal.Status == http.StatusNotFound
}
