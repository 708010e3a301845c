package oss

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// walk goes through the keys of a bucket in their order, which is that of their bytes.
type walk struct {
	bucket string
	prefix string // only keys that begin so
	after  string // only keys after this one
	skip   string // not those that begin so; visit may set it
	visit  func(key string, info fs.FileInfo) (more bool)
}

// walk runs w. A bucket that does not exist has no keys.
func (s *Store) walk(w *walk) error {
	_, err := s.walkFolder(w, w.bucket, "")
	return err
}

// walkFolder visits what lies in a folder. A folder counts as "name/" in the order, since that is
// how its keys go on.
func (s *Store) walkFolder(w *walk, folder, before string) (more bool, err error) {
	entries, err := fs.ReadDir(s.root.FS(), folder)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // gone in between
	}
	if err != nil {
		return false, err
	}
	keyOf := func(entry fs.DirEntry) string {
		if entry.IsDir() {
			return before + segmentOf(entry.Name()) + "/"
		}
		return before + segmentOf(entry.Name())
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(keyOf(a), keyOf(b)) })
	for _, entry := range entries {
		key, file := keyOf(entry), folder+"/"+entry.Name()
		switch {
		case w.skip != "" && strings.HasPrefix(key, w.skip):
			continue
		case entry.IsDir() && w.mayHold(key):
			more, err = s.walkFolder(w, file, key)
		case !entry.IsDir() && strings.HasPrefix(key, w.prefix) && key > w.after:
			more = s.visitFile(w, key, file)
		default:
			continue
		}
		if !more || err != nil {
			return false, err
		}
	}
	return true, nil
}

// mayHold tells whether keys that begin with folder can be among those wanted.
func (w *walk) mayHold(folder string) bool {
	return (strings.HasPrefix(folder, w.prefix) || strings.HasPrefix(w.prefix, folder)) &&
		(folder > w.after || strings.HasPrefix(w.after, folder))
}

// visitFile visits a file, also one that a link within the store leads to.
func (s *Store) visitFile(w *walk, key, file string) (more bool) {
	info, err := s.root.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return true
	}
	return w.visit(key, info)
}
