package builtin

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Library is a package that the cloud's runtimes have on board and this machine need not have.
type Library struct {
	Package string // as its registry names it
	Version string // the cloud's; empty = not documented
}

// Libraries lists what the platform has on board for the language of an interpreter. Source: FC 3.0
// Node.js environment; for Python what public functions import without shipping it.
func Libraries(found Found) []Library {
	switch found.Language {
	case "Node.js":
		return []Library{
			{"co", "4.6.0"}, {"gm", "1.25.0"}, {"ali-oss", "6.19.0"}, {"aliyun-sdk", "1.12.10"}, {"@alicloud/fc2", "2.6.6"},
			{"tablestore", "5.4.1"}, {"body", "5.1.0"}, {"raw-body", "2.5.2"}, {"ali-mns", "2.6.8"}, {"@alicloud/pop-core", "1.7.13"},
		}
	case "Python":
		all := []Library{
			{"oss2", ""}, {"aliyun-python-sdk-core", ""},
			{"aliyun-fc2", ""}, {"tablestore", ""}, // need Python 3
		}
		if found.version()[0] < 3 {
			return all[:2]
		}
		return all
	case "PHP":
		return []Library{{"ringcentral/psr7", ""}}
	}
	return nil
}

// LibraryFolder is where the platform's libraries for an interpreter lie below root: one folder for
// all versions of Node.js and one for PHP, one for each minor version of Python, whose packages have
// compiled parts.
func LibraryFolder(root string, found Found) string {
	switch found.Language {
	case "Python":
		return filepath.Join(root, "python"+found.version().short(2))
	case "PHP":
		return filepath.Join(root, "php")
	}
	return filepath.Join(root, "nodejs")
}

// libraries is where the instance finds what was fetched for its interpreter, or nothing.
func (k *Kind) libraries(s *start) []string {
	if k.options.Libraries == "" {
		return nil
	}
	folder := LibraryFolder(k.options.Libraries, s.found)
	if isDir(folder) {
		s.place.Keep(folder)
	}
	return []string{folder}
}

// Installed is the version of a library in a LibraryFolder, or empty.
func (l Library) Installed(language, folder string) string {
	switch language {
	case "Python":
		return l.distribution(folder)
	case "PHP":
		return l.locked(folder)
	}
	text, err := os.ReadFile(filepath.Join(folder, "node_modules", filepath.FromSlash(l.Package), "package.json"))
	if err != nil {
		return ""
	}
	var manifest struct{ Version string }
	_ = json.Unmarshal(text, &manifest) // a broken file has no version
	return manifest.Version
}

// distribution reads the version off the folder that pip leaves: {name}-{version}.dist-info, or of old
// packages {name}-{version}-py{version}.egg-info.
func (l Library) distribution(folder string) string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return ""
	}
	for _, entry := range entries {
		name, ok := strings.CutSuffix(entry.Name(), ".dist-info")
		if !ok {
			name, ok = strings.CutSuffix(entry.Name(), ".egg-info")
		}
		parts := strings.Split(name, "-")
		if ok && len(parts) > 1 && strings.EqualFold(strings.ReplaceAll(parts[0], "_", "-"), l.Package) {
			return parts[1]
		}
	}
	return ""
}

// locked reads the version that composer noted.
func (l Library) locked(folder string) string {
	text, err := os.ReadFile(filepath.Join(folder, "composer.lock"))
	if err != nil {
		return ""
	}
	var lock struct {
		Packages []struct{ Name, Version string }
	}
	_ = json.Unmarshal(text, &lock) // a broken file has no version
	for _, one := range lock.Packages {
		if one.Name == l.Package {
			return one.Version
		}
	}
	return ""
}

// Installer is the command that fetches the libraries for an interpreter into folder: npm's, pip's or
// composer's own, with the user's settings of registries and proxies.
func Installer(ctx context.Context, found Found, folder string) *exec.Cmd {
	var command *exec.Cmd
	switch found.Language {
	case "Python":
		command = exec.CommandContext(ctx, found.Path, "-m", "pip", "install", "--target", folder,
			"--disable-pip-version-check", "--no-input", "--no-warn-script-location")
	case "PHP":
		command = exec.CommandContext(ctx, beside(found, "composer"), "require", "--working-dir", folder, "--no-interaction", "--no-plugins", "--no-scripts")
		command.Env = before(found)
	default:
		command = exec.CommandContext(ctx, beside(found, "npm"), "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts")
		command.Env = before(found)
	}
	for _, library := range Libraries(found) {
		spec := library.Package
		if library.Version != "" {
			spec += "@" + library.Version // npm's way; the others get no versions
		}
		command.Args = append(command.Args, spec)
	}
	return command
}

// beside is a tool that came with the interpreter, or else the one on the PATH.
func beside(found Found, tool string) string {
	if path := filepath.Join(filepath.Dir(found.Path), tool); executable(path) {
		return path
	}
	return tool
}

// before is the environment in which a tool meets the interpreter first.
func before(found Found) []string {
	return append(os.Environ(), "PATH="+filepath.Dir(found.Path)+string(os.PathListSeparator)+os.Getenv("PATH"))
}
