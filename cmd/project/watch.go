package project

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fsnotify/fsnotify"
)

// quiet is how long nothing may change before a change is told; atMost is how long a change may wait
// for that.
const (
	quiet  = 30 * time.Millisecond
	atMost = 500 * time.Millisecond
)

// Change is something that was edited.
type Change struct {
	Project   bool            // the project file, .env or an included file: load it again and watch anew
	Functions []emulator.Name // whose code changed, in the order of the project
	Paths     []string        // what changed, for a message; sorted
	Err       error           // the watch has ended because of this
}

// Watch tells when a project's files or its functions' code change. It watches when it returns; the
// channel closes when ctx ends or after a Change with an Err. Changes that come while nobody receives
// are gathered into the next one. A project file that changed since it was loaded counts as changed
// at once; code does not, so pack it after Watch has returned.
//
// What the package leaves out is not watched, nor is node_modules, whose size would cost more than
// its edits are worth; installing a package changes package-lock.json, which is watched.
func Watch(ctx context.Context, p *Project) (<-chan Change, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, watchError("files", err)
	}
	w := &watcher{project: p, notify: notify, pending: map[string]bool{}, roots: map[string]*watchedRoot{}}
	if err := w.start(); err != nil {
		return nil, errors.Join(err, notify.Close())
	}
	changes := make(chan Change)
	go w.run(ctx, changes)
	return changes, nil
}

type watcher struct {
	project *Project
	notify  *fsnotify.Watcher
	roots   map[string]*watchedRoot // by CodePath
	pending map[string]bool         // changed paths that are not told yet
}

// watchedRoot is the code of one or several functions.
type watchedRoot struct {
	path    string // as in Function.CodePath
	ignore  *ignore
	changed bool // and not told yet
}

func (w *watcher) start() error {
	for _, path := range w.project.Files {
		if err := w.add(filepath.Dir(path)); err != nil {
			return err
		}
	}
	for _, fn := range w.project.Functions {
		if fn.CodePath == "" || w.roots[fn.CodePath] != nil { // an image may be no file
			continue
		}
		root := &watchedRoot{path: fn.CodePath}
		w.roots[fn.CodePath] = root
		if err := w.open(root); err != nil {
			return err
		}
	}
	return nil
}

func watchError(what string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		return fmt.Errorf("cannot watch %s: the system's limit of watched files is reached; list large folders in .fcignore, or raise fs.inotify.max_user_watches", what)
	}
	return fmt.Errorf("cannot watch %s: %w; deploy by hand after each change", what, err)
}

// run gathers events and tells them once they pause.
func (w *watcher) run(ctx context.Context, changes chan<- Change) {
	defer close(changes)
	defer w.notify.Close() //nolint:errcheck // nothing is lost by it
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	timer.Stop()
	var first time.Time
	var out chan<- Change // nil until there is something to tell and it has paused
	if w.stale(); len(w.pending) > 0 {
		timer.Reset(quiet)
	}
	for {
		var next Change
		if out != nil {
			next = w.change()
		}
		select {
		case <-ctx.Done():
			return
		case out <- next:
			w.told()
			out = nil
		case <-timer.C:
			out = changes
		case event, ok := <-w.notify.Events:
			if !ok {
				return
			}
			fresh := len(w.pending) == 0
			if err := w.take(event); err != nil {
				w.end(ctx, changes, err)
				return
			}
			if len(w.pending) == 0 {
				continue
			}
			if fresh {
				first = time.Now()
			}
			timer.Reset(min(quiet, max(atMost-time.Since(first), 0)))
		case err := <-w.notify.Errors:
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				w.everything()
				timer.Reset(quiet)
				continue
			}
			w.end(ctx, changes, watchError("files", err))
			return
		}
	}
}

func (w *watcher) end(ctx context.Context, changes chan<- Change, err error) {
	select {
	case changes <- Change{Err: err}:
	case <-ctx.Done():
	}
}

// take notes what an event changed, and watches a folder that it made.
func (w *watcher) take(event fsnotify.Event) error {
	path := event.Name
	if scratch(path) {
		return nil
	}
	if slices.Contains(w.project.Files, path) {
		w.pending[path] = true
	}
	for _, root := range w.roots {
		came := event.Has(fsnotify.Create) && within(path, root.path) // the code, or a folder around it
		if !came && (!within(root.path, path) || root.leavesOut(path)) {
			continue
		}
		w.pending[path], root.changed = true, true
		if err := w.appeared(root, event, came); err != nil {
			return err
		}
	}
	return nil
}

// stale finds project files that changed between Load and Watch.
func (w *watcher) stale() {
	for path, was := range w.project.stamps {
		if now := stampOf(path); now.size != was.size || !now.modified.Equal(was.modified) {
			w.pending[path] = true
		}
	}
}

// everything counts all as changed, when the system lost track.
func (w *watcher) everything() {
	for _, path := range w.project.Files {
		w.pending[path] = true
	}
	for path, root := range w.roots {
		w.pending[path], root.changed = true, true
	}
}

// change is what is pending.
func (w *watcher) change() Change {
	change := Change{Paths: slices.Sorted(maps.Keys(w.pending))}
	for _, path := range change.Paths {
		change.Project = change.Project || slices.Contains(w.project.Files, path)
	}
	for _, fn := range w.project.Functions {
		if root := w.roots[fn.CodePath]; root != nil && root.changed {
			change.Functions = append(change.Functions, fn.Name)
		}
	}
	return change
}

// told forgets what was pending.
func (w *watcher) told() {
	clear(w.pending)
	for _, root := range w.roots {
		root.changed = false
	}
}
