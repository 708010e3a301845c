package project

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

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
		o.fail(node, name+" is "+node.Value, fmt.Sprintf("choose a value from %v to %v", least, most))
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
		o.fail(o.given(name, also...).value, fmt.Sprintf("%s is %v where a whole number belongs", name, value), "leave the fraction out")
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
