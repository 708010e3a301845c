// Package fcemutest runs an emulator inside a Go test: on a free port, with state that goes with the
// test, and on a clock that stands until the test moves it. A delay of an hour then takes as long as
// the function runs.
//
// The test binary has to hand its main function over, because function processes are started by the
// same program in another role:
//
//	func TestMain(m *testing.M) { fcemutest.Main(m) }
//
// Every method ends the test with t.Fatal when it cannot do what it was asked, so results need no
// error checks; like t.Fatal it belongs on the goroutine of the test.
package fcemutest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/client"
	"github.com/fcemu/fcemu/emulator/signature"
	"github.com/fcemu/fcemu/runtime/process"
)

// handedOver names, in the environment, the process whose main function called Main. A flag in
// memory would do as well, but this one is no state of the package.
const handedOver = "FCEMUTEST_MAIN"

// Main runs the tests of a package and exits. Call it from TestMain and put what else TestMain has to
// do around the tests into the tests themselves, or before the call.
func Main(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == process.GuardianCommand {
		os.Exit(process.GuardianMain())
	}
	// Under -race every process of this binary sleeps a second at its end, the guardians too.
	race := strings.TrimSpace(os.Getenv("GORACE") + " atexit_sleep_ms=0")
	if err := errors.Join(os.Setenv(handedOver, strconv.Itoa(os.Getpid())), os.Setenv("GORACE", race)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// Option changes the emulator that Start starts.
type Option func(*options)

type options struct {
	daemon  daemon.Options
	running bool // the clock goes on by itself
}

// WithInterpreter runs a runtime, e.g. python3.10, with this program.
func WithInterpreter(runtime, program string) Option {
	return func(o *options) { o.daemon.Interpreters[runtime] = program }
}

// WithWorkers bounds how many asynchronous invocations run at a time; 1 runs them one by one, in the
// order in which they come due.
func WithWorkers(n int) Option { return func(o *options) { o.daemon.AsyncWorkers = n } }

// WithMaxInstances bounds the instances of one function; beyond it callers are throttled.
func WithMaxInstances(n int) Option { return func(o *options) { o.daemon.MaxInstances = n } }

// WithSeed makes aliases with a weight choose the same versions in the same order in every run of the
// test.
func WithSeed(seed int64) Option { return func(o *options) { o.daemon.Seed = &seed } }

// WithRunningClock lets time pass by itself, too: delays and retries also end by waiting.
func WithRunningClock() Option { return func(o *options) { o.running = true } }

// Emulator is an emulator that belongs to one test.
type Emulator struct {
	t       testing.TB
	daemon  *daemon.Daemon
	client  *client.Client
	ctx     context.Context
	mu      sync.Mutex
	notices []string
}

// Start starts an emulator that ends, with all it started, when the test ends. Its clock shows the
// time of the start and stands. Tests that run side by side have one each.
func Start(t testing.TB, opts ...Option) *Emulator {
	t.Helper()
	if os.Getenv(handedOver) != strconv.Itoa(os.Getpid()) {
		t.Fatal("fcemutest: this package needs 'func TestMain(m *testing.M) { fcemutest.Main(m) }'")
	}
	ctx, cancel := context.WithCancel(context.Background())
	e := &Emulator{t: t, ctx: ctx}
	o := options{daemon: daemon.Options{
		Version: "test", Host: daemon.DefaultHost, Ephemeral: true, Isolation: "auto",
		Account: daemon.DefaultAccount, Region: daemon.DefaultRegion, Notice: e.notice,
		MaxInstances: 100, IdleTimeout: 5 * time.Minute, AsyncWorkers: 16, Interpreters: map[string]string{},
	}}
	for _, option := range opts {
		option(&o)
	}
	d, err := daemon.Start(ctx, o.daemon)
	if err != nil {
		cancel()
		t.Fatalf("fcemutest: %v", err)
	}
	e.daemon, e.client = d, client.New(d.Endpoint, signature.Key{})
	t.Cleanup(func() {
		e.tellFailure()
		cancel()
		if err := d.Stop(); err != nil {
			t.Errorf("fcemutest: the end of the emulator: %v", err)
		}
	})
	if !o.running {
		_, err := e.client.FreezeClock(ctx)
		e.must(err)
	}
	return e
}

// Endpoint is the address of the emulator, for SDKs and HTTP clients: http://127.0.0.1:PORT.
func (e *Emulator) Endpoint() string { return e.daemon.Endpoint }

// must ends the test on an error.
func (e *Emulator) must(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatalf("fcemutest: %v", err)
	}
}

// notice keeps what the emulator would tell a user at a terminal.
func (e *Emulator) notice(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.notices = append(e.notices, text)
}

// tellFailure shows a failed test what the functions wrote and what the emulator had to say.
func (e *Emulator) tellFailure() {
	if !e.t.Failed() {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, notice := range e.notices {
		e.t.Log("fcemu: " + notice)
	}
	for line, err := range e.client.Logs(e.ctx, client.LogFilter{Tail: 200}) {
		if err != nil {
			return
		}
		e.t.Logf("%s: %s", line.Function, line.Text)
	}
}
