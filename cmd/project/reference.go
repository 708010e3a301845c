package project

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// reference evaluates vars.a.b, this.props.x, resources.id.props.x, resources.id.output.x and the
// older id.props.x.
func (s scope) reference(expr *expression, at *yaml.Node) (*yaml.Node, error) {
	root, rest := expr.path[0], expr.path[1:]
	switch root {
	case "vars":
		return s.walk(expr, at, s.root, expr.path)
	case "this":
		return s.own(expr, at, rest)
	case "resources", "services", "components":
		if len(rest) == 0 {
			return nil, s.undefined(expr, at, "name a resource and its property: ${resources.<id>.props.<name>}")
		}
		return s.other(expr, at, rest)
	}
	if len(rest) > 0 {
		if node, err := s.resource(root); err != nil || node != nil {
			if err != nil {
				return nil, err
			}
			return s.other(expr, at, expr.path)
		}
	}
	return nil, s.undefined(expr, at, s.hint(expr))
}

// hint says what a reference to nothing may have been meant for.
func (s scope) hint(expr *expression) string {
	name := expr.String()
	if name == strings.ToUpper(name) {
		return fmt.Sprintf("write ${env('%s')} for an environment variable, or $%s for one of a shell", name, name)
	}
	return fmt.Sprintf("write ${vars.%s} and define it under vars, or ${env('%s')}", name, name)
}

// own evaluates a reference that begins with this.
func (s scope) own(expr *expression, at *yaml.Node, rest []string) (*yaml.Node, error) {
	if s.this == nil || len(rest) == 0 {
		return nil, s.undefined(expr, at, "this stands for the resource around it: ${this.props.<name>}")
	}
	switch rest[0] {
	case "name":
		return s.text(at, s.id), nil
	case "vars", "access":
		if found, err := s.child(s.this, rest[0]); err != nil || found == nil {
			if err != nil {
				return nil, err
			}
			return s.walk(expr, at, s.root, rest)
		}
	}
	return s.walk(expr, at, s.this, rest)
}

// other evaluates a reference into a resource: id, then props or output and the names within.
func (s scope) other(expr *expression, at *yaml.Node, path []string) (*yaml.Node, error) {
	node, err := s.resource(path[0])
	if err != nil {
		return nil, err
	}
	if node == nil {
		return nil, s.undefined(expr, at, "the file has no resource "+path[0])
	}
	there := scope{evaluator: s.evaluator, id: path[0], this: node}
	rest := path[1:]
	if len(rest) == 0 {
		return nil, s.undefined(expr, at, "name a property: ${resources."+path[0]+".props.<name>}")
	}
	if rest[0] == "output" {
		found, err := there.output(expr, at, rest[1:])
		if err != nil || found != nil {
			return found, err
		}
		rest = append([]string{"props"}, rest[1:]...)
	}
	found, err := there.walk(expr, at, node, rest)
	if err != nil {
		return nil, err
	}
	return there.deep(found)
}

// resource finds a resource by its key; nil where there is none.
func (s scope) resource(id string) (*yaml.Node, error) {
	for _, section := range []string{"resources", "services"} {
		list, err := s.child(s.root, section)
		if err != nil {
			return nil, err
		}
		if list, err = s.shallow(list); err != nil {
			return nil, err
		}
		node, err := s.child(list, id)
		if err != nil {
			return nil, err
		}
		if node != nil {
			return s.shallow(node)
		}
	}
	return nil, nil
}

// walk goes down from a node by names and list indexes, evaluating on the way.
func (s scope) walk(expr *expression, at, from *yaml.Node, path []string) (*yaml.Node, error) {
	node := from
	for i, step := range path {
		next, err := s.step(node, step)
		if err != nil {
			return nil, err
		}
		if next == nil {
			return nil, s.undefined(expr, at, s.defineIt(node, path[:i], step))
		}
		if node, err = s.shallow(next); err != nil {
			return nil, err
		}
	}
	return node, nil
}

func (s scope) step(node *yaml.Node, name string) (*yaml.Node, error) {
	if node != nil && node.Kind == yaml.SequenceNode {
		index, err := strconv.Atoi(name)
		if err != nil || index < 0 || index >= len(node.Content) {
			return nil, nil
		}
		return node.Content[index], nil
	}
	return s.child(node, name)
}

// defineIt is the next step for a name that is missing under node.
func (s scope) defineIt(node *yaml.Node, above []string, name string) string {
	place := strings.Join(above, ".")
	if place == "" {
		return "define " + name + " at the top of the file"
	}
	var names []string
	if node.Kind == yaml.MappingNode {
		members, _ := s.members(node)
		for _, one := range members {
			names = append(names, one.key.Value)
		}
	}
	if len(names) == 0 || len(names) > 8 {
		return "define " + name + " under " + place
	}
	sort.Strings(names)
	return "define " + name + " under " + place + ", which has " + strings.Join(names, ", ")
}

func (s scope) undefined(expr *expression, at *yaml.Node, next string) error {
	offset := max(strings.Index(at.Value, "${"), 0)
	return s.fail(at, offset, "${"+expr.String()+"} is not defined", next)
}

// output gives what a deployment of this resource answers, as far as it can be told beforehand;
// nil leaves it to the properties, which a real deployment repeats in its output.
func (s scope) output(expr *expression, at *yaml.Node, path []string) (*yaml.Node, error) {
	name, err := s.prop(expr, at, "functionName")
	if err != nil || name == "" {
		return nil, err
	}
	switch strings.Join(path, ".") {
	case "url", "urlIntranet", "urlInternet", "url.system_url", "url.system_intranet_url":
		return s.text(at, strings.TrimSuffix(s.options.Endpoint, "/")+"/proxy/"+name), nil
	case "functionArn", "arn":
		region, err := s.prop(expr, at, "region")
		if err != nil {
			return nil, err
		}
		if region == "" {
			region = s.options.Region
		}
		return s.text(at, fmt.Sprintf("acs:fc:%s:%s:functions/%s", region, s.options.AccountID, name)), nil
	}
	return nil, nil
}

// prop is a property of this resource; empty where there is none.
func (s scope) prop(expr *expression, at *yaml.Node, name string) (string, error) {
	props, err := s.child(s.this, "props")
	if err != nil || props == nil {
		return "", err
	}
	if props, err = s.shallow(props); err != nil {
		return "", err
	}
	if value, err := s.child(props, name); err != nil || value == nil {
		return "", err
	}
	value, err := s.walk(expr, at, props, []string{name})
	if err != nil {
		return "", err
	}
	return value.Value, nil
}
