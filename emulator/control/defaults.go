package control

import (
	"math"

	"github.com/fcemu/fcemu/emulator"
)

// Defaults of a function. Source: FC 3.0 CreateFunction and the schema of Serverless Devs.
const (
	DefaultCPU                 = 0.35
	DefaultMemorySize          = 512 // MB
	DefaultMemorySizeOfService = 128 // MB, in FC 2.0
	DefaultDiskSize            = 512 // MB
	DefaultTimeout             = 3   // seconds
	DefaultInstanceConcurrency = 1

	defaultHookTimeout = 3 // seconds
)

// fillDefaults sets what was not given. CPU stays zero, so that it can follow the memory size.
func fillDefaults(fn *emulator.Function) {
	if fn.Service != "" {
		orElse(&fn.MemorySize, DefaultMemorySizeOfService)
	}
	orElse(&fn.MemorySize, DefaultMemorySize)
	orElse(&fn.DiskSize, DefaultDiskSize)
	orElse(&fn.Timeout, DefaultTimeout)
	orElse(&fn.InstanceConcurrency, DefaultInstanceConcurrency)
	if fn.InternetAccess == nil && fn.Service == "" { // a service says it for its functions
		yes := true
		fn.InternetAccess = &yes
	}
	if serves(fn) {
		// FC asks for a handler and never looks at it; tools send this one.
		orElse(&fn.Handler, "index.handler")
	}
	fillParts(fn)
}

// fillParts sets what was not given inside the objects of a function. They are copied first:
// they may belong to the caller, or to a state that others read.
func fillParts(fn *emulator.Function) {
	if fn.CustomRuntimeConfig != nil && fn.CustomRuntimeConfig.HealthCheckConfig != nil {
		custom := *fn.CustomRuntimeConfig
		custom.HealthCheckConfig = filledHealth(custom.HealthCheckConfig)
		fn.CustomRuntimeConfig = &custom
	}
	if fn.InstanceLifecycleConfig != nil {
		fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{
			Initializer: filledHook(fn.InstanceLifecycleConfig.Initializer),
			PreStop:     filledHook(fn.InstanceLifecycleConfig.PreStop),
			PreFreeze:   filledHook(fn.InstanceLifecycleConfig.PreFreeze),
		}
	}
}

func filledHealth(given *emulator.HealthCheck) *emulator.HealthCheck {
	if given == nil {
		return nil
	}
	health := *given
	orElse(&health.PeriodSeconds, 3)
	orElse(&health.TimeoutSeconds, 1)
	orElse(&health.FailureThreshold, 3)
	orElse(&health.SuccessThreshold, 1)
	return &health
}

// filledHook drops a hook that names nothing to call: tools send such hooks to switch them off.
func filledHook(hook *emulator.LifecycleHook) *emulator.LifecycleHook {
	if hook == nil || hook.Handler == "" && len(hook.Command) == 0 {
		return nil
	}
	filled := *hook
	orElse(&filled.Timeout, defaultHookTimeout)
	return &filled
}

func orElse[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// cpuFor is the CPU size of a function that names none: FC's default, moved as far as the allowed
// ratio of 1 to 4 GB a core asks for. memory is in MB.
func cpuFor(memory int) float64 {
	gigabytes := float64(memory) / 1024
	switch {
	case gigabytes < DefaultCPU*minMemoryPerCPU:
		return math.Max(minCPU, math.Floor(gigabytes/minMemoryPerCPU*20+1e-9)/20)
	case gigabytes > DefaultCPU*maxMemoryPerCPU:
		return math.Ceil(gigabytes/maxMemoryPerCPU*20-1e-9) / 20
	}
	return DefaultCPU
}
