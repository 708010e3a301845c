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
		{"instanceConcurrency", LevelEnforced, "a built-in runtime takes one request at a time; in FC 2.0 Node.js takes as many, and the others still one"},
		{"idleTimeout", LevelEnforced, ""},
		{"environmentVariables", LevelEnforced, ""},
		{"customRuntimeConfig", LevelEnforced, ""},
		{"customRuntimeConfig.healthCheckConfig", LevelEnforced, "without httpGetUrl an instance is ready when its own process listens"},
		{"instanceLifecycleConfig", LevelEnforced, "an initializer command runs in functions with gpuConfig only; preFreeze (FC 2.0) is called before an idle instance is frozen, which only provisioned ones without CPU are"},
		{"description", LevelEnforced, ""},
		{"tags", LevelEnforced, ""},
		{"disableInjectCredentials", LevelEnforced, ""},
		{"role", LevelApproximated, "made-up credentials of its own, others every 36 hours, which open this emulator alone; or real ones with --credentials; without a role there are none"},
		{"logConfig", LevelApproximated, "shown to the function; logs go to files, not to SLS"},
		{"layers", LevelApproximated, "merged under /opt, read-only; search paths name them where /opt cannot be private; one that is not here is left out, as the deployment tells, until fcemu layer publish"},
		{"internetAccess", LevelIgnored, "functions use the machine's network"},
		{"vpcConfig", LevelIgnored, "functions use the machine's network"},
		{"nasConfig", LevelApproximated, "folders of this machine are mounted at mountDir, see mounts in fcemu.yaml; userId and groupId have no effect"},
		{"ossMountConfig", LevelApproximated, "folders of this machine, not the bucket, are mounted at mountDir, see mounts in fcemu.yaml"},
		{"polarFsConfig", LevelIgnored, "nothing is mounted"},
		{"juiceFsConfig", LevelIgnored, "nothing is mounted"},
		{"tracingConfig", LevelIgnored, "no trace is sent"},
		{"gpuConfig", LevelApproximated, "functions see the machine's own devices, and run on the CPU, with a notice, where it has none; gpuMemorySize counts against what nvidia-smi tells"},
		{"customDNS", LevelApproximated, "an /etc/resolv.conf of the function's own; elsewhere than under Linux with private paths none, with a notice; none for images, as in the cloud"},
		{"customContainerConfig", LevelApproximated, "images from local files, Docker, Podman, or a registry by way of crane or skopeo run without an engine, on Linux"},
		{"customContainerConfig.webServerMode", LevelApproximated, "false (FC 2.0): an instance for each event, which ends with it; its status decides, and the answer is empty"},
		{"customContainerConfig.resolvedImageUri", LevelApproximated, "of a path in s.yaml: the file and its time, so that a new image is a new revision; of a name it is not set"},
		{"customContainerConfig.accelerationType", LevelIgnored, "an image is unpacked once"},
		{"customContainerConfig.accelerationInfo", LevelIgnored, ""},
		{"customContainerConfig.acrInstanceId", LevelIgnored, "credentials are those of docker login"},
		{"customContainerConfig.registryConfig", LevelApproximated, "certConfig.insecure is applied; authConfig, rootCaCertBase64 and networkConfig are not: credentials are those of docker login"},
		{"microSandboxConfig", LevelIgnored, "images are not run"},
		{"sessionAffinity", LevelEnforced, "not for asynchronous calls; after an update of the function, or when its instance has ended, a session goes on with another instance"},
		{"sessionAffinityConfig", LevelEnforced, "on the emulator's clock; the name of the cookie is fcemu's own"},
		{"instanceIsolationMode", LevelApproximated, "an isolated instance ends with its request or session; asynchronous calls get one of their own instead of a refusal"},
		{"enableLongLiving", LevelIgnored, ""},
		{"disableOndemand", LevelApproximated, "only provisioned instances serve; other calls get 429 ResourceThrottled, which FC does not document"},
		{"resourceGroupId", LevelIgnored, ""},
		{"instanceType", LevelIgnored, "functions see the machine's own devices"},
		{"instanceSoftConcurrency", LevelIgnored, ""},
	}
}

func otherFields() []Field {
	return []Field{
		{"service.role", LevelApproximated, "as the role of a function"},
		{"service.logConfig", LevelApproximated, "shown to the function; logs go to files, not to SLS"},
		{"service.internetAccess", LevelIgnored, "functions use the machine's network"},
		{"service.vpcConfig", LevelIgnored, "functions use the machine's network"},
		{"service.nasConfig", LevelApproximated, "folders of this machine are mounted at mountDir, see mounts in fcemu.yaml"},
		{"service.ossMountConfig", LevelApproximated, "folders of this machine, not the bucket, are mounted at mountDir"},
		{"service.tracingConfig", LevelIgnored, "no trace is sent"},
		{"version", LevelEnforced, "code and configuration never change; numbers are not used again"},
		{"alias.versionId", LevelEnforced, "LATEST is taken too"},
		{"alias.additionalVersionWeight", LevelEnforced, "one other version; each call chooses anew, a task once for all attempts; --seed repeats the choices"},
		{"alias.resolvePolicy", LevelEnforced, "with Content the weight does not count"},
		{"alias.routePolicy", LevelApproximated, "AND and OR over headers, cookies and the query; which values a percentage takes is our own choice"},
		{"invocationRestriction", LevelEnforced, "calls are refused with 403 AccessDenied; abortOngoingRequest is ignored"},
		{"reservedConcurrency", LevelEnforced, "of all versions together; idle instances of other versions make room; above it calls get 429 ResourceThrottled"},
		{"maximumInstanceCount", LevelApproximated, "instances that were started for that qualifier, beside the provisioned ones; 0 refuses calls"},
		{"provisionConfig.target", LevelEnforced, "instances are started ahead of calls; current and currentError are true"},
		{"provisionConfig.scheduledActions", LevelEnforced, "looked at every minute of the emulator's clock"},
		{"provisionConfig.targetTrackingPolicies", LevelApproximated, "ProvisionedConcurrencyUtilization, by the most requests at a time within the minute; other metrics hold minCapacity"},
		{"provisionConfig.alwaysAllocateCPU", LevelEnforced, "false: idle instances are frozen"},
		{"provisionConfig.alwaysAllocateGPU", LevelIgnored, "instances are not frozen"},
		{"scalingConfig", LevelApproximated, "minInstances, scheduledPolicies and horizontalScalingPolicies as those of provisionConfig, frozen while idle; enableOnDemandScaling false as disableOndemand; the other members are kept"},
		{"layer.code", LevelApproximated, "lies under /opt of the functions that name the layer, read-only"},
		{"layer.compatibleRuntime", LevelIgnored, "checked; any function may name the layer"},
		{"layer.acl", LevelIgnored, "there is one account"},
		{"customDomain.protocol", LevelApproximated, "a domain for HTTPS alone is served over HTTP too, with a notice"},
		{"customDomain.routeConfig", LevelEnforced, "the very path, else the longest wildcard; methods, qualifier, rewriteConfig"},
		{"customDomain.certConfig", LevelEnforced, "with --https-port; a certificate of fcemu's own authority where there is none"},
		{"customDomain.tlsConfig", LevelApproximated, "with --https-port; cipher suites by Go's names, those of TLS 1.3 are all offered"},
		{"customDomain.wafConfig", LevelIgnored, ""},
		{"customDomain.authConfig", LevelEnforced, "as on triggers"},
		{"customDomain.corsConfig", LevelEnforced, ""},
		{"session", LevelApproximated, "bound to an instance where the function has sessionAffinity; a pause is shown and freezes nothing; mounts are kept"},
		{"snapshot", LevelIgnored, "kept as a record; nothing of an instance is, and none starts from one"},
		{"vpcBinding", LevelIgnored, "anybody on this machine may call"},
		{"eventSource", LevelIgnored, ""},
		{"trigger.invocationRole", LevelIgnored, ""},
		{"trigger.timer", LevelEnforced, "on the emulator's clock; what was due while it was not running is not made up for"},
		{"trigger.oss", LevelApproximated, "objects put, copied, completed and deleted in this emulator's buckets"},
		{"trigger.log", LevelApproximated, "sent by hand; jobConfig, logConfig and enable have no effect"},
		{"trigger.mns_topic", LevelApproximated, "sent by hand; notifyStrategy and filterTag have no effect"},
		{"trigger.eventbridge", LevelApproximated, "sent by hand; type of source, schema and mode shape the event, filters, batches, retries and dead letters have no effect"},
		{"trigger.tablestore", LevelApproximated, "sent by hand"},
		{"trigger.cdn_events", LevelApproximated, "sent by hand"},
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
	if fn.InstanceConcurrency > fn.Concurrency() {
		names = append(names, "instanceConcurrency")
	}
	if fn.Runtime == emulator.ContainerRuntime && len(fn.Layers) > 0 { // FC has none for images either
		names = append(names, "layers")
	}
	if fn.Once() {
		names = append(names, ignoredOnce(fn)...)
	}
	return names
}

// ignoredOnce names what an image that serves nothing has no use for.
func ignoredOnce(fn *emulator.Function) (names []string) {
	config, _ := fn.Container()
	if config.Port != 0 {
		names = append(names, "customContainerConfig.port")
	}
	if config.HealthCheckConfig != nil {
		names = append(names, "customContainerConfig.healthCheckConfig")
	}
	if fn.InstanceLifecycleConfig != nil {
		names = append(names, "instanceLifecycleConfig")
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
