package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// loadText loads a project whose functions, if it has any, take their code from index.py.
func loadText(t *testing.T, text string) (*Project, error) {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "s.yaml"), text)
	writeFile(t, filepath.Join(dir, "index.py"), "")
	return Load(t.Context(), filepath.Join(dir, "s.yaml"), Options{Env: func(string) (string, bool) { return "", false }})
}

func resourceWith(line string) string {
	return "resources:\n  x:\n    component: fc3\n    props:\n      functionName: x\n      runtime: python3\n      handler: a.b\n      code: index.py\n      " + line + "\n"
}

// TestLoadStopsExpansion: files that would expand without end are refused in no time.
func TestLoadStopsExpansion(t *testing.T) {
	var texts, maps strings.Builder
	texts.WriteString("vars:\n  v0: ten bytes.\n")
	maps.WriteString("v0: &v0 {a: 1}\n")
	for i := range 40 {
		fmt.Fprintf(&texts, "  v%d: ${vars.v%d}${vars.v%d}\n", i+1, i, i)
		fmt.Fprintf(&maps, "v%d: &v%d {a: *v%d, b: *v%d}\n", i+1, i+1, i, i)
	}
	for name, text := range map[string]string{
		"texts":   texts.String() + resourceWith("description: ${vars.v40}"),
		"aliases": maps.String() + resourceWith("environmentVariables: {X: *v40}"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loadText(t, text)
			if err == nil || !strings.Contains(err.Error(), "expand without end") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestLoadRefusesCircles(t *testing.T) {
	for name, text := range map[string]string{
		"alias":    "vars: &v\n  a: *v\n" + resourceWith("environmentVariables: {X: '${vars.a}'}"),
		"merge":    resourceWith("environmentVariables: &e {<<: *e}"),
		"resource": resourceWith("description: ${resources.x.props.description}"),
		"this":     resourceWith("description: ${this.props.description}"),
		"output":   strings.Replace(resourceWith(""), "functionName: x", "functionName: ${resources.x.output.functionName}", 1),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loadText(t, text)
			if all := (Errors)(nil); !errors.As(err, &all) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestLoadRefusesOddFiles(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "bad-env/s.yaml"), resourceWith(""))
	writeFile(t, filepath.Join(dir, "bad-env/.env"), "A=b\nno assignment\n")
	writeFile(t, filepath.Join(dir, "large/s.yaml"), strings.Repeat("# a comment\n", maxFile/12+1))
	writeFile(t, filepath.Join(dir, "binary/s.yaml"), "\x00\x01\x02")
	writeFile(t, filepath.Join(dir, "list/s.yaml"), "- a\n- b\n")
	writeFile(t, filepath.Join(dir, "nothing/s.yaml"), "edition: 3.0.0\n")
	if err := os.MkdirAll(filepath.Join(dir, "folder/s.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"bad-env": ".env:2:1: ", "large": "larger than", "binary": "not valid YAML", "folder": "not a plain file",
		"absent": "does not exist", "list": "s.yaml:1:1: the file holds a list", "nothing": "describes no resource",
	} {
		_, err := Load(t.Context(), filepath.Join(dir, name, "s.yaml"), Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %q", name, err, want)
		}
	}
}

func TestLoadStopsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "s.yaml"), resourceWith(""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, filepath.Join(dir, "s.yaml"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	if path, err := Find(dir); err == nil {
		t.Errorf("found %s in an empty folder", path)
	}
	writeFile(t, filepath.Join(dir, "s.yml"), "")
	if path, err := Find(dir); err != nil || path != filepath.Join(dir, "s.yml") {
		t.Errorf("got %s, %v", path, err)
	}
}

// FuzzLoad: whatever the file says, it is a project or an Errors value.
func FuzzLoad(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range paths {
		a, err := readArchive(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.files {
			if file.name == "s.yaml" {
				f.Add(file.data)
			}
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(dir, "s.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(t.Context(), path, Options{})
		if all := (Errors)(nil); err != nil && !errors.As(err, &all) {
			t.Fatalf("%T: %v", err, err)
		}
	})
}
