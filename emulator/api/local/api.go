// Package local is the emulator's own API under /_fcemu: what the cloud has no API for. Names of
// fields are those of Function Compute's API wherever it has one for the thing.
package local

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Catalogue is what this API asks of the catalogue.
type Catalogue interface {
	Resolve(ctx context.Context, ref emulator.Reference) (*emulator.Function, error)
	Triggers(ctx context.Context, name *emulator.Name, prefix, from string, limit int) ([]emulator.FunctionTrigger, string, error)
	Trigger(ctx context.Context, name emulator.Name, trigger string) (*emulator.Trigger, error)
	Layer(ctx context.Context, layer string, version int) (*emulator.LayerVersion, error)
	PublishLayer(ctx context.Context, layer *emulator.LayerVersion, zip []byte) (*emulator.LayerVersion, error)
}

// Queue is what this API asks of the tasks, whatever their mode.
type Queue interface {
	Task(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error)
	FindTasks(ctx context.Context, id string) ([]*emulator.Task, error)
	Tasks(ctx context.Context, query emulator.TaskQuery) ([]*emulator.Task, error)
	Await(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error)
	Stop(ctx context.Context, key emulator.TaskKey) error
	Rerun(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error)
	Changer
	Teller
}

// Journal gives log lines back.
type Journal interface {
	Read(ctx context.Context, query emulator.LogQuery) ([]emulator.LogLine, error)
	Follow(ctx context.Context, query emulator.LogQuery) iter.Seq2[emulator.LogLine, error]
}

// Blobs gives code packages back.
type Blobs interface {
	Read(code emulator.Code) ([]byte, error)
}

// Health is the state of the running emulator.
type Health struct {
	Status       string                        `json:"status"` // starting, ready, stopping
	Version      string                        `json:"version"`
	PID          int                           `json:"pid"`
	Endpoint     string                        `json:"endpoint"`
	HTTPS        string                        `json:"httpsEndpoint,omitempty"`
	DataDir      string                        `json:"dataDir"`
	AccountID    string                        `json:"accountId"`
	Region       string                        `json:"region"`
	StartedTime  time.Time                     `json:"startedTime"`
	Capabilities any                           `json:"capabilities,omitempty"` // of the platform, see fcemu doctor
	Functions    int                           `json:"functions"`
	Instances    int                           `json:"instances"`
	Spares       []int                         `json:"spares"` // process ids of interpreters that wait for a function
	Tasks        map[emulator.TaskStatus]int64 `json:"tasks"`
	Clock        emulator.ClockState           `json:"clock"`
}

// Instance is one running instance.
type Instance struct {
	InstanceID   string    `json:"instanceId"`
	FunctionName string    `json:"functionName"` // as people type it
	VersionID    string    `json:"versionId"`
	Runtime      string    `json:"runtime,omitempty"`
	Status       string    `json:"status"`
	PID          int       `json:"pid,omitempty"`
	Busy         int       `json:"busy"`        // requests in flight
	Concurrency  int       `json:"concurrency"` // requests that it takes at a time
	Sessions     int       `json:"sessions"`    // that are bound to it
	Requests     int64     `json:"requests"`    // served
	MemoryMB     float64   `json:"memoryMB,omitempty"`
	CreatedTime  time.Time `json:"createdTime"`
	LastUsedTime time.Time `json:"lastUsedTime,omitzero"`
}

// API serves /_fcemu. All fields are required.
type API struct {
	Catalogue    Catalogue
	Queue        Queue
	Journal      Journal
	Requests     Journal // one line a request
	Blobs        Blobs
	Clock        DrivenClock
	Destinations Destinations
	Triggers     Triggers
	Endpoint     func() string // http://host:port
	Health       func(ctx context.Context) (Health, error)
	Instances    func() []Instance
	Metrics      func(ctx context.Context) (any, error)
	Stop         func() // asks the emulator to end; returns at once
}

// Routes lists the operations.
func (a *API) Routes() []api.Route {
	const root = " /_fcemu"
	return slices.Concat(a.taskRoutes(), a.destinationRoutes(), a.clockRoutes(), []api.Route{
		{Pattern: "GET" + root + "/health", Operation: a.getHealth},
		{Pattern: "POST" + root + "/stop", Operation: a.stop},
		{Pattern: "GET" + root + "/logs", Operation: func(c *api.Call) error { return getLogs(c, a.Journal) }},
		{Pattern: "GET" + root + "/requests", Operation: func(c *api.Call) error { return getLogs(c, a.Requests) }},
		{Pattern: "GET" + root + "/instances", Operation: a.listInstances},
		{Pattern: "GET" + root + "/metrics", Operation: a.getMetrics},
		{Pattern: "GET" + root + "/triggers", Operation: a.listTriggers},
		{Pattern: "POST" + root + "/functions/{function}/triggers/{trigger}/fire", Operation: a.fireTrigger},
		{Pattern: "GET" + root + "/functions/{function}/code", Operation: a.getCode},
		{Pattern: "GET" + root + "/layers/{layer}/versions/{version}/code", Operation: a.getLayerCode},
		{Pattern: "PUT" + root + "/layers/{layer}/versions/{version}", Operation: a.putLayer},
	})
}

func (a *API) getHealth(c *api.Call) error {
	health, err := a.Health(c.Request.Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, &health)
}

// stop answers before the emulator ends, or the caller would see a broken connection.
func (a *API) stop(c *api.Call) error {
	if err := c.JSON(http.StatusAccepted, map[string]string{"status": "stopping"}); err != nil {
		return err
	}
	c.Flush()
	a.Stop()
	return nil
}

func (a *API) listInstances(c *api.Call) error {
	instances := a.Instances()
	if instances == nil {
		instances = []Instance{}
	}
	return c.JSON(http.StatusOK, map[string][]Instance{"instances": instances})
}

func (a *API) getMetrics(c *api.Call) error {
	functions, err := a.Metrics(c.Request.Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"functions": functions})
}

// function is the function that the query names, or nil.
func function(c *api.Call) *emulator.Name {
	text := c.Query("function")
	if text == "" {
		return nil
	}
	name := emulator.ParseName(text)
	return &name
}

func (a *API) getCode(c *api.Call) error {
	fn, err := a.Catalogue.Resolve(c.Request.Context(), emulator.Reference{
		Name:      emulator.ParseName(c.Path("function")),
		Qualifier: c.Query("qualifier"),
	})
	if err != nil {
		return err
	}
	if fn.Code.Digest == "" {
		return emulator.InvalidArgument("function '%s' has no code package", fn.Name())
	}
	return a.answerCode(c, fn.Code)
}

func (a *API) getLayerCode(c *api.Call) error {
	version, err := c.LayerVersion("version")
	if err != nil {
		return err
	}
	layer, err := a.Catalogue.Layer(c.Request.Context(), c.Path("layer"), version)
	if err != nil {
		return err
	}
	return a.answerCode(c, layer.Code)
}

func (a *API) answerCode(c *api.Call, code emulator.Code) error {
	zip, err := a.Blobs.Read(code)
	if err != nil {
		return err
	}
	return c.Bytes(http.StatusOK, "application/zip", zip)
}
