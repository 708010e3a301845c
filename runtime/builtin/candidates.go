package builtin

import (
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// home is where a version manager keeps what it installed: <base>/<folder>/<version>/<bin>.
type home struct {
	variable string // environment variable that names the base
	base     string // default base, below the user's home unless absolute
	folder   string
	bin      string
}

// exact lists programs that may be of the wanted version, the likeliest first. Shims come last:
// they are slow, and they fail where the version is not switched on.
func (l *language) exact(want, pinned version) []string {
	direct, shims := l.lookUp(l.commands(want))
	var managed []string
	for _, installed := range preferred(l.installed(), pinned) {
		if l.same(installed.version, want) {
			managed = append(managed, installed.path)
		}
	}
	if l.same(pinned, want) {
		direct = append(managed, direct...)
	} else {
		direct = append(direct, managed...)
	}
	general, _ := l.lookUp(l.anyOf)
	return append(append(direct, general...), shims...)
}

// atHand lists programs of any version: first what the user's PATH gives, as the user would get it,
// then the versions that come next after the wanted one, then older ones.
func (l *language) atHand(want, pinned version) []string {
	var all []string
	if pinned != (version{}) {
		for _, installed := range l.installed() {
			if installed.version.satisfies(pinned) {
				all = append(all, installed.path)
			}
		}
	}
	for _, name := range l.anyOf {
		direct, shims := l.lookUp([]string{name})
		all = append(append(all, shims...), direct...)
	}
	near := l.installed()
	sort.SliceStable(near, func(i, j int) bool {
		a, b := near[i].version, near[j].version
		if older := a.less(want); older != b.less(want) {
			return !older
		}
		return !l.same(a, b) && a.less(b) != a.less(want)
	})
	for _, installed := range near {
		all = append(all, installed.path)
	}
	return all
}

// lookUp finds programs by name in PATH, or in the usual folders where there is none.
func (l *language) lookUp(names []string) (direct, shims []string) {
	folders := filepath.SplitList(os.Getenv("PATH"))
	if len(folders) == 0 {
		folders = []string{"/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"}
	}
	if root := os.Getenv(l.root); root != "" {
		folders = append([]string{l.programs(root)}, folders...)
	}
	for _, folder := range l.usual {
		folders = append(folders, underHome(folder))
	}
	for _, name := range names {
		for _, folder := range folders {
			path := filepath.Join(folder, name)
			if !filepath.IsAbs(path) || !executable(path) || slices.Contains(direct, path) {
				continue
			}
			if isShim(path) {
				shims = append(shims, path)
			} else {
				direct = append(direct, path)
			}
		}
	}
	return direct, shims
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// isShim tells whether a version manager chooses the real program at each start.
func isShim(path string) bool {
	folder := filepath.Dir(path)
	if filepath.Base(folder) == "shims" || strings.HasSuffix(folder, "/.volta/bin") {
		return true
	}
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	var begin [2]byte
	_, err = file.Read(begin[:])
	return err == nil && string(begin[:]) == "#!"
}

// parsed reads the version from the name of a folder.
func (l *language) parsed(text string) (version, bool) {
	if l.parse != nil {
		return l.parse(text)
	}
	return parseVersion(text)
}

type installation struct {
	version version
	path    string
}

// installed lists what version managers have installed, newest first, by reading folders only.
func (l *language) installed() []installation {
	var all []installation
	for _, place := range l.homes {
		folder := place.path()
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			parsed, ok := l.parsed(entry.Name())
			if !ok {
				continue
			}
			for _, name := range slices.Concat(l.anyOf, l.commands(parsed)) {
				path := filepath.Join(folder, entry.Name(), place.bin, name)
				if executable(path) {
					all = append(all, installation{parsed, path})
					break
				}
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[j].version.less(all[i].version) })
	return all
}

// programs is the folder of the programs of an installation.
func (l *language) programs(root string) string {
	if l.flat {
		return root
	}
	return filepath.Join(root, "bin")
}

// installation is the folder that a program came in.
func (l *language) installation(program string) string {
	folder := filepath.Dir(program)
	if l.flat {
		return folder
	}
	return filepath.Dir(folder)
}

// underHome is a folder that is given as absolute or below the user's home; empty if there is none.
func underHome(folder string) string {
	if filepath.IsAbs(folder) {
		return folder
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(user, folder)
}

func (h home) path() string {
	base := os.Getenv(h.variable)
	if base == "" {
		base = underHome(h.base)
	}
	if base == "" {
		return ""
	}
	return filepath.Join(base, h.folder)
}
