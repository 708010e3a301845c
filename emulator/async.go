package emulator

import "time"

// AsyncConfig is the asynchronous invocation configuration of a function and qualifier.
// Pointers tell "not set" apart from zero, since a PUT changes only the members given.
// Source: FC 3.0 PutAsyncInvokeConfig.
type AsyncConfig struct {
	AsyncTask                 *bool              `json:"asyncTask,omitempty"`
	MaxAsyncRetryAttempts     *int               `json:"maxAsyncRetryAttempts,omitempty"`     // 0…8, default 3
	MaxAsyncEventAgeInSeconds *int               `json:"maxAsyncEventAgeInSeconds,omitempty"` // 1…604800, default 86400
	DestinationConfig         *DestinationConfig `json:"destinationConfig,omitempty"`
	CreatedTime               time.Time          `json:"createdTime"`
	LastModifiedTime          time.Time          `json:"lastModifiedTime"`
}

// FunctionAsyncConfig is a configuration with the function and qualifier it belongs to, for lists
// over several functions.
type FunctionAsyncConfig struct {
	Reference
	*AsyncConfig
}

// DestinationConfig says who is told of the end of an asynchronous invocation.
type DestinationConfig struct {
	OnSuccess *Destination `json:"onSuccess,omitempty"`
	OnFailure *Destination `json:"onFailure,omitempty"`
}

// Destination is a resource name (ARN).
type Destination struct {
	Destination string `json:"destination,omitempty"`
}

// Defaults of an asynchronous configuration. Source: FC 3.0 GetAsyncInvokeConfig.
const (
	DefaultRetryAttempts = 3
	DefaultEventAge      = 86400 * time.Second
	MaxDelay             = 3600 * time.Second
	MaxAsyncPayload      = 128 << 10 // bytes
	MaxSyncPayload       = 32 << 20  // bytes
	MaxReturnPayload     = 1 << 20   // bytes kept of a task's result
)

// AsyncPolicy is the effective configuration, frozen into a task when it is accepted.
type AsyncPolicy struct {
	TaskMode      bool
	RetryAttempts int
	EventAge      time.Duration // how long after acceptance it may still start; in a task it includes the delay
	OnSuccess     string        // ARN or empty
	OnFailure     string        // ARN or empty
}

// Policy fills the defaults. A nil config is the absence of one.
func (c *AsyncConfig) Policy() AsyncPolicy {
	policy := AsyncPolicy{RetryAttempts: DefaultRetryAttempts, EventAge: DefaultEventAge}
	if c == nil {
		return policy
	}
	if c.AsyncTask != nil {
		policy.TaskMode = *c.AsyncTask
	}
	if c.MaxAsyncRetryAttempts != nil {
		policy.RetryAttempts = *c.MaxAsyncRetryAttempts
	}
	if c.MaxAsyncEventAgeInSeconds != nil {
		policy.EventAge = time.Duration(*c.MaxAsyncEventAgeInSeconds) * time.Second
	}
	if d := c.DestinationConfig; d != nil {
		if d.OnSuccess != nil {
			policy.OnSuccess = d.OnSuccess.Destination
		}
		if d.OnFailure != nil {
			policy.OnFailure = d.OnFailure.Destination
		}
	}
	return policy
}
