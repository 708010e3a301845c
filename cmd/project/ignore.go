package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher"
)

// ignoreFiles are read in the code folder: Serverless Devs' and the older fun tool's.
func ignoreFiles() []string { return []string{".fcignore", ".funignore"} }

// alwaysIgnored are folders of tools: this emulator's state, version control, Serverless Devs' cache.
func alwaysIgnored(name string) bool { return name == ".fcemu" || name == ".git" || name == ".s" }

// ignore tells what of a code folder is left out of its package.
type ignore struct {
	folders *patternmatcher.PatternMatcher
	files   *patternmatcher.PatternMatcher
	sources []string // the ignore files of the folder, there or not
}

// readIgnore reads the ignore files of a code folder.
func readIgnore(root string) (*ignore, error) {
	ig := &ignore{}
	var folders, files []string
	for _, name := range ignoreFiles() {
		path := filepath.Join(root, name)
		ig.sources = append(ig.sources, path)
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read %s: %s; make it readable, or remove it", path, reason(err))
		}
		for line := range strings.Lines(string(text)) {
			folder, file := translate(line)
			if folder != "" {
				folders, files = append(folders, folder), append(files, file)
			}
		}
	}
	var err error
	if ig.folders, err = patternmatcher.New(folders); err == nil {
		ig.files, err = patternmatcher.New(files)
	}
	if err != nil {
		return nil, fmt.Errorf("a pattern in the ignore file of %s cannot be read: %w; correct it", root, err)
	}
	return ig, nil
}

// translate turns a line in gitignore's manner into patterns that count from the code folder: one
// for folders, one for files. A pattern without a slash holds at every depth; a slash at the end
// keeps it to folders, of which the files then lie below. Both are empty for a comment.
func translate(line string) (folder, file string) {
	pattern := strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
	if pattern == "" || strings.HasPrefix(pattern, "#") {
		return "", ""
	}
	not := ""
	if rest, ok := strings.CutPrefix(pattern, "!"); ok {
		not, pattern = "!", rest
	}
	pattern = strings.TrimPrefix(pattern, `\`)
	body := strings.TrimSuffix(pattern, "/")
	below := body != pattern
	anchored := strings.Contains(body, "/")
	body = strings.TrimPrefix(strings.TrimPrefix(body, "/"), "./")
	if body == "" || body == "." {
		return "", ""
	}
	if !anchored && body != "**" {
		body = "**/" + body
	}
	body = strings.ReplaceAll(body, "[!", "[^")
	if below {
		return not + body, not + body + "/**"
	}
	return not + body, not + body
}

// excludes tells whether a path, with slashes and counted from the code folder, is left out.
func (ig *ignore) excludes(path string, folder bool) (bool, error) {
	if folder && alwaysIgnored(filepath.Base(path)) {
		return true, nil
	}
	matcher := ig.files
	if folder {
		matcher = ig.folders
	}
	return matcher.MatchesOrParentMatches(path)
}

// covers tells whether a path lies in a folder that is left out, or is left out itself. What is gone
// may have been a file or a folder: it counts as left out where it would be as either.
func (ig *ignore) covers(path string, file, folder bool) bool {
	for i, r := range path {
		if r == '/' {
			if out, err := ig.excludes(path[:i], true); err == nil && out {
				return true
			}
		}
	}
	for _, as := range []struct{ asked, folder bool }{{file, false}, {folder, true}} {
		if !as.asked {
			continue
		}
		if out, err := ig.excludes(path, as.folder); err != nil || !out {
			return false
		}
	}
	return true
}
