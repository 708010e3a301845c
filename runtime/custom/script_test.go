package custom

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/runtime"
)

func TestScriptTrouble(t *testing.T) {
	cases := map[string]string{
		"#!/bin/sh\necho\n":                "",
		"#!/bin/sh\r\necho\r\n":            "CRLF",
		"#!/no/such/interpreter -x\n":      "/no/such/interpreter",
		"\x7fELF and then much of it":      "",
		"":                                 "",
		"no line that names a program\r\n": "",
	}
	for text, want := range cases {
		path := filepath.Join(t.TempDir(), "bootstrap")
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		got := scriptTrouble(&runtime.Place{}, path)
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want it to speak of %q", text, got, want)
		}
	}
}
