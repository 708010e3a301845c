package service

import (
	"encoding/json"

	"github.com/fcemu/fcemu/emulator"
)

// FC 2.0 and 3.0 name the two halves of a container's command line differently: command and args
// are lists in text there, entrypoint and command are lists here.

// check refuses a command line that is no list.
func (in *CustomContainer) check() error {
	if in == nil {
		return nil
	}
	if _, err := listOf("CustomContainerConfig.Command", in.Command); err != nil {
		return err
	}
	_, err := listOf("CustomContainerConfig.Args", in.Args)
	return err
}

func listOf(field string, text *string) ([]string, error) {
	list := []string{}
	if text == nil || *text == "" {
		return list, nil
	}
	if err := json.Unmarshal([]byte(*text), &list); err != nil {
		return nil, emulator.InvalidArgument("%s is set to an invalid value (expected: a JSON list of strings, actual: '%s')", field, *text)
	}
	return list, nil
}

// apply writes what was given into the form of FC 3.0. check went before.
func (in *CustomContainer) apply(m members) {
	for key, value := range map[string]*string{"image": in.Image, "accelerationType": in.AccelerationType, "acrInstanceId": in.InstanceID} {
		if value != nil {
			m.set(key, *value)
		}
	}
	for key, text := range map[string]*string{"entrypoint": in.Command, "command": in.Args} {
		if text != nil {
			list, _ := listOf(key, text)
			m.set(key, list)
		}
	}
	if in.WebServerMode != nil {
		m.set("webServerMode", *in.WebServerMode)
	}
}

func showContainer(stored json.RawMessage) *CustomContainer {
	if !given(stored) {
		return nil
	}
	m := readMembers(stored)
	shown := &CustomContainer{
		Image:            m.text("image"),
		Command:          listText(m["entrypoint"]),
		Args:             listText(m["command"]),
		AccelerationType: m.text("accelerationType"),
		InstanceID:       m.text("acrInstanceId"),
	}
	var server bool
	if json.Unmarshal(m["webServerMode"], &server) == nil {
		shown.WebServerMode = &server
	}
	return shown
}

func listText(list json.RawMessage) *string {
	if !given(list) || string(list) == "[]" {
		return nil
	}
	text := string(list)
	return &text
}
