package cmd_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator/control"
)

var update = flag.Bool("update", false, "write what the tests compare with")

// TestFidelityPage holds the table of docs/fidelity.md to the code.
func TestFidelityPage(t *testing.T) {
	const page, begin, end = "../docs/fidelity.md", "-update` -->\n", "<!-- end of fields -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has lost the marks around its table", page)
	}
	var table strings.Builder
	table.WriteString("| field | level | note |\n|---|---|---|\n")
	for _, field := range control.Fidelity() {
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", field.Name, field.Level, field.Note)
	}
	want := head + begin + table.String() + end + tail
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Errorf("%s is out of date; run: go test ./cmd -run TestFidelityPage -update", page)
	}
}
