package project

import (
	"os"
	"path/filepath"
	"testing"
)

// TestExamples: every example loads without a word to say, and packs once it is built.
func TestExamples(t *testing.T) {
	folders, err := filepath.Glob("../../examples/*/s.yaml")
	if err != nil || len(folders) < 6 {
		t.Fatalf("found %d examples: %v", len(folders), err)
	}
	built := map[string]string{"custom-go": "bootstrap", "go1": "main", "http-go1-fc2": "main", "java-event": "target/classes/Shop.class", "http-java-fc2": "target/classes/Poll.class",
		"custom-container": "image.tar", "dotnet-event": "publish/Words.dll"}
	for _, file := range folders {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.CopyFS(folder, os.DirFS(filepath.Dir(file))); err != nil {
				t.Fatal(err)
			}
			if program := filepath.Join(folder, built[name]); program != folder {
				stand(t, program)
			}
			p, err := Load(t.Context(), filepath.Join(folder, "s.yaml"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, notice := range p.Notices {
				t.Error(notice)
			}
			for _, fn := range p.Functions {
				if _, err := fn.Pack(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// stand puts a file where the example's build would leave one.
func stand(t *testing.T, file string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("built"), 0o755); err != nil {
		t.Fatal(err)
	}
}
