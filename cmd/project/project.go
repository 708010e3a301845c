// Package project reads a Serverless Devs project file (s.yaml, editions 1.0.0 and 3.0.0) into the
// state that a deployment has to reach, packs source folders, and watches both for changes.
//
// It deploys nothing and talks to no emulator. What cannot be honoured on one machine is told in
// notices; only what is wrong is an error, and every error says where it stands.
package project

import (
	"encoding/json"

	"github.com/fcemu/fcemu/emulator"
)

// Project is the desired state that one project file describes.
type Project struct {
	File      string // the project file as the caller named it
	Dir       string // its folder, absolute
	Name      string
	Functions []Function // in the order of the file
	Domains   []Domain   // in the order of the file
	Notices   []Notice   // what is ignored, approximated or misspelt, in the order of the file
	Files     []string   // every file that this came from or looked for, absolute: the project file, .env, file(…)

	stamps map[string]stamp // what Files were when they were read
}

// Function is one function as the file wants it.
type Function struct {
	Name     emulator.Name
	Resource string // key under resources or services
	Region   string // empty where the file names none
	Input    Input
	CodePath string             // absolute: a folder, a zip or jar, or a single file; of an image, its file or folder if it has one
	Triggers []emulator.Trigger // all of them; an emulator without that kind of source stores them
	Async    []AsyncConfig
	Settings []Setting
	Position Position // where the function is described, for what goes wrong later

	domains []Domain // that it names itself; the project's where the function is
}

// AsyncConfig is the asynchronous configuration for one qualifier.
type AsyncConfig struct {
	Qualifier string
	emulator.AsyncConfig
}

// Input holds the members of FC 3.0's CreateFunctionInput but the name and the code. Zero values
// are left out on the wire, so that the server's defaults hold.
type Input struct {
	Description         string  `json:"description,omitempty"`
	Runtime             string  `json:"runtime,omitempty"`
	Handler             string  `json:"handler,omitempty"`
	CPU                 float64 `json:"cpu,omitempty"`        // vCPU
	MemorySize          int     `json:"memorySize,omitempty"` // MB
	DiskSize            int     `json:"diskSize,omitempty"`   // MB
	Timeout             int     `json:"timeout,omitempty"`    // seconds
	InstanceConcurrency int     `json:"instanceConcurrency,omitempty"`
	IdleTimeout         int     `json:"idleTimeout,omitempty"` // seconds

	EnvironmentVariables     map[string]string           `json:"environmentVariables,omitempty"`
	CustomRuntimeConfig      *emulator.CustomRuntime     `json:"customRuntimeConfig,omitempty"`
	InstanceLifecycleConfig  *emulator.InstanceLifecycle `json:"instanceLifecycleConfig,omitempty"`
	LogConfig                *emulator.LogConfig         `json:"logConfig,omitempty"`
	Layers                   []string                    `json:"layers,omitempty"`
	Tags                     []emulator.Tag              `json:"tags,omitempty"`
	Role                     string                      `json:"role,omitempty"`
	InternetAccess           *bool                       `json:"internetAccess,omitempty"`
	DisableInjectCredentials string                      `json:"disableInjectCredentials,omitempty"`

	// Stored holds members that mean something in the cloud only, by their wire name.
	Stored map[string]json.RawMessage `json:"-"`
}

// MarshalJSON writes the members and the stored ones side by side, as the API takes them.
func (in Input) MarshalJSON() ([]byte, error) {
	type plain Input
	body, err := json.Marshal(plain(in))
	if err != nil || len(in.Stored) == 0 {
		return body, err
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	for name, value := range in.Stored {
		if _, taken := members[name]; !taken {
			members[name] = value
		}
	}
	return json.Marshal(members)
}
