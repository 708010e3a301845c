package project

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
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

// text reads a member that is a text. Numbers and truth values are texts too.
func (o *object) text(name string, also ...string) string {
	node := o.take(name, also...)
	if node == nil {
		return ""
	}
	if node.Kind != yaml.ScalarNode {
		o.fail(node, name+" is "+kindName(node)+" where a text belongs", "write one value")
		return ""
	}
	return node.Value
}

// number reads a member that is a number between least and most. Numbers in quotes are accepted.
func (o *object) number(name string, least, most float64, also ...string) float64 {
	node := o.take(name, also...)
	if node == nil {
		return 0
	}
	value, err := strconv.ParseFloat(node.Value, 64)
	if node.Kind != yaml.ScalarNode || err != nil || math.IsNaN(value) {
		o.fail(node, name+" is "+kindName(node)+" where a number belongs", fmt.Sprintf("write a number such as %v", example(least, most)))
		return 0
	}
	if value < least || value > most {
		o.fail(node, fmt.Sprintf("%s is %v", name, value), fmt.Sprintf("choose a value from %v to %v", least, most))
		return 0
	}
	return value
}

func example(least, most float64) float64 { return min(max(least, 60), most) }

// whole reads a member that is a whole number.
func (o *object) whole(name string, least, most int, also ...string) int {
	before := len(o.errors)
	value := o.number(name, float64(least), float64(most), also...)
	if value != math.Trunc(value) && len(o.errors) == before {
		o.fail(o.find(name, also...).value, fmt.Sprintf("%s is %v where a whole number belongs", name, value), "leave the fraction out")
	}
	return int(value)
}

// truth reads a member that is true or false; nil where it is not given.
func (o *object) truth(name string, also ...string) *bool {
	node := o.take(name, also...)
	if node == nil {
		return nil
	}
	value := false
	switch strings.ToLower(node.Value) {
	case "true", "yes", "on", "enable", "enabled":
		value = true
	case "false", "no", "off", "disable", "disabled":
	default:
		o.fail(node, name+" is "+kindName(node)+" where true or false belongs", "write true or false")
		return nil
	}
	return &value
}

// texts reads a member that is a list of texts. One text counts as a list of one, and a text that
// holds a JSON list is read as that list, as edition 1.0.0 writes it.
func (o *object) texts(name string, also ...string) []string {
	node := o.take(name, also...)
	if node == nil {
		return nil
	}
	if node.Kind == yaml.ScalarNode {
		var list []string
		if strings.HasPrefix(strings.TrimSpace(node.Value), "[") && json.Unmarshal([]byte(node.Value), &list) == nil {
			return list
		}
		return []string{node.Value}
	}
	if node.Kind != yaml.SequenceNode {
		o.fail(node, name+" is "+kindName(node)+" where a list belongs", "write one value to a line, each after a dash")
		return nil
	}
	var list []string
	for _, child := range node.Content {
		item, err := o.scope.shallow(child)
		if err != nil {
			o.report(err)
			continue
		}
		if item.Kind != yaml.ScalarNode {
			o.fail(item, "an item of "+name+" is "+kindName(item)+" where a text belongs", "write one value to a line")
			continue
		}
		list = append(list, item.Value)
	}
	return list
}

// items reads a member that is a list of mappings.
func (o *object) items(name, each string, also ...string) []*object {
	node := o.take(name, also...)
	if node == nil {
		return nil
	}
	if node.Kind == yaml.MappingNode {
		o.note(node, name+" is one map where a list belongs; it is read as a list of one")
		return []*object{o.object(o.scope, node, each)}
	}
	if node.Kind != yaml.SequenceNode {
		o.fail(node, name+" is "+kindName(node)+" where a list belongs", "begin each item with a dash")
		return nil
	}
	var list []*object
	for _, child := range node.Content {
		list = append(list, o.object(o.scope, child, each))
	}
	return list
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
		if near := nearest(one.key.Value, names); near != "" {
			text += "; did you mean " + near + "?"
		}
		o.note(one.key, text)
	}
}

func empty(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.Tag == "!!null"
}
