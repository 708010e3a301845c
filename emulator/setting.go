package emulator

import (
	"encoding/json"
	"time"
)

// ProvisionConfig is how many instances are kept ready for a function and qualifier.
// Source: FC 3.0 PutProvisionConfig; FC 2.0 calls defaultTarget target.
type ProvisionConfig struct {
	Target                 int                    `json:"defaultTarget"`               // 0…10000
	AlwaysAllocateCPU      *bool                  `json:"alwaysAllocateCPU,omitempty"` // default true
	AlwaysAllocateGPU      *bool                  `json:"alwaysAllocateGPU,omitempty"` // default true
	ScheduledActions       []ScheduledAction      `json:"scheduledActions,omitempty"`
	TargetTrackingPolicies []TargetTrackingPolicy `json:"targetTrackingPolicies,omitempty"`
	Current                int                    `json:"-"` // how many are ready
	CurrentError           string                 `json:"-"`
	Etag                   string                 `json:"-"`
}

// ScheduledAction changes the number of provisioned instances at set times.
type ScheduledAction struct {
	Name               string `json:"name"`
	Target             int    `json:"target"`
	ScheduleExpression string `json:"scheduleExpression"` // at(…) or cron(…)
	StartTime          string `json:"startTime,omitempty"`
	EndTime            string `json:"endTime,omitempty"`
	TimeZone           string `json:"timeZone,omitempty"`
}

// TargetTrackingPolicy changes the number of provisioned instances with a metric.
type TargetTrackingPolicy struct {
	Name         string  `json:"name"`
	MetricType   string  `json:"metricType"`
	MetricTarget float64 `json:"metricTarget"`
	MinCapacity  int     `json:"minCapacity"`
	MaxCapacity  int     `json:"maxCapacity"`
	StartTime    string  `json:"startTime,omitempty"`
	EndTime      string  `json:"endTime,omitempty"`
	TimeZone     string  `json:"timeZone,omitempty"`
}

// OnDemandConfig limits the instances of a function and qualifier. Source: FC 2.0 PutFunctionOnDemandConfig.
type OnDemandConfig struct {
	MaximumInstanceCount int    `json:"maximumInstanceCount"` // 0 = none may run
	Etag                 string `json:"-"`
}

// ConcurrencyConfig limits the instances of a function, whatever the qualifier.
// Source: FC 3.0 PutConcurrencyConfig.
type ConcurrencyConfig struct {
	ReservedConcurrency int    `json:"reservedConcurrency"` // 0 = none may run
	Etag                string `json:"-"`
}

// ScalingConfig is the elastic configuration of a function and qualifier.
// Source: FC 3.0 PutScalingConfig.
type ScalingConfig struct {
	MinInstances int                        `json:"minInstances"`
	Stored       map[string]json.RawMessage `json:"stored,omitempty"` // the other members, by FC's names
	Target       int                        `json:"-"`                // with its policies
	Current      int                        `json:"-"`                // how many are ready
	CurrentError string                     `json:"-"`
	Etag         string                     `json:"-"`
}

// Configured is a configuration with the function and qualifier it belongs to, for lists over
// several functions.
type Configured[T any] struct {
	Reference
	Config *T
}

// InvocationRestriction tells that a function may not be invoked. Source: FC 3.0 DisableFunctionInvocation.
type InvocationRestriction struct {
	Disable          bool      `json:"disable"`
	Reason           string    `json:"reason"`
	LastModifiedTime time.Time `json:"lastModifiedTime"`
}

// EventSource is an event source registered with a function. Source: 2021-04-06 RegisterEventSource.
type EventSource struct {
	SourceArn   string    `json:"sourceArn"`
	Qualifier   string    `json:"qualifier"`
	CreatedTime time.Time `json:"createdTime"`
}

// Instance is one running instance, as the API lists it.
type Instance struct {
	InstanceID  string
	Function    Name
	VersionID   string
	Status      string
	CreatedTime time.Time
}

// TaggedResource is a service (Function is "") or a function with its tags.
type TaggedResource struct {
	Name
	Tags []Tag
}

// Session is a client's hold on one instance. Source: FC 3.0 CreateSession.
type Session struct {
	SessionID                   string                     `json:"sessionId"`
	Qualifier                   string                     `json:"qualifier"`
	SessionTTLInSeconds         int                        `json:"sessionTTLInSeconds"`         // default 21600
	SessionIdleTimeoutInSeconds int                        `json:"sessionIdleTimeoutInSeconds"` // default 1800
	Paused                      bool                       `json:"paused,omitempty"`
	Stored                      map[string]json.RawMessage `json:"stored,omitempty"` // the other members, by FC's names
	CreatedTime                 time.Time                  `json:"createdTime"`
	LastModifiedTime            time.Time                  `json:"lastModifiedTime"`

	InstanceID string `json:"-"` // that it is bound to now; empty: none
	Ended      bool   `json:"-"` // by its idle time-out, for instance
}

// States of a session. Source: FC 3.0 Session.sessionStatus.
const (
	SessionActive  = "Active"
	SessionExpired = "Expired"
	SessionPaused  = "Paused"
)

// Status is the session's state at a time.
func (s *Session) Status(now time.Time) string {
	switch {
	case s.Ended, now.After(s.CreatedTime.Add(time.Duration(s.SessionTTLInSeconds) * time.Second)):
		return SessionExpired
	case s.Paused:
		return SessionPaused
	}
	return SessionActive
}

// SessionNotFound refuses an unknown session.
func SessionNotFound(name Name, session string) *Error {
	return Refuse(404, "SessionNotFound", "session '%s' does not exist in function '%s'", session, name)
}
