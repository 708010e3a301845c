package cmd_test

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The tests of clients run real SDKs over plain HTTP. Each walk prints its steps, and ends at the first
// that fails. The packages are kept in the user's cache: only the first run needs the network.

// walk is one run of a real client through the life of every resource, against an emulator of its own.
type walk struct {
	client  string // its package
	command func(t *testing.T) *exec.Cmd
}

func TestNodeClients(t *testing.T) {
	needs(t, "node")
	needs(t, "npm")
	folder := installed(t, "node", []string{"package.json", "package-lock.json"}, func(ctx context.Context, folder string) *exec.Cmd {
		return exec.CommandContext(ctx, "npm", "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev",
			"--fetch-retries=1", "--fetch-retry-mintimeout=2000")
	})
	program := func(file string) func(*testing.T) *exec.Cmd {
		return func(t *testing.T) *exec.Cmd {
			command := exec.CommandContext(t.Context(), "node", sdkFolder("node", file))
			command.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"))
			return command
		}
	}
	for _, w := range []walk{
		{"@alicloud:fc2", program("fc2.js")},
		{"@alicloud:fc-open20210406", program("fc20210406.js")},
		{"@alicloud:fc20230330", program("fc20230330.js")},
	} {
		t.Run(w.client, func(t *testing.T) { w.run(t) })
	}
}

func TestPythonClients(t *testing.T) {
	needs(t, "python3")
	const install = `python3 -m venv "$0/venv" && "$0/venv/bin/python" -m pip install --quiet --requirement "$0/requirements.txt"`
	folder := installed(t, "python", []string{"requirements.txt"}, func(ctx context.Context, folder string) *exec.Cmd {
		return exec.CommandContext(ctx, "sh", "-c", install, folder)
	})
	program := func(file string) func(*testing.T) *exec.Cmd {
		return func(t *testing.T) *exec.Cmd {
			return exec.CommandContext(t.Context(), filepath.Join(folder, "venv", "bin", "python"), "-B", sdkFolder("python", file))
		}
	}
	for _, w := range []walk{
		{"aliyun-fc2", program("fc2_walk.py")},
		{"alibabacloud_fc20230330", program("fc20230330_walk.py")},
	} {
		t.Run(w.client, func(t *testing.T) { w.run(t) })
	}
}

func TestGoClient(t *testing.T) { walk{"fc-20230330", goWalk}.run(t) }

func (w walk) run(t *testing.T) {
	command := w.command(t)
	folder := t.TempDir()
	code := filepath.Join(folder, "code.zip")
	zipFolder(t, sdkFolder("code"), code)
	emulator := startIn(t, folder)
	address, err := os.ReadFile(filepath.Join(folder, "address"))
	if err != nil {
		t.Fatal(err)
	}
	command.Args = append(command.Args, strings.TrimSpace(string(address)), code)
	output, err := command.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Fatalf("the walk failed: %v\nthe emulator said:\n%s", err, emulator.output)
	}
}

func sdkFolder(parts ...string) string {
	return filepath.Join(append([]string{"testdata", "sdk"}, parts...)...)
}

// goWalk builds the program of testdata/sdk/go, a module of its own: the emulator needs none of what
// it imports.
func goWalk(t *testing.T) *exec.Cmd {
	needs(t, "go")
	download := exec.CommandContext(t.Context(), "go", "list", "-deps", ".")
	download.Dir = sdkFolder("go")
	if output, err := download.CombinedOutput(); err != nil {
		missing(t, "the modules of testdata/sdk/go cannot be had: %v\n%s", err, output)
	}
	program := filepath.Join(t.TempDir(), "walk")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Dir = sdkFolder("go")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return exec.CommandContext(t.Context(), program)
}

// missing skips the test; in CI, where nothing may be missing, it fails.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// installed returns the folder that holds the packages which manifests of testdata/sdk/NAME pin. The
// first time it runs the installer in a new folder that has the manifests.
func installed(t *testing.T, name string, manifests []string, installer func(ctx context.Context, folder string) *exec.Cmd) string {
	t.Helper()
	return installedOnce(t, name+"-"+fingerprint(t, name, manifests), func(ctx context.Context, staging string) *exec.Cmd {
		for _, manifest := range manifests {
			text, err := os.ReadFile(sdkFolder(name, manifest))
			if err != nil {
				t.Fatal(err)
			}
			write(t, staging, manifest, string(text))
		}
		return installer(ctx, staging)
	})
}

// installedOnce returns a folder that outlives the tests. The first time it runs the installer in a new
// one, and only what is complete gets its name, so that test runs beside each other and broken off ones do
// no harm.
func installedOnce(t *testing.T, name string, installer func(ctx context.Context, folder string) *exec.Cmd) string {
	t.Helper()
	cache := clientCache(t)
	folder := filepath.Join(cache, name)
	if _, err := os.Stat(folder); err == nil {
		return folder
	}
	staging, err := os.MkdirTemp(cache, "installing-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(staging)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if output, err := installer(ctx, staging).CombinedOutput(); err != nil {
		missing(t, "%s cannot be installed: %v\n%s", name, err, output)
	}
	if err := os.Rename(staging, folder); err != nil && !errors.Is(err, fs.ErrExist) { // somebody else was faster
		t.Fatal(err)
	}
	return folder
}

// clientCache is a folder that outlives the tests.
func clientCache(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		missing(t, "the packages of real clients need a cache: %v", err)
	}
	folder := filepath.Join(cache, "fcemu-test")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		missing(t, "the packages of real clients need a cache: %v", err)
	}
	return folder
}

// fingerprint changes with what is to be installed and with what it is installed for.
func fingerprint(t *testing.T, name string, manifests []string) string {
	t.Helper()
	version, err := exec.Command(map[string]string{"node": "node", "python": "python3", "websocket": "node", "flask": "python3", "java": "java", "tomcat": "java"}[name], "--version").Output()
	if err != nil {
		missing(t, "%s does not run: %v", name, err)
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %s %s\n", runtime.GOOS, runtime.GOARCH, version)
	for _, manifest := range manifests {
		text, err := os.ReadFile(sdkFolder(name, manifest))
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(text)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8])
}

// zipFolder packs the files of a folder.
func zipFolder(t *testing.T, folder, file string) {
	t.Helper()
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(out)
	if err := errors.Join(archive.AddFS(os.DirFS(folder)), archive.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
}
