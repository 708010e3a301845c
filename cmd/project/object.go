package project

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// object is one mapping of the file while it is read: members are taken by name, and what nobody
// took is told at the end.
type object struct {
	*loader
	scope  scope
	node   *yaml.Node
	where  string // what the mapping is, for messages
	fields []*field
}

type field struct {
	member
	taken bool
}

// object opens a mapping. A nil node, or an empty one, has no members; anything else that is no
// mapping is an error.
func (l *loader) object(s scope, node *yaml.Node, where string) *object {
	o := &object{loader: l, scope: s, node: node, where: where}
	value, err := s.shallow(node)
	if err != nil {
		l.report(err)
		return o
	}
	if value == nil || empty(value) {
		return o
	}
	o.node = value
	if value.Kind != yaml.MappingNode {
		l.fail(value, where+" is "+kindName(value)+" where a map belongs", "write its members below it, indented")
		return o
	}
	members, err := s.members(value)
	l.report(err)
	for _, one := range members {
		o.fields = append(o.fields, &field{member: one})
	}
	return o
}

// find looks a member up: by its name, then by a name that people write for it (another generation's),
// then by the letters alone. All but the first are told.
func (o *object) find(name string, also ...string) *field {
	for _, one := range o.fields {
		if one.key.Value == name {
			return one
		}
	}
	for _, one := range o.fields {
		for _, other := range append([]string{name}, also...) {
			if !one.taken && fold(one.key.Value) == fold(other) {
				o.note(one.key, fmt.Sprintf("%s is read as %s", one.key.Value, name))
				return one
			}
		}
	}
	return nil
}

// fold reduces a name to what misspellings leave alone.
func fold(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))
}

// given finds a member that was read before, however it is spelt, for messages about what it says.
func (o *object) given(name string, also ...string) *field {
	for _, other := range append([]string{name}, also...) {
		for _, one := range o.fields {
			if fold(one.key.Value) == fold(other) {
				return one
			}
		}
	}
	return &field{member: member{o.node, o.node}}
}

// take returns an evaluated member; nil where there is none, or it is empty or faulty.
func (o *object) take(name string, also ...string) *yaml.Node {
	one := o.find(name, also...)
	if one == nil {
		return nil
	}
	one.taken = true
	value, err := o.scope.shallow(one.value)
	if err != nil {
		o.report(err)
		return nil
	}
	if empty(value) {
		return nil
	}
	return value
}

// has tells whether a member is given at all.
func (o *object) has(name string) bool {
	for _, one := range o.fields {
		if fold(one.key.Value) == fold(name) {
			return true
		}
	}
	return false
}

// lacks tells whether a member says nothing. One that is faulty says something, and is told already.
func (o *object) lacks(name string, also ...string) bool {
	one := o.find(name, also...)
	if one == nil {
		return true
	}
	value, err := o.scope.shallow(one.value)
	return err == nil && value.Kind == yaml.ScalarNode && (empty(value) || value.Value == "")
}

// inner opens the mapping under a member.
func (o *object) inner(name string, also ...string) *object {
	return o.object(o.scope, o.take(name, also...), name)
}

// rest returns the members that nobody took.
func (o *object) rest() []*field {
	var left []*field
	for _, one := range o.fields {
		if !one.taken {
			left = append(left, one)
		}
	}
	return left
}

// unknown tells the members that nobody took, each with the known name that it comes near to.
func (o *object) unknown(names ...string) {
	for _, one := range o.rest() {
		text := fmt.Sprintf("%s is not a field of %s and is ignored", one.key.Value, o.where)
		switch near := nearest(one.key.Value, names); near {
		case "":
		case one.key.Value:
			text += "; it stands elsewhere in this edition"
		default:
			text += "; did you mean " + near + "?"
		}
		o.note(one.key, text)
	}
}

func empty(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.Tag == "!!null"
}
