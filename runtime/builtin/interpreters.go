package builtin

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// language is what the search for interpreters needs to know of one.
type language struct {
	name     string   // for people
	prefix   string   // of the runtime ids
	ids      []string // documented runtime ids
	parts    int      // how many parts of a version must agree
	want     func(id string) (version, bool)
	commands func(version) []string // names that promise a version
	anyOf    []string               // names that don't
	root     string                 // environment variable that names a folder with bin/, before the PATH; may be empty
	flat     bool                   // programs lie in the root of an installation, not in bin/
	usual    []string               // folders behind the PATH, absolute or below the user's home
	homes    []home                 // version managers
	probe    []string               // arguments that make it print its real path, its version and more
	quick    []string               // arguments that make a program which is no shim print just its version; may be empty
	parse    func(text string) (version, bool)
	read     func(lines []string) []string // of what probe printed; nil: it is path, version and the rest already
	breaks   func(want, got version) string
	tool     string   // its name in .tool-versions
	pins     []string // files beside the code that hold just its version
	least    string   // what to install, where it is not the wanted version
}

func (l *language) serves(id string) bool {
	if !strings.HasPrefix(id, l.prefix) {
		return false
	}
	_, ok := l.want(id)
	return ok
}

func (l *language) same(a, b version) bool { return slices.Equal(a[:l.parts], b[:l.parts]) }

// Found is an interpreter on this machine.
type Found struct {
	Language string   `json:"language"`
	Path     string   `json:"path"`     // the real program, never a version manager's shim; empty = none was found
	Version  string   `json:"version"`  // such as 3.11.7
	Runtimes []string `json:"runtimes"` // the runtime ids that it serves
	Notice   string   `json:"notice"`   // for the first runtime id that it only stands in for
	Search   []string `json:"-"`        // folders in which it finds modules
}

func (f Found) version() version {
	parsed, _ := parseVersion(f.Version)
	return parsed
}

// Interpreters finds the program that runs a runtime id, once for each. Nothing is looked for
// before it is asked for. It is safe for concurrent use.
type Interpreters struct {
	overrides map[string]string
	languages []*language

	search sync.Mutex       // one search at a time; it may start programs
	probed map[string]Found // by path; under search

	mu    sync.Mutex
	known map[question]answer // under mu
}

// question is what was looked for.
type question struct {
	id     string
	pinned version
}

type answer struct {
	found  Found
	notice string
	err    error
}

// NewInterpreters returns a finder. overrides maps runtime ids to programs, by path or by name; they
// come before everything that is found.
func NewInterpreters(overrides map[string]string) *Interpreters {
	return &Interpreters{
		overrides: overrides,
		languages: []*language{pythonLanguage(), nodeLanguage(), javaLanguage(), phpLanguage(), dotnetLanguage()},
		known:     map[question]answer{},
		probed:    map[string]Found{},
	}
}

// Find returns the interpreter for a runtime id: the exact version where there is one, else the one
// at hand with a notice of one line. None at all is an *emulator.Error of status 412. A missing
// interpreter is looked for again each time, so that installing one needs no restart.
func (i *Interpreters) Find(id string) (Found, string, error) { return i.FindFor(id, "") }

// FindFor is Find for the code in a folder: a version that .tool-versions or the like names there
// is preferred among those that are as good.
func (i *Interpreters) FindFor(id, codeDir string) (Found, string, error) {
	l := i.language(id)
	if l == nil {
		return Found{}, "", emulator.InvalidArgument("runtime '%s' is not a built-in runtime that fcemu runs", id)
	}
	key := question{id, l.pinned(codeDir)}
	if known, ok := i.remembered(key); ok {
		return known.found, known.notice, nil
	}
	i.search.Lock()
	defer i.search.Unlock()
	if known, ok := i.remembered(key); ok {
		return known.found, known.notice, nil
	}
	want, _ := l.want(id)
	result := i.find(l, key, want)
	if result.err == nil {
		i.mu.Lock()
		i.known[key] = result
		i.mu.Unlock()
	}
	return result.found, result.notice, result.err
}

// language is the one that serves a runtime id, or nil.
func (i *Interpreters) language(id string) *language {
	at := slices.IndexFunc(i.languages, func(l *language) bool { return l.serves(id) })
	if at < 0 {
		return nil
	}
	return i.languages[at]
}

// Home is the folder that Find's interpreter came in.
func (i *Interpreters) Home(id string) (home, notice string, err error) {
	found, notice, err := i.Find(id)
	if err != nil {
		return "", "", err
	}
	return i.language(id).installation(found.Path), notice, nil
}

// remembered is the earlier answer, while its program is still there.
func (i *Interpreters) remembered(key question) (answer, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	known, ok := i.known[key]
	if ok && !executable(known.found.Path) {
		delete(i.known, key)
		return answer{}, false
	}
	return known, ok
}

func (i *Interpreters) find(l *language, key question, want version) answer {
	id := key.id
	if path, ok := i.overrides[id]; ok {
		return i.override(l, id, want, path)
	}
	for _, path := range l.exact(want, key.pinned) {
		if found, err := i.probe(l, path); err == nil && l.same(found.version(), want) {
			return answer{found: found}
		}
	}
	if l.name == "Python" && want[0] == 2 { // nothing of Python 3 stands in for Python 2
		return answer{err: missing(l, id, want)}
	}
	for _, path := range l.atHand(want, key.pinned) {
		found, err := i.probe(l, path)
		if err != nil || (l.name == "Python" && found.version()[0] < 3) {
			continue
		}
		return l.judge(id, want, found)
	}
	return answer{err: missing(l, id, want)}
}

func (i *Interpreters) override(l *language, id string, want version, given string) answer {
	path, err := exec.LookPath(given)
	if err == nil {
		var found Found
		if found, err = i.probe(l, path); err == nil {
			return l.judge(id, want, found)
		}
	}
	return answer{err: emulator.Refuse(412, "FunctionNotStarted",
		"runtime %s is set to run on '%s', which does not work: %v", id, given, err)}
}

// judge adds the notice where the version is another than the cloud's.
func (l *language) judge(id string, want version, found Found) answer {
	got := found.version()
	if l.same(got, want) {
		return answer{found: found}
	}
	notice := fmt.Sprintf("%s ran on %s %s", id, l.name, found.Version)
	if points := l.breaks(want, got); points != "" {
		notice += ": " + points
	}
	return answer{found: found, notice: notice}
}

func missing(l *language, id string, want version) *emulator.Error {
	version := want.short(l.parts)
	if l.least != "" {
		version = l.least
	}
	return emulator.Refuse(412, "FunctionNotStarted",
		"runtime %s needs %s %s, and this machine has none: install it, or name one under interpreters in fcemu.yaml; `fcemu doctor` lists what is there",
		id, l.name, version)
}

// List finds all that serves the documented runtime ids, grouped by interpreter. Runtime ids that
// nothing serves stand under an empty path.
func (i *Interpreters) List() []Found {
	var list []Found
	for _, l := range i.languages {
		for _, id := range l.ids {
			found, notice, err := i.Find(id)
			if err != nil {
				found = Found{Language: l.name}
			}
			at := slices.IndexFunc(list, func(f Found) bool { return f.Language == l.name && f.Path == found.Path })
			if at < 0 {
				list, at = append(list, found), len(list)
			}
			list[at].Runtimes = append(slices.Clip(list[at].Runtimes), id)
			if list[at].Notice == "" {
				list[at].Notice = notice
			}
		}
	}
	return list
}
