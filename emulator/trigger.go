package emulator

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Types of triggers. Sources of the first three are here; events of the others are sent by hand.
const (
	TriggerHTTP        = "http"
	TriggerTimer       = "timer"
	TriggerOSS         = "oss"
	TriggerLog         = "log"
	TriggerMNSTopic    = "mns_topic"
	TriggerCDN         = "cdn_events"
	TriggerTablestore  = "tablestore"
	TriggerEventBridge = "eventbridge"
)

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
func (t *Trigger) HTTP() (config HTTPTrigger, err error) { return config, t.Config(&config) }

// TimerTrigger is the triggerConfig of a timer.
type TimerTrigger struct {
	CronExpression string `json:"cronExpression"`
	Enable         *bool  `json:"enable"` // default true
	Payload        string `json:"payload"`
}

// Enabled tells whether the timer fires.
func (t *TimerTrigger) Enabled() bool { return t.Enable == nil || *t.Enable }

// Timer reads the configuration of a timer.
func (t *Trigger) Timer() (config TimerTrigger, err error) { return config, t.Config(&config) }

// OSSTrigger is the triggerConfig of an oss trigger.
type OSSTrigger struct {
	BucketName string   `json:"bucketName"` // Serverless Devs, edition 1.0.0; else it is in sourceArn
	Events     []string `json:"events"`     // oss:ObjectCreated:PutObject, oss:ObjectCreated:*, …
	Filter     struct {
		Key struct{ Prefix, Suffix string }
	} `json:"filter"`
}

// OSS reads the configuration of an oss trigger.
func (t *Trigger) OSS() (config OSSTrigger, err error) { return config, t.Config(&config) }

// ObjectEvent is what happened to an object in a bucket.
type ObjectEvent struct {
	Name      string // ObjectCreated:PutObject, …
	Bucket    string
	Key       string
	ETag      string
	Size      int64 // bytes
	Delta     int64 // by how much more bytes the bucket has
	RequestID string
	ClientIP  string
}

// Config reads the configuration into what its type looks like. Names are matched in any case.
func (t *Trigger) Config(into any) error {
	if len(t.TriggerConfig) == 0 {
		return nil
	}
	return json.Unmarshal(t.TriggerConfig, into)
}

// Source is what sourceArn names: a bucket, "project/NAME", "/topics/NAME", …; "" where it names nothing.
func (t *Trigger) Source() string {
	parts := strings.SplitN(t.SourceArn, ":", 5)
	if len(parts) < 5 {
		return ""
	}
	return parts[4]
}
