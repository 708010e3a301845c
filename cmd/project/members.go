package project

import (
	"go.yaml.in/yaml/v3"
)

// member is one key of a mapping with its value, not yet evaluated.
type member struct {
	key   *yaml.Node
	value *yaml.Node
}

// members lists a mapping's members in order. Merge keys (<<) add what the mapping does not say
// itself. A key that stands twice is an error, as in every YAML reader of JavaScript.
func (s scope) members(node *yaml.Node) ([]member, error) {
	var own, merged []member
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Tag == "!!merge" {
			more, err := s.merge(value)
			if err != nil {
				return nil, err
			}
			merged = append(merged, more...)
			continue
		}
		if _, twice := seen[key.Value]; twice {
			return nil, s.fail(key, 0, "the key "+key.Value+" stands here twice", "keep one of them")
		}
		seen[key.Value] = i
		own = append(own, member{key, value})
	}
	for _, one := range merged {
		if _, given := seen[one.key.Value]; !given {
			seen[one.key.Value] = -1
			own = append(own, one)
		}
	}
	return own, nil
}

// merge lists what a merge key brings in: one mapping, or a list of them in which the first wins.
func (s scope) merge(value *yaml.Node) ([]member, error) {
	source, err := s.shallow(value)
	if err != nil {
		return nil, err
	}
	if s.busy[source] {
		return nil, s.fail(value, 0, "the merged map contains itself", "break the circle of aliases")
	}
	s.busy[source] = true
	defer delete(s.busy, source)
	if err := s.spend(len(source.Content)+1, 0, value); err != nil {
		return nil, err
	}
	switch source.Kind {
	case yaml.MappingNode:
		return s.members(source)
	case yaml.SequenceNode:
		var all []member
		for _, item := range source.Content {
			more, err := s.merge(item)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, nil
	}
	return nil, s.fail(value, 0, "<< merges "+kindName(source), "give it a map")
}

// child returns the value under a key, not yet evaluated; nil where there is none.
func (s scope) child(node *yaml.Node, key string) (*yaml.Node, error) {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil, nil
	}
	members, err := s.members(node)
	if err != nil {
		return nil, err
	}
	for _, one := range members {
		if one.key.Value == key {
			return one.value, nil
		}
	}
	return nil, nil
}
