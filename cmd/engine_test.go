package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// engine is a command that builds and holds images. Variables point it at what holds them; broken ones
// keep it from answering.
type engine struct {
	name, broken string
	variables    []string
}

// TestEngines runs the transcript of images that engines hold: with a real Podman, which has a store of
// its own for that, and with a real Docker where its daemon answers, which no test starts.
func TestEngines(t *testing.T) {
	needs(t, "go")
	needs(t, "podman")
	podman := engine{"podman", "CONTAINERS_STORAGE_CONF=/nowhere", []string{"CONTAINERS_STORAGE_CONF=" + podmanStore(t)}}
	t.Cleanup(func() { _ = podman.command("image", "rm", "--all", "--force").Run() }) // some files are not ours to remove
	if output, err := podman.command("info").CombinedOutput(); err != nil {
		missing(t, "podman is here, but does not work (%v): it needs root's privileges, or namespaces of its own\n%s", err, output)
	}
	podman.run(t)
	docker := engine{"docker", "DOCKER_HOST=unix:///nowhere", nil}
	if output, err := docker.command("version").CombinedOutput(); err != nil {
		t.Logf("Podman alone is tried, as no Docker answers: %v\n%s", err, output)
		return
	}
	docker.run(t)
}

// podmanStore is the configuration of a store that ends with the test.
func podmanStore(t *testing.T) string {
	dir, err := os.MkdirTemp("/tmp", "fcemu-podman-") // Podman wants short paths
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	write(t, dir, "storage.conf", fmt.Sprintf("[storage]\ndriver = \"vfs\"\ngraphroot = %q\nrunroot = %q\n", dir+"/root", dir+"/run"))
	return filepath.Join(dir, "storage.conf")
}

func (e *engine) command(arguments ...string) *exec.Cmd {
	command := exec.Command(e.name, arguments...)
	command.Env = append(os.Environ(), e.variables...)
	return command
}

func (e *engine) run(t *testing.T) {
	t.Helper()
	params := scripts(t)
	params.Files = []string{"testdata/engine.txtar"}
	setup := params.Setup
	params.Setup = func(env *testscript.Env) error {
		image := fmt.Sprintf("fcemu.test/pid%d/visits", os.Getpid())
		env.Setenv("ENGINE", e.name)
		env.Setenv("BROKEN", e.broken)
		env.Setenv("IMAGE", image)
		for _, name := range []string{"DOCKER_HOST", "DOCKER_CONTEXT", "XDG_RUNTIME_DIR"} { // where daemons are found
			if value, set := os.LookupEnv(name); set {
				env.Setenv(name, value)
			}
		}
		for _, variable := range e.variables {
			name, value, _ := strings.Cut(variable, "=")
			env.Setenv(name, value)
		}
		env.Defer(func() { _ = e.command("image", "rm", "--force", image+":1").Run() })
		return setup(env)
	}
	t.Run(e.name, func(t *testing.T) { testscript.Run(t, params) })
}
