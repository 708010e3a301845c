package service

import (
	"encoding/json"
	"maps"

	"github.com/fcemu/fcemu/emulator"
)

// Fields that are objects in FC 3.0's model and have another form here. They are kept in the form
// of FC 3.0, so that members which this generation has no word for stay.
const (
	storedContainer   = "customContainerConfig"
	storedGPU         = "gpuConfig"
	storedInitTimeout = "initializationTimeout" // of a function that has no initializer yet
)

// members is a JSON object by its keys.
type members map[string]json.RawMessage

func readMembers(object json.RawMessage) members {
	m := members{}
	_ = json.Unmarshal(object, &m) // what is no object has no members
	return m
}

func (m members) text(key string) *string {
	var text string
	if json.Unmarshal(m[key], &text) != nil {
		return nil
	}
	return &text
}

func (m members) number(key string) int {
	var number int
	_ = json.Unmarshal(m[key], &number) // 0 where it is none
	return number
}

func (m members) set(key string, value any) {
	if text, err := json.Marshal(value); err == nil { // texts, numbers and lists of text: they never fail
		m[key] = text
	}
}

// store changes fn.Stored, which others may read, on a copy. nil removes a field.
func store(fn *emulator.Function, key string, value json.RawMessage) {
	stored := map[string]json.RawMessage{}
	maps.Copy(stored, fn.Stored)
	if delete(stored, key); value != nil {
		stored[key] = value
	}
	fn.Stored = stored
}

// change changes members of a stored object.
func change(fn *emulator.Function, key string, edit func(members)) {
	object := readMembers(fn.Stored[key])
	edit(object)
	text, err := json.Marshal(object)
	if err == nil {
		store(fn, key, text)
	}
}

// given tells whether a field of a body is there and not null.
func given(value json.RawMessage) bool { return len(value) > 0 && string(value) != "null" }

// merged is a copy of stored with the fields that were given.
func merged(stored map[string]json.RawMessage, fields map[string]*json.RawMessage) map[string]json.RawMessage {
	next := map[string]json.RawMessage{}
	maps.Copy(next, stored)
	for name, field := range fields {
		if given(*field) {
			next[name] = *field
		}
	}
	if len(next) == 0 {
		return stored
	}
	return next
}
