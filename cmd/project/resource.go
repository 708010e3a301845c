package project

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// resource reads one entry under resources or services. The shape of its properties tells which
// generation it is; the component's name only helps where there is no shape.
func (l *loader) resource(entry *field) {
	entry.taken = true
	node, err := l.scope.shallow(entry.value)
	if err != nil {
		l.report(err)
		return
	}
	within := scope{evaluator: l.scope.evaluator, id: entry.key.Value, this: node}
	body := l.object(within, node, "resource "+entry.key.Value)
	component := l.component(body)
	l.actions(body)
	body.find("access").touch()
	l.extends(body)
	props := body.inner("props", "properties")
	props.where = "the function"
	body.unknown("component", "props", "actions", "access", "extend")
	if len(props.fields) == 0 {
		l.propless(entry, component)
		return
	}
	l.function(entry, component, props)
}

// function reads the properties of a resource as a function of either generation.
func (l *loader) function(entry *field, component string, props *object) {
	region := l.scope.region
	defer func() { l.scope.region, l.older = region, false }()
	switch {
	case props.has("function") || props.has("service"):
		l.older = true
		l.fc2(entry.key, props)
	case domainShape(props):
		l.domainResource(entry.key, props)
	case props.has("functionName") || functionComponent(component) || props.has("runtime") && props.has("code"):
		l.fc3(entry.key, props)
	default:
		l.note(entry.key, "the component "+component+" is no function; "+entry.key.Value+" is skipped")
	}
}

// propless tells what becomes of a resource without properties.
func (l *loader) propless(entry *field, component string) {
	if functionComponent(component) && len(l.errors) == 0 {
		l.fail(entry.key, "resource "+entry.key.Value+" has no props", "describe the function under props")
		return
	}
	if component == "" {
		l.note(entry.key, entry.key.Value+" has neither component nor props and is skipped")
		return
	}
	l.note(entry.key, "the component "+component+" is no function; "+entry.key.Value+" is skipped")
}

// component is the name of the component; what cannot be evaluated is taken as it stands, for a
// component's own code is never run here.
func (l *loader) component(body *object) string {
	one := body.find("component")
	if one == nil {
		return ""
	}
	one.taken = true
	value, err := body.scope.shallow(one.value)
	if err != nil || value.Kind != yaml.ScalarNode {
		return one.value.Value
	}
	return value.Value
}

// functionComponent tells whether a component deploys functions, from its name, its version, or the
// folder of somebody's copy.
func functionComponent(component string) bool {
	name, _, _ := strings.Cut(component, "@")
	switch path.Base(name) {
	case "fc", "fc3":
		return true
	}
	return false
}

// domainShape tells a resource that describes a custom domain only.
func domainShape(props *object) bool {
	return props.has("domainName") && !props.has("functionName") && !props.has("runtime")
}

// actions names the actions of a resource, which are not run.
func (l *loader) actions(body *object) {
	one := body.find("actions")
	if one == nil {
		return
	}
	actions := body.inner("actions")
	if len(actions.fields) == 0 {
		return
	}
	var names []string
	for _, action := range actions.fields {
		names = append(names, action.key.Value)
	}
	l.note(one.key, "actions are not run yet: "+strings.Join(names, ", "))
}

func (l *loader) extends(body *object) {
	if one := body.find("extend"); one != nil {
		one.taken = true
		l.note(one.key, "extend is not read yet; what the template sets is missing here")
	}
}
