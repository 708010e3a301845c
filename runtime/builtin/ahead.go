package builtin

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/process"
)

// ahead says how the interpreter is started before it is known that it is for this function. It needs
// paths of its own, which it gets in the end: without, each function's code is elsewhere. binds are
// how many folders of the place are the function's own; those behind it are the bootstrap's.
func (k *Kind) ahead(s *start, binds int) *runtime.Ahead {
	if k.waiting == nil || s.place.Mounts == nil || s.fn.Concurrency() > 1 || s.alone() {
		return nil
	}
	spec := process.Spec{Path: s.spec.Path, Args: k.waiting(slices.Clone(s.spec.Args)), Env: s.early, Dir: "/"}
	mounts, err := k.waitingRoom(s.place.Mounts.Binds[binds:], len(s.place.Mounts.Layers) > 0)
	if err != nil {
		return nil // it is a comfort only
	}
	spec.Mounts = mounts
	return &runtime.Ahead{
		Key:  strings.Join(slices.Concat(s.early, []string{spec.Path, fmt.Sprint(mounts)}, spec.Args), "\x00"),
		Plan: func() runtime.Plan { return planOnLine(spec, nil, nil, 1) },
		Tell: func(waiting runtime.Session) error {
			return describe(waiting.(*session).line, listFrame(nil, kindGiven, []string{""}, s.late))
		},
		Give: func(waiting runtime.Session) error {
			frames := listFrame(nil, kindGiven, []string{s.place.CodeDir})
			session := waiting.(*session)
			session.told = s.place.Credentials
			return describe(session.line, append(frames, k.setup(s).frame()...))
		},
	}
}

// alone tells whether the interpreter has to start inside the function's folders: because it lies
// there, or because of variables by which it may load or open at once what only the function has.
func (s *start) alone() bool {
	if s.env.get("BOOTSTRAP_WRAPPER") != "" || strings.HasPrefix(s.spec.Path, s.place.CodeDir+"/") {
		return true
	}
	for name := range s.fn.EnvironmentVariables {
		if readAtStart(name) && !plain(name) {
			return true
		}
	}
	return false
}

// waitingRoom is what an interpreter sees before it is given to a function. The dynamic linker looks
// for its libraries in folders of /code and /opt, and never again in one that was not there.
func (k *Kind) waitingRoom(binds []process.Bind, layers bool) (*process.Mounts, error) {
	code := filepath.Join(k.options.Dir, "waiting")
	libraries := filepath.Join(code, "lib")
	if err := os.MkdirAll(libraries, 0o755); err != nil {
		return nil, err
	}
	mounts := &process.Mounts{Code: code, Binds: binds[:len(binds):len(binds)]}
	if layers {
		mounts.Binds = append(mounts.Binds, process.Bind{Source: libraries, Target: "/opt/lib", ReadOnly: true})
	}
	return mounts, nil
}

// split parts the variables that are read when an interpreter starts, or are alike for all functions,
// from those that it can be told later. Those come last at any start, so that their order is one.
func (e *environment) split(fn *emulator.Function) (early, late []string) {
	for _, pair := range e.pairs {
		name, _, _ := strings.Cut(pair, "=")
		_, own := fn.EnvironmentVariables[name]
		if !readAtStart(name) && (own || particular(name)) {
			late = append(late, pair)
		} else {
			early = append(early, pair)
		}
	}
	return early, late
}

// particular tells whether a variable of the platform differs from function to function.
func particular(name string) bool {
	switch name {
	case "accessKeyID", "accessKeySecret", "securityToken":
		return true
	}
	return strings.HasPrefix(name, "FC_") || strings.HasPrefix(name, "_FC_") || strings.HasPrefix(name, "ALIBABA_CLOUD_")
}

// readAtStart tells whether interpreters, their libraries or the dynamic linker may look at a variable
// only once.
func readAtStart(name string) bool {
	if name == "NODE_ENV" {
		return false // is for programs, not for Node.js
	}
	for _, prefix := range []string{"LD_", "PYTHON", "NODE", "UV_", "V8_", "MALLOC_", "GLIBC_", "GCONV_", "LOCPATH", "LANG", "LC_", "TZ",
		"SSL_", "OPENSSL_", "ICU_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// plain tells whether a variable that is read at the start names neither a file that is opened then nor
// a folder that is looked for only once, as LD_LIBRARY_PATH, NODE_OPTIONS or PYTHONHOME may.
func plain(name string) bool {
	switch name {
	case "LANG", "LANGUAGE", "TZ", "NODE_PATH", "NODE_TLS_REJECT_UNAUTHORIZED", "NODE_NO_WARNINGS", "UV_THREADPOOL_SIZE",
		"PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED":
		return true
	}
	return strings.HasPrefix(name, "LC_")
}
