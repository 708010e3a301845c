package project

import (
	"fmt"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"go.yaml.in/yaml/v3"
)

// mostEventAge is the greatest event age, in seconds, that the API takes. Tools allow more.
const mostEventAge = 604800

// async reads the asynchronous configuration in the words of either generation. A list of them, one
// to a qualifier, is accepted.
func (l *loader) async(node *yaml.Node, around *object) []AsyncConfig {
	if node == nil {
		return nil
	}
	if node.Kind != yaml.SequenceNode {
		return []AsyncConfig{l.asyncConfig(l.object(around.scope, node, "asyncInvokeConfig"))}
	}
	var list []AsyncConfig
	for _, child := range node.Content {
		list = append(list, l.asyncConfig(l.object(around.scope, child, "asyncInvokeConfig")))
	}
	return list
}

func (l *loader) asyncConfig(o *object) AsyncConfig {
	config := AsyncConfig{Qualifier: o.text("qualifier")}
	if config.Qualifier == "" {
		config.Qualifier = emulator.LatestVersion
	}
	config.AsyncTask = o.truth(l.words("asyncTask", "statefulInvocation"))
	if node := o.take("maxAsyncRetryAttempts"); node != nil {
		attempts := o.whole("maxAsyncRetryAttempts", 0, 8)
		config.MaxAsyncRetryAttempts = &attempts
	}
	if node := o.take("maxAsyncEventAgeInSeconds"); node != nil {
		config.MaxAsyncEventAgeInSeconds = l.eventAge(o, node)
	}
	config.DestinationConfig = l.destinations(o.inner(l.words("destinationConfig", "destination")))
	o.unknown("qualifier", "asyncTask", "statefulInvocation", "maxAsyncRetryAttempts", "maxAsyncEventAgeInSeconds", "destinationConfig", "destination")
	return config
}

func (l *loader) eventAge(o *object, node *yaml.Node) *int {
	age := o.whole("maxAsyncEventAgeInSeconds", 1, 30*86400)
	if age == 0 {
		return nil
	}
	if age > mostEventAge {
		l.note(node, fmt.Sprintf("maxAsyncEventAgeInSeconds is more than the API takes; it is set to %d (7 days)", mostEventAge))
		age = mostEventAge
	}
	return &age
}

func (l *loader) destinations(o *object) *emulator.DestinationConfig {
	config := &emulator.DestinationConfig{
		OnSuccess: l.destination(o, "onSuccess"),
		OnFailure: l.destination(o, "onFailure"),
	}
	o.unknown("onSuccess", "onFailure")
	if config.OnSuccess == nil && config.OnFailure == nil {
		return nil
	}
	return config
}

// destination reads a plain resource name, or one under the key destination.
func (l *loader) destination(o *object, name string) *emulator.Destination {
	node := o.take(name)
	if node == nil {
		return nil
	}
	place := node
	if node.Kind == yaml.MappingNode {
		inner := l.object(o.scope, node, name)
		if place = inner.take("destination"); place == nil {
			return nil
		}
		inner.unknown("destination")
	}
	if place.Kind != yaml.ScalarNode || !strings.HasPrefix(place.Value, "acs:") {
		l.fail(place, name+" is "+kindName(place)+" where the name of a resource belongs", "write it as acs:fc:::functions/NAME")
		return nil
	}
	return &emulator.Destination{Destination: place.Value}
}
