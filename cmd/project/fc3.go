package project

import (
	"github.com/fcemu/fcemu/emulator"
	"go.yaml.in/yaml/v3"
)

// fc3 reads the properties of an FC 3.0 function. The older names of its members are accepted.
func (l *loader) fc3(key *yaml.Node, props *object) {
	name := props.text("functionName", "name")
	if props.lacks("functionName", "name") {
		l.fail(props.place(key), "functionName is missing", "add functionName under props")
	}
	if !l.selected(key.Value, name) {
		return
	}
	fn := Function{Name: emulator.Name{Function: name}, Resource: key.Value, Position: l.position(key)}
	fn.Region = l.region(props)
	l.common(props, &fn.Input)
	fn.Input.CustomRuntimeConfig = l.customRuntime(props, props.whole("caPort", 1, 65535))
	l.container(props, &fn)
	fn.Input.InstanceLifecycleConfig = l.lifecycle(props)
	l.surroundings(props, &fn.Input)
	fn.Async = l.async(props.take(l.words("asyncInvokeConfig", "asyncConfiguration")), props)
	fn.Settings = l.settings(props)
	fn.Triggers = l.triggers(props)
	fn.domains = l.domains(props, fn.Name)
	code := l.code(props)
	l.cloudOnly(props, &fn.Input)
	l.complete(key, props, fn, code)
}

// common reads what both generations say in the same words.
func (l *loader) common(o *object, in *Input) {
	in.Description = o.text("description")
	in.Runtime = o.text("runtime")
	in.Handler = o.text("handler")
	in.CPU = o.number("cpu", 0.05, 16)
	in.MemorySize = o.whole("memorySize", 64, 32768, "memory")
	in.DiskSize = o.whole("diskSize", 1, 10240)
	in.Timeout = o.whole("timeout", 1, 86400)
	in.InstanceConcurrency = o.whole("instanceConcurrency", 1, 200)
	in.IdleTimeout = o.whole("idleTimeout", 0, 86400)
	in.EnvironmentVariables = l.variables(o)
	in.Layers = o.texts("layers")
	in.Tags = l.tags(o)
	in.DisableInjectCredentials = o.text("disableInjectCredentials")
}

// surroundings reads what FC 2.0 says of the service and FC 3.0 of the function.
func (l *loader) surroundings(o *object, in *Input) {
	in.InternetAccess = o.truth("internetAccess")
	in.Role = l.role(o)
	in.LogConfig = l.logs(o)
}

// region reads the region and makes it known to ${config('region')}.
func (l *loader) region(props *object) string {
	region := props.soft("region")
	if region != "" {
		l.scope.region = region
	}
	return region
}

// complete checks what a function cannot do without, and takes the function in.
func (l *loader) complete(key *yaml.Node, o *object, fn Function, code codeSource) {
	if o.lacks("runtime") {
		l.fail(o.place(key), "runtime is missing", "add runtime: python3.10, nodejs20, custom.debian12 or another")
		return
	}
	if fn.Input.Runtime == "micro-sandbox" {
		l.note(key, "the runtime micro-sandbox is not run here; "+fn.Name.String()+" is skipped")
		return
	}
	if fn.Input.Runtime == emulator.ContainerRuntime {
		l.completeImage(key, o, fn, code)
		return
	}
	if code.remote {
		l.note(code.node, "code in OSS cannot be fetched; "+fn.Name.String()+" is skipped; name a local folder to run it")
		return
	}
	if o.lacks("handler") {
		if fn.Input.custom() {
			fn.Input.Handler = "index.handler" // the API wants one, nothing reads it
		} else {
			l.fail(o.place(key), "handler is missing", "add handler: index.handler, which names a file and a function in it")
		}
	}
	if code.node == nil {
		l.fail(o.place(key), code.name+" is missing", "add "+code.name+": ./code, which names the folder with the source")
		return
	}
	fn.CodePath = l.codePath(code)
	l.add(fn)
}

func (l *loader) add(fn Function) {
	l.project.Functions = append(l.project.Functions, fn)
	l.project.Domains = append(l.project.Domains, fn.domains...)
}

// place is where a missing member would stand.
func (o *object) place(fallback *yaml.Node) *yaml.Node {
	if o.node != nil && o.node.Line > 0 {
		return o.node
	}
	return fallback
}

func (in *Input) custom() bool {
	fn := emulator.Function{Runtime: in.Runtime}
	return fn.Custom()
}
