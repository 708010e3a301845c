package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// binary is the real program, built once for all transcripts.
var binary string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	folder, err := os.MkdirTemp("", "fcemu-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	binary = filepath.Join(folder, "fcemu")
	command := exec.Command("go", "build", "-o", binary, "github.com/fcemu/fcemu")
	if output, err := command.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, output)
		return 1
	}
	return m.Run()
}

// TestScripts runs the transcripts of the real binary. Each has a folder of its own, and so an
// emulator of its own on a free port.
func TestScripts(t *testing.T) {
	params := scripts(t)
	params.Dir = "testdata/script"
	testscript.Run(t, params)
}

func scripts(t *testing.T) testscript.Params {
	t.Helper()
	examples, err := filepath.Abs("../examples")
	if err != nil {
		t.Fatal(err)
	}
	return testscript.Params{
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"))
			env.Setenv("EXAMPLES", examples)
			env.Setenv("HANDLERS", filepath.Join(filepath.Dir(examples), "cmd", "testdata", "handlers"))
			env.Setenv("H2C", filepath.Join(filepath.Dir(examples), "cmd", "testdata", "h2c", "main.go"))
			env.Setenv("DOTNET", filepath.Join(filepath.Dir(examples), ".ci", "dotnet"))
			env.Setenv("HOME", os.Getenv("HOME")) // version managers live there
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir)
			env.Setenv("CI", "true") // plain text
			return nil
		},
		Condition: condition,
	}
}

// condition lets a script ask [has:node], for programs, [can:isolate] and [can:unshare], for what the
// kernel allows, and [can:dotnet], for a .NET with its compiler. In CI everything has to be there.
func condition(condition string) (bool, error) {
	var err error
	if name, ok := cutPrefix(condition, "has:"); ok {
		_, err = exec.LookPath(name)
	} else if condition == "can:isolate" {
		err = exec.Command(binary, "doctor", "--isolation", "full").Run()
	} else if condition == "can:unshare" {
		err = exec.Command("unshare", "-U", "-r", "setpriv", "--bounding-set=-all", "true").Run()
	} else if condition == "can:dotnet" {
		err = exec.Command("../.ci/dotnet").Run()
	} else {
		return false, fmt.Errorf("unknown condition %q", condition)
	}
	if err != nil && os.Getenv("CI") == "true" {
		return false, fmt.Errorf("%s does not hold (%v), and in CI nothing is skipped", condition, err)
	}
	return err == nil, nil
}

func cutPrefix(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || text[:len(prefix)] != prefix {
		return text, false
	}
	return text[len(prefix):], true
}
