package project

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// open watches a folder of code throughout, and the folders around it, up to the project's, which see
// it come and go. It is called again when one of them was replaced.
func (w *watcher) open(root *watchedRoot) error {
	for dir := filepath.Dir(root.path); ; dir = filepath.Dir(dir) {
		if err := w.add(dir); err != nil {
			return err
		}
		if dir == w.project.Dir || !within(w.project.Dir, dir) {
			break
		}
	}
	info, err := os.Stat(root.path)
	if err != nil || !info.IsDir() {
		return nil //nolint:nilerr // a folder that is gone may come back
	}
	if root.ignore, err = readIgnore(root.path); err != nil {
		return err
	}
	return w.descend(root, root.path)
}

// descend watches a folder and those in it. It watches first and lists then, so that nothing which
// appears between is missed.
func (w *watcher) descend(root *watchedRoot, dir string) error {
	if err := w.add(dir); err != nil {
		return err
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil //nolint:nilerr // gone again, or closed to us: packing tells
	}
	for _, item := range list {
		path := filepath.Join(dir, item.Name())
		if !item.IsDir() || item.Name() == "node_modules" || root.leavesOut(path) {
			continue
		}
		if err := w.descend(root, path); err != nil {
			return err
		}
	}
	return nil
}

func (w *watcher) add(dir string) error {
	err := w.notify.Add(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return watchError(dir, err)
	}
	return nil
}

// appeared watches what an event brought into a folder of code, and reads the ignore files anew when
// they changed.
func (w *watcher) appeared(root *watchedRoot, event fsnotify.Event, came bool) error {
	if came || root.ignore != nil && slices.Contains(root.ignore.sources, event.Name) {
		return w.open(root)
	}
	if !event.Has(fsnotify.Create) || filepath.Base(event.Name) == "node_modules" {
		return nil
	}
	if info, err := os.Lstat(event.Name); err != nil || !info.IsDir() {
		return nil //nolint:nilerr // gone again
	}
	return w.descend(root, event.Name)
}

// leavesOut tells whether a path under the root is not part of the package.
func (r *watchedRoot) leavesOut(path string) bool {
	if r.ignore == nil || path == r.path {
		return false
	}
	relative, err := filepath.Rel(r.path, path)
	if err != nil {
		return false
	}
	info, err := os.Lstat(path)
	gone := err != nil
	return r.ignore.covers(filepath.ToSlash(relative), gone || !info.IsDir(), gone || info.IsDir())
}

// scratch tells files that editors make beside the one that is saved.
func scratch(path string) bool {
	name := filepath.Base(path)
	switch {
	case strings.HasSuffix(name, "~"), strings.HasPrefix(name, ".#"), name == "4913",
		strings.HasSuffix(name, ".swp"), strings.HasSuffix(name, ".swx"), strings.HasSuffix(name, ".swo"),
		strings.HasSuffix(name, "___jb_tmp___"), strings.HasSuffix(name, "___jb_old___"):
		return true
	}
	return false
}
