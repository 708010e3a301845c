package builtin

import (
	"path/filepath"
	"strconv"
	"strings"
)

// php starts the command-line interpreter. The folder extension of the code may hold .ini files.
func (k *Kind) php(s *start) {
	s.spec.Args = []string{"-d", "display_errors=1", "-d", "log_errors=0", "-d", "html_errors=0", "-d", "max_execution_time=0",
		filepath.Join(s.scripts, "bootstrap.php")}
	s.env.hideFC()
	s.env.offer("LANG", "C.UTF-8")
	s.env.offer("PHP_INI_SCAN_DIR", filepath.Join(s.place.CodeDir, "extension")+"::"+strings.Join(s.place.Opt("php"), ":")) // nothing between two colons: PHP's own
	limit := ""
	if hook := s.fn.Initializer(); hook != nil {
		limit = strconv.Itoa(hook.Timeout)
	}
	s.search = append([]string{limit}, k.libraries(s)...)
}

func phpLanguage() *language {
	return &language{
		name:     "PHP",
		prefix:   "php",
		ids:      []string{"php7.2"},
		parts:    2,
		want:     func(id string) (version, bool) { return parseVersion(strings.TrimPrefix(id, "php")) },
		commands: func(v version) []string { return []string{"php" + v.short(2)} },
		anyOf:    []string{"php"},
		homes: []home{
			{"PHPENV_ROOT", ".phpenv", "versions", "bin"},
			{"PHPBREW_ROOT", ".phpbrew", "php", "bin"},
			{"ASDF_DATA_DIR", ".asdf", "installs/php", "bin"},
			{"MISE_DATA_DIR", ".local/share/mise", "installs/php", "bin"},
			{"HOMEBREW_PREFIX", "/opt/homebrew", "opt", "bin"},
		},
		probe:  []string{"-n", "-r", `echo PHP_BINARY, "\n", PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION, ".", PHP_RELEASE_VERSION;`},
		breaks: phpBreaks,
		tool:   "php",
		pins:   []string{".php-version"},
	}
}

// phpBreaks says what may not work, or works here only.
func phpBreaks(want, got version) string {
	var points []string
	if got.less(want) {
		points = append(points, "syntax and functions newer than "+got.short(2)+" fail here")
	}
	crossed := func(at version) bool { return want.less(at) && !got.less(at) }
	if crossed(version{7, 4}) {
		points = append(points, "typed properties and arrow functions run here but not in the cloud")
	}
	if crossed(version{8}) {
		points = append(points, "each, create_function and curly-brace offsets are gone since 8.0, where many warnings became errors")
	}
	if crossed(version{8, 2}) {
		points = append(points, "dynamic properties are deprecated since 8.2")
	}
	return strings.Join(points, "; ")
}
