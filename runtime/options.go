package runtime

import (
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// Defaults of Options.
const (
	DefaultMaxInstances = 100               // per function; FC's default on-demand limit
	DefaultIdle         = 5 * time.Minute   // FC keeps an instance 3 to 5 minutes
	DefaultStartLimit   = 120 * time.Second // FC's limit for a custom runtime to listen
	DefaultGrace        = 2 * time.Second
	defaultTimeout      = 3 * time.Second // of functions and hooks
	closeLimit          = 4 * time.Second // a shutdown may take 5 s in all
)

// unlimited is longer than anybody waits, and a time that every language can count.
const unlimited = 10 * 365 * 24 * time.Hour

// Options say what a Pool works with. Kinds, Launcher and CodeDir are required.
type Options struct {
	Kinds    func(runtime string) (Kind, error) // by runtime id; *emulator.Error where there is none
	Launcher process.Launcher
	CodeDir  func(emulator.Code) string // unpacked code
	// Mounts are the folders of this machine that stand in for a function's file systems (nasConfig,
	// ossMountConfig), and the file for its customDNS. Nil: none.
	Mounts     func(*emulator.Function) ([]process.Bind, error)
	Lend       func([]process.Bind, *process.Account) // lets the user of an image write into Mounts; nil: nobody does
	Log        func(emulator.LogLine)                 // must not block
	Notice     func(function, text string)            // told once for each function and text
	IDs        *emulator.IDs
	Clock      emulator.Clock // of sessions; the machine's by default
	EnforceCPU bool           // instances get no more processor time than the cpu of their function, where the kernel can do that
	ShareTmp   bool           // /tmp of functions is the machine's, so that they find its sockets there
	Account    string
	Region     string

	Roles        *Roles        // whose credentials functions get; nil = made-up ones
	MaxInstances int           // per function revision; beyond it calls are refused with 429
	Spares       int           // interpreters that wait for a function, of those that are started alike; 0 = none
	Idle         time.Duration // of functions without an idleTimeout
	StartLimit   time.Duration // from start to listening
	// NoTimeout tells whether somebody steps through the code of a function: no time limit ends its calls,
	// its hooks or its start. Nil: of none.
	NoTimeout func(*emulator.Function) bool
	Grace     time.Duration // between SIGTERM and SIGKILL
}

// fill sets the defaults.
func (o *Options) fill() {
	if o.MaxInstances <= 0 {
		o.MaxInstances = DefaultMaxInstances
	}
	if o.Idle <= 0 {
		o.Idle = DefaultIdle
	}
	if o.StartLimit <= 0 {
		o.StartLimit = DefaultStartLimit
	}
	if o.Grace <= 0 {
		o.Grace = DefaultGrace
	}
	if o.Clock == nil {
		o.Clock = emulator.RealClock{}
	}
	if o.IDs == nil {
		o.IDs = emulator.NewIDs()
	}
	if o.Mounts == nil {
		o.Mounts = func(*emulator.Function) ([]process.Bind, error) { return nil, nil }
	}
	if o.Log == nil {
		o.Log = func(emulator.LogLine) {}
	}
	if o.NoTimeout == nil {
		o.NoTimeout = func(*emulator.Function) bool { return false }
	}
	if o.Roles == nil {
		o.Roles = NewRoles(o.Clock, nil)
	}
}

// limit is how long something in an instance of the function may take that ought to take d at most.
func (o *Options) limit(fn *emulator.Function, d time.Duration) time.Duration {
	if o.NoTimeout(fn) {
		return unlimited
	}
	return d
}
