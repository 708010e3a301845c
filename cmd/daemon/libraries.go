package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/runtime/builtin"
)

// LibrarySet is what the cloud's runtime has on board for one interpreter of this machine.
type LibrarySet struct {
	Interpreter builtin.Found
	Folder      string // below the user's cache
	Libraries   []builtin.Library
}

// LibrarySets lists them for every interpreter that serves a runtime and has such libraries.
func LibrarySets(o Options) ([]LibrarySet, error) {
	root := libraryRoot()
	if root == "" {
		return nil, errors.New("this user has no cache folder: set XDG_CACHE_HOME or HOME")
	}
	var sets []LibrarySet
	for _, found := range builtin.NewInterpreters(o.Interpreters).List() {
		set := LibrarySet{found, builtin.LibraryFolder(root, found), builtin.Libraries(found)}
		known := slices.ContainsFunc(sets, func(other LibrarySet) bool { return other.Folder == set.Folder })
		if found.Path != "" && len(set.Libraries) > 0 && !known {
			sets = append(sets, set)
		}
	}
	return sets, nil
}

// Serves tells whether the set is of a runtime id, or of a family of them: nodejs, python.
func (s LibrarySet) Serves(runtime string) bool {
	return slices.ContainsFunc(s.Interpreter.Runtimes, func(id string) bool {
		return id == runtime || strings.TrimRight(id, "0123456789.") == runtime
	})
}

// Install fetches the set; what npm, pip or composer say goes to out. A set that is there is replaced only by a
// whole one.
func (s LibrarySet) Install(ctx context.Context, out io.Writer) error {
	root := filepath.Dir(s.Folder)
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(root, ".draft-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	fetched := filepath.Join(draft, "new")
	command := builtin.Installer(ctx, s.Interpreter, fetched)
	command.Stdout, command.Stderr = out, out
	if err := os.Mkdir(fetched, 0o755); err != nil {
		return err
	}
	if err := command.Run(); err != nil {
		return fmt.Errorf("the libraries for %s %s could not be fetched (%w): see what %s says above; offline, or behind a proxy, name a registry in its own settings and try again",
			s.Interpreter.Language, s.Interpreter.Version, err, filepath.Base(command.Path))
	}
	if err := os.Rename(s.Folder, filepath.Join(draft, "old")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(fetched, s.Folder)
}

// libraryRoot is where the platform's libraries are kept for all emulators of a user.
func libraryRoot() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "fcemu", "runtime")
}
