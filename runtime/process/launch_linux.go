package process

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxFiles is how many descriptors a program may have open. Source: FC's limits, 100,000.
const maxFiles = 100_000

// limitFiles sets the guardian's own limit, which its programs inherit. An ordinary user keeps to
// the machine's hard limit.
func limitFiles() {
	if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: maxFiles, Max: maxFiles}) == nil {
		return
	}
	var own syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &own) == nil {
		own.Cur = own.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &own)
	}
}

// keepDescriptors keeps programs from the line to the emulator, and from all that whoever started the
// emulator had open.
func keepDescriptors() {
	syscall.CloseOnExec(lineDescriptor)
	_ = unix.CloseRange(lineDescriptor, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) // since Linux 5.11
}

// launch starts the program of an instance, with an address and with paths of its own if the
// message has them. With either, and where the guardian has a space, it must be on its own thread.
func (g *guardian) launch(inst *instance, m *message, descriptors []int) error {
	if g.space != nil {
		if err := g.enter(inst, m); err != nil {
			return err
		}
		if m.Path != selfExecutable && !strings.Contains(m.Path, "/") {
			m.Path = lookUp(m.Path, m.Env)
		}
	}
	if m.Address != "" {
		address, err := netip.ParseAddr(m.Address)
		if err != nil {
			return err
		}
		listener, err := filterThread()
		if err != nil {
			return err
		}
		s := &supervisor{inst: inst, listener: listener, network: g.networkOf(inst, address)}
		go s.serve()
	}
	if g.space != nil {
		// What lets an ordinary user's guardian mount must not reach programs.
		if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
			return fmt.Errorf("giving up capabilities: %w", err)
		}
	}
	return g.fork(inst, m, descriptors)
}

// enter moves the calling thread to where the program sees its own paths.
func (g *guardian) enter(inst *instance, m *message) error {
	if inst.beside != 0 {
		namespace, err := g.namespaceOf(inst.beside)
		if err != nil || namespace < 0 {
			return err
		}
		defer unix.Close(namespace)
		return enterMounts(namespace)
	}
	if !inst.own {
		return nil
	}
	mounts := m.mounts()
	list, err := prepare(mounts)
	if err != nil {
		return err
	}
	defer closeMounts(list)
	if mounts.Root != "" {
		return g.space.enterRoot(mounts, list, m.Dir)
	}
	if err := g.space.enterOwn(); err != nil {
		return err
	}
	return attach(list)
}

// namespaceOf opens the mount namespace of a running instance; -1 when it has none of its own.
func (g *guardian) namespaceOf(id int64) (int, error) {
	g.mu.Lock() // so that the process id cannot become another's
	defer g.mu.Unlock()
	inst := g.instances[id]
	if inst == nil || inst.pid == 0 || inst.over || inst.doomed {
		return -1, syscall.ESRCH
	}
	if !inst.own {
		return -1, nil
	}
	return unix.Open("/proc/"+strconv.Itoa(inst.pid)+"/ns/mnt", unix.O_RDONLY|unix.O_CLOEXEC, 0)
}

// mount gives a running instance its folders.
func (g *guardian) mount(m *message) {
	answer := &message{Kind: tellMounted, ID: m.ID}
	if err := g.mountNow(m); err != nil {
		answer.fail(err)
	}
	g.toEmulator(answer)
}

func (g *guardian) mountNow(m *message) error {
	namespace, err := g.namespaceOf(m.ID)
	if err != nil {
		return err
	}
	if namespace < 0 {
		return errors.New("the program has no mounts of its own")
	}
	defer unix.Close(namespace)
	list, err := prepare(m.mounts())
	if err != nil {
		return err
	}
	defer closeMounts(list)
	failed := make(chan error, 1)
	g.space.visits <- func() {
		err := enterMounts(namespace)
		if err == nil {
			err = attach(list)
		}
		failed <- err
	}
	return <-failed
}

// wantDescriptor asks for a descriptor of the process to be started, where its number is another
// one for the emulator.
func (g *guardian) wantDescriptor(attr *syscall.SysProcAttr) *int {
	if g.space == nil || g.space.hostProc < 0 {
		return nil
	}
	attr.PidFD = new(int)
	return attr.PidFD
}

// hostPID is the number that a process has for the emulator. The descriptor is closed.
func (g *guardian) hostPID(pid int, descriptor *int) int {
	if descriptor == nil || *descriptor < 0 {
		return pid
	}
	defer unix.Close(*descriptor)
	return g.space.hostPID(*descriptor)
}

// lookUp finds a program by its bare name, as a shell with this environment would; the name itself
// when there is none.
func lookUp(name string, env []string) string {
	for i := len(env) - 1; i >= 0; i-- {
		path, ok := strings.CutPrefix(env[i], "PATH=")
		if !ok {
			continue
		}
		for _, folder := range strings.Split(path, ":") {
			file := folder + "/" + name
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return file
			}
		}
		break
	}
	return name
}
