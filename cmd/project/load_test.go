package project

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what was read into the want part of testdata/*.txtar")

// TestLoad reads each project in testdata: its files make a folder, its part "want" is the desired
// state with the notices, or the errors. A comment line "select: a b" picks functions.
func TestLoad(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			source, err := filepath.Abs(path)
			if err != nil {
				t.Fatal(err)
			}
			a, err := readArchive(path)
			if err != nil {
				t.Fatal(err)
			}
			got := loadArchive(t, a)
			if *update {
				writeWant(t, source, a, got)
				return
			}
			if diff := cmp.Diff(want(a), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func loadArchive(t *testing.T, a *archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range a.files {
		if file.name != "want" {
			writeFile(t, filepath.Join(dir, file.name), file.data)
		}
	}
	t.Chdir(dir)
	env := map[string]string{"STAGE": "dev", "MEMORY": "256"}
	p, err := Load(t.Context(), "s.yaml", Options{
		Env:       func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		AccountID: "1234567890", Endpoint: "http://127.0.0.1:3236", Select: selection(a),
	})
	if err != nil {
		if all := (Errors)(nil); !errors.As(err, &all) {
			t.Errorf("the error is a %T, not Errors", err)
		}
		return strings.ReplaceAll(err.Error(), dir, "DIR") + "\n"
	}
	return describe(t, p, dir)
}

// describe writes a project as text, without what depends on the machine.
func describe(t *testing.T, p *Project, dir string) string {
	t.Helper()
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	for _, fn := range p.Functions {
		out.WriteString("function " + fn.Name.String() + " at " + fn.Position.String() + "\n")
		shown := struct {
			Region   string `json:",omitempty"`
			Input    Input
			CodePath string
			Triggers any           `json:",omitempty"`
			Async    []AsyncConfig `json:",omitempty"`
		}{fn.Region, fn.Input, strings.TrimPrefix(strings.TrimPrefix(fn.CodePath, dir), "/"), nil, fn.Async}
		if len(fn.Triggers) > 0 {
			shown.Triggers = fn.Triggers
		}
		if err := encoder.Encode(shown); err != nil {
			t.Fatal(err)
		}
	}
	for _, domain := range p.Domains {
		out.WriteString("domain " + domain.Name + " at " + domain.Position.String() + "\n")
		if err := encoder.Encode(domain.Body()); err != nil {
			t.Fatal(err)
		}
	}
	for _, notice := range p.Notices {
		out.WriteString(notice.String() + "\n")
	}
	text := strings.ReplaceAll(out.String(), dir, "DIR")
	for _, key := range []string{"createdTime", "lastModifiedTime", "triggerId"} {
		text = dropMember(text, key)
	}
	return text
}

// dropMember takes out members that only the server sets.
func dropMember(text, key string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), `"`+key+`":`) {
			kept = append(kept, line)
		} else if n := len(kept); n > 0 && !strings.HasSuffix(strings.TrimSpace(line), ",") {
			kept[n-1] = strings.TrimSuffix(strings.TrimSuffix(kept[n-1], "\n"), ",") + "\n"
		}
	}
	return strings.Join(kept, "")
}

func want(a *archive) string {
	for _, file := range a.files {
		if file.name == "want" {
			return file.data
		}
	}
	return ""
}

func selection(a *archive) []string {
	for line := range strings.Lines(a.comment) {
		if names, ok := strings.CutPrefix(line, "select:"); ok {
			return strings.Fields(names)
		}
	}
	return nil
}

func writeWant(t *testing.T, path string, a *archive, text string) {
	t.Helper()
	kept := a.files[:0]
	for _, file := range a.files {
		if file.name != "want" {
			kept = append(kept, file)
		}
	}
	a.files = append(kept, archived{name: "want", data: text})
	if err := os.WriteFile(path, a.format(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
