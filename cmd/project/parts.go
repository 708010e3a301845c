package project

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"go.yaml.in/yaml/v3"
)

// variables reads environmentVariables. Values that are no texts are written as JSON does.
func (l *loader) variables(o *object) map[string]string {
	list := o.inner("environmentVariables", "environment", "env")
	if len(list.fields) == 0 {
		return nil
	}
	values := make(map[string]string, len(list.fields))
	for _, one := range list.fields {
		node, err := list.scope.shallow(one.value)
		if err != nil {
			l.report(err)
			continue
		}
		values[one.key.Value] = l.variable(list.scope, one.key, node)
	}
	return values
}

func (l *loader) variable(s scope, key, node *yaml.Node) string {
	switch {
	case node.Kind != yaml.ScalarNode:
		l.note(key, fmt.Sprintf("the environment variable %s is %s; the function gets it as JSON", key.Value, kindName(node)))
		value, err := s.json(node)
		l.report(err)
		return string(value)
	case empty(node):
		return ""
	case node.Tag == "!!bool":
		return strings.ToLower(node.Value)
	}
	return node.Value
}

// customRuntime reads customRuntimeConfig; port is FC 2.0's caPort. FC 2.0 keeps the health check beside it.
func (l *loader) customRuntime(o *object, port int) *emulator.CustomRuntime {
	config := o.inner("customRuntimeConfig")
	custom := &emulator.CustomRuntime{
		Command: config.texts("command"),
		Args:    config.texts("args"),
		Port:    config.whole("port", 1, 65535, "caPort"),
	}
	if custom.Port == 0 {
		custom.Port = port
	}
	check := config.inner("healthCheckConfig")
	if other := o.inner("customHealthCheckConfig", "healthCheckConfig"); len(check.fields) == 0 {
		check = other
	}
	custom.HealthCheckConfig = l.health(check)
	config.unknown("command", "args", "port", "healthCheckConfig")
	if len(custom.Command) == 0 && len(custom.Args) == 0 && custom.Port == 0 && custom.HealthCheckConfig == nil {
		return nil
	}
	return custom
}

func (l *loader) health(o *object) *emulator.HealthCheck {
	if len(o.fields) == 0 {
		return nil
	}
	check := &emulator.HealthCheck{
		HTTPGetURL:          o.text("httpGetUrl"),
		InitialDelaySeconds: o.whole("initialDelaySeconds", 0, 120),
		PeriodSeconds:       o.whole("periodSeconds", 1, 120),
		TimeoutSeconds:      o.whole("timeoutSeconds", 1, 3),
		FailureThreshold:    o.whole("failureThreshold", 1, 120),
		SuccessThreshold:    o.whole("successThreshold", 1, 120),
	}
	o.unknown("httpGetUrl", "initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold")
	return check
}

// lifecycle reads instanceLifecycleConfig, and the initializer that FC 2.0 keeps beside it.
func (l *loader) lifecycle(o *object) *emulator.InstanceLifecycle {
	config := o.inner("instanceLifecycleConfig")
	hooks := &emulator.InstanceLifecycle{
		Initializer: l.hook(config, "initializer"),
		PreStop:     l.hook(config, "preStop"),
		PreFreeze:   l.hook(config, "preFreeze"),
	}
	config.unknown("initializer", "preStop", "preFreeze")
	handler := o.text("initializer")
	timeout := o.whole("initializationTimeout", 1, 300, "initializerTimeout")
	if hooks.Initializer == nil && handler != "" {
		hooks.Initializer = &emulator.LifecycleHook{Handler: handler, Timeout: timeout}
	}
	if hooks.Initializer == nil && hooks.PreStop == nil && hooks.PreFreeze == nil {
		return nil
	}
	return hooks
}

// hook reads one hook. A hook that repeats its name within itself is a habit that the cloud's tool
// lets pass.
func (l *loader) hook(config *object, name string) *emulator.LifecycleHook {
	o := config.inner(name)
	if len(o.fields) == 0 {
		return nil
	}
	hook := &emulator.LifecycleHook{}
	if again := o.inner(name); len(again.fields) > 0 {
		l.note(again.node, name+" stands within "+name+"; it is read as if it stood once")
		hook = l.hookBody(again, name)
	}
	outer := l.hookBody(o, name)
	if outer.Handler != "" || len(outer.Command) > 0 {
		hook.Handler, hook.Command = outer.Handler, outer.Command
	}
	if outer.Timeout > 0 {
		hook.Timeout = outer.Timeout
	}
	if hook.Handler != "" && len(hook.Command) > 0 {
		l.fail(o.node, name+" has both a handler and a command", "keep one of them")
	}
	return hook
}

func (l *loader) hookBody(o *object, name string) *emulator.LifecycleHook {
	most := 300
	if name != "initializer" {
		most = 90
	}
	hook := &emulator.LifecycleHook{Handler: o.text("handler"), Command: o.texts("command"), Timeout: o.whole("timeout", 1, most)}
	o.unknown("handler", "command", "timeout")
	return hook
}

// tags reads a list of keys and values, or a map of them.
func (l *loader) tags(o *object) []emulator.Tag {
	node := o.take("tags")
	if node == nil {
		return nil
	}
	var tags []emulator.Tag
	if node.Kind == yaml.MappingNode {
		for _, one := range l.object(o.scope, node, "tags").fields {
			value, err := o.scope.shallow(one.value)
			l.report(err)
			if err == nil {
				tags = append(tags, emulator.Tag{Key: one.key.Value, Value: value.Value})
			}
		}
		return tags
	}
	for _, item := range o.items("tags", "a tag") {
		tags = append(tags, emulator.Tag{Key: item.text("key"), Value: item.text("value")})
		item.unknown("key", "value")
	}
	return tags
}

// role reads a role's name or ARN. Of one that the cloud is asked to make it is enough here that there is one.
func (l *loader) role(o *object) string {
	node := o.quiet("role")
	if node == nil {
		return ""
	}
	if node.Kind != yaml.ScalarNode || strings.EqualFold(node.Value, "auto") {
		l.note(node, "the role is not made here; the function gets made-up credentials as if it had one")
		return "auto"
	}
	return node.Value
}

// logs reads logConfig. Logs are always kept here, so an automatic one is treated as none.
func (l *loader) logs(o *object) *emulator.LogConfig {
	node := o.quiet("logConfig")
	if node == nil {
		return nil
	}
	if node.Kind == yaml.ScalarNode {
		l.note(node, "logConfig "+node.Value+" is treated as none; logs are kept here in any case")
		return nil
	}
	config := l.object(o.scope, node, "logConfig")
	logs := &emulator.LogConfig{
		Project:      config.soft("project"),
		Logstore:     config.soft("logstore"),
		LogBeginRule: config.soft("logBeginRule"),
	}
	if on := config.truth("enableRequestMetrics"); on != nil {
		logs.EnableRequestMetrics = *on
	}
	if on := config.truth("enableInstanceMetrics"); on != nil {
		logs.EnableInstanceMetrics = *on
	}
	return logs
}

// json writes a node as JSON, evaluated throughout.
func (s scope) json(node *yaml.Node) (json.RawMessage, error) {
	value, err := s.deep(node)
	if err != nil {
		return nil, err
	}
	var plain any
	if err := value.Decode(&plain); err != nil {
		return nil, s.fail(node, 0, "this value cannot be written as JSON: "+err.Error(), "use texts as keys")
	}
	body, err := json.Marshal(plain)
	if err != nil {
		return nil, s.fail(node, 0, "this value cannot be written as JSON: "+err.Error(), "use texts as keys")
	}
	return body, nil
}
