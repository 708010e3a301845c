package control

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Ranges of a function. Source: FC 3.0 CreateFunction and "Limits".
const (
	minCPU, maxCPU                   = 0.05, 16
	minMemoryPerCPU, maxMemoryPerCPU = 1, 4 // GB a core
	minMemory, maxMemory, memoryStep = 128, 32768, 64
	maxTimeout                       = 86400 // seconds
	maxConcurrency                   = 200
	maxInitializerTimeout            = 300 // seconds
	maxHookTimeout                   = 90  // seconds: preStop, preFreeze
	maxLayers                        = 5
	maxTags                          = 20
	maxEnvironment                   = 4096 // bytes of all names and values
)

// checkFunction holds every documented rule about a single function.
func checkFunction(fn *emulator.Function) error {
	if fn.Service != "" {
		if err := checkName("ServiceName", fn.Service); err != nil {
			return err
		}
	}
	return firstError(
		checkName("FunctionName", fn.FunctionName),
		checkRuntime(fn.Runtime),
		checkHandler("Handler", fn.Runtime, fn.Handler),
		checkSizes(fn),
		checkRange("Timeout", 1, maxTimeout, fn.Timeout),
		checkRange("IdleTimeout", 0, maxTimeout, fn.IdleTimeout),
		checkConcurrency(fn),
		checkEnvironment(fn.EnvironmentVariables),
		checkCustomRuntime(fn.CustomRuntimeConfig),
		checkContainer(fn),
		checkGPU(fn),
		checkLifecycle(fn),
		checkLayers(fn.Layers),
		checkTags(fn.Tags),
		checkCredentials(fn.DisableInjectCredentials),
		checkAffinity(fn),
		checkTruth("DisableOndemand", fn.Stored["disableOndemand"]),
		checkDNS(fn.Stored["customDNS"]),
		checkMounts(fn.Stored),
	)
}

func checkLayers(arns []string) error {
	if err := checkCount("Layers", maxLayers, len(arns)); err != nil {
		return err
	}
	for _, arn := range arns {
		if _, _, ok := emulator.ParseLayerARN(arn); !ok {
			return invalidValue("Layers", "acs:fc:REGION:ACCOUNT:layers/NAME/versions/N", shorten(arn))
		}
	}
	return nil
}

// checkTruth holds the form of a member that is kept as it was given.
func checkTruth(field string, value json.RawMessage) error {
	if meaningful(value) && !isTrue(value) {
		return invalidValue(field, "true or false", shorten(string(value)))
	}
	return nil
}

func checkDNS(value json.RawMessage) error {
	_, err := emulator.ReadCustomDNS(value)
	return err
}

// checkMounts holds the rules about what a function mounts, or all functions of a service do.
func checkMounts(stored map[string]json.RawMessage) error {
	_, err := emulator.ReadMountPoints(stored)
	return err
}

func isTrue(value json.RawMessage) bool  { return string(value) == "true" }
func isFalse(value json.RawMessage) bool { return string(value) == "false" }

// Runtimes lists the runtime ids that are accepted, those that the cloud has retired included:
// code written for them still runs.
func Runtimes() []string {
	return []string{
		"nodejs4.4", "nodejs6", "nodejs8", "nodejs10", "nodejs12", "nodejs14", "nodejs16", "nodejs18", "nodejs20", "nodejs22",
		"python2.7", "python3", "python3.9", "python3.10", "python3.12",
		"java8", "java11", "java17", "php7.2", "go1", "dotnetcore2.1", "dotnetcore3.1",
		"custom", "custom.debian10", "custom.debian11", "custom.debian12", "custom-container", "micro-sandbox",
	}
}

func checkRuntime(runtime string) error {
	if runtime == "" {
		return emulator.InvalidArgument("Runtime is not specified")
	}
	if !slices.Contains(Runtimes(), runtime) {
		return invalidChoice("Runtime", Runtimes(), shorten(runtime))
	}
	return nil
}

// container tells whether the function is an image, and so has no code package.
func container(fn *emulator.Function) bool {
	return fn.Runtime == "custom-container" || fn.Runtime == "micro-sandbox"
}

// serves tells whether the user's own server answers, so that the handler means nothing.
func serves(fn *emulator.Function) bool { return fn.Custom() || container(fn) }

// checkHandler holds the form of a handler in the language of the runtime.
func checkHandler(field, runtime, handler string) error {
	if handler == "" {
		return emulator.InvalidArgument("%s is not specified", field)
	}
	var separator string
	switch {
	case strings.HasPrefix(runtime, "nodejs"), strings.HasPrefix(runtime, "python"), strings.HasPrefix(runtime, "php"):
		separator = "."
	case strings.HasPrefix(runtime, "java"), strings.HasPrefix(runtime, "dotnet"):
		separator = "::"
	default:
		return nil
	}
	at := strings.LastIndex(handler, separator)
	if at < 1 || at+len(separator) == len(handler) {
		return invalidValue(field, "file"+separator+"method", shorten(handler))
	}
	return nil
}

func checkSizes(fn *emulator.Function) error {
	if err := checkRange("MemorySize", minMemory, maxMemory, fn.MemorySize); err != nil {
		return err
	}
	if fn.MemorySize%memoryStep != 0 {
		return invalidValue("MemorySize", "a multiple of 64", strconv.Itoa(fn.MemorySize))
	}
	if fn.DiskSize != 512 && fn.DiskSize != 10240 {
		return invalidChoice("DiskSize", []string{"512", "10240"}, strconv.Itoa(fn.DiskSize))
	}
	return checkCPU(fn)
}

// checkCPU leaves a CPU size that was not given alone: it follows the memory size.
func checkCPU(fn *emulator.Function) error {
	if fn.CPU == 0 {
		return nil
	}
	actual := strconv.FormatFloat(fn.CPU, 'g', -1, 64)
	steps := fn.CPU * 20
	// Written so that NaN fails too.
	if !(fn.CPU >= minCPU && fn.CPU <= maxCPU && math.Abs(steps-math.Round(steps)) < 1e-6) {
		return invalidValue("CPU", "0.05 to 16 in steps of 0.05", actual)
	}
	ratio := float64(fn.MemorySize) / 1024 / fn.CPU
	if fn.Service == "" && (ratio < minMemoryPerCPU-1e-9 || ratio > maxMemoryPerCPU+1e-9) {
		return emulator.InvalidArgument("CPU is set to an invalid value (the ratio of CPU to memory in GB must be between 1:1 and 1:4, actual: %s to %g)",
			actual, float64(fn.MemorySize)/1024)
	}
	return nil
}

// checkConcurrency: a built-in runtime takes one request at a time. FC 2.0 let more be written down; see
// Function.Concurrency for which of its runtimes heed it.
func checkConcurrency(fn *emulator.Function) error {
	if err := checkRange("InstanceConcurrency", 1, maxConcurrency, fn.InstanceConcurrency); err != nil {
		return err
	}
	if fn.InstanceConcurrency > 1 && !serves(fn) && fn.Service == "" {
		return invalidValue("InstanceConcurrency", "1 for runtime "+fn.Runtime, strconv.Itoa(fn.InstanceConcurrency))
	}
	return nil
}

func checkCustomRuntime(custom *emulator.CustomRuntime) error {
	if custom == nil {
		return nil
	}
	if err := checkRange("CustomRuntimeConfig.Port", 0, 65535, custom.Port); err != nil {
		return err
	}
	return checkHealth(custom.HealthCheckConfig)
}

func checkHealth(health *emulator.HealthCheck) error {
	if health == nil {
		return nil
	}
	const field = "HealthCheckConfig."
	return firstError(
		checkRange("length of "+field+"HttpGetUrl", 0, 2048, len(health.HTTPGetURL)),
		checkRange(field+"InitialDelaySeconds", 0, 120, health.InitialDelaySeconds),
		checkRange(field+"PeriodSeconds", 1, 120, health.PeriodSeconds),
		checkRange(field+"TimeoutSeconds", 1, 3, health.TimeoutSeconds),
		checkRange(field+"FailureThreshold", 1, 120, health.FailureThreshold),
		checkRange(field+"SuccessThreshold", 1, 120, health.SuccessThreshold),
	)
}

func checkLifecycle(fn *emulator.Function) error {
	hooks := fn.InstanceLifecycleConfig
	if hooks == nil {
		return nil
	}
	return firstError(
		checkHook("Initializer", fn.Runtime, hooks.Initializer, maxInitializerTimeout),
		checkHook("PreStop", fn.Runtime, hooks.PreStop, maxHookTimeout),
		checkHook("PreFreeze", fn.Runtime, hooks.PreFreeze, maxHookTimeout),
	)
}

func checkHook(name, runtime string, hook *emulator.LifecycleHook, limit int) error {
	if hook == nil {
		return nil
	}
	field := "InstanceLifecycleConfig." + name
	if hook.Handler != "" && len(hook.Command) > 0 {
		return emulator.InvalidArgument("%s has both a handler and a command; only one is allowed", field)
	}
	if hook.Handler != "" {
		if err := checkHandler(field+".Handler", runtime, hook.Handler); err != nil {
			return err
		}
	}
	return checkRange(field+".Timeout", 1, limit, hook.Timeout)
}

func checkCredentials(choice string) error {
	allowed := []string{"None", "Env", "Request", "All"}
	if choice != "" && !slices.Contains(allowed, choice) {
		return invalidChoice("DisableInjectCredentials", allowed, shorten(choice))
	}
	return nil
}
