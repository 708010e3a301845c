package project

import (
	"github.com/fcemu/fcemu/emulator"
	"go.yaml.in/yaml/v3"
)

// fc2 reads the properties of an FC 2.0 function: its service, itself, its triggers and domains.
func (l *loader) fc2(key *yaml.Node, props *object) {
	service, function := props.inner("service"), props.inner("function")
	service.where, function.where = "the service", "the function"
	name := emulator.Name{Service: service.text("name", "serviceName"), Function: function.text("name", "functionName")}
	if !props.has("function") {
		l.note(key, "the service "+name.Service+" has no function; "+key.Value+" is skipped")
		return
	}
	l.named(key, service, function)
	if !l.selected(key.Value, name.Function, name.String()) {
		return
	}
	fn := Function{Name: name, Resource: key.Value, Position: l.position(key)}
	fn.Region = l.region(props)
	l.common(function, &fn.Input)
	fn.Input.CustomRuntimeConfig = l.customRuntime(function, function.whole("caPort", 1, 65535))
	l.container(function, &fn)
	l.gpu(function, &fn.Input)
	fn.Input.InstanceLifecycleConfig = l.lifecycle(function)
	service.text("description")
	l.surroundings(service, &fn.Input)
	fn.Async = l.async(function.take(l.words("asyncInvokeConfig", "asyncConfiguration")), function)
	fn.Settings = l.settings(function)
	fn.Triggers = l.triggers(props)
	fn.domains = l.domains(props, fn.Name)
	code := l.code(function)
	l.cloudOnly(service, &fn.Input)
	l.cloudOnly(function, &fn.Input)
	props.where = "props"
	props.unknown("region", "service", "function", "triggers", "customDomains")
	l.complete(key, function, fn, code)
}

func (l *loader) named(key *yaml.Node, service, function *object) {
	if service.lacks("name", "serviceName") {
		l.fail(service.place(key), "the name of the service is missing", "add name under service")
	}
	if function.lacks("name", "functionName") {
		l.fail(function.place(key), "the name of the function is missing", "add name under function")
	}
}
