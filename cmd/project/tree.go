package project

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// tree lists what a code folder contributes to its package.
type tree struct {
	ctx     context.Context
	root    string // without links
	ignore  *ignore
	entries []entry
	files   int      // files and links among the entries
	skipped int      // left out by the ignore files
	above   []string // real folders from the root to here, against links that run in circles
}

func (t *tree) open(root string) error {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return fmt.Errorf("cannot read the code %s: %s; check the path", root, reason(err))
	}
	if t.root, err = filepath.Abs(real); err != nil {
		return err
	}
	t.ignore, err = readIgnore(t.root)
	return err
}

// walk takes the folder at dir in under the given name. Names come in order, since ReadDir sorts.
func (t *tree) walk(dir, name string) error {
	if err := t.ctx.Err(); err != nil {
		return context.Cause(t.ctx)
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("cannot read the folder %s: %s; make it readable, or list it in .fcignore", dir, reason(err))
	}
	t.above = append(t.above, dir)
	defer func() { t.above = t.above[:len(t.above)-1] }()
	before := len(t.entries)
	for _, item := range list {
		if err := t.item(filepath.Join(dir, item.Name()), path.Join(name, item.Name()), item); err != nil {
			return err
		}
	}
	if len(t.entries) == before && name != "" {
		t.entries = append(t.entries, entry{name: name + "/", source: dir, mode: fs.ModeDir})
	}
	return nil
}

func (t *tree) item(source, name string, item fs.DirEntry) error {
	out, err := t.ignore.excludes(name, item.IsDir())
	if err != nil {
		return err
	}
	if out {
		if !alwaysIgnored(item.Name()) {
			t.skipped++
		}
		return nil
	}
	switch kind := item.Type(); {
	case kind.IsDir():
		return t.walk(source, name)
	case kind&fs.ModeSymlink != 0:
		return t.link(source, name)
	case kind.IsRegular():
		info, err := item.Info()
		if err != nil {
			return fmt.Errorf("cannot read %s: %s; check the file", source, reason(err))
		}
		t.add(entry{name: name, source: source, mode: info.Mode(), size: info.Size()})
	}
	return nil // sockets, pipes and devices are no code
}

func (t *tree) add(one entry) {
	t.files++
	t.entries = append(t.entries, one)
}

// link keeps a symbolic link whose target lies in the folder; what lies outside is taken in itself,
// for a package may not lead out of its folder.
func (t *tree) link(source, name string) error {
	target, err := os.Readlink(source)
	if err != nil {
		return fmt.Errorf("cannot read %s: %s; check the link", source, reason(err))
	}
	if inside, ok := t.inside(source, target); ok {
		t.add(entry{name: name, source: source, mode: fs.ModeSymlink, size: int64(len(inside)), link: inside})
		return nil
	}
	real, err := filepath.EvalSymlinks(source)
	if err != nil {
		return fmt.Errorf("the link %s leads to %s, which does not exist; correct the link, or list it in .fcignore", source, target)
	}
	info, err := os.Stat(real)
	if err != nil {
		return fmt.Errorf("cannot read %s: %s; check the link", source, reason(err))
	}
	if !info.IsDir() {
		t.add(entry{name: name, source: real, mode: info.Mode(), size: info.Size()})
		return nil
	}
	if slices.Contains(t.above, real) || within(real, t.root) {
		return fmt.Errorf("the link %s leads to %s, which holds the code folder itself; list it in .fcignore", source, target)
	}
	return t.walk(real, name)
}

// inside returns a link's target as a relative path where it lies in the code folder.
func (t *tree) inside(source, target string) (string, bool) {
	full := target
	if !filepath.IsAbs(full) {
		full = filepath.Join(filepath.Dir(source), target)
	}
	if !within(t.root, full) || !within(t.root, source) {
		return "", false
	}
	if real, err := filepath.EvalSymlinks(full); err == nil && !within(t.root, real) {
		return "", false
	}
	relative, err := filepath.Rel(filepath.Dir(source), full)
	return filepath.ToSlash(relative), err == nil
}

// within tells whether a path is a folder or lies under it.
func within(folder, path string) bool {
	return path == folder || strings.HasPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator))+string(filepath.Separator))
}
