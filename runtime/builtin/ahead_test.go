package builtin

import (
	"os"
	"runtime/debug"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/process"
)

// prepared is a plan for a function that has paths of its own.
func prepared(t *testing.T, kind *Kind, fn *emulator.Function, env map[string]string) runtime.Plan {
	t.Helper()
	place := runtime.Place{CodeDir: "/code", Mounts: &process.Mounts{Code: t.TempDir()}, Env: []string{"PATH=/usr/bin"}}
	fn.EnvironmentVariables = env
	for name, value := range env {
		place.Env = append(place.Env, name+"="+value)
	}
	plan, err := kind.Prepare(fn, place)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestWhatStartsAlone(t *testing.T) {
	python := NewPython(options(t, map[string]string{"python3.10": "python3"}))
	plain := prepared(t, python, function("python3.10", "index.handler"), nil)
	for _, c := range []struct {
		name, value string
		ahead, same bool // it can be started ahead; it is then like one without the variable
	}{
		{"MINE", "x", true, true},
		{"NODE_ENV", "production", true, true},
		{"FC_OWN", "x", true, true},
		{"LANG", "de_DE.UTF-8", true, false},
		{"LC_ALL", "C", true, false},
		{"TZ", "Asia/Shanghai", true, false},
		{"PYTHONPATH", "/code/lib", true, false},
		{"LD_LIBRARY_PATH", "/code/own", false, false},
		{"LD_PRELOAD", "libown.so", false, false},
		{"NODE_OPTIONS", "--inspect", false, false},
		{"PYTHONHOME", "/code/python", false, false},
		{"OPENSSL_CONF", "/code/openssl.cnf", false, false},
		{"BOOTSTRAP_WRAPPER", "/code/wrap", false, false},
	} {
		plan := prepared(t, python, function("python3.10", "index.handler"), map[string]string{c.name: c.value})
		if ahead := plan.Ahead != nil; ahead != c.ahead {
			t.Errorf("%s=%s: started ahead: %t", c.name, c.value, ahead)
		} else if ahead && (plan.Ahead.Key == plain.Ahead.Key) != c.same {
			t.Errorf("%s=%s: like one without: %t", c.name, c.value, !c.same)
		}
	}
}

func TestPlansThatAreNotStartedOpenNothing(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // which would close it some day
	python := NewPython(options(t, map[string]string{"python3.10": "python3"}))
	open := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip(err)
		}
		return len(list)
	}
	prepared(t, python, function("python3.10", "index.handler"), nil)
	before := open()
	for range 5 {
		prepared(t, python, function("python3.10", "index.handler"), nil)
	}
	if after := open(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}
