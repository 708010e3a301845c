package daemon

import (
	"context"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/api/exec"
	"github.com/fcemu/fcemu/emulator/api/local"
	"github.com/fcemu/fcemu/emulator/api/service"
	"github.com/fcemu/fcemu/emulator/api/v20160815"
	"github.com/fcemu/fcemu/emulator/api/v20210406"
	v20230330 "github.com/fcemu/fcemu/emulator/api/v20230330"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/process"
)

// openAPI serves Function Compute's API.
func (d *Daemon) openAPI() http.Handler {
	p := d.parts
	endpoint := func() string { return d.Endpoint }
	commands := &exec.Server{Functions: p.catalogue, Start: d.runCommand}
	services := service.API{Catalogue: p.catalogue, Engine: p.engine, Queue: p.queue, Objects: p.objects, Instances: d.listInstances, Exec: commands.Serve, Observe: p.observe,
		Account: d.options.Account, Region: d.options.Region, Endpoint: endpoint}
	functions := &v20230330.API{Catalogue: p.catalogue, Engine: p.engine, Queue: p.queue, Objects: p.objects, Instances: d.listInstances, Exec: commands.Serve, Clock: p.clock, Observe: p.observe,
		Account: d.options.Account, Region: d.options.Region, Endpoint: endpoint}
	routes := slices.Concat(v20160815.Routes(services), v20210406.Routes(services), functions.Routes(), d.bucketRoutes())
	return api.Guard(d.verified(api.New(d.apiOptions(), routes...)), d.allowedHost)
}

// runCommand starts a command that a client wants to run in an instance.
func (d *Daemon) runCommand(ctx context.Context, name emulator.Name, instance string, what emulator.Exec) (exec.Command, error) {
	command, err := d.parts.pool.Exec(ctx, name, instance, what)
	if err != nil {
		return nil, err // not a nil *runtime.Command
	}
	return command, nil
}

// everyInstance lists those in service behind those that are about to end: in this order none is listed twice.
func (d *Daemon) everyInstance() []runtime.Instance {
	return append(d.parts.pool.Stopping(), d.parts.pool.Instances()...)
}

// listInstances tells the API what runs.
func (d *Daemon) listInstances(context.Context) []emulator.Instance {
	running := d.everyInstance()
	list := make([]emulator.Instance, len(running))
	for i, one := range running {
		list[i] = emulator.Instance{InstanceID: one.ID, Function: one.Function, VersionID: one.Version,
			Status: string(one.State), CreatedTime: one.Started}
	}
	return list
}

// own serves /_fcemu.
func (d *Daemon) own() http.Handler {
	p := d.parts
	routes := (&local.API{Catalogue: p.catalogue, Queue: p.queue, Journal: p.journal, Requests: p.requests, Blobs: p.blobs, Clock: p.clock, Destinations: p.outcomes, Triggers: p.triggers,
		Endpoint: func() string { return d.Endpoint }, Health: d.health, Instances: d.instances, Metrics: d.readMetrics, Stop: d.AskStop}).Routes()
	return api.Guard(api.New(d.apiOptions(), routes...), d.allowedHost)
}

func (d *Daemon) apiOptions() api.Options {
	return api.Options{IDs: d.parts.ids, Clock: d.parts.clock, Fault: func(id string, fault error) {
		d.parts.journal.Append(emulator.LogLine{Time: time.Now(), RequestID: id, Stream: "system", Text: "fault: " + fault.Error()})
	}}
}

// allowedHost holds for the address that the user asked to listen on, where that is not loopback.
func (d *Daemon) allowedHost(host string) bool {
	ip := net.ParseIP(d.options.Host)
	if ip != nil && ip.IsUnspecified() {
		return net.ParseIP(host) != nil // a name could be rebound, an address cannot
	}
	return strings.EqualFold(host, d.options.Host)
}

func (d *Daemon) health(ctx context.Context) (local.Health, error) {
	tasks, err := d.parts.store.CountTasks(ctx)
	if err != nil {
		return local.Health{}, err
	}
	functions, err := d.parts.catalogue.CountFunctions(ctx)
	status := "starting"
	if d.parts.ready.Load() {
		status = "ready"
	}
	return local.Health{Status: status, Version: d.options.Version, PID: os.Getpid(), Endpoint: d.Endpoint, HTTPS: d.HTTPSEndpoint, DataDir: d.DataDir,
		AccountID: d.options.Account, Region: d.options.Region,
		StartedTime: d.Started, Capabilities: d.parts.launcher.Capabilities(), Functions: functions,
		Instances: len(d.parts.pool.Instances()), Spares: d.parts.pool.Spares(), Tasks: tasks, Clock: d.Clock()}, err
}

// Clock tells the time that tasks follow.
func (d *Daemon) Clock() emulator.ClockState { return d.parts.clock.State() }

// sweepCode removes code that no function, version or layer refers to any more. It is for the end,
// when nothing runs from it.
func (d *Daemon) sweepCode(ctx context.Context) error {
	used := map[string]bool{}
	if err := d.parts.catalogue.EachCode(ctx, func(code emulator.Code) { used[code.Digest] = true }); err != nil {
		return err
	}
	return d.parts.blobs.Sweep(func(digest string) bool { return used[digest] })
}

func (d *Daemon) instances() []local.Instance {
	running := d.everyInstance()
	list := make([]local.Instance, len(running))
	for i, one := range running {
		list[i] = local.Instance{InstanceID: one.ID, FunctionName: one.Function.String(), VersionID: one.Version, Runtime: one.Runtime,
			Status: string(one.State), PID: one.PID, Busy: one.Busy, Concurrency: one.Concurrency, Sessions: one.Sessions,
			Requests: one.Requests, MemoryMB: one.MemoryMB, CreatedTime: one.Started, LastUsedTime: one.LastUsed}
	}
	return list
}

// Limits are the lines that the start shows about what this machine cannot promise. Finding out
// starts the guardian of processes, so it is for emulators that have something to run.
func (d *Daemon) Limits() []string {
	c := d.parts.launcher.Capabilities()
	if !d.options.EnforceCPU {
		c.CPU = "" // nobody has asked for it
	}
	return lacks(c)
}

// Warm gets ready for the first instance ahead of its first call.
func (d *Daemon) Warm(ctx context.Context) {
	if warmer, ok := d.parts.launcher.(process.Warmer); ok {
		_ = warmer.Warm(ctx) // the first start tries again, and tells
	}
}
