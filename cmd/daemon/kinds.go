package daemon

import (
	"path/filepath"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/builtin"
	"github.com/fcemu/fcemu/runtime/custom"
	"github.com/fcemu/fcemu/runtime/polling"
)

// kinds maps runtime ids to the ways of running them.
func kinds(o Options, images custom.Images) func(string) (runtime.Kind, error) {
	common := builtin.Options{Interpreters: builtin.NewInterpreters(o.Interpreters), Dir: filepath.Join(o.DataDir, "bootstraps"),
		Account: o.Account, Region: o.Region, Libraries: libraryRoot()}
	server := custom.New(o.Account, o.Region, common.Interpreters.Home)
	families := map[string]runtime.Kind{
		"python":                  builtin.NewPython(common),
		"nodejs":                  builtin.NewNode(common),
		"java":                    builtin.NewJava(common),
		"php":                     builtin.NewPHP(common),
		"dotnetcore":              builtin.NewDotnet(common),
		"go1":                     polling.New(o.Account, o.Region),
		"custom":                  server,
		emulator.ContainerRuntime: server.Container(images),
	}
	return func(id string) (runtime.Kind, error) {
		if kind, ok := families[family(id)]; ok {
			return kind, nil
		}
		return nil, emulator.Refuse(412, "FunctionNotStarted", "runtime '%s' is not run by this release of fcemu; it runs %s",
			id, "python*, nodejs*, java*, php*, dotnetcore*, go1, custom* and custom-container")
	}
}

// Runs tells whether this release runs functions of a runtime id.
func Runs(id string) bool { return family(id) != "" }

// family is the group of runtime ids that one kind runs, or "".
func family(id string) string {
	for _, prefix := range []string{"python", "nodejs", "java", "php", "dotnetcore", "go1", emulator.ContainerRuntime, "custom"} {
		if strings.HasPrefix(id, prefix) {
			return prefix
		}
	}
	return ""
}
