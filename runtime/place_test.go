package runtime

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

func TestStorage(t *testing.T) {
	dir := t.TempDir()
	named := filepath.Join(dir, "named")
	s := &Storage{Dir: filepath.Join(dir, "mounts"), Folders: map[string]string{"/mnt/auto": named}}
	fn := &emulator.Function{Stored: map[string]json.RawMessage{
		"nasConfig":      json.RawMessage(`{"mountPoints":[{"serverAddr":"s.nas:/../../a/b","mountDir":"/mnt/z"},{"serverAddr":"x:/","mountDir":"/mnt/Auto/"}]}`),
		"ossMountConfig": json.RawMessage(`{"mountPoints":[{"bucketName":"bucket","bucketPath":"/p","mountDir":"/mnt/oss","readOnly":true}]}`),
	}}
	got, err := s.Binds(fn)
	if err != nil {
		t.Fatal(err)
	}
	want := []process.Bind{
		{Source: named, Target: "/mnt/Auto"},
		{Source: filepath.Join(dir, "mounts/bucket/p"), Target: "/mnt/oss", ReadOnly: true},
		{Source: filepath.Join(dir, "mounts/a/b"), Target: "/mnt/z"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bind := range got {
		if info, err := os.Stat(bind.Source); err != nil || !info.IsDir() {
			t.Errorf("%s is not made: %v", bind.Source, err)
		}
	}
	for _, target := range []string{"", "/", "relative", "/proc", "/code/."} {
		text, _ := json.Marshal(map[string]any{"mountPoints": []any{map[string]any{"mountDir": target}}})
		if _, err := s.Binds(&emulator.Function{Stored: map[string]json.RawMessage{"nasConfig": text}}); err == nil || !strings.Contains(err.Error(), "mountDir") {
			t.Errorf("mountDir %q: %v", target, err)
		}
	}
}

// Layers are under /opt, and search paths name them where /opt is the machine's.
func TestLayersReachTheFunction(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for _, layer := range []string{first, second} {
		if err := os.MkdirAll(filepath.Join(layer, "bin"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(second, "bin", "tool"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	fn := function(func(fn *emulator.Function) {
		fn.LayerCode = []*emulator.LayerVersion{{Code: emulator.Code{Digest: first}}, {Code: emulator.Code{Digest: second}}}
		fn.EnvironmentVariables = map[string]string{"PYTHONPATH": "/opt/python:/code/lib:/elsewhere"}
	})
	b := newBench(t, func(o *Options) {
		plain := o.CodeDir
		o.CodeDir = func(code emulator.Code) string {
			if filepath.IsAbs(code.Digest) {
				return code.Digest
			}
			return plain(code)
		}
	})
	place, err := b.place(t.Context(), fn, "c-1")
	if err != nil {
		t.Fatal(err)
	}
	if got := place.OnHost("/opt/bin/tool"); got != filepath.Join(second, "bin/tool") {
		t.Errorf("a file of a layer is at %s", got)
	}
	if got, want := place.OnHost(place.CodeDir+"/x"), filepath.Join(b.dir, "x"); got != want {
		t.Errorf("a file of the code is at %s, want %s", got, want)
	}
	place.Mounts = &process.Mounts{Tmp: 1}
	if got := place.OnHost("/tmp/program"); got != "" {
		t.Errorf("a file of the machine's /tmp is at %s", got)
	}
	place.Mounts.Binds = []process.Bind{{Source: "/nas", Target: "/mnt"}, {Source: "/inner", Target: "/mnt/in"}}
	for path, want := range map[string]string{"/mnt/x": "/nas/x", "/mnt/in/x": "/inner/x", "/mnt/inn": "/nas/inn"} {
		if got := place.OnHost(path); got != want {
			t.Errorf("%s is at %s, want %s", path, got, want)
		}
	}
	place.Mounts, place.CodeDir = nil, b.dir
	path := variable(environment(fn, &place, &b.options), "PYTHONPATH")
	if want := first + "/python:" + second + "/python:/opt/python:" + b.dir + "/lib:/elsewhere"; path != want {
		t.Errorf("PYTHONPATH is %s, want %s", path, want)
	}
	place.Mounts, place.CodeDir = &process.Mounts{}, "/code"
	if path := variable(environment(fn, &place, &b.options), "PYTHONPATH"); path != "/opt/python:/code/lib:/elsewhere" {
		t.Errorf("PYTHONPATH is %s", path)
	}
}
