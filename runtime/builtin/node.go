package builtin

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/runtime"
)

// node starts Node.js with the platform's limits: the heap may take 90 % of memorySize.
func (k *Kind) node(s *start) {
	s.spec.Args = []string{
		"--max-old-space-size=" + strconv.Itoa(max(s.fn.MemorySize*9/10, 16)),
		"--max-http-header-size=16384",
		"--expose-gc",
	}
	want, _ := k.language.want(s.fn.Runtime)
	if requiresModules(s.found.version()) && want.less(version{21}) {
		s.spec.Args = append(s.spec.Args, "--no-experimental-require-module")
	}
	s.spec.Args = append(s.spec.Args, filepath.Join(s.scripts, "bootstrap.js"))
	if want.less(version{17}) {
		s.env.hideFC()
	}
	s.env.offer("LANG", "C.UTF-8")
	s.env.relocate("NODE_PATH")
	s.env.offer("NODE_PATH", nodePath(want, s.found.Path, &s.place))
	s.env.set("NODE_PATH", strings.Join(append([]string{s.env.get("NODE_PATH")}, k.nodeLibraries(s)...), ":"))
	if want[0] == 14 || want[0] == 16 {
		s.wrap()
	}
	s.search = []string{strconv.Itoa(s.fn.Concurrency())}
}

// requiresModules tells whether this Node.js lets require load ES modules unless it is told not to. The
// platform's versions up to 20 do not.
func requiresModules(got version) bool {
	return got[0] == 20 && !got.less(version{20, 19}) || 22 <= got[0] && got[0] <= 24
}

func nodeWaiting(args []string) []string { return append(args, "ahead") }

// nodePath is the platform's module path, and the global modules of the interpreter at hand, which
// stand in for those that the platform has on board.
func nodePath(want version, executable string, place *runtime.Place) string {
	folders := []string{"/usr/local/lib/node_modules"}
	if want.less(version{17}) {
		folders = append(folders, place.Opt("nodejs/node"+strconv.Itoa(want[0])+"/node_modules")...)
	}
	folders = append(folders, place.Opt("nodejs/node_modules")...)
	global := filepath.Join(filepath.Dir(filepath.Dir(executable)), "lib", "node_modules")
	if global != folders[0] {
		folders = append(folders, global)
	}
	return strings.Join(folders, ":")
}

// nodeLibraries are the last places for modules: those that `fcemu runtime install nodejs` fetched, and
// our own stand-ins for raw-body and body, which half of all HTTP handlers take from the platform.
func (k *Kind) nodeLibraries(s *start) []string {
	own := filepath.Join(s.scripts, "modules")
	for _, folder := range k.libraries(s) {
		return []string{filepath.Join(folder, "node_modules"), own}
	}
	return []string{own}
}

func nodeLanguage() *language {
	return &language{
		name:   "Node.js",
		prefix: "nodejs",
		ids: []string{"nodejs4.4", "nodejs6", "nodejs8", "nodejs10", "nodejs12", "nodejs14", "nodejs16",
			"nodejs18", "nodejs20", "nodejs22"},
		parts:    1,
		want:     func(id string) (version, bool) { return parseVersion(strings.TrimPrefix(id, "nodejs")) },
		commands: func(version) []string { return nil },
		anyOf:    []string{"node", "nodejs"},
		homes: []home{
			{"NVM_DIR", ".nvm", "versions/node", "bin"},
			{"NODENV_ROOT", ".nodenv", "versions", "bin"},
			{"ASDF_DATA_DIR", ".asdf", "installs/nodejs", "bin"},
			{"MISE_DATA_DIR", ".local/share/mise", "installs/node", "bin"},
			{"FNM_DIR", ".local/share/fnm", "node-versions", "installation/bin"},
			{"VOLTA_HOME", ".volta", "tools/image/node", "bin"},
			{"HOMEBREW_PREFIX", "/opt/homebrew", "opt", "bin"},
			{"N_PREFIX", "/usr/local", "n/versions/node", "bin"},
		},
		probe:  []string{"-p", "process.execPath + '\\n' + process.versions.node"},
		quick:  []string{"--version"},
		breaks: nodeBreaks,
		tool:   "nodejs",
		pins:   []string{".nvmrc", ".node-version"},
	}
}

// nodeBreaks says what may not work, or works here only.
func nodeBreaks(want, got version) string {
	var points []string
	if got.less(version{want[0]}) {
		points = append(points, "syntax and modules newer than "+got.short(1)+" fail here")
	}
	if want.less(version{17}) && !got.less(version{17}) {
		points = append(points, "OpenSSL 3 refuses some old ciphers and keys; answers by callback only, as in the cloud")
	}
	if want.less(version{18}) && !got.less(version{18}) {
		points = append(points, "fetch exists here but not in the cloud")
	}
	return strings.Join(points, "; ")
}
