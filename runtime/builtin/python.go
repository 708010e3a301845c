package builtin

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/runtime"
)

// python starts the interpreter without its site module (see environment.py) on the bootstrap, which
// is imported as a module so that its compiled form is kept. PYTHON* variables of the function count.
func (k *Kind) python(s *start) {
	const run = "import sys; sys.path.insert(0, sys.argv.pop()); from _fcemu.bootstrap import main; main()"
	s.spec.Args = []string{"-S", "-W", "ignore", "-c", run, s.scripts}
	s.env.hideFC()
	s.env.relocate("PYTHONPATH")
	if s.place.Mounts == nil && len(s.place.Opt("")) > 1 { // the bootstrap knows /opt only
		version := s.found.version().short(2)
		folders := append(s.place.Opt("python/lib/python"+version+"/site-packages"), s.place.Opt("python")...)
		s.env.set("PYTHONPATH", strings.Trim(strings.Join(folders, ":")+":"+s.env.get("PYTHONPATH"), ":"))
	}
	s.env.offer("LANG", "C.UTF-8")
	s.env.offer("PYTHONIOENCODING", "utf-8:surrogateescape")
	if s.found.version().less(version{3, 7}) {
		s.env.offer("PYTHONUNBUFFERED", "1") // cannot be asked for lines later
	}
	if library := ownLibraries(s.found); library != "" {
		s.env.set("LD_LIBRARY_PATH", strings.Trim(library+":"+s.env.get("LD_LIBRARY_PATH"), ":"))
	}
	s.search = append(virtualEnvironments(&s.place), s.found.Search...)
	s.search = append(s.search, k.libraries(s)...)
}

// pythonWaiting says so before the folder of the bootstrap, which is taken off.
func pythonWaiting(args []string) []string { return slices.Insert(args, len(args)-1, "ahead") }

// ownLibraries is the folder of an interpreter's shared library, when it lies beside the interpreter:
// the platform's LD_LIBRARY_PATH would otherwise give it another Python's.
func ownLibraries(found Found) string {
	folder := filepath.Join(filepath.Dir(filepath.Dir(found.Path)), "lib")
	if folder == "/usr/lib" {
		return ""
	}
	if _, err := os.Stat(filepath.Join(folder, "libpython"+found.version().short(2)+".so.1.0")); err != nil {
		return ""
	}
	return folder
}

// virtualEnvironments are the package folders of a virtual environment that lies in the code.
func virtualEnvironments(place *runtime.Place) []string {
	var folders []string
	for _, name := range []string{"venv", ".venv"} {
		folder := filepath.Join(place.CodeDir, name, "lib")
		found, _ := filepath.Glob(filepath.Join(place.OnHost(folder), "python*", "site-packages"))
		for _, path := range found {
			folders = append(folders, filepath.Join(folder, filepath.Base(filepath.Dir(path)), "site-packages"))
		}
	}
	return folders
}

func pythonLanguage() *language {
	return &language{
		name:     "Python",
		prefix:   "python",
		ids:      []string{"python2.7", "python3", "python3.9", "python3.10", "python3.12"},
		parts:    2,
		want:     pythonWant,
		commands: pythonCommands,
		anyOf:    []string{"python3", "python"},
		homes: []home{
			{"PYENV_ROOT", ".pyenv", "versions", "bin"},
			{"ASDF_DATA_DIR", ".asdf", "installs/python", "bin"},
			{"MISE_DATA_DIR", ".local/share/mise", "installs/python", "bin"},
			{"UV_PYTHON_INSTALL_DIR", ".local/share/uv/python", "", "bin"},
			{"HOMEBREW_PREFIX", "/opt/homebrew", "opt", "bin"},
		},
		probe: []string{"-E", "-c", "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])\n" +
			"for path in sys.path[1:]: print(path)"},
		breaks: pythonBreaks,
		tool:   "python",
		pins:   []string{".python-version"},
	}
}

// pythonWant reads a runtime id. The id without a minor version means 3.6.
func pythonWant(id string) (version, bool) {
	if id == "python3" {
		return version{3, 6}, true
	}
	return parseVersion(strings.TrimPrefix(id, "python"))
}

func pythonCommands(v version) []string { return []string{"python" + v.short(2)} }

// pythonBreaks says what may not work, or works here only.
func pythonBreaks(want, got version) string {
	var points []string
	if got.less(want) {
		points = append(points, "syntax and modules newer than "+got.short(2)+" fail here")
	}
	crossed := func(at version) bool { return want.less(at) && !got.less(at) }
	if crossed(version{3, 12}) {
		points = append(points, "imp, asynchat, asyncore and distutils are gone since 3.12")
	}
	if crossed(version{3, 10}) {
		points = append(points, "the aliases of collections.abc in collections are gone since 3.10")
	}
	if crossed(version{3, 8}) {
		points = append(points, "the := operator and f'{x=}' run here but not in the cloud")
	}
	return strings.Join(points, "; ")
}
