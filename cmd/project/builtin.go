package project

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// function evaluates a call: env, config, path, file, json, secret.
func (s scope) function(expr *expression, at *yaml.Node) (*yaml.Node, error) {
	args := make([]string, len(expr.args))
	for i, arg := range expr.args {
		if i > 0 && expr.call == "env" {
			break // the default: evaluated only where it is needed
		}
		text, err := s.join(arg, at)
		if err != nil {
			return nil, err
		}
		args[i] = text
	}
	if len(args) == 0 && known(expr.call) {
		return nil, s.fail(at, 0, expr.call+"() needs an argument", "write ${"+expr.call+"('…')}")
	}
	switch expr.call {
	case "env":
		return s.environment(expr, at, args[0])
	case "secret":
		return s.secret(at, args[0])
	case "config":
		return s.account(at, args[0])
	case "path":
		return s.text(at, s.source.absolute(args[0])), nil
	case "file":
		return s.include(at, args[0])
	case "json":
		return s.parse(at, args[0])
	case "regex":
		return nil, s.fail(at, 0, "regex() stands only in the name of an action", "write the value itself")
	}
	return nil, s.fail(at, 0, expr.call+"() is not a function of project files",
		"use env, config, path, file or json")
}

func known(call string) bool {
	switch call {
	case "env", "secret", "config", "path", "file", "json":
		return true
	}
	return false
}

func (s scope) environment(expr *expression, at *yaml.Node, name string) (*yaml.Node, error) {
	if value, ok := s.env(name); ok {
		return s.text(at, value), nil
	}
	if len(expr.args) < 2 {
		return nil, s.fail(at, 0, "the environment variable "+name+" is not set",
			fmt.Sprintf("set it, put it in .env beside the file, or write ${env('%s', 'default')}", name))
	}
	if only := expr.args[1].only(); only != nil {
		return s.value(only, at)
	}
	text, err := s.join(expr.args[1], at)
	return s.text(at, text), err
}

func (s scope) secret(at *yaml.Node, name string) (*yaml.Node, error) {
	if value, ok := s.env(name); ok {
		return s.text(at, value), nil
	}
	return nil, s.fail(at, 0, "the secret "+name+" is not known here", "set an environment variable "+name+" to a value for this machine")
}

// account answers what the cloud's tool would read from its stored account. No key leaves or enters
// this machine, so the keys are made up.
func (s scope) account(at *yaml.Node, name string) (*yaml.Node, error) {
	switch strings.ToLower(name) {
	case "accountid", "uid":
		return s.text(at, s.options.AccountID), nil
	case "accesskeyid", "accesskeysecret", "securitytoken":
		return s.text(at, "fcemu"), nil
	case "region":
		return s.text(at, s.region), nil
	}
	return nil, s.fail(at, 0, "config('"+name+"') is not known", "use config('AccountID')")
}

func (s scope) include(at *yaml.Node, name string) (*yaml.Node, error) {
	text, err := s.source.read(name)
	if err != nil {
		return nil, s.fail(at, 0, "cannot read the file "+name+": "+reason(err), "check the path, which counts from the folder of this file")
	}
	if err := s.spend(1, len(text), at); err != nil {
		return nil, err
	}
	return s.text(at, text), nil
}

func (s scope) parse(at *yaml.Node, text string) (*yaml.Node, error) {
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, s.fail(at, 0, "json() was given what is no JSON: "+err.Error(), "correct the text or the file")
	}
	if err := s.spend(1, len(text), at); err != nil {
		return nil, err
	}
	node := jsonNode(value)
	s.settle(node, at)
	return node, nil
}

// jsonNode makes a tree of a decoded JSON value, with the keys of its objects in alphabetical order.
func jsonNode(value any) *yaml.Node {
	switch v := value.(type) {
	case map[string]any:
		node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			node.Content = append(node.Content, jsonNode(key), jsonNode(v[key]))
		}
		return node
	case []any:
		node := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range v {
			node.Content = append(node.Content, jsonNode(item))
		}
		return node
	case string:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v}
	case json.Number:
		tag := "!!int"
		if strings.ContainsAny(v.String(), ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: v.String()}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
}

// settle gives a made-up tree a place in the file, and marks it as a result.
func (s scope) settle(node, at *yaml.Node) {
	node.Line, node.Column = at.Line, at.Column
	s.final[node] = true
	for _, child := range node.Content {
		s.settle(child, at)
	}
}
