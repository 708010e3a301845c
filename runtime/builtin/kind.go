package builtin

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/process"
)

// Options are what every built-in kind needs.
type Options struct {
	Interpreters *Interpreters
	Dir          string // where the bootstraps are put; they are small and named by their content
	Account      string
	Region       string
	Libraries    string // where the platform's libraries are fetched to; empty = nowhere
}

// Kind runs functions of one language. It is safe for concurrent use.
type Kind struct {
	options   Options
	language  *language
	bootstrap *bootstrap
	command   func(k *Kind, start *start)  // fills in what is particular to the language
	waiting   func(args []string) []string // makes a start one that waits for a function; nil = it cannot
	told      sync.Map                     // function name and notice: told once
}

// start is one instance being prepared.
type start struct {
	fn      *emulator.Function
	place   runtime.Place
	found   Found
	scripts string // folder of the bootstrap
	env     environment
	early   []string // of env; see split
	late    []string
	spec    process.Spec
	search  []string // module folders, or what else the bootstrap of the language takes
	err     error
}

// NewPython returns the kind of the Python runtimes: python3 and python3.N, and python2.7 where a
// Python 2 is found.
func NewPython(o Options) *Kind {
	return &Kind{options: o, language: pythonLanguage(), bootstrap: pythonBootstrap(), command: (*Kind).python, waiting: pythonWaiting}
}

// NewNode returns the kind of the Node.js runtimes, nodejs4.4 and later.
func NewNode(o Options) *Kind {
	return &Kind{options: o, language: nodeLanguage(), bootstrap: nodeBootstrap(), command: (*Kind).node, waiting: nodeWaiting}
}

// NewJava returns the kind of the Java runtimes.
func NewJava(o Options) *Kind {
	return &Kind{options: o, language: javaLanguage(), bootstrap: javaBootstrap(), command: (*Kind).java}
}

// NewPHP returns the kind of the PHP runtime.
func NewPHP(o Options) *Kind {
	return &Kind{options: o, language: phpLanguage(), bootstrap: phpBootstrap(), command: (*Kind).php}
}

// NewDotnet returns the kind of the .NET runtimes.
func NewDotnet(o Options) *Kind {
	return &Kind{options: o, language: dotnetLanguage(), bootstrap: dotnetBootstrap(), command: (*Kind).dotnet}
}

// Serves tells whether the kind runs functions of this runtime id.
func (k *Kind) Serves(id string) bool { return k.language.serves(id) }

// Prepare finds the interpreter and says how to start it. A missing interpreter is an *emulator.Error.
func (k *Kind) Prepare(fn *emulator.Function, place runtime.Place) (runtime.Plan, error) {
	found, notice, err := k.options.Interpreters.FindFor(fn.Runtime, place.OnHost(place.CodeDir))
	if err != nil {
		return runtime.Plan{}, err
	}
	scripts, err := k.bootstrap.install(k.options.Dir)
	if err != nil {
		return runtime.Plan{}, fmt.Errorf("installing the bootstrap of %s: %w", fn.Runtime, err)
	}
	shown := place.Binds()
	scripts = place.Show(scripts)
	place.Keep(k.language.installation(found.Path))
	s := &start{fn: fn, place: place, found: found, scripts: scripts, env: newEnvironment(place.Env, place.CodeDir)}
	s.spec = process.Spec{Path: found.Path, Dir: place.CodeDir}
	s.search = found.Search
	if k.command(k, s); s.err != nil {
		return runtime.Plan{}, s.err
	}
	s.early, s.late = s.env.split(fn)
	s.spec.Env = slices.Concat(s.early, s.late)
	plan := planOnLine(s.spec, func() []byte { return k.setup(s).frame() }, place.Credentials, fn.Concurrency())
	plan.Notice = k.once(fn, notice)
	plan.Ahead = k.ahead(s, shown)
	plan.Greeting = greeting(fn.Runtime)
	return plan, nil
}

// greeting is what the cloud's runtimes of Python and PHP log first.
func greeting(id string) string {
	switch {
	case id == "python2.7", id == "php7.2":
		return "FunctionCompute " + id + " runtime inited."
	case strings.HasPrefix(id, "python"):
		return "FunctionCompute python3 runtime inited."
	}
	return ""
}

// wrap puts the function's BOOTSTRAP_WRAPPER in front of the interpreter.
func (s *start) wrap() {
	if wrapper := s.env.get("BOOTSTRAP_WRAPPER"); wrapper != "" {
		s.spec.Args = append([]string{s.spec.Path}, s.spec.Args...)
		s.spec.Path = s.env.locate(wrapper)
	}
}

// planOnLine starts a bootstrap on a new line. setup, which may be nil, is sent before the process runs, so
// that nothing waits for it; told are the credentials in it.
func planOnLine(spec process.Spec, setup func() []byte, told *runtime.Credentials, concurrency int) runtime.Plan {
	var ours line // stays open for Connect; of a start that failed the garbage collector closes it
	return runtime.Plan{
		Spec:  spec,
		Marks: true,
		Open: func() (theirs []*os.File, err error) {
			if ours, theirs, err = openLine(); err != nil {
				return nil, err
			}
			if setup == nil {
				return theirs, nil
			}
			if err = describe(ours, setup()); err != nil {
				return theirs, fmt.Errorf("describing the function to its bootstrap: %w", err)
			}
			return theirs, nil
		},
		Connect: func(context.Context, process.Process) (runtime.Session, error) {
			if concurrency > 1 {
				return newShared(ours, told), nil
			}
			return newSession(ours, told), nil
		},
	}
}

func describe(ours line, frames []byte) error {
	if err := ours.calls.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := ours.calls.Write(frames); err != nil {
		return err
	}
	return ours.calls.SetWriteDeadline(time.Time{})
}

func (k *Kind) setup(s *start) *setup {
	real, err := filepath.EvalSymlinks(s.place.CodeDir)
	if err != nil {
		real = s.place.CodeDir
	}
	return &setup{
		function:    s.fn,
		codeDir:     s.place.CodeDir,
		realCodeDir: real,
		account:     k.options.Account,
		region:      k.options.Region,
		credentials: s.place.Credentials,
		search:      s.search,
	}
}

// once returns the notice at the first call for a function, then nothing.
func (k *Kind) once(fn *emulator.Function, notice string) string {
	if notice == "" {
		return ""
	}
	if _, told := k.told.LoadOrStore(fn.Name().String()+"\n"+notice, true); told {
		return ""
	}
	return notice
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
