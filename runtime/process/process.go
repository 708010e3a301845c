// Package process is the only place where fcemu starts and ends operating-system processes of
// functions. What the machine can promise (ports, death, memory) is found out by trying and told
// in one Capabilities record.
package process

import (
	"context"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// Spec says what to start.
type Spec struct {
	Path   string   // executable, absolute
	Args   []string // without the program's own name
	Env    []string // KEY=value; the whole environment
	Dir    string   // working directory
	Stdin  *os.File // read end; nil = nothing to read
	Stdout *os.File // write ends; the launcher closes none of the three
	Stderr *os.File
	Files  []*os.File // inherited as descriptors 3, 4, …

	// Port is the TCP port on which the program is expected to listen; 0 = none, ready at once.
	// Programs with a Port get an address of their own where this machine allows it; others use
	// the machine's addresses as they are.
	Port int
	// PortEnv names the environment variables that carry the port. They are set to Port, or to
	// another free port where this machine cannot give the instance an address of its own.
	PortEnv []string
	// PortHints name more of them. They are set where it is another port only: the cloud has none of them.
	PortHints []string

	// Mounts are what the program sees at paths of its own; empty ones, that it gets some later, see
	// Process.Mount. Nil: it sees the machine's own paths.
	Mounts *Mounts

	// Account is whom the program runs as, where it has a root of its own: see Mounts.Root. An ordinary
	// user's emulator cannot be anybody else: there the program only takes itself, and the files in its
	// root, for that account's. Nil: the emulator's user.
	Account *Account

	Limits Limits // by the kernel, where it can

	// Terminal makes Stdin, which is a terminal then, the one that controls the program and its
	// descendants.
	Terminal bool
	// Beside, which the same Launcher started, shares its address and its paths with the program, and
	// takes the program along at its end. Nil: the program is on its own. It goes without Port and
	// Mounts.
	Beside Process
}

// Launcher starts processes. All that it started is dead when Close returns or when the emulator
// itself has died, by whatever cause, within the limits that Capabilities tells.
type Launcher interface {
	Start(ctx context.Context, spec Spec) (Process, error)
	Capabilities() Capabilities
	Close() error
}

// Process is one started program with all its descendants.
type Process interface {
	// PID is the process id on the host.
	PID() int
	// Ready yields, once, the address on which this process or a descendant of it listens for
	// Spec.Port. It never yields the listener of a stranger.
	Ready() <-chan netip.AddrPort
	// Done is closed when the started program has ended; Exit is valid from then on.
	Done() <-chan struct{}
	Exit() Exit
	// Signal sends sig to the process group.
	Signal(sig syscall.Signal)
	// Kill ends the program and every descendant, and returns when they are gone.
	Kill()
	// Mount gives a program that was started with empty Spec.Mounts its folders while it runs. It
	// should do so once, before the program has looked at them. ErrNoMounts: it has no paths of its
	// own, because Capabilities.Paths is not empty.
	Mount(ctx context.Context, mounts Mounts) error
	// Limit bounds a program that was started without Spec.Limits, as these do. It does not wait.
	Limit(limits Limits)
	// Freeze stops the program and its descendants where they are, until Thaw, Kill or the end of
	// the emulator. It does not wait. A frozen program takes signals when it is thawed.
	Freeze()
	// Thaw lets a frozen program go on. What is sent to it at once after Thaw waits for it.
	Thaw()
	// Memory is the resident memory of the whole tree in bytes, shared pages counted once where
	// that can be told.
	Memory() int64
}

// Exit is how a program ended.
type Exit struct {
	Code    int            // exit status, -1 when a signal ended it
	Signal  syscall.Signal // 0 when it exited by itself
	MaxRSS  int64          // bytes, of the program itself
	CPUTime time.Duration
	// OutOfMemory tells that the kernel ended it for Limits.Memory.
	OutOfMemory bool
}

// Well tells whether the program ended by itself, with status 0.
func (e Exit) Well() bool { return e.Code == 0 && e.Signal == 0 }

// Capabilities says what holds on this machine. Each text is empty when all is well, else one
// plain sentence: what does not hold, why, and the remedy.
type Capabilities struct {
	Tier  string `json:"tier"`  // full: own address and own paths each; ports: own address each; none: ports are shared
	Ports string `json:"ports"` // why several programs cannot use the same port
	Death string `json:"death"` // what may survive the emulator
	Paths string `json:"paths"` // why /code and /opt are not real
	Limit string `json:"limit"` // how memory limits are kept, and that processes are not counted
	CPU   string `json:"cpu"`   // why processor time cannot be divided
}
