package control_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/control"
)

func imageFunction(config, gpu string) *emulator.Function {
	fn := &emulator.Function{FunctionName: "f", Runtime: emulator.ContainerRuntime, Stored: map[string]json.RawMessage{"customContainerConfig": json.RawMessage(config)}}
	if gpu != "" {
		fn.Stored["gpuConfig"] = json.RawMessage(gpu)
	}
	return fn
}

func TestRefusedContainers(t *testing.T) {
	f := newFixture(t)
	for message, fn := range map[string]*emulator.Function{
		"CustomContainerConfig.Image is not specified":                            imageFunction(`{"port":80}`, ""),
		"CustomContainerConfig is set to an invalid value":                        imageFunction(`{"image":["x"]}`, ""),
		"CustomContainerConfig is set to an invalid value (json":                  imageFunction(`{"image":"x","command":"[\"a\"]"}`, ""),
		"CustomContainerConfig.Port is set to an invalid value":                   imageFunction(`{"image":"x","port":70000}`, ""),
		"HealthCheckConfig.TimeoutSeconds is set to an invalid value":             imageFunction(`{"image":"x","healthCheckConfig":{"httpGetUrl":"/","timeoutSeconds":4}}`, ""),
		"GPUConfig.GpuType is set to an invalid value (allowed: fc.gpu.tesla.1 |": imageFunction(`{"image":"x"}`, `{"gpuType":"big"}`),
		"expected: a multiple of 1024, actual: '1000'":                            imageFunction(`{"image":"x"}`, `{"gpuMemorySize":1000}`),
		"GPUConfig is set to an invalid value":                                    imageFunction(`{"image":"x"}`, `"all"`),
	} {
		_, err := f.Create(t.Context(), fn, nil)
		wantCode(t, err, 400, "InvalidArgument")
		if !strings.Contains(err.Error(), message) {
			t.Errorf("got %q, want %q in it", err, message)
		}
	}
}

func TestContainer(t *testing.T) {
	f := newFixture(t)
	fn := imageFunction(`{"image":"x","entrypoint":["/e"],"command":["a","b"],"port":80,"healthCheckConfig":{"httpGetUrl":"/ready"},"accelerationType":"Default"}`,
		`{"gpuType":"fc.gpu.ada.1","gpuMemorySize":2048}`)
	fn.Layers = []string{"acs:fc:cn-hangzhou:1:layers/l/versions/1"}
	created, err := f.Create(t.Context(), fn, nil)
	if err != nil {
		t.Fatal(err)
	}
	if created.Port() != 80 || created.HealthCheck().HTTPGetURL != "/ready" || created.StartCommand() != "/e a b" {
		t.Errorf("port %d, %+v, %s", created.Port(), created.HealthCheck(), created.StartCommand())
	}
	if gpu, err := created.GPU(); err != nil || *gpu != (emulator.GPU{Type: "fc.gpu.ada.1", Memory: 2048}) {
		t.Errorf("got %+v, %v", gpu, err)
	}
	if got := control.Ignored(created); !slices.Equal(got, []string{"layers"}) {
		t.Errorf("ignored: %v", got)
	}
	bare := &emulator.Function{Runtime: emulator.ContainerRuntime}
	if bare.Port() != 9000 || bare.HealthCheck() != nil || bare.StartCommand() != "(the image's own)" {
		t.Errorf("port %d, %s", bare.Port(), bare.StartCommand())
	}
}

// TestUpdateOfAnImage: a name may stand for another image by now, a file tells by its state.
func TestUpdateOfAnImage(t *testing.T) {
	f := newFixture(t)
	for image, renewed := range map[string]bool{"shop:1": true, "/shop.tar": false} {
		fn := imageFunction(`{"image":"`+image+`"}`, "")
		fn.FunctionName = map[bool]string{true: "named", false: "file"}[renewed]
		created, err := f.Create(t.Context(), fn, nil)
		if err != nil {
			t.Fatal(err)
		}
		updated, err := f.Update(t.Context(), created.Name(), func(*emulator.Function) error { return nil }, nil)
		if err != nil || (updated.Revision != created.Revision) != renewed {
			t.Errorf("%s: the update is a new revision: %t, %v", image, updated.Revision != created.Revision, err)
		}
	}
}
