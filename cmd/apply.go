package cmd

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/cmd/project"
	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/client"
	"github.com/fcemu/fcemu/emulator/control"
)

// deployment is what was deployed from a project.
type deployment struct {
	home      home
	project   *project.Project // nil where there is no s.yaml
	only      []string         // functions that the user named; empty = all
	functions []deployedFunction
	domains   map[project.Position][32]byte // digest of what was deployed
	complaint string                        // what the watch could not deploy last
	starting  bool                          // what belongs to a version or alias that is not there yet is left out
}

type deployedFunction struct {
	name     string
	runtime  string
	url      string   // of its HTTP trigger; empty without one
	state    [32]byte // digest of all that was deployed
	settings []string // names of those that were deployed with it
}

// has tells whether this very state was deployed before.
func (d *deployment) has(name string, state [32]byte) bool {
	return slices.ContainsFunc(d.functions, func(f deployedFunction) bool { return f.name == name && f.state == state })
}

// deployProject deploys the s.yaml in use; without one there is nothing to deploy.
func (a *app) deployProject(ctx context.Context, c *client.Client, h home) (*deployment, error) {
	done := &deployment{home: h, starting: true}
	file := a.projectFile()
	if file == "" {
		return done, nil
	}
	loaded, err := a.loadProject(ctx, h, file)
	if err != nil {
		return nil, err
	}
	done.project = loaded
	a.showNotices(loaded)
	for i := range loaded.Functions {
		if err := a.apply(ctx, c, done, &loaded.Functions[i]); err != nil {
			return nil, err
		}
	}
	return done, a.applyDomains(ctx, c, done, loaded.Domains)
}

// apply brings one function, its triggers and its configurations to the wanted state.
func (a *app) apply(ctx context.Context, c *client.Client, done *deployment, wanted *project.Function) error {
	start := time.Now()
	quiet := func() {}
	if !a.settings.GetBool("watch") { // where the log of functions runs along
		quiet = a.busy("deploying " + wanted.Name.String())
		defer quiet()
	}
	code, err := wanted.Pack(ctx)
	if err != nil {
		return usageError("%s: %w", where(wanted), err)
	}
	input, err := wanted.Body(code)
	if err != nil {
		return err
	}
	state, err := digest(input, wanted.Triggers, wanted.Async, wanted.Settings)
	if err != nil || done.has(wanted.Name.String(), state) {
		return err
	}
	function, created, err := c.PutFunction(ctx, wanted.Name, input)
	quiet()
	if err != nil {
		return fmt.Errorf("%s: %w", where(wanted), err)
	}
	deployed := deployedFunction{name: wanted.Name.String(), runtime: text(function["runtime"]), state: state}
	if err := a.removeRenamed(ctx, c, wanted); err != nil {
		return fmt.Errorf("%s: %w", where(wanted), err)
	}
	if deployed.url, err = a.applyTriggers(ctx, c, done, wanted); err != nil {
		return err
	}
	if err := a.applyAsync(ctx, c, done, wanted); err != nil {
		return err
	}
	a.noticeIgnored(wanted)
	if err := a.noticeLayers(ctx, c, wanted); err != nil {
		return err
	}
	a.showDeployed(deployed, created, start)
	if err := a.applySettings(ctx, c, done, wanted, &deployed); err != nil {
		return err
	}
	done.functions = append(slices.DeleteFunc(done.functions, func(f deployedFunction) bool { return f.name == deployed.name }), deployed)
	return nil
}

// applyTriggers returns the address of the HTTP trigger: that of LATEST, where there are several.
func (a *app) applyTriggers(ctx context.Context, c *client.Client, done *deployment, wanted *project.Function) (url string, err error) {
	for _, trigger := range wanted.Triggers {
		_, err := c.PutTrigger(ctx, wanted.Name, trigger.TriggerName, project.TriggerBody(trigger))
		if err != nil {
			if err = a.unpublished(done, wanted, "trigger "+trigger.TriggerName, err); err != nil {
				return "", err
			}
			continue
		}
		latest := trigger.Qualifier == "" || trigger.Qualifier == emulator.LatestVersion
		if trigger.TriggerType == emulator.TriggerHTTP && (latest || url == "") {
			url = api.TriggerURL(c.Endpoint(), emulator.Reference{Name: wanted.Name, Qualifier: trigger.Qualifier})
		}
	}
	return url, nil
}

func (a *app) applyAsync(ctx context.Context, c *client.Client, done *deployment, wanted *project.Function) error {
	for _, config := range wanted.Async {
		err := c.PutAsyncConfig(ctx, emulator.Reference{Name: wanted.Name, Qualifier: config.Qualifier}, config.Body())
		if err == nil {
			continue
		}
		if err = a.unpublished(done, wanted, "asyncInvokeConfig", err); err != nil {
			return err
		}
	}
	return nil
}

// unpublished names the place of an error. A version or alias that is not there yet does not keep the
// emulator from starting: it takes a running one to publish.
func (a *app) unpublished(done *deployment, wanted *project.Function, what string, err error) error {
	var refusal *emulator.Error
	switch {
	case !errors.As(err, &refusal) || refusal.Code != "AliasNotFound" && refusal.Code != "VersionNotFound":
		return fmt.Errorf("%s, %s: %w", where(wanted), what, err)
	case done.starting:
		a.notice(fmt.Sprintf("%s, %s: left out, since %s; publish it ('fcemu version publish', 'fcemu alias set'), then 'fcemu deploy'",
			where(wanted), what, refusal.Message))
		return nil
	}
	return fmt.Errorf("%s, %s: %w; publish it first ('fcemu version publish', 'fcemu alias set')", where(wanted), what, err)
}

// where names a function with its place in the project file, where it has one.
func where(wanted *project.Function) string {
	if wanted.Position.Line == 0 {
		return "function " + wanted.Name.String()
	}
	return wanted.Position.String() + ": function " + wanted.Name.String()
}

// removeRenamed deletes HTTP triggers that the project no longer has under that name: FC allows one
// HTTP trigger a qualifier, so they would stand in the way of the new ones. Others stay, for they may have been made by other means.
func (a *app) removeRenamed(ctx context.Context, c *client.Client, wanted *project.Function) error {
	triggers, err := c.Triggers(ctx, wanted.Name)
	if err != nil {
		return err
	}
	for _, trigger := range triggers {
		name := text(trigger["triggerName"])
		kept := slices.ContainsFunc(wanted.Triggers, func(t emulator.Trigger) bool { return t.TriggerName == name })
		if kept {
			continue
		}
		if trigger["triggerType"] != emulator.TriggerHTTP {
			a.notice(fmt.Sprintf("%s: trigger '%s' is not in it and stays; 'fcemu trigger delete %s/%s' removes it", where(wanted), name, wanted.Name, name))
			continue
		}
		if err := c.DeleteTrigger(ctx, wanted.Name, name); err != nil {
			return err
		}
	}
	return nil
}

// digest tells one wanted state from another.
func digest(parts ...any) ([32]byte, error) {
	text, err := json.Marshal(parts)
	return sha256.Sum256(text), err
}

// noticeIgnored names what the function asks for and this emulator does not apply.
func (a *app) noticeIgnored(wanted *project.Function) {
	if !daemon.Runs(wanted.Input.Runtime) {
		a.notice(fmt.Sprintf("%s: deployed, but runtime %s is not run by this release; invocations answer FunctionNotStarted", wanted.Name, wanted.Input.Runtime))
	}
	in := wanted.Input // what it only stores was told with its line already
	function := emulator.Function{Service: wanted.Name.Service, Runtime: in.Runtime, DiskSize: in.DiskSize, Layers: in.Layers, InternetAccess: in.InternetAccess,
		CustomRuntimeConfig: in.CustomRuntimeConfig, InstanceConcurrency: in.InstanceConcurrency, InstanceLifecycleConfig: in.InstanceLifecycleConfig,
		Stored: map[string]json.RawMessage{"customContainerConfig": in.Stored["customContainerConfig"]}}
	if ignored := control.Ignored(&function); len(ignored) > 0 {
		a.notice(fmt.Sprintf("%s: stored but not applied: %s", wanted.Name, strings.Join(ignored, ", ")))
	}
}

func (a *app) showDeployed(deployed deployedFunction, created bool, start time.Time) {
	verb := "updated"
	if created {
		verb = "created"
	}
	if a.settings.GetString("log-format") == "json" {
		a.logJSON(map[string]any{"msg": verb, "functionName": deployed.name, "url": deployed.url})
		return
	}
	a.term.Notef("%s %s  %s\n", a.term.Good(verb), deployed.name, a.term.Dim(since(start)))
}

func cutPair(pair string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(pair, "=")
	return key, value, ok && key != ""
}
