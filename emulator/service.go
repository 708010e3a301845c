package emulator

import (
	"encoding/json"
	"time"
)

// Service is an FC 2.0 service: a folder of functions, with configuration that they share.
type Service struct {
	ServiceName    string     `json:"serviceName"`
	ServiceID      string     `json:"serviceId"`
	VersionID      string     `json:"versionId"` // LATEST or a number
	Description    string     `json:"description,omitempty"`
	Role           string     `json:"role,omitempty"`
	InternetAccess *bool      `json:"internetAccess,omitempty"`
	LogConfig      *LogConfig `json:"logConfig,omitempty"`
	Tags           []Tag      `json:"tags,omitempty"`

	// Stored holds what has no meaning on one machine, by FC's names: vpcConfig, nasConfig, …
	Stored map[string]json.RawMessage `json:"stored,omitempty"`

	Revision         string    `json:"revision"` // changes with every change of the configuration
	CreatedTime      time.Time `json:"createdTime"`
	LastModifiedTime time.Time `json:"lastModifiedTime"`
	Etag             string    `json:"-"`
}
