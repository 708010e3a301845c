package control

import (
	"encoding/json"
	"slices"

	"github.com/fcemu/fcemu/emulator"
)

// Level says what becomes of a field of FC's model on one machine.
type Level string

// The levels of fidelity.
const (
	LevelEnforced     Level = "enforced"     // as in the cloud
	LevelApproximated Level = "approximated" // has an effect, which differs in ways that the note names
	LevelIgnored      Level = "ignored"      // kept and shown, without effect
)

// Field is one row of the fidelity table.
type Field struct {
	Name  string // as in FC's API
	Level Level
	Note  string
}

// Fidelity tells, for every field of FC's model, what it does here: those of a function by their
// bare names, those of anything else behind its name.
func Fidelity() []Field { return append(functionFields(), otherFields()...) }

func functionFields() []Field {
	return []Field{
		{"functionName", LevelEnforced, "1 to 128 characters; FC's own documents say 64 in places"},
		{"runtime", LevelApproximated, "runs on the interpreter of this machine; ids that the cloud has retired are taken too"},
		{"handler", LevelEnforced, "a custom runtime may leave it out"},
		{"code", LevelEnforced, "as a zip in the request or in a bucket of this emulator"},
		{"cpu", LevelApproximated, "checked and shown; processes share the machine's cores, unless --enforce-cpu and control groups divide them"},
		{"memorySize", LevelApproximated, "the instance is watched and killed above it; control groups, where they can be had, bound it together with /tmp"},
		{"diskSize", LevelApproximated, "the size of /tmp, which is in memory; elsewhere the machine's disk is the limit, and without private paths everywhere"},
		{"timeout", LevelEnforced, ""},
		{"instanceConcurrency", LevelEnforced, "a built-in runtime takes one request at a time"},
		{"idleTimeout", LevelEnforced, ""},
		{"environmentVariables", LevelEnforced, ""},
		{"customRuntimeConfig", LevelEnforced, ""},
		{"customRuntimeConfig.healthCheckConfig", LevelEnforced, "without httpGetUrl an instance is ready when its own process listens"},
		{"instanceLifecycleConfig", LevelEnforced, "preFreeze is never called: instances are not frozen"},
		{"description", LevelEnforced, ""},
		{"tags", LevelEnforced, ""},
		{"disableInjectCredentials", LevelApproximated, "the credentials are made up in any case"},
		{"role", LevelApproximated, "made-up credentials instead of the role's"},
		{"logConfig", LevelApproximated, "shown to the function; logs go to files, not to SLS"},
		{"layers", LevelApproximated, "merged under /opt, read-only; search paths name them where /opt cannot be private"},
		{"internetAccess", LevelIgnored, "functions use the machine's network"},
		{"vpcConfig", LevelIgnored, "functions use the machine's network"},
		{"nasConfig", LevelApproximated, "folders of this machine are mounted at mountDir, see mounts in fcemu.yaml; userId and groupId have no effect"},
		{"ossMountConfig", LevelApproximated, "folders of this machine, not the bucket, are mounted at mountDir, see mounts in fcemu.yaml"},
		{"polarFsConfig", LevelIgnored, "nothing is mounted"},
		{"juiceFsConfig", LevelIgnored, "nothing is mounted"},
		{"tracingConfig", LevelIgnored, "no trace is sent"},
		{"gpuConfig", LevelIgnored, "functions see the machine's own devices"},
		{"customDNS", LevelIgnored, "functions use the machine's name servers"},
		{"customContainerConfig", LevelIgnored, "images are not run"},
		{"microSandboxConfig", LevelIgnored, "images are not run"},
		{"sessionAffinity", LevelIgnored, "any instance may take any request"},
		{"sessionAffinityConfig", LevelIgnored, "any instance may take any request"},
		{"instanceIsolationMode", LevelIgnored, ""},
		{"enableLongLiving", LevelIgnored, ""},
		{"disableOndemand", LevelIgnored, ""},
		{"resourceGroupId", LevelIgnored, ""},
		{"instanceType", LevelIgnored, "functions see the machine's own devices"},
		{"instanceSoftConcurrency", LevelIgnored, ""},
	}
}

func otherFields() []Field {
	return []Field{
		{"service.role", LevelApproximated, "made-up credentials instead of the role's"},
		{"service.logConfig", LevelApproximated, "shown to the function; logs go to files, not to SLS"},
		{"service.internetAccess", LevelIgnored, "functions use the machine's network"},
		{"service.vpcConfig", LevelIgnored, "functions use the machine's network"},
		{"service.nasConfig", LevelApproximated, "folders of this machine are mounted at mountDir, see mounts in fcemu.yaml"},
		{"service.ossMountConfig", LevelApproximated, "folders of this machine, not the bucket, are mounted at mountDir"},
		{"service.tracingConfig", LevelIgnored, "no trace is sent"},
		{"version", LevelEnforced, "code and configuration never change; numbers are not used again"},
		{"alias.versionId", LevelEnforced, "LATEST is taken too"},
		{"alias.additionalVersionWeight", LevelEnforced, "one other version; each call, and each attempt of a task, chooses anew"},
		{"alias.resolvePolicy", LevelIgnored, "Content is kept, and calls are shared by chance"},
		{"alias.routePolicy", LevelIgnored, "calls are shared by chance"},
		{"invocationRestriction", LevelEnforced, "calls are refused with 403 AccessDenied; abortOngoingRequest is ignored"},
		{"reservedConcurrency", LevelApproximated, "the number of instances, of all versions of the function each; nothing is reserved"},
		{"maximumInstanceCount", LevelApproximated, "the number of instances under that qualifier"},
		{"provisionConfig.target", LevelIgnored, "counts as reached at once; instances start when they are called"},
		{"provisionConfig.scheduledActions", LevelIgnored, ""},
		{"provisionConfig.targetTrackingPolicies", LevelIgnored, ""},
		{"provisionConfig.alwaysAllocateCPU", LevelIgnored, "instances are not frozen"},
		{"provisionConfig.alwaysAllocateGPU", LevelIgnored, "instances are not frozen"},
		{"scalingConfig", LevelIgnored, ""},
		{"layer.code", LevelApproximated, "lies under /opt of the functions that name the layer, read-only"},
		{"layer.compatibleRuntime", LevelIgnored, "checked; any function may name the layer"},
		{"layer.acl", LevelIgnored, "there is one account"},
		{"customDomain.routeConfig", LevelIgnored, "kept; requests to the domain are not led to its functions"},
		{"customDomain.certConfig", LevelIgnored, "there is no TLS"},
		{"customDomain.tlsConfig", LevelIgnored, "there is no TLS"},
		{"customDomain.wafConfig", LevelIgnored, ""},
		{"customDomain.authConfig", LevelIgnored, ""},
		{"customDomain.corsConfig", LevelIgnored, ""},
		{"session", LevelIgnored, "kept until its time is over; no instance is held for it"},
		{"snapshot", LevelIgnored, "kept as a record; nothing of an instance is, and none starts from one"},
		{"vpcBinding", LevelIgnored, "anybody on this machine may call"},
		{"eventSource", LevelIgnored, ""},
		{"trigger.invocationRole", LevelIgnored, ""},
	}
}

// Ignored names the fields of a function that are set to something and have no effect, in the
// order of the table.
func Ignored(fn *emulator.Function) []string {
	var names []string
	for _, field := range Fidelity() {
		if field.Level == LevelIgnored && uses(fn, field.Name) {
			names = append(names, field.Name)
		}
	}
	if fn.InstanceConcurrency > 1 && !serves(fn) {
		names = append(names, "instanceConcurrency")
	}
	return names
}

// uses tells whether a field is set to anything but its default.
func uses(fn *emulator.Function, field string) bool {
	switch field {
	case "diskSize":
		return fn.DiskSize > DefaultDiskSize
	case "layers":
		return len(fn.Layers) > 0
	case "internetAccess":
		return fn.InternetAccess != nil && !*fn.InternetAccess
	}
	return meaningful(fn.Stored[field])
}

// meaningful tells whether a JSON value says more than "nothing".
func meaningful(value json.RawMessage) bool {
	return len(value) > 0 && !slices.Contains([]string{"null", "{}", "[]", `""`, "false", `"NONE"`}, string(value))
}
