package polling

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/process"
)

// Kind starts functions of the runtime go1.
type Kind struct {
	account, region string
}

// New returns the kind. Account and region go into the headers of each call.
func New(account, region string) *Kind {
	return &Kind{account, region}
}

// Prepare finds the program that the handler names, and opens its runtime API.
func (k *Kind) Prepare(fn *emulator.Function, place runtime.Place) (runtime.Plan, error) {
	path := filepath.Join(place.CodeDir, fn.Handler)
	if fn.Handler == "" || !strings.HasPrefix(path, filepath.Clean(place.CodeDir)+"/") {
		return runtime.Plan{}, runtime.MissingProgram("/code/" + fn.Handler)
	}
	if err := place.Executable(path); err != nil {
		return runtime.Plan{}, err
	}
	if err := foreign(place.OnHost(path), fn.Handler); err != nil {
		return runtime.Plan{}, err
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return runtime.Plan{}, fmt.Errorf("no address for the runtime API of %s: %w", fn.Name(), err)
	}
	env := place.Env[:len(place.Env):len(place.Env)]
	return runtime.Plan{
		Spec: process.Spec{Path: path, Env: append(env, "FC_RUNTIME_API="+listener.Addr().String()), Dir: place.CodeDir},
		// A poll that comes early waits in the listener. Of a start that failed the garbage
		// collector closes it.
		Connect: func(_ context.Context, p process.Process) (runtime.Session, error) {
			return newSession(listener, k.header(fn), p.Done()), nil
		},
		Marks: false, // the library writes them
	}, nil
}
