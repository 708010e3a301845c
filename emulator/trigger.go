package emulator

import (
	"encoding/json"
	"slices"
	"time"
)

// Trigger types that this emulator serves. Others are stored and reported as ignored.
const TriggerHTTP = "http"

// Trigger connects an event source to a function.
type Trigger struct {
	TriggerName      string          `json:"triggerName"`
	TriggerID        string          `json:"triggerId"`
	TriggerType      string          `json:"triggerType"`
	TriggerConfig    json.RawMessage `json:"triggerConfig,omitempty"` // a JSON object, whatever the generation's wire form
	Qualifier        string          `json:"qualifier,omitempty"`
	SourceArn        string          `json:"sourceArn,omitempty"`
	InvocationRole   string          `json:"invocationRole,omitempty"`
	Description      string          `json:"description,omitempty"`
	CreatedTime      time.Time       `json:"createdTime"`
	LastModifiedTime time.Time       `json:"lastModifiedTime"`
	Etag             string          `json:"-"`
}

// FunctionTrigger is a trigger with the function it belongs to, for lists over several functions.
type FunctionTrigger struct {
	Function Name
	*Trigger
}

// HTTPTrigger is the triggerConfig of an HTTP trigger.
type HTTPTrigger struct {
	AuthType           string          `json:"authType,omitempty"` // anonymous, function, jwt
	Methods            []string        `json:"methods,omitempty"`
	DisableURLInternet bool            `json:"disableURLInternet,omitempty"`
	AuthConfig         json.RawMessage `json:"authConfig,omitempty"`
	CORSConfig         json.RawMessage `json:"corsConfig,omitempty"`
}

// Allows tells whether the trigger lets the method in. No list means every method.
func (t HTTPTrigger) Allows(method string) bool {
	return len(t.Methods) == 0 || slices.Contains(t.Methods, method)
}

// HTTP reads the configuration of an HTTP trigger.
func (t *Trigger) HTTP() (HTTPTrigger, error) {
	var config HTTPTrigger
	if len(t.TriggerConfig) == 0 {
		return config, nil
	}
	err := json.Unmarshal(t.TriggerConfig, &config)
	return config, err
}
