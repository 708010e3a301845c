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
func (k *Kind) ahead(s *start, binds int) (*runtime.Ahead, error) {
	if k.waiting == nil || s.place.Mounts == nil || s.env.get("BOOTSTRAP_WRAPPER") != "" || inCode(s) || debugged(s) {
		return nil, nil
	}
	early, late := s.env.split(s.fn)
	spec := process.Spec{Path: s.spec.Path, Args: k.waiting(slices.Clone(s.spec.Args)), Env: early, Dir: "/"}
	mounts, err := k.waitingRoom(s.place.Mounts.Binds[binds:], len(s.place.Mounts.Layers) > 0)
	if err != nil {
		return nil, err
	}
	spec.Mounts = mounts
	return &runtime.Ahead{
		Key: strings.Join(append(append(early, spec.Path, fmt.Sprint(mounts)), spec.Args...), "\x00"),
		Plan: func() (runtime.Plan, error) {
			ours, theirs, err := socketPair()
			if err != nil {
				return runtime.Plan{}, err
			}
			return planOn(ours, theirs, spec, nil), nil
		},
		Give: func(waiting runtime.Session) error {
			frames := listFrame(nil, kindGiven, []string{s.place.CodeDir}, late)
			session := waiting.(*session)
			session.told = s.place.Credentials
			return describe(session.line, append(frames, k.setup(s).frame()...))
		},
	}, nil
}

// inCode tells whether the interpreter or one of its folders is the function's.
func inCode(s *start) bool {
	return strings.HasPrefix(s.spec.Path, s.place.CodeDir+"/")
}

// debugged tells whether a debugger is to listen on a port that only one process can have.
func debugged(s *start) bool { return strings.Contains(s.env.get("NODE_OPTIONS"), "--inspect") }

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
// from those that it can be told later.
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
	for _, prefix := range []string{"LD_", "PYTHON", "NODE", "UV_", "V8_", "MALLOC_", "GLIBC_", "GCONV_", "LANG", "LC_", "TZ",
		"SSL_", "OPENSSL_", "ICU_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
