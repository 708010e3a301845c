package project

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// What one file may expand to, against aliases and variables that double each other.
const (
	mostText  = 16 << 20 // bytes of texts made
	mostSteps = 200_000  // values evaluated or copied
)

// evaluator replaces expressions in the tree of one file. It works on demand: what nobody reads is
// never evaluated, so that a variable that only the cloud needs stops nothing.
type evaluator struct {
	source  *source
	options Options
	env     func(string) (string, bool)
	root    *yaml.Node
	file    string

	busy   map[*yaml.Node]bool // being evaluated now: meeting one again is a cycle
	final  map[*yaml.Node]bool // results: their text is data, not an expression
	made   int                 // bytes of texts
	steps  int
	region string
}

// scope is the evaluator as seen from one resource, which "this" names.
type scope struct {
	*evaluator
	id   string     // key of the resource; empty outside of resources
	this *yaml.Node // the resource
}

// shallow follows an alias and evaluates a scalar. The children of a mapping or sequence stay as
// they are. A nil node stays nil.
func (s scope) shallow(node *yaml.Node) (*yaml.Node, error) {
	for node != nil && node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node == nil || node.Kind != yaml.ScalarNode || s.final[node] || !hasExpression(node.Value) {
		return node, nil
	}
	if s.busy[node] {
		return nil, s.fail(node, 0, "the value refers to itself", "break the circle of references")
	}
	s.busy[node] = true
	defer delete(s.busy, node)
	return s.scalar(node)
}

// scalar evaluates the text of a scalar. One that is a single expression takes the value's type.
func (s scope) scalar(node *yaml.Node) (*yaml.Node, error) {
	parts, err := parseTemplate(node.Value)
	if err != nil {
		offset := 0
		if syntax := (*syntaxError)(nil); errors.As(err, &syntax) {
			offset = syntax.offset
		}
		return nil, s.fail(node, offset, err.Error(), "write it as ${vars.name}, ${env('NAME', 'default')} or ${path('./folder')}")
	}
	if only := parts.only(); only != nil {
		value, err := s.value(only, node)
		if err != nil || value.Kind != yaml.ScalarNode {
			return value, err
		}
		return s.place(value, node), nil
	}
	text, err := s.join(parts, node)
	if err != nil {
		return nil, err
	}
	return s.text(node, text), nil
}

// join evaluates a template to text.
func (s scope) join(parts template, at *yaml.Node) (string, error) {
	var out strings.Builder
	for _, one := range parts {
		if one.expr == nil {
			out.WriteString(one.text)
			continue
		}
		value, err := s.value(one.expr, at)
		if err != nil {
			return "", err
		}
		if value.Kind != yaml.ScalarNode {
			return "", s.fail(at, 0, fmt.Sprintf("%s is %s and cannot stand inside a text", one.expr, kindName(value)), "name one of its members")
		}
		out.WriteString(value.Value)
	}
	return out.String(), s.spend(1, out.Len(), at)
}

// value evaluates one expression that stands at the node at.
func (s scope) value(expr *expression, at *yaml.Node) (*yaml.Node, error) {
	if err := s.spend(1, 0, at); err != nil {
		return nil, err
	}
	if expr.call == "" {
		return s.reference(expr, at)
	}
	result, err := s.function(expr, at)
	if err != nil || len(expr.path) == 0 {
		return result, err
	}
	return s.walk(expr, at, result, expr.path)
}

// deep evaluates a node with all that hangs under it. The result holds no expression or alias.
func (s scope) deep(node *yaml.Node) (*yaml.Node, error) {
	node, err := s.shallow(node)
	if err != nil || node == nil || node.Kind == yaml.ScalarNode || s.final[node] {
		return node, err
	}
	if s.busy[node] {
		return nil, s.fail(node, 0, "the value contains itself", "break the circle of references")
	}
	s.busy[node] = true
	defer delete(s.busy, node)
	result := &yaml.Node{Kind: node.Kind, Tag: node.Tag, Line: node.Line, Column: node.Column}
	s.final[result] = true
	if node.Kind == yaml.SequenceNode {
		for _, child := range node.Content {
			if err := s.adopt(result, child); err != nil {
				return nil, err
			}
		}
		return result, nil
	}
	members, err := s.members(node)
	if err != nil {
		return nil, err
	}
	for _, member := range members {
		result.Content = append(result.Content, member.key)
		if err := s.adopt(result, member.value); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func (s scope) adopt(parent, child *yaml.Node) error {
	if err := s.spend(1, 0, child); err != nil {
		return err
	}
	value, err := s.deep(child)
	if err == nil {
		parent.Content = append(parent.Content, value)
	}
	return err
}

// text makes a string result that is placed where at stands.
func (s scope) text(at *yaml.Node, value string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Line: at.Line, Column: at.Column}
	s.final[node] = true
	return node
}

// place copies a scalar to where it is used, so that a message points there.
func (s scope) place(value, at *yaml.Node) *yaml.Node {
	placed := *value
	placed.Line, placed.Column, placed.Anchor = at.Line, at.Column, ""
	s.final[&placed] = true
	return &placed
}

func (s scope) spend(steps, text int, at *yaml.Node) error {
	s.steps, s.made = s.steps+steps, s.made+text
	if s.steps > mostSteps || s.made > mostText {
		return s.fail(at, 0, "the variables of this file expand without end", "look for values that repeat each other")
	}
	return nil
}

// fail makes an error at an offset within a scalar; where the text was folded, at its beginning.
func (e *evaluator) fail(at *yaml.Node, offset int, problem, next string) error {
	position := Position{File: e.file, Line: at.Line, Column: at.Column}
	if at.Kind == yaml.ScalarNode && at.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && !strings.Contains(at.Value, "\n") {
		position.Column += offset
		if offset > 0 && at.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			position.Column++
		}
	}
	return &Error{Position: position, Problem: problem, Next: next}
}

func kindName(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	}
	if node.Tag == "!!null" {
		return "empty"
	}
	return fmt.Sprintf("%q", clip(node.Value))
}
