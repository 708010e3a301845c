package service

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fcemu/fcemu/emulator"
)

// What FC 3.0 may have set, of all that this generation has another form for or no word at all.
func drawFunction(t *rapid.T) *emulator.Function {
	maybe := func(name string) bool { return rapid.Bool().Draw(t, name) }
	fn := &emulator.Function{Service: "s", FunctionName: "f", Runtime: "custom", Handler: "h", MemorySize: 512, Stored: map[string]json.RawMessage{}}
	hook := func(name string) *emulator.LifecycleHook {
		switch {
		case !maybe(name):
			return nil
		case maybe(name + " is a command"):
			return &emulator.LifecycleHook{Command: []string{"c"}, Timeout: rapid.IntRange(1, 90).Draw(t, name)}
		}
		return &emulator.LifecycleHook{Handler: "h.h", Timeout: rapid.IntRange(1, 90).Draw(t, name)}
	}
	hooks := emulator.InstanceLifecycle{Initializer: hook("initializer"), PreStop: hook("preStop"), PreFreeze: hook("preFreeze")}
	if hooks != (emulator.InstanceLifecycle{}) {
		fn.InstanceLifecycleConfig = &hooks
	}
	if maybe("custom") {
		fn.CustomRuntimeConfig = &emulator.CustomRuntime{Port: rapid.IntRange(1, 9).Draw(t, "port"), Command: []string{"a"}}
		if maybe("health") {
			fn.CustomRuntimeConfig.HealthCheckConfig = &emulator.HealthCheck{HTTPGetURL: "/h"}
		}
	}
	if maybe("container") {
		fn.Runtime, fn.CustomRuntimeConfig = "custom-container", nil
		fn.Stored[storedContainer] = json.RawMessage(`{"acrInstanceId":"c","command":["b"],"entrypoint":["a"],"image":"i","port":8080,"registryConfig":{"x":[1,2]}}`)
	}
	if maybe("gpu") {
		fn.Stored[storedGPU] = json.RawMessage(`{"gpuMemorySize":1024,"gpuType":"fc.gpu.tesla.1"}`)
	}
	if maybe("stored") {
		fn.Stored["sessionAffinity"] = json.RawMessage(`"MCP_SSE"`)
		fn.Stored["instanceType"] = json.RawMessage(`"c1"`)
	}
	return fn
}

// A client that reads a function and writes all of it back changes nothing.
func TestReadAndWriteBackKeepsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fn := drawFunction(t)
		text, err := json.Marshal(showFunction(fn))
		if err != nil {
			t.Fatal(err)
		}
		var in UpdateFunctionInput
		if err := json.Unmarshal(text, &in); err != nil {
			t.Fatal(err)
		}
		back := *fn
		in.apply(&back)
		if fn.CustomRuntimeConfig == nil && back.CustomRuntimeConfig != nil && fn.Runtime == "custom" {
			back.CustomRuntimeConfig = nil // the default port was shown, and is now said
		}
		back.EnvironmentVariables, back.Layers = fn.EnvironmentVariables, fn.Layers
		if diff := cmp.Diff(fn, &back); diff != "" {
			t.Fatalf("%s\nthrough %s", diff, text)
		}
	})
}

// A conversion must not touch what others read.
func TestApplyLeavesTheSharedState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fn := drawFunction(t)
		before, _ := json.Marshal(fn)
		next := *fn
		in := UpdateFunctionInput{}
		if err := json.Unmarshal([]byte(`{"initializer":"x.y","initializationTimeout":7,"caPort":1,"gpuMemorySize":2048,
			"customHealthCheckConfig":{"httpGetUrl":"/z"},"customRuntimeConfig":{"command":["z"]},"customContainerConfig":{"image":"z"},
			"instanceLifecycleConfig":{"preStop":{"handler":"z.z"}}}`), &in); err != nil {
			t.Fatal(err)
		}
		in.apply(&next)
		if after, _ := json.Marshal(fn); string(after) != string(before) {
			t.Fatalf("got %s, want %s", after, before)
		}
	})
}
