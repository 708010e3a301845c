package service

import (
	"encoding/json"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Function is a function as the API shows it.
type Function struct {
	FunctionID       string `json:"functionId"`
	FunctionName     string `json:"functionName"`
	CodeSize         int64  `json:"codeSize"` // bytes
	CodeChecksum     string `json:"codeChecksum"`
	CreatedTime      string `json:"createdTime"`
	LastModifiedTime string `json:"lastModifiedTime"`

	Description           string  `json:"description"`
	Runtime               string  `json:"runtime"`
	Handler               string  `json:"handler"`
	Initializer           string  `json:"initializer"`
	InitializationTimeout int     `json:"initializationTimeout,omitempty"` // seconds
	CPU                   float64 `json:"cpu"`
	MemorySize            int     `json:"memorySize"` // MB
	DiskSize              int     `json:"diskSize"`   // MB
	Timeout               int     `json:"timeout"`    // seconds
	InstanceConcurrency   int     `json:"instanceConcurrency"`
	CAPort                int     `json:"caPort,omitempty"`

	EnvironmentVariables    map[string]string     `json:"environmentVariables"`
	CustomRuntimeConfig     *CustomRuntime        `json:"customRuntimeConfig,omitempty"`
	CustomHealthCheckConfig *emulator.HealthCheck `json:"customHealthCheckConfig,omitempty"`
	CustomContainerConfig   *CustomContainer      `json:"customContainerConfig,omitempty"`
	InstanceLifecycleConfig *Lifecycle            `json:"instanceLifecycleConfig,omitempty"`
	Layers                  []string              `json:"layers"`
	LayersArnV2             []string              `json:"layersArnV2"`
	GPUMemorySize           int                   `json:"gpuMemorySize,omitempty"` // MB
	StoredFields
}

// CreateFunctionInput is the body of CreateFunction.
type CreateFunctionInput struct {
	FunctionName string `json:"functionName"`
	UpdateFunctionInput
}

// UpdateFunctionInput is the body of UpdateFunction. What is nil was not given and stays; an empty
// list or map is a value.
type UpdateFunctionInput struct {
	Code *api.Code `json:"code,omitempty"`

	Description           *string  `json:"description,omitempty"`
	Runtime               *string  `json:"runtime,omitempty"`
	Handler               *string  `json:"handler,omitempty"`
	Initializer           *string  `json:"initializer,omitempty"`
	InitializationTimeout *int     `json:"initializationTimeout,omitempty"` // seconds
	CPU                   *float64 `json:"cpu,omitempty"`
	MemorySize            *int     `json:"memorySize,omitempty"` // MB
	DiskSize              *int     `json:"diskSize,omitempty"`   // MB
	Timeout               *int     `json:"timeout,omitempty"`    // seconds
	InstanceConcurrency   *int     `json:"instanceConcurrency,omitempty"`
	CAPort                *int     `json:"caPort,omitempty"`

	EnvironmentVariables    map[string]string     `json:"environmentVariables,omitzero"`
	CustomRuntimeConfig     *CustomRuntime        `json:"customRuntimeConfig,omitempty"`
	CustomHealthCheckConfig *emulator.HealthCheck `json:"customHealthCheckConfig,omitempty"`
	CustomContainerConfig   *CustomContainer      `json:"customContainerConfig,omitempty"`
	InstanceLifecycleConfig *Lifecycle            `json:"instanceLifecycleConfig,omitempty"`
	Layers                  []string              `json:"layers,omitzero"`
	GPUMemorySize           *int                  `json:"gpuMemorySize,omitempty"` // MB
	StoredFields
}

// CustomRuntime is customRuntimeConfig. The port and the health check have fields of their own here.
type CustomRuntime struct {
	Command []string `json:"command,omitzero"`
	Args    []string `json:"args,omitzero"`
}

// CustomContainer is customContainerConfig. Command and Args hold JSON lists in text.
type CustomContainer struct {
	Image            *string `json:"image,omitempty"`
	Command          *string `json:"command,omitempty"`
	Args             *string `json:"args,omitempty"`
	AccelerationType *string `json:"accelerationType,omitempty"`
	InstanceID       *string `json:"instanceID,omitempty"` // of a container registry
	WebServerMode    *bool   `json:"webServerMode,omitempty"`
}

// Lifecycle is instanceLifecycleConfig. The initializer has fields of its own here.
type Lifecycle struct {
	PreFreeze *emulator.LifecycleHook `json:"preFreeze,omitempty"`
	PreStop   *emulator.LifecycleHook `json:"preStop,omitempty"`
}

// StoredFields are the fields that mean nothing on one machine: they are kept and returned as given.
type StoredFields struct {
	CustomDNS               json.RawMessage `json:"customDNS,omitempty"`
	InstanceType            json.RawMessage `json:"instanceType,omitempty"`
	InstanceSoftConcurrency json.RawMessage `json:"instanceSoftConcurrency,omitempty"`
}

// byName lists the fields under their names in the API.
func (s *StoredFields) byName() map[string]*json.RawMessage {
	return map[string]*json.RawMessage{
		"customDNS":               &s.CustomDNS,
		"instanceType":            &s.InstanceType,
		"instanceSoftConcurrency": &s.InstanceSoftConcurrency,
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
