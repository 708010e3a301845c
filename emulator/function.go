package emulator

import (
	"encoding/json"
	"strings"
	"time"
)

// LatestVersion is the qualifier of the unpublished, editable state of a function.
const LatestVersion = "LATEST"

// Name says which function is meant. Service is empty for an FC 3.0 function; an FC 2.0 function
// lives inside a service.
type Name struct {
	Service  string
	Function string
}

// ParseName reads "function", "service/function" (what people type) and "service$function" (what
// the 2023-03-30 API shows for an FC 2.0 function).
func ParseName(text string) Name {
	if service, function, ok := strings.Cut(text, "/"); ok {
		return Name{Service: service, Function: function}
	}
	if service, function, ok := strings.Cut(text, "$"); ok {
		return Name{Service: service, Function: function}
	}
	return Name{Function: text}
}

// String is the form people type: "function" or "service/function".
func (n Name) String() string {
	if n.Service == "" {
		return n.Function
	}
	return n.Service + "/" + n.Function
}

// Wire is the form of the 2023-03-30 API: "function" or "service$function".
func (n Name) Wire() string {
	if n.Service == "" {
		return n.Function
	}
	return n.Service + "$" + n.Function
}

// Reference is a function and the version or alias of it that a caller asks for. An empty
// Qualifier means LATEST.
type Reference struct {
	Name
	Qualifier string
}

// Function is one version of a function: its code and configuration, as it will be run.
// JSON is the form in which the catalogue stores it.
type Function struct {
	Service      string `json:"serviceName,omitempty"`
	FunctionName string `json:"functionName"`
	FunctionID   string `json:"functionId"`
	VersionID    string `json:"versionId"` // LATEST or a number
	Revision     string `json:"revision"`  // changes with every update; the ETag, and the key of its instances

	Description         string  `json:"description,omitempty"`
	Runtime             string  `json:"runtime"`
	Handler             string  `json:"handler"`
	Code                Code    `json:"code"`
	CPU                 float64 `json:"cpu,omitempty"`
	MemorySize          int     `json:"memorySize"` // MB
	DiskSize            int     `json:"diskSize"`   // MB
	Timeout             int     `json:"timeout"`    // seconds
	InstanceConcurrency int     `json:"instanceConcurrency"`
	IdleTimeout         int     `json:"idleTimeout,omitempty"` // seconds; 0 = the emulator's default

	EnvironmentVariables     map[string]string  `json:"environmentVariables,omitempty"`
	CustomRuntimeConfig      *CustomRuntime     `json:"customRuntimeConfig,omitempty"`
	InstanceLifecycleConfig  *InstanceLifecycle `json:"instanceLifecycleConfig,omitempty"`
	LogConfig                *LogConfig         `json:"logConfig,omitempty"`
	Layers                   []string           `json:"layers,omitempty"`
	Tags                     []Tag              `json:"tags,omitempty"`
	Role                     string             `json:"role,omitempty"`
	InternetAccess           *bool              `json:"internetAccess,omitempty"`
	DisableInjectCredentials string             `json:"disableInjectCredentials,omitempty"` // None, Env, Request, All

	// Stored holds the fields of FC's model that have no meaning on one machine (vpcConfig,
	// nasConfig, …): kept and returned as given, and reported as ignored.
	Stored map[string]json.RawMessage `json:"stored,omitempty"`

	CreatedTime      time.Time `json:"createdTime"`
	LastModifiedTime time.Time `json:"lastModifiedTime"`

	// What other records say about the function. It is known where a reference was resolved.

	Affinity  *Affinity `json:"-"` // nil = any instance takes any request
	Isolation Isolation `json:"-"`

	InstanceLimit         *int                   `json:"-"` // how many instances may run in all; nil = no limit of its own
	OnDemandLimit         *int                   `json:"-"` // how many may run under the qualifier it was resolved by, beside the provisioned ones
	InvocationRestriction *InvocationRestriction `json:"-"`
	LayerCode             []*LayerVersion        `json:"-"` // of those Layers that are known here, in their order
}

// Name returns the function's name with its service.
func (f *Function) Name() Name { return Name{Service: f.Service, Function: f.FunctionName} }

// Etag changes with every update of the function itself, and not with its service.
func (f *Function) Etag() string {
	etag, _, _ := strings.Cut(f.Revision, "/")
	return etag
}

// Admit refuses an invocation while invocations are disabled.
func (f *Function) Admit() *Error {
	if f == nil || f.InvocationRestriction == nil || !f.InvocationRestriction.Disable {
		return nil
	}
	return InvocationDisabled(f.Name(), f.InvocationRestriction.Reason)
}

// ARN is the function's resource name in the form of its generation.
// Source: FC 3.0 GetFunction.functionArn, FC 2.0 "acs:fc:…:services/…".
func (f *Function) ARN(account, region string) string {
	prefix := "acs:fc:" + region + ":" + account + ":"
	if f.Service != "" {
		return prefix + "services/" + f.Service + "." + f.VersionID + "/functions/" + f.FunctionName
	}
	return prefix + "functions/" + f.FunctionName
}

// Custom tells whether the user's own HTTP server answers, rather than one of the built-in runtimes.
func (f *Function) Custom() bool { return strings.HasPrefix(f.Runtime, "custom") }

// Concurrency is how many requests an instance takes at a time: InstanceConcurrency, where the runtime
// can. In FC 3.0 built-in runtimes take one. Those of FC 2.0 could be told to take more, of which
// Node.js can here.
func (f *Function) Concurrency() int {
	if f.Once() {
		return 1
	}
	if f.Custom() || f.Service != "" && strings.HasPrefix(f.Runtime, "nodejs") {
		return max(1, f.InstanceConcurrency)
	}
	return 1
}

// HTTPHandler tells whether an HTTP trigger hands the request itself to the function's code, as FC 2.0
// does for built-in runtimes: Node's (req, resp, context), Python's WSGI and their like.
func (f *Function) HTTPHandler() bool { return f.Service != "" && !f.Custom() }

// Initializer is the configured initializer hook, or nil.
func (f *Function) Initializer() *LifecycleHook {
	if f.InstanceLifecycleConfig == nil {
		return nil
	}
	return f.InstanceLifecycleConfig.Initializer
}

// PreStop is the configured preStop hook, or nil.
func (f *Function) PreStop() *LifecycleHook {
	if f.InstanceLifecycleConfig == nil {
		return nil
	}
	return f.InstanceLifecycleConfig.PreStop
}

// Code is a stored code package.
type Code struct {
	Digest   string `json:"digest"`   // hex SHA-256 of the zip: the name of its blob and folder
	Size     int64  `json:"size"`     // bytes of the zip (codeSize)
	Checksum string `json:"checksum"` // CRC-64/ECMA of the zip, decimal (codeChecksum)
}

// CustomRuntime is customRuntimeConfig.
type CustomRuntime struct {
	Command           []string     `json:"command,omitempty"`
	Args              []string     `json:"args,omitempty"`
	Port              int          `json:"port,omitempty"`
	HealthCheckConfig *HealthCheck `json:"healthCheckConfig,omitempty"`
}

// HealthCheck is healthCheckConfig; times are in seconds.
type HealthCheck struct {
	HTTPGetURL          string `json:"httpGetUrl,omitempty"`
	InitialDelaySeconds int    `json:"initialDelaySeconds,omitempty"`
	PeriodSeconds       int    `json:"periodSeconds,omitempty"`
	TimeoutSeconds      int    `json:"timeoutSeconds,omitempty"`
	FailureThreshold    int    `json:"failureThreshold,omitempty"`
	SuccessThreshold    int    `json:"successThreshold,omitempty"`
}

// InstanceLifecycle is instanceLifecycleConfig. PreFreeze exists in FC 2.0 only.
type InstanceLifecycle struct {
	Initializer *LifecycleHook `json:"initializer,omitempty"`
	PreStop     *LifecycleHook `json:"preStop,omitempty"`
	PreFreeze   *LifecycleHook `json:"preFreeze,omitempty"`
}

// LifecycleHook is one hook of an instance: a handler of the function, or a command.
type LifecycleHook struct {
	Handler string   `json:"handler,omitempty"`
	Command []string `json:"command,omitempty"`
	Timeout int      `json:"timeout,omitempty"` // seconds
}

// Limit is the hook's time-out, 3 s where none is set.
func (h *LifecycleHook) Limit() time.Duration {
	if h == nil || h.Timeout <= 0 {
		return 3 * time.Second
	}
	return time.Duration(h.Timeout) * time.Second
}

// LogConfig is logConfig.
type LogConfig struct {
	Project               string `json:"project,omitempty"`
	Logstore              string `json:"logstore,omitempty"`
	EnableRequestMetrics  bool   `json:"enableRequestMetrics,omitempty"`
	EnableInstanceMetrics bool   `json:"enableInstanceMetrics,omitempty"`
	LogBeginRule          string `json:"logBeginRule,omitempty"`
}

// Tag is one tag of a resource.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}
