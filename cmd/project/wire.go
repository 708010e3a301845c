package project

import (
	"context"
	"encoding/json"

	"github.com/fcemu/fcemu/emulator"
)

// Body is the CreateFunctionInput of FC 3.0: the wanted members with the name and the packed code,
// which an image does not have.
func (f *Function) Body(code []byte) (map[string]any, error) {
	members, err := json.Marshal(f.Input)
	if err != nil {
		return nil, err
	}
	body := map[string]any{}
	if err := json.Unmarshal(members, &body); err != nil {
		return nil, err
	}
	body["functionName"] = f.Name.Wire()
	if code != nil {
		body["code"] = map[string]any{"zipFile": code} // base64 on the wire
	}
	return body, f.resolved(body)
}

// Pack is the function's code as a zip; an image has none.
func (f *Function) Pack(ctx context.Context) ([]byte, error) {
	if f.Input.Runtime == emulator.ContainerRuntime {
		return nil, nil
	}
	return Zip(ctx, f.CodePath)
}

// TriggerBody is the CreateTriggerInput of FC 3.0.
func TriggerBody(trigger emulator.Trigger) map[string]any {
	body := map[string]any{"triggerName": trigger.TriggerName, "triggerType": trigger.TriggerType, "triggerConfig": string(trigger.TriggerConfig)}
	for key, value := range map[string]string{"qualifier": trigger.Qualifier, "sourceArn": trigger.SourceArn,
		"invocationRole": trigger.InvocationRole, "description": trigger.Description} {
		if value != "" {
			body[key] = value
		}
	}
	return body
}

// Body is the PutAsyncInvokeConfigInput of FC 3.0.
func (c *AsyncConfig) Body() map[string]any {
	return map[string]any{"asyncTask": c.AsyncTask, "maxAsyncRetryAttempts": c.MaxAsyncRetryAttempts,
		"maxAsyncEventAgeInSeconds": c.MaxAsyncEventAgeInSeconds, "destinationConfig": c.DestinationConfig}
}
