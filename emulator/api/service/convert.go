package service

import (
	"encoding/json"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// showFunction turns a function into its wire form.
func showFunction(fn *emulator.Function) *Function {
	shown := &Function{
		FunctionID:            fn.FunctionID,
		FunctionName:          fn.FunctionName,
		CodeSize:              fn.Code.Size,
		CodeChecksum:          fn.Code.Checksum,
		CreatedTime:           api.Time(fn.CreatedTime),
		LastModifiedTime:      api.Time(fn.LastModifiedTime),
		Description:           fn.Description,
		Runtime:               fn.Runtime,
		Handler:               fn.Handler,
		CPU:                   fn.CPU,
		MemorySize:            fn.MemorySize,
		DiskSize:              fn.DiskSize,
		Timeout:               fn.Timeout,
		InstanceConcurrency:   fn.InstanceConcurrency,
		EnvironmentVariables:  fn.EnvironmentVariables,
		CustomContainerConfig: showContainer(fn.Stored[storedContainer]),
		Layers:                fn.Layers,
		LayersArnV2:           fn.Layers,
		GPUMemorySize:         readMembers(fn.Stored[storedGPU]).number("gpuMemorySize"),
	}
	if shown.EnvironmentVariables == nil {
		shown.EnvironmentVariables = map[string]string{}
	}
	for name, field := range shown.byName() {
		*field = fn.Stored[name]
	}
	shown.showServer(fn)
	shown.showHooks(fn)
	return shown
}

// showServer shows how the user's own server is started, reached and watched.
func (shown *Function) showServer(fn *emulator.Function) {
	if custom := fn.CustomRuntimeConfig; custom != nil {
		shown.CAPort, shown.CustomHealthCheckConfig = custom.Port, custom.HealthCheckConfig
		if len(custom.Command)+len(custom.Args) > 0 {
			shown.CustomRuntimeConfig = &CustomRuntime{Command: custom.Command, Args: custom.Args}
		}
	}
	if shown.CustomContainerConfig != nil {
		container := readMembers(fn.Stored[storedContainer])
		shown.CAPort = container.number("port")
		_ = json.Unmarshal(container["healthCheckConfig"], &shown.CustomHealthCheckConfig) // nil where there is none
	}
	if shown.CAPort == 0 && fn.Custom() {
		shown.CAPort = fn.Port()
	}
}

func (shown *Function) showHooks(fn *emulator.Function) {
	shown.InitializationTimeout, _ = strconv.Atoi(string(fn.Stored[storedInitTimeout]))
	if hook := fn.Initializer(); hook != nil {
		shown.Initializer, shown.InitializationTimeout = hook.Handler, hook.Timeout
	}
	if hooks := fn.InstanceLifecycleConfig; hooks != nil && (hooks.PreFreeze != nil || hooks.PreStop != nil) {
		shown.InstanceLifecycleConfig = &Lifecycle{PreFreeze: hooks.PreFreeze, PreStop: hooks.PreStop}
	}
}

// apply sets what was given. It may run several times on fresh states.
func (in *UpdateFunctionInput) apply(fn *emulator.Function) {
	api.Set(&fn.Description, in.Description)
	api.Set(&fn.Runtime, in.Runtime)
	api.Set(&fn.Handler, in.Handler)
	api.Set(&fn.CPU, in.CPU)
	api.Set(&fn.MemorySize, in.MemorySize)
	api.Set(&fn.DiskSize, in.DiskSize)
	api.Set(&fn.Timeout, in.Timeout)
	api.Set(&fn.InstanceConcurrency, in.InstanceConcurrency)
	if in.EnvironmentVariables != nil {
		fn.EnvironmentVariables = in.EnvironmentVariables
	}
	if in.Layers != nil {
		fn.Layers = in.Layers
	}
	fn.Stored = merged(fn.Stored, in.byName())
	if in.GPUMemorySize != nil {
		change(fn, storedGPU, func(m members) { m.set("gpuMemorySize", *in.GPUMemorySize) })
	}
	in.applyServer(fn)
	in.applyHooks(fn)
}

// applyServer keeps the port and the health check where the kind of the function has them in FC 3.0.
func (in *UpdateFunctionInput) applyServer(fn *emulator.Function) {
	if in.CustomContainerConfig != nil {
		change(fn, storedContainer, in.CustomContainerConfig.apply)
	}
	if given(fn.Stored[storedContainer]) {
		change(fn, storedContainer, func(m members) {
			if in.CAPort != nil {
				m.set("port", *in.CAPort)
			}
			if in.CustomHealthCheckConfig != nil {
				m.set("healthCheckConfig", in.CustomHealthCheckConfig)
			}
		})
		return
	}
	if in.CAPort == nil && in.CustomRuntimeConfig == nil && in.CustomHealthCheckConfig == nil {
		return
	}
	custom := emulator.CustomRuntime{}
	if fn.CustomRuntimeConfig != nil {
		custom = *fn.CustomRuntimeConfig
	}
	api.Set(&custom.Port, in.CAPort)
	if in.CustomRuntimeConfig != nil {
		custom.Command, custom.Args = in.CustomRuntimeConfig.Command, in.CustomRuntimeConfig.Args
	}
	if in.CustomHealthCheckConfig != nil {
		custom.HealthCheckConfig = in.CustomHealthCheckConfig
	}
	fn.CustomRuntimeConfig = &custom
}

func (in *UpdateFunctionInput) applyHooks(fn *emulator.Function) {
	hooks := emulator.InstanceLifecycle{}
	if fn.InstanceLifecycleConfig != nil {
		hooks = *fn.InstanceLifecycleConfig
	}
	if in.InstanceLifecycleConfig != nil {
		hooks.PreFreeze, hooks.PreStop = in.InstanceLifecycleConfig.PreFreeze, in.InstanceLifecycleConfig.PreStop
	}
	hooks.Initializer = in.initializer(fn, hooks.Initializer)
	if hooks == (emulator.InstanceLifecycle{}) {
		fn.InstanceLifecycleConfig = nil
		return
	}
	fn.InstanceLifecycleConfig = &hooks
}

// initializer joins the two fields of this generation to the hook of FC 3.0. A hook that is a
// command cannot be named here: it looks like none, and giving none back leaves it.
func (in *UpdateFunctionInput) initializer(fn *emulator.Function, present *emulator.LifecycleHook) *emulator.LifecycleHook {
	hook := emulator.LifecycleHook{}
	if present != nil {
		hook = *present
	} else {
		hook.Timeout, _ = strconv.Atoi(string(fn.Stored[storedInitTimeout]))
	}
	if in.Initializer != nil && *in.Initializer != "" {
		hook.Handler, hook.Command = *in.Initializer, nil
	} else if in.Initializer != nil {
		hook.Handler = ""
	}
	api.Set(&hook.Timeout, in.InitializationTimeout)
	named := hook.Handler != "" || len(hook.Command) > 0
	if !named && hook.Timeout != 0 {
		store(fn, storedInitTimeout, json.RawMessage(strconv.Itoa(hook.Timeout)))
	} else if fn.Stored[storedInitTimeout] != nil {
		store(fn, storedInitTimeout, nil)
	}
	if !named {
		return nil
	}
	return &hook
}
