package project

import (
	"path/filepath"
	"testing"
)

// TestExamples: every example loads without a word to say, and packs.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/s.yaml")
	if err != nil || len(files) < 6 {
		t.Fatalf("found %d examples: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			p, err := Load(t.Context(), file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, notice := range p.Notices {
				t.Error(notice)
			}
			for _, fn := range p.Functions {
				if p.Name == "custom-go" {
					continue // packs what go build makes of it
				}
				if _, err := Zip(t.Context(), fn.CodePath); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
