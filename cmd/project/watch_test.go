package project

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"go.uber.org/goleak"
)

// bench is a project on disk under watch.
type bench struct {
	*testing.T
	dir     string
	changes <-chan Change
}

const watchedProject = `
resources:
  one:
    component: fc3
    props: {functionName: one, runtime: python3, handler: a.b, code: ./one}
  two:
    component: fc3
    props: {functionName: two, runtime: python3, handler: a.b, code: ./dist/two}
  file:
    component: fc3
    props: {functionName: file, runtime: python3, handler: a.b, code: ./single.py, description: "${file('./note.txt')}"}
`

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"s.yaml": watchedProject, "one/index.py": "1", "one/lib/util.py": "1", "dist/two/index.py": "2", "single.py": "3", "note.txt": "n",
		"one/.fcignore": "*.tmp\nbuild/\n", "one/build/x.py": "x", "one/node_modules/m/index.js": "m",
	} {
		writeFile(t, filepath.Join(dir, name), text)
	}
	p, err := Load(t.Context(), filepath.Join(dir, "s.yaml"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(t.Context())
	changes, err := Watch(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		for range changes { //nolint:revive // until it is closed
		}
		goleak.VerifyNone(t, before)
	})
	return &bench{T: t, dir: dir, changes: changes}
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) write(name, text string) { b.Helper(); writeFile(b.T, b.path(name), text) }

func (b *bench) do(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) next() Change {
	b.Helper()
	select {
	case change, ok := <-b.changes:
		if !ok || change.Err != nil {
			b.Fatalf("the watch ended: %v", change.Err)
		}
		return change
	case <-time.After(5 * time.Second):
		b.Fatal("no change was told")
		return Change{}
	}
}

// expect waits until exactly these have changed, as "project" or a function's name.
func (b *bench) expect(want ...string) {
	b.Helper()
	seen := map[string]bool{}
	for len(seen) < len(want) {
		change := b.next()
		if change.Project {
			seen["project"] = true
		}
		for _, name := range change.Functions {
			seen[name.String()] = true
		}
		for name := range seen {
			if !slices.Contains(want, name) {
				b.Fatalf("%s is told to have changed by %v, want only %v", name, change.Paths, want)
			}
		}
	}
}

func TestWatchTellsWhichFunction(t *testing.T) {
	b := newBench(t)
	b.write("one/index.py", "changed")
	b.expect("one")
	b.write("one/lib/util.py", "changed")
	b.expect("one")
	b.write("dist/two/index.py", "changed")
	b.expect("two")
	b.write("single.py", "changed")
	b.expect("file")
	b.do(os.Remove(b.path("one/lib/util.py")))
	b.expect("one")
	b.do(os.Chmod(b.path("one/index.py"), 0o755))
	b.expect("one")
}

func TestWatchTellsTheProject(t *testing.T) {
	b := newBench(t)
	b.write("s.yaml", watchedProject+"name: x\n")
	b.expect("project")
	b.write(".env", "A=b\n")
	b.expect("project")
	b.write("note.txt", "other")
	b.expect("project")
}

// TestWatchTellsWhatItMissed edits the project after it was loaded and before it is watched.
func TestWatchTellsWhatItMissed(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"s.yaml": watchedProject, "one/a.py": "", "dist/two/a.py": "", "single.py": "", "note.txt": ""} {
		writeFile(t, filepath.Join(dir, name), text)
	}
	p, err := Load(t.Context(), filepath.Join(dir, "s.yaml"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, ".env"), "A=b")
	changes, err := Watch(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if change := <-changes; !change.Project || len(change.Paths) != 1 {
		t.Errorf("got %+v", change)
	}
}

// TestWatchFollowsAtomicSaves renames a file over the watched one, as editors do, twice: the second
// time shows that the first did not lose the watch.
func TestWatchFollowsAtomicSaves(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"one/index.py", "single.py", "s.yaml"} {
		for range 2 {
			b.write(filepath.Join(filepath.Dir(name), "4913"), "probe")
			b.write(name+"~", watchedProject)
			b.do(os.Rename(b.path(name+"~"), b.path(name)))
			change := b.next()
			if !slices.Contains(change.Paths, b.path(name)) || len(change.Paths) != 1 {
				t.Errorf("after saving %s: %v", name, change.Paths)
			}
		}
	}
}

func TestWatchFollowsNewFolders(t *testing.T) {
	b := newBench(t)
	b.write("one/new/deep/er/index.py", "1")
	b.expect("one")
	b.write("one/new/deep/er/index.py", "2")
	b.expect("one")
	b.do(os.Rename(b.path("one/new"), b.path("one/moved")))
	b.expect("one")
	b.write("one/moved/deep/er/index.py", "3")
	if change := b.next(); !slices.Contains(change.Functions, emulator.Name{Function: "one"}) {
		t.Errorf("got %+v", change)
	}
}

// TestWatchSurvivesABuild takes away the code with the folder around it, and puts it back.
func TestWatchSurvivesABuild(t *testing.T) {
	b := newBench(t)
	b.do(os.RemoveAll(b.path("dist")))
	b.expect("two")
	b.write("dist/two/index.py", "built")
	b.expect("two")
	b.write("dist/two/second.py", "built later")
	for !slices.Contains(b.next().Paths, b.path("dist/two/second.py")) {
	}
}

// TestWatchLeavesOut edits what is not part of a package, then something that is: only that is told.
func TestWatchLeavesOut(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"one/x.tmp", "one/build/x.py", "one/node_modules/m/index.js", "one/.git/HEAD", "one/.s/x", ".fcemu/state.db", "unrelated.txt", "one/.index.py.swp"} {
		b.write(name, "changed")
	}
	b.write("one/index.py", "changed")
	change := b.next()
	if want := []string{b.path("one/index.py")}; !slices.Equal(change.Paths, want) {
		t.Errorf("told %v, want %v", change.Paths, want)
	}
	b.write("one/.fcignore", "nothing\n")
	b.expect("one")
	b.write("one/x.tmp", "counts now")
	b.expect("one")
}

// TestWatchGathers writes many files at once; they come as few changes, and one that nobody receives
// waits for the next receiver.
func TestWatchGathers(t *testing.T) {
	b := newBench(t)
	for i := range 50 {
		b.write("one/lib/"+strings.Repeat("x", i+1)+".py", "x")
		b.write("dist/two/index.py", strings.Repeat("y", i))
	}
	paths, told := map[string]bool{}, 0
	for len(paths) < 51 {
		for _, path := range b.next().Paths {
			paths[path] = true
		}
		told++
	}
	if told > 5 {
		t.Errorf("100 writes were told as %d changes", told)
	}
}
