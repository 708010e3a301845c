package control

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// TriggerTypes lists the types of triggers that FC knows.
func TriggerTypes() []string {
	return []string{emulator.TriggerHTTP, "timer", "oss", "log", "mns_topic", "cdn_events", "tablestore", "eventbridge"}
}

func httpMethods() []string {
	return []string{"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"}
}

// completeTrigger holds the rules about a trigger by itself, and fills its defaults.
func completeTrigger(trigger *emulator.Trigger) error {
	if err := checkName("TriggerName", trigger.TriggerName); err != nil {
		return err
	}
	if trigger.TriggerType == "" {
		return emulator.InvalidArgument("TriggerType is not specified")
	}
	if !slices.Contains(TriggerTypes(), trigger.TriggerType) {
		return invalidChoice("TriggerType", TriggerTypes(), shorten(trigger.TriggerType))
	}
	config := bytes.TrimSpace(trigger.TriggerConfig)
	if len(config) == 0 || bytes.Equal(config, []byte("null")) {
		config = []byte("{}")
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(config, &members); err != nil {
		return emulator.InvalidArgument("TriggerConfig is set to an invalid value: it is not a JSON object (%v)", err)
	}
	trigger.TriggerConfig = config
	if trigger.TriggerType == emulator.TriggerHTTP {
		return completeHTTP(trigger, members)
	}
	return nil
}

// completeHTTP brings authType and methods into the form that FC shows; other members stay as given.
func completeHTTP(trigger *emulator.Trigger, members map[string]json.RawMessage) error {
	config, err := trigger.HTTP()
	if err != nil {
		return emulator.InvalidArgument("TriggerConfig is set to an invalid value: %v", err)
	}
	config.AuthType = strings.ToLower(config.AuthType)
	orElse(&config.AuthType, "function")
	auth, err := checkAuth(config.AuthType, config.AuthConfig)
	if err != nil {
		return err
	}
	if _, err := emulator.ParseCORS(config.CORSConfig); err != nil {
		return err
	}
	for i, method := range config.Methods {
		config.Methods[i] = strings.ToUpper(method)
		if !slices.Contains(httpMethods(), config.Methods[i]) {
			return invalidChoice("Methods", httpMethods(), shorten(method))
		}
	}
	shown := map[string]any{"authType": config.AuthType, "methods": config.Methods}
	if auth != nil {
		shown["authConfig"] = string(auth)
	}
	for key := range members {
		for name := range shown {
			if strings.EqualFold(key, name) {
				delete(members, key)
			}
		}
	}
	for key, value := range shown {
		if members[key], err = json.Marshal(value); err != nil {
			return err
		}
	}
	if len(config.Methods) == 0 {
		delete(members, "methods")
	}
	trigger.TriggerConfig, err = json.Marshal(members)
	return err
}
