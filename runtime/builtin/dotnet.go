package builtin

import (
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"
)

// dotnet starts the host with the function's frameworks. What it sets for the start alone, the
// bootstrap takes out of the environment before it loads the function.
func (k *Kind) dotnet(s *start) {
	frameworks := "plain.json"
	if s.wantsWeb() {
		frameworks = "web.json"
	}
	s.spec.Args = []string{"exec", "--runtimeconfig", filepath.Join(s.scripts, frameworks), filepath.Join(s.scripts, "bootstrap.dll")}
	limit := 0
	if hook := s.fn.Initializer(); hook != nil {
		limit = hook.Timeout
	}
	s.search = []string{strconv.Itoa(limit)}
	if goruntime.GOOS == "linux" {
		s.cultures(newestICU("/usr/lib/*-linux-gnu", "/usr/lib64", "/usr/lib", "/lib/*-linux-gnu", "/lib64"))
	}
}

// lend sets a variable that only the start needs, unless the function sets it itself.
func (s *start) lend(name, value string) {
	if s.env.find(name) < 0 {
		s.env.set(name, value)
		s.search = append(s.search, name)
	}
}

// cultures lets hosts start that would end at once: without ICU, and those before .NET 5 with an ICU
// that is newer than they are. icu is the number of the newest one, 0 = none.
func (s *start) cultures(icu int) {
	const known = 65 // by 3.1
	switch {
	case icu == 0:
		s.lend("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
	case icu > known && s.found.version().less(version{5}):
		s.lend("CLR_ICU_VERSION_OVERRIDE", strconv.Itoa(icu))
	}
}

func newestICU(folders ...string) int {
	newest := 0
	for _, folder := range folders {
		files, _ := filepath.Glob(filepath.Join(folder, "libicuuc.so.*"))
		for _, file := range files {
			number, _ := parseVersion(strings.TrimPrefix(filepath.Base(file), "libicuuc.so."))
			newest = max(newest, number[0])
		}
	}
	return newest
}

// wantsWeb tells whether the function counts on ASP.NET Core of the machine, which takes longer to
// start: its runtimeconfig.json says so.
func (s *start) wantsWeb() bool {
	assembly, _, _ := strings.Cut(s.fn.Handler, "::")
	text := smallFile(s.place.OnHost(filepath.Join(s.place.CodeDir, assembly+".runtimeconfig.json")))
	return strings.Contains(text, `"Microsoft.AspNetCore.App"`) && isDir(filepath.Join(filepath.Dir(s.found.Path), "shared/Microsoft.AspNetCore.App"))
}

func dotnetLanguage() *language {
	return &language{
		name:     ".NET",
		prefix:   "dotnetcore",
		ids:      []string{"dotnetcore2.1", "dotnetcore3.1"},
		parts:    2,
		want:     func(id string) (version, bool) { return parseVersion(strings.TrimPrefix(id, "dotnetcore")) },
		commands: func(version) []string { return nil },
		anyOf:    []string{"dotnet"},
		root:     "DOTNET_ROOT",
		flat:     true,
		usual:    []string{".dotnet", "/usr/share/dotnet", "/usr/lib/dotnet", "/usr/local/share/dotnet", "/opt/dotnet"},
		homes: []home{
			{"ASDF_DATA_DIR", ".asdf", "installs/dotnet-core", ""},
			{"MISE_DATA_DIR", ".local/share/mise", "installs/dotnet", ""},
		},
		probe:  []string{"--list-runtimes"},
		read:   dotnetRuntimes,
		breaks: dotnetBreaks,
		tool:   "dotnet",
		least:  "3.1 or later",
	}
}

// dotnetRuntimes finds the host and the version that it will run the bootstrap on, as its rule is: of
// 3.1 the newest patch, else the next version that there is.
func dotnetRuntimes(lines []string) []string {
	var best version
	var root string
	for _, line := range lines {
		number, folder, _ := strings.Cut(strings.TrimPrefix(line, "Microsoft.NETCore.App "), " ")
		got, ok := parseVersion(number)
		if !ok || folder == "" || number == line || strings.Contains(number, "-") || got.less(version{3, 1}) {
			continue
		}
		if root == "" || minor(got).less(minor(best)) || minor(got) == minor(best) && best.less(got) {
			best, root = got, filepath.Dir(filepath.Dir(strings.Trim(folder, "[]\r")))
		}
	}
	if root == "" {
		return nil
	}
	return []string{filepath.Join(root, "dotnet"), best.String()}
}

func minor(v version) version { return version{v[0], v[1]} }

// dotnetBreaks says what works here only, or nowhere but there.
func dotnetBreaks(want, got version) string {
	text := "what is compiled for " + framework(got) + " runs here but not in the cloud"
	if got[0] >= 9 {
		text += "; BinaryFormatter is gone since 9"
	}
	return text
}

// framework is the name by which projects target a version.
func framework(v version) string {
	if v[0] < 5 {
		return "netcoreapp" + v.short(2)
	}
	return "net" + v.short(2)
}
