package fcemutest

import (
	"os"
	"path/filepath"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/cmd/project"
	"github.com/fcemu/fcemu/emulator"
)

// Function describes a function without an s.yaml. Zero values are the cloud's defaults.
type Function struct {
	Runtime     string            // e.g. python3.10, nodejs20, custom.debian12
	Handler     string            // e.g. index.handler
	Code        string            // folder, zip or file; or else
	Files       map[string]string // the source itself: name → text; a file called bootstrap is made executable
	Timeout     int               // seconds
	MemorySize  int               // MB
	Environment map[string]string
	Custom      *emulator.CustomRuntime
	Async       *emulator.AsyncConfig // nil = the defaults: no task mode, 3 retries, no destinations
}

// Deploy deploys an s.yaml, or the one in a folder; names, where there are any, select functions.
func (e *Emulator) Deploy(path string, names ...string) {
	e.t.Helper()
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		found, err := project.Find(path)
		e.must(err)
		path = found
	}
	loaded, err := project.Load(e.ctx, path, project.Options{AccountID: daemon.DefaultAccount, Region: daemon.DefaultRegion,
		Endpoint: e.Endpoint(), Select: names})
	e.must(err)
	for i := range loaded.Functions {
		e.apply(&loaded.Functions[i])
	}
	for _, domain := range loaded.Domains {
		_, err := e.client.PutDomain(e.ctx, domain.Name, domain.Body(), domain.Whole)
		e.must(err)
	}
}

// DeployFunction deploys one function. A name with a slash, service/function, is one of FC 2.0.
func (e *Emulator) DeployFunction(name string, f Function) {
	e.t.Helper()
	if f.Code == "" {
		f.Code = e.writeFiles(f.Files)
	}
	wanted := &project.Function{Name: emulator.ParseName(name), CodePath: f.Code, Input: project.Input{
		Runtime: f.Runtime, Handler: f.Handler, Timeout: f.Timeout, MemorySize: f.MemorySize,
		EnvironmentVariables: f.Environment, CustomRuntimeConfig: f.Custom}}
	if f.Async != nil {
		wanted.Async = []project.AsyncConfig{{AsyncConfig: *f.Async}}
	}
	e.apply(wanted)
}

func (e *Emulator) writeFiles(files map[string]string) string {
	e.t.Helper()
	folder := e.t.TempDir()
	for name, text := range files {
		path, mode := filepath.Join(folder, filepath.FromSlash(name)), os.FileMode(0o644)
		if name == "bootstrap" {
			mode = 0o755
		}
		e.must(os.MkdirAll(filepath.Dir(path), 0o755))
		e.must(os.WriteFile(path, []byte(text), mode))
	}
	return folder
}

// apply brings one function, its triggers and its configurations to the wanted state.
func (e *Emulator) apply(wanted *project.Function) {
	e.t.Helper()
	code, err := wanted.Pack(e.ctx)
	e.must(err)
	body, err := wanted.Body(code)
	e.must(err)
	_, _, err = e.client.PutFunction(e.ctx, wanted.Name, body)
	e.must(err)
	for _, trigger := range wanted.Triggers {
		_, err := e.client.PutTrigger(e.ctx, wanted.Name, trigger.TriggerName, project.TriggerBody(trigger))
		e.must(err)
	}
	for _, config := range wanted.Async {
		e.must(e.client.PutAsyncConfig(e.ctx, emulator.Reference{Name: wanted.Name, Qualifier: config.Qualifier}, config.Body()))
	}
	for _, setting := range wanted.Settings {
		_, err := e.client.PutConfig(e.ctx, wanted.Name, setting.Name, setting.Body)
		e.must(err)
	}
}
