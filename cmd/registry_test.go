package cmd_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// crane is the command of go-containerregistry that the test of registries pulls with, and that is the
// registry as well.
const crane = "github.com/google/go-containerregistry/cmd/crane@v0.22.1"

// TestRegistry runs the transcript of images from a registry.
func TestRegistry(t *testing.T) {
	needs(t, "go")
	folder := installedOnce(t, filepath.Base(crane), func(ctx context.Context, folder string) *exec.Cmd {
		install := exec.CommandContext(ctx, "go", "install", crane)
		install.Env = append(os.Environ(), "GOBIN="+folder, "CGO_ENABLED=0", "GOFLAGS=")
		return install
	})
	params := scripts(t)
	params.Files = []string{"testdata/registry.txtar"}
	setup := params.Setup
	params.Setup = func(env *testscript.Env) error {
		env.Setenv("CRANE", filepath.Join(folder, "crane"))
		return setup(env)
	}
	testscript.Run(t, params)
}
