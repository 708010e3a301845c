package runtime

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// aheadKind starts the same program for all functions of a runtime.
type aheadKind struct {
	program []string // nothing: it cannot be started

	mu      sync.Mutex
	started int
}

func (k *aheadKind) Prepare(fn *emulator.Function, _ Place) (Plan, error) {
	return Plan{Ahead: &Ahead{Key: fn.Runtime, Plan: k.plan}}, nil
}

func (k *aheadKind) plan() Plan {
	k.mu.Lock()
	k.started++
	k.mu.Unlock()
	if len(k.program) == 0 {
		return Plan{Open: func() ([]*os.File, error) { return nil, errors.New("no such program") }}
	}
	return Plan{
		Spec:    process.Spec{Path: k.program[0], Args: k.program[1:], Dir: "/"},
		Connect: func(context.Context, process.Process) (Session, error) { return &silent{}, nil },
	}
}

type silent struct{ Session }

func (*silent) Close() {}

// expecting is a pool that keeps so many spares of each runtime.
func expecting(t *testing.T, kind *aheadKind, spares int, runtimes ...string) *bench {
	b := newBench(t, func(o *Options) {
		o.Kinds, o.Spares = func(string) (Kind, error) { return kind, nil }, spares
	})
	for _, id := range runtimes {
		b.Expect(&emulator.Function{FunctionName: "hello", Runtime: id})
	}
	return b
}

func (b *bench) filled() bool {
	b.spares.mu.Lock()
	defer b.spares.mu.Unlock()
	return !b.spares.filling
}

func TestSpareThatCannotBeStartedIsTriedOnce(t *testing.T) {
	kind := &aheadKind{}
	b := expecting(t, kind, 2, "one")
	eventually(t, "the start is given up", b.filled)
	if kind.started != 1 {
		t.Errorf("%d starts", kind.started)
	}
	b.Expect(&emulator.Function{FunctionName: "hello", Runtime: "one"})
	eventually(t, "the next one is given up", b.filled)
	if kind.started != 2 {
		t.Errorf("%d starts after a deployment", kind.started)
	}
}

func TestSparesThatEndAtOnceAreNotStartedForEver(t *testing.T) {
	kind := &aheadKind{program: []string{"/bin/false"}}
	b := expecting(t, kind, 2, "one", "other")
	eventually(t, "no more are started", b.filled)
	eventually(t, "all have ended", func() bool { return len(b.Spares()) == 0 })
	if kind.started != 4 {
		t.Errorf("%d starts", kind.started)
	}
	if one := b.spares.take("one"); one != nil {
		t.Error("a spare that has ended was given away")
	}
}

func TestSparesOfTheSortsWantedLast(t *testing.T) {
	kind := &aheadKind{program: []string{"/bin/sleep", "1000"}}
	b := expecting(t, kind, 1, "a", "b", "c", "d", "e", "a")
	eventually(t, "all are started", b.filled)
	eventually(t, "four wait", func() bool { return len(b.Spares()) == maxSpareKeys })
	if one := b.spares.take("b"); one != nil {
		t.Error("the sort that was wanted least recently is kept")
	}
	one := b.spares.take("a")
	if one == nil {
		t.Fatal("the sort that was wanted last is not kept")
	}
	one.end()
}

func TestSparesEndWithThePool(t *testing.T) {
	kind := &aheadKind{program: []string{"/bin/sleep", "1000"}}
	b := expecting(t, kind, 3, "one", "other")
	eventually(t, "one waits", func() bool { return len(b.Spares()) > 0 }) // others are being started
	one := b.spares.take("one")
	if one == nil {
		one = b.spares.take("other")
	}
	done := one.process.Done()
	go one.end()
	b.Close()
	eventually(t, "no more are started", b.filled)
	if !wait(done, 0) || len(b.Spares()) > 0 {
		t.Errorf("after Close %v wait", b.Spares())
	}
}
