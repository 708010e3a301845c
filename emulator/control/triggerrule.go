package control

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/schedule"
)

// TriggerTypes lists the types of triggers that FC knows.
func TriggerTypes() []string {
	return []string{emulator.TriggerHTTP, emulator.TriggerTimer, emulator.TriggerOSS, emulator.TriggerLog,
		emulator.TriggerMNSTopic, emulator.TriggerCDN, emulator.TriggerTablestore, emulator.TriggerEventBridge}
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
		return invalidConfig("it is not a JSON object (%v)", err)
	}
	trigger.TriggerConfig = config
	switch trigger.TriggerType {
	case emulator.TriggerHTTP:
		return completeHTTP(trigger, members)
	case emulator.TriggerTimer:
		return checkTimer(trigger)
	case emulator.TriggerOSS:
		return checkOSS(trigger)
	}
	return nil
}

func invalidConfig(format string, args ...any) *emulator.Error {
	return emulator.InvalidArgument("TriggerConfig is set to an invalid value: "+format, args...)
}

func checkTimer(trigger *emulator.Trigger) error {
	config, err := trigger.Timer()
	switch {
	case err != nil:
		return invalidConfig("%v", err)
	case config.CronExpression == "":
		return invalidConfig("cronExpression is not specified")
	case len(config.Payload) > emulator.MaxAsyncPayload:
		return emulator.EntityTooLarge(emulator.MaxAsyncPayload)
	}
	if _, err := schedule.ParseTimer(config.CronExpression, trigger.CreatedTime); err != nil {
		return invalidConfig("cronExpression: %v", err)
	}
	return nil
}

// ossEvents are those that FC documents.
func ossEvents() []string {
	return strings.Fields(`oss:ObjectCreated:* oss:ObjectCreated:PutObject oss:ObjectCreated:PutSymlink oss:ObjectCreated:PostObject
		oss:ObjectCreated:CopyObject oss:ObjectCreated:InitiateMultipartUpload oss:ObjectCreated:UploadPart oss:ObjectCreated:UploadPartCopy
		oss:ObjectCreated:CompleteMultipartUpload oss:ObjectCreated:AppendObject oss:ObjectRemoved:DeleteObject oss:ObjectRemoved:DeleteObjects
		oss:ObjectRemoved:AbortMultipartUpload oss:ObjectModified:UpdateObjectMeta oss:ObjectReplication:ObjectCreated
		oss:ObjectReplication:ObjectRemoved oss:ObjectReplication:ObjectModified`)
}

func checkOSS(trigger *emulator.Trigger) error {
	config, err := trigger.OSS()
	if err != nil {
		return invalidConfig("%v", err)
	}
	if len(config.Events) == 0 {
		return invalidConfig("events is not specified")
	}
	for _, event := range config.Events {
		if !slices.Contains(ossEvents(), event) {
			return invalidChoice("Events", ossEvents(), shorten(event))
		}
	}
	return nil
}

// completeHTTP brings authType and methods into the form that FC shows; other members stay as given.
func completeHTTP(trigger *emulator.Trigger, members map[string]json.RawMessage) error {
	config, err := trigger.HTTP()
	if err != nil {
		return invalidConfig("%v", err)
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
