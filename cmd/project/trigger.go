package project

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"go.yaml.in/yaml/v3"
)

// triggers reads the triggers of a function, in the words of either generation.
func (l *loader) triggers(props *object) []emulator.Trigger {
	var list []emulator.Trigger
	var names []string
	for _, o := range props.items("triggers", "a trigger", "trigger") {
		trigger, ok := l.trigger(o)
		if !ok {
			continue
		}
		if slices.Contains(names, trigger.TriggerName) {
			l.fail(o.node, "the trigger "+trigger.TriggerName+" is described twice", "give one of them another name")
		}
		names = append(names, trigger.TriggerName)
		list = append(list, trigger)
	}
	return list
}

func (l *loader) trigger(o *object) (emulator.Trigger, bool) {
	before := len(l.errors)
	trigger := emulator.Trigger{
		TriggerName:    o.text(l.words("triggerName", "name")),
		TriggerType:    strings.ToLower(o.text(l.words("triggerType", "type"))),
		Description:    o.text("description"),
		Qualifier:      o.text("qualifier"),
		SourceArn:      o.soft("sourceArn"),
		InvocationRole: l.invocationRole(o),
	}
	if trigger.TriggerName == "" {
		l.fail(o.node, "the name of the trigger is missing", "add triggerName (name in edition 1.0.0)")
	}
	config := o.find(l.words("triggerConfig", "config"))
	switch {
	case trigger.TriggerType == "":
		l.fail(o.node, "the type of the trigger is missing", "add triggerType: http (type in edition 1.0.0)")
	case trigger.TriggerType == emulator.TriggerHTTP:
		trigger.TriggerConfig = l.httpTrigger(o)
	case trigger.TriggerType == emulator.TriggerTimer, trigger.TriggerType == emulator.TriggerOSS:
		trigger.TriggerConfig = l.triggerConfig(o, config, l.report)
	default:
		l.note(o.node, fmt.Sprintf("%s trigger '%s' has no source here: 'fcemu trigger fire' sends its event", trigger.TriggerType, trigger.TriggerName))
		trigger.TriggerConfig = l.triggerConfig(o, config, func(err error) {
			l.note(config.key, "triggerConfig is not sent ("+problem(err)+")")
		})
	}
	o.unknown("triggerName", "triggerType", "triggerConfig", "name", "type", "config", "qualifier", "sourceArn", "invocationRole", "role", "description")
	return trigger, len(l.errors) == before
}

func (l *loader) invocationRole(o *object) string {
	name, also := l.words("invocationRole", "role")
	if !o.has(name) {
		name = also
	}
	return o.soft(name)
}

// httpTrigger reads the configuration of an HTTP trigger.
func (l *loader) httpTrigger(o *object) json.RawMessage {
	config := o.inner(l.words("triggerConfig", "config"))
	trigger := emulator.HTTPTrigger{AuthType: strings.ToLower(config.text("authType"))}
	for _, method := range config.texts("methods", "method") {
		trigger.Methods = append(trigger.Methods, l.method(config, method))
	}
	if off := config.truth("disableURLInternet"); off != nil {
		trigger.DisableURLInternet = *off
	}
	trigger.AuthConfig = l.member(config, "authConfig")
	trigger.CORSConfig = l.member(config, "corsConfig")
	switch trigger.AuthType {
	case "", "anonymous", "function", "jwt":
	default:
		l.note(config.node, "authType "+trigger.AuthType+" is not known to this release")
	}
	config.unknown("authType", "methods", "disableURLInternet", "authConfig", "corsConfig")
	body, err := json.Marshal(trigger)
	l.report(err)
	return body
}

func (l *loader) method(config *object, method string) string {
	upper := strings.ToUpper(method)
	switch upper {
	case "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS":
	default:
		l.fail(config.given("methods", "method").value, "an HTTP trigger has no method "+clip(method),
			"choose from GET, POST, PUT, DELETE, HEAD, PATCH, OPTIONS")
	}
	return upper
}

// member reads a member as JSON. One that is a text is JSON already, as the API has it.
func (l *loader) member(o *object, name string) json.RawMessage {
	node := o.take(name)
	if node == nil {
		return nil
	}
	if node.Kind == yaml.ScalarNode && json.Valid([]byte(node.Value)) {
		return json.RawMessage(node.Value)
	}
	body, err := o.scope.json(node)
	l.report(err)
	return body
}

// triggerConfig is the configuration as JSON. bad is told why there is none.
func (l *loader) triggerConfig(o *object, config *field, bad func(error)) json.RawMessage {
	if config == nil {
		return nil
	}
	config.taken = true
	body, err := o.scope.json(config.value)
	if err != nil {
		bad(err)
		return nil
	}
	if text := ""; json.Unmarshal(body, &text) == nil && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	if string(body) == "null" {
		return nil
	}
	return body
}
