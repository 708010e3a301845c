// Package custom runs custom runtimes: the user's own HTTP server on a port.
package custom

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/process"
)

// Kind starts custom, custom.debian10, custom.debian11 and custom.debian12.
type Kind struct {
	identity
	languages Languages
}

type identity struct {
	account, region string
	buffers         *sync.Pool // spare memory for bodies, shared by all sessions
}

// New returns the kind. Account and region go into request headers.
func New(account, region string, languages Languages) *Kind {
	buffers := &sync.Pool{New: func() any { b := make([]byte, bufferSize); return &b }}
	return &Kind{identity{account, region, buffers}, languages}
}

// Prepare finds the start command: customRuntimeConfig, else the file bootstrap in the code.
// Source: FC 3.0 custom runtime principles.
func (k *Kind) Prepare(fn *emulator.Function, place runtime.Place) (runtime.Plan, error) {
	command, notice := k.showLanguages(fn, &place, startCommand(fn, place.CodeDir))
	path, err := program(command[0], &place)
	if err != nil {
		return runtime.Plan{}, err
	}
	if trouble := scriptTrouble(&place, path); trouble != "" {
		notice = trouble
	}
	return runtime.Plan{
		Spec: process.Spec{
			Path: path, Args: command[1:], Env: place.Env, Dir: place.CodeDir,
			Port: fn.Port(), PortEnv: []string{"FC_SERVER_PORT", "FC_CUSTOM_LISTEN_PORT"}, PortHints: []string{"PORT"},
		},
		Notice:  notice,
		Connect: k.connect(fn),
	}, nil
}

// connect speaks to a server that listens.
func (id identity) connect(fn *emulator.Function) func(context.Context, process.Process) (runtime.Session, error) {
	return func(_ context.Context, p process.Process) (runtime.Session, error) {
		address, ok := <-p.Ready()
		if !ok {
			return nil, errors.New("the server does not listen")
		}
		s := newSession(address.String(), fn, id)
		s.gone = p.Done()
		return s, nil
	}
}

// startCommand is command + args with /code/ replaced by the real folder.
func startCommand(fn *emulator.Function, codeDir string) []string {
	var command []string
	if c := fn.CustomRuntimeConfig; c != nil {
		command = append(append(command, c.Command...), c.Args...)
	}
	if len(command) == 0 {
		return []string{filepath.Join(codeDir, "bootstrap")}
	}
	for n, word := range command {
		if rest, ok := strings.CutPrefix(word, "/code/"); ok {
			command[n] = filepath.Join(codeDir, rest)
		}
	}
	return command
}

// program finds the executable: in the code folder, then on the function's PATH.
func program(name string, place *runtime.Place) (string, error) {
	if filepath.IsAbs(name) {
		return name, place.Executable(name)
	}
	local := filepath.Join(place.CodeDir, name)
	err := place.Executable(local)
	if err == nil || strings.Contains(name, "/") {
		return local, err
	}
	for _, dir := range filepath.SplitList(variable(place.Env, "PATH")) {
		if path := filepath.Join(dir, name); filepath.IsAbs(path) && place.Executable(path) == nil {
			return path, nil
		}
	}
	if info, statErr := os.Stat(place.OnHost(local)); statErr == nil && info.Mode().IsRegular() {
		return "", err // it is there and lacks its permission
	}
	return "", runtime.MissingProgram(name)
}

func variable(env []string, key string) string {
	for n := len(env) - 1; n >= 0; n-- {
		if value, ok := strings.CutPrefix(env[n], key+"="); ok {
			return value
		}
	}
	return ""
}
