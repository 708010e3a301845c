package v20230330

import (
	"encoding/json"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Function is a function as the API shows it.
type Function struct {
	FunctionArn      string `json:"functionArn"`
	FunctionID       string `json:"functionId"`
	FunctionName     string `json:"functionName"`
	CodeSize         int64  `json:"codeSize"`
	CodeChecksum     string `json:"codeChecksum"`
	CreatedTime      string `json:"createdTime"`
	LastModifiedTime string `json:"lastModifiedTime"`
	State            string `json:"state"`
	LastUpdateStatus string `json:"lastUpdateStatus"`

	Description         string  `json:"description"`
	Runtime             string  `json:"runtime"`
	Handler             string  `json:"handler"`
	CPU                 float64 `json:"cpu"`
	MemorySize          int     `json:"memorySize"` // MB
	DiskSize            int     `json:"diskSize"`   // MB
	Timeout             int     `json:"timeout"`    // seconds
	InstanceConcurrency int     `json:"instanceConcurrency"`
	IdleTimeout         int     `json:"idleTimeout,omitempty"` // seconds
	InternetAccess      bool    `json:"internetAccess"`
	Role                string  `json:"role"`

	EnvironmentVariables     map[string]string           `json:"environmentVariables,omitempty"`
	CustomRuntimeConfig      *emulator.CustomRuntime     `json:"customRuntimeConfig,omitempty"`
	InstanceLifecycleConfig  *emulator.InstanceLifecycle `json:"instanceLifecycleConfig,omitempty"`
	LogConfig                *emulator.LogConfig         `json:"logConfig,omitempty"`
	Layers                   []FunctionLayer             `json:"layers,omitempty"`
	Tags                     []Tag                       `json:"tags,omitempty"`
	DisableInjectCredentials string                      `json:"disableInjectCredentials,omitempty"`
	InvocationRestriction    *InvocationRestriction      `json:"invocationRestriction,omitempty"`
	StoredFields
}

// InvocationRestriction tells whether the function may be invoked.
type InvocationRestriction struct {
	Disable          bool   `json:"disable"`
	Reason           string `json:"reason"`
	LastModifiedTime string `json:"lastModifiedTime"`
}

// FunctionLayer is a layer in use, as a Function shows it.
type FunctionLayer struct {
	Arn  string `json:"arn"`
	Size int64  `json:"size"` // bytes
}

// Tag is one tag; FC spells its keys with capitals.
type Tag struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

// CreateFunctionInput is the body of CreateFunction.
type CreateFunctionInput struct {
	FunctionName string `json:"functionName"`
	Tags         []Tag  `json:"tags,omitempty"`
	UpdateFunctionInput
}

// UpdateFunctionInput is the body of UpdateFunction. What is nil was not given and stays; an empty
// list or map is a value.
type UpdateFunctionInput struct {
	Code *api.Code `json:"code,omitempty"`

	Description         *string  `json:"description,omitempty"`
	Runtime             *string  `json:"runtime,omitempty"`
	Handler             *string  `json:"handler,omitempty"`
	CPU                 *float64 `json:"cpu,omitempty"`
	MemorySize          *int     `json:"memorySize,omitempty"` // MB
	DiskSize            *int     `json:"diskSize,omitempty"`   // MB
	Timeout             *int     `json:"timeout,omitempty"`    // seconds
	InstanceConcurrency *int     `json:"instanceConcurrency,omitempty"`
	IdleTimeout         *int     `json:"idleTimeout,omitempty"` // seconds
	InternetAccess      *bool    `json:"internetAccess,omitempty"`
	Role                *string  `json:"role,omitempty"`

	EnvironmentVariables     map[string]string           `json:"environmentVariables,omitzero"`
	CustomRuntimeConfig      *emulator.CustomRuntime     `json:"customRuntimeConfig,omitempty"`
	InstanceLifecycleConfig  *emulator.InstanceLifecycle `json:"instanceLifecycleConfig,omitempty"`
	LogConfig                *emulator.LogConfig         `json:"logConfig,omitempty"`
	Layers                   []string                    `json:"layers,omitzero"`
	DisableInjectCredentials *string                     `json:"disableInjectCredentials,omitempty"`
	StoredFields
}

// StoredFields are the fields that mean nothing on one machine: they are kept and returned as given.
type StoredFields struct {
	CustomContainerConfig json.RawMessage `json:"customContainerConfig,omitempty"`
	CustomDNS             json.RawMessage `json:"customDNS,omitempty"`
	DisableOndemand       json.RawMessage `json:"disableOndemand,omitempty"`
	EnableLongLiving      json.RawMessage `json:"enableLongLiving,omitempty"`
	GPUConfig             json.RawMessage `json:"gpuConfig,omitempty"`
	InstanceIsolationMode json.RawMessage `json:"instanceIsolationMode,omitempty"`
	JuiceFsConfig         json.RawMessage `json:"juiceFsConfig,omitempty"`
	MicroSandboxConfig    json.RawMessage `json:"microSandboxConfig,omitempty"`
	NasConfig             json.RawMessage `json:"nasConfig,omitempty"`
	OssMountConfig        json.RawMessage `json:"ossMountConfig,omitempty"`
	PolarFsConfig         json.RawMessage `json:"polarFsConfig,omitempty"`
	ResourceGroupID       json.RawMessage `json:"resourceGroupId,omitempty"`
	SessionAffinity       json.RawMessage `json:"sessionAffinity,omitempty"`
	SessionAffinityConfig json.RawMessage `json:"sessionAffinityConfig,omitempty"`
	TracingConfig         json.RawMessage `json:"tracingConfig,omitempty"`
	VpcConfig             json.RawMessage `json:"vpcConfig,omitempty"`
}

// byName lists the fields under their names in the API.
func (s *StoredFields) byName() map[string]*json.RawMessage {
	return map[string]*json.RawMessage{
		"customContainerConfig": &s.CustomContainerConfig,
		"customDNS":             &s.CustomDNS,
		"disableOndemand":       &s.DisableOndemand,
		"enableLongLiving":      &s.EnableLongLiving,
		"gpuConfig":             &s.GPUConfig,
		"instanceIsolationMode": &s.InstanceIsolationMode,
		"juiceFsConfig":         &s.JuiceFsConfig,
		"microSandboxConfig":    &s.MicroSandboxConfig,
		"nasConfig":             &s.NasConfig,
		"ossMountConfig":        &s.OssMountConfig,
		"polarFsConfig":         &s.PolarFsConfig,
		"resourceGroupId":       &s.ResourceGroupID,
		"sessionAffinity":       &s.SessionAffinity,
		"sessionAffinityConfig": &s.SessionAffinityConfig,
		"tracingConfig":         &s.TracingConfig,
		"vpcConfig":             &s.VpcConfig,
	}
}

// FunctionList is the answer of ListFunctions.
type FunctionList struct {
	Functions []*Function `json:"functions"`
	NextToken string      `json:"nextToken,omitempty"`
}

// FunctionCode is the answer of GetFunctionCode.
type FunctionCode struct {
	URL      string `json:"url"`
	Checksum string `json:"checksum"`
}
