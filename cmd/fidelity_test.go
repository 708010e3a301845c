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

// TestFidelityPage holds the tables of docs/fidelity.md to the code.
func TestFidelityPage(t *testing.T) {
	const page = "../docs/fidelity.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := withTable(t, string(text), "fields", fieldTable())
	want = withTable(t, want, "operations", operationTable())
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

// withTable is the page with another table between the marks of that name.
func withTable(t *testing.T, text, name, table string) string {
	t.Helper()
	begin, end := "<!-- "+name+": written by `go test ./cmd -run TestFidelityPage -update` -->\n", "<!-- end of "+name+" -->"
	head, rest, ok := strings.Cut(text, begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("the page has lost the marks around its %s", name)
	}
	return head + begin + table + end + tail
}

func fieldTable() string {
	var table strings.Builder
	table.WriteString("| field | level | note |\n|---|---|---|\n")
	for _, field := range control.Fidelity() {
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", field.Name, field.Level, field.Note)
	}
	return table.String()
}

func operationTable() string {
	var table strings.Builder
	table.WriteString("| operation | generations | level | note |\n|---|---|---|---|\n")
	for _, operation := range control.Operations() {
		level := operation.Level
		if level == "" {
			level = "refused"
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", operation.Name, operation.Generations, level, operation.Note)
	}
	return table.String()
}
