package emulator

import (
	"encoding/json"
	"strings"
	"time"
)

// Scope owns versions and aliases: in FC 2.0 a service with all its functions, in FC 3.0 the
// function itself. Its text is "service$" or "function".
type Scope string

// ServiceScope is the scope of an FC 2.0 service.
func ServiceScope(service string) Scope { return Scope(Name{Service: service}.Wire()) }

// Scope is what owns the function's versions and aliases.
func (n Name) Scope() Scope {
	if n.Service != "" {
		return ServiceScope(n.Service)
	}
	return Scope(n.Function)
}

// Service is the service of the scope; "" in FC 3.0.
func (s Scope) Service() string {
	service, _, ok := strings.Cut(string(s), "$")
	if !ok {
		return ""
	}
	return service
}

// Function is the function of the scope; "" in FC 2.0.
func (s Scope) Function() string {
	if s.Service() != "" {
		return ""
	}
	return string(s)
}

// owner names the scope in FC's messages.
func (s Scope) owner() string {
	if service := s.Service(); service != "" {
		return "service '" + service + "'"
	}
	return "function '" + string(s) + "'"
}

// Version is a published, immutable state of a scope.
type Version struct {
	VersionID        string    `json:"versionId"` // a number, from 1
	Description      string    `json:"description,omitempty"`
	CreatedTime      time.Time `json:"createdTime"`
	LastModifiedTime time.Time `json:"lastModifiedTime"`
	Etag             string    `json:"-"`
}

// Alias is a name for a version of a scope, with a share of the calls for one other version.
type Alias struct {
	AliasName               string             `json:"aliasName"`
	VersionID               string             `json:"versionId"`
	Description             string             `json:"description,omitempty"`
	AdditionalVersionWeight map[string]float64 `json:"additionalVersionWeight,omitempty"` // version → share of the calls, 0…1
	ResolvePolicy           string             `json:"resolvePolicy,omitempty"`           // 2021-04-06: ResolveRandom or ResolveContent
	RoutePolicy             json.RawMessage    `json:"routePolicy,omitempty"`             // 2021-04-06: a RoutePolicy, as it was given
	CreatedTime             time.Time          `json:"createdTime"`
	LastModifiedTime        time.Time          `json:"lastModifiedTime"`
	Etag                    string             `json:"-"`
}

// Route reads the policy of an alias that chooses by content; of any other alias it is nil.
func (a *Alias) Route() (*RoutePolicy, error) {
	if a.ResolvePolicy != ResolveContent {
		return nil, nil
	}
	policy := &RoutePolicy{}
	if len(a.RoutePolicy) == 0 {
		return policy, nil
	}
	return policy, json.Unmarshal(a.RoutePolicy, policy)
}

// VersionNotFound refuses an unknown version.
func VersionNotFound(scope Scope, version string) *Error {
	return Refuse(404, "VersionNotFound", "version '%s' of %s does not exist", version, scope.owner())
}

// AliasNotFound refuses an unknown alias.
func AliasNotFound(scope Scope, alias string) *Error {
	return Refuse(404, "AliasNotFound", "alias '%s' of %s does not exist", alias, scope.owner())
}
