package cmd_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/fcemu/fcemu/"

// arrows is the table of docs/design/0001-house.md: what each room may import of ours. A room that
// is not listed may import nothing.
var arrows = map[string][]string{
	"emulator":                 {},
	"emulator/certificate":     {"emulator"},
	"emulator/control":         {"emulator", "emulator/certificate", "emulator/jwt", "emulator/schedule"},
	"emulator/schedule":        {},
	"emulator/scaling":         {"emulator", "emulator/schedule"},
	"emulator/invoke":          {"emulator"},
	"emulator/async":           {"emulator", "emulator/crash"},
	"emulator/crash":           {},
	"emulator/async/lateness":  {"emulator", "emulator/async"}, // measures
	"emulator/clock":           {"emulator"},
	"emulator/destination":     {"emulator"},
	"emulator/jsontext":        {},
	"emulator/journal":         {"emulator", "emulator/jsontext"},
	"emulator/jwt":             {"emulator"},
	"emulator/metrics":         {"emulator", "emulator/jsontext"},
	"emulator/front":           {},
	"emulator/front/fronttest": {"emulator", "emulator/front"}, // for tests
	"emulator/gateway":         {"emulator", "emulator/invoke", "emulator/jsontext", "emulator/jwt"},
	"emulator/api":             {"emulator", "emulator/invoke"},
	"emulator/api/exec":        {"emulator", "emulator/api"},
	"emulator/api/local":       {"emulator", "emulator/api"},
	"emulator/api/service":     {"emulator", "emulator/invoke", "emulator/api"}, // what the two below share
	"emulator/api/v20160815":   {"emulator", "emulator/api", "emulator/api/service"},
	"emulator/api/v20210406":   {"emulator", "emulator/api", "emulator/api/service"},
	"emulator/api/v20230330":   {"emulator", "emulator/invoke", "emulator/api"},
	"emulator/client":          {"emulator", "emulator/signature"},
	"emulator/signature":       {"emulator"},
	"emulator/oss":             {"emulator"},
	"emulator/trigger":         {"emulator", "emulator/schedule"},
	"runtime":                  {"emulator", "runtime/process"},
	"runtime/builtin":          {"emulator", "runtime", "runtime/process"},
	"runtime/custom":           {"emulator", "runtime", "runtime/image", "runtime/process"},
	"runtime/image":            {"emulator"},
	"runtime/polling":          {"emulator", "emulator/front", "runtime", "runtime/process"},
	"runtime/process":          {"emulator"},
	"store":                    {"emulator", "emulator/crash"},
	"store/blob":               {"emulator"},
	"store/storebench":         {"emulator", "store"}, // measures
	"store/migration":          {},
	"cmd/project":              {"emulator"},
	"cmd/term":                 {},
}

// The binaries and the daemon join the parts.
var joiners = []string{"", "cmd", "cmd/daemon", "cmd/bench", "cmd/fcemutest"}

// noOutside are the words: they may not touch the outside world.
var noOutside = []string{"net/http", "os", "database/sql"}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestArrowsRunOneWay(t *testing.T) {
	packages := list(t)
	if len(packages) < len(arrows) {
		t.Fatalf("go list found %d packages, the table has %d", len(packages), len(arrows))
	}
	for _, p := range packages {
		room := strings.TrimPrefix(p.ImportPath+"/", module)
		room = strings.TrimSuffix(room, "/")
		allowed, known := arrows[room]
		if !known {
			if !contains(joiners, room) {
				t.Errorf("%s is not in the table of rooms", room)
			}
			continue
		}
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, module)
			if isOurs && !contains(allowed, ours) {
				t.Errorf("%s imports %s: no such arrow", room, ours)
			}
			if room == "emulator" && contains(noOutside, imported) {
				t.Errorf("the words import %s", imported)
			}
		}
	}
}

func list(t *testing.T) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(output)))
	var packages []listed
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

func contains(list []string, item string) bool {
	for _, one := range list {
		if one == item {
			return true
		}
	}
	return false
}
