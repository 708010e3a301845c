package process

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestExitIsReported(t *testing.T) {
	l := newLauncher(t, Options{})
	_, exit := run(t, l, pythonSpec("import sys; x = bytearray(30 << 20); sys.exit(7)"))
	if exit.Code != 7 || exit.Signal != 0 || exit.MaxRSS < 30<<20 || exit.CPUTime <= 0 {
		t.Errorf("exit %+v", exit)
	}
	_, exit = run(t, l, pythonSpec("import os; os.abort()"))
	if exit.Code != -1 || exit.Signal != syscall.SIGABRT {
		t.Errorf("exit %+v", exit)
	}
}

func TestProgramGetsWhatSpecSays(t *testing.T) {
	l := newLauncher(t, Options{})
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	spec := pythonSpec(`
import os, signal, sys
os.write(3, b"hello")
blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [])
ignored = [s for s in (1, 2, 3, 15) if signal.getsignal(s) == signal.SIG_IGN]
print(os.getcwd(), sys.argv[1:], sorted(os.environ), sorted(int(f) for f in os.listdir("/proc/self/fd"))[:4], sys.stdin.read(),
      os.get_blocking(1), os.get_blocking(3), os.getpgrp() == os.getpid(), blocked, ignored)`, "a b", "")
	spec.Dir, spec.Env, spec.Files = dir, []string{"LC_ALL=C", "X=1"}, []*os.File{w}
	text, exit := run(t, l, spec)
	want := dir + " ['a b', ''] ['LC_ALL', 'X'] [0, 1, 2, 3]  True True True set() []\n"
	if text != want || exit.Code != 0 {
		t.Errorf("got  %q\nwant %q, %+v", text, want, exit)
	}
	w.Close()
	if data, _ := io.ReadAll(r); string(data) != "hello" {
		t.Errorf("descriptor 3 got %q", data)
	}
}

func TestProgramGetsNoOthersDescriptors(t *testing.T) {
	inherited, err := syscall.Dup(0) // as the emulator may have some from the program that started it
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(inherited)
	text, _ := run(t, newLauncher(t, Options{}), pythonSpec("import os; print(sorted(int(f) for f in os.listdir('/proc/self/fd')))"))
	if want := "[0, 1, 2, 3]\n"; text != want { // the last is the folder itself
		t.Errorf("descriptors %s, want %s", text, want)
	}
}

func TestOpenFiles(t *testing.T) {
	var own syscall.Rlimit
	header, caps := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, [2]unix.CapUserData{}
	if err := errors.Join(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &own), unix.Capget(&header, &caps[0])); err != nil {
		t.Fatal(err)
	}
	want := min(own.Max, maxFiles)
	if caps[0].Effective&(1<<unix.CAP_SYS_RESOURCE) != 0 {
		want = maxFiles
	}
	text, _ := run(t, newLauncher(t, Options{}), pythonSpec("import resource; print(*resource.getrlimit(resource.RLIMIT_NOFILE))"))
	if limit := strconv.FormatUint(want, 10); text != limit+" "+limit+"\n" {
		t.Errorf("got %q, want %s", text, limit)
	}
}

func TestLargeEnvironment(t *testing.T) {
	l := newLauncher(t, Options{})
	spec := pythonSpec("import os; print(sum(len(v) for k, v in os.environ.items() if k[0] == 'V'))")
	for i := range 10 {
		spec.Env = append(spec.Env, "V"+string(rune('A'+i))+"="+strings.Repeat("x", 100_000))
	}
	if text, exit := run(t, l, spec); text != "1000000\n" {
		t.Errorf("got %q, %+v", text, exit)
	}
}

func TestStartErrors(t *testing.T) {
	l := newLauncher(t, Options{})
	notExecutable := filepath.Join(t.TempDir(), "bootstrap")
	badInterpreter := filepath.Join(t.TempDir(), "script")
	_ = os.WriteFile(notExecutable, []byte("#!/bin/sh\n"), 0o600)
	_ = os.WriteFile(badInterpreter, []byte("#!/no/such/interpreter\n"), 0o700)
	for _, c := range []struct {
		spec Spec
		want string
		err  error
	}{
		{Spec{Path: "/no/such/program", Dir: "/"}, "/no/such/program does not start", syscall.ENOENT},
		{Spec{Path: notExecutable, Dir: "/"}, "permission denied", syscall.EACCES},
		{Spec{Path: badInterpreter, Dir: "/"}, "needs an interpreter", syscall.ENOENT},
		{Spec{Path: "/bin/sh", Dir: "/no/such/dir"}, "working directory /no/such/dir does not exist", syscall.ENOENT},
		{Spec{Path: "/bin/sh", Dir: "/", Port: 9, Env: []string{strings.Repeat("x", maxFrame)}}, "", syscall.E2BIG},
		{Spec{Path: "/bin/sh", Dir: "/", Files: make([]*os.File, 70)}, "61 descriptors", nil},
	} {
		_, err := l.Start(context.Background(), c.spec)
		if err == nil || !strings.Contains(err.Error(), c.want) || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	if used := len(l.addresses.used); used != 0 {
		t.Errorf("%d addresses are still in use", used)
	}
	if left := len(l.line.children); left != 0 {
		t.Errorf("%d children are still kept", left)
	}
}

func TestStartIsGivenUp(t *testing.T) {
	l := newLauncher(t, Options{})
	if err := l.Warm(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("the client has gone")
	cancel(why)
	for range 20 {
		p, err := l.Start(ctx, helperSpec("sleep"))
		if err == nil { // the answer was faster
			p.Kill()
		} else if !errors.Is(err, why) {
			t.Fatal(err)
		}
	}
	until(t, "all given up programs end", func() bool {
		l.line.mu.Lock()
		defer l.line.mu.Unlock()
		return len(l.line.children) == 0
	})
}

func TestReadyAtOnceWithoutPort(t *testing.T) {
	p := start(t, newLauncher(t, Options{}), helperSpec("sleep"))
	if address := ready(t, p); address.IsValid() {
		t.Errorf("ready at %s", address)
	}
}

func TestManyAtOnce(t *testing.T) {
	l := newLauncher(t, Options{})
	results := make(chan error, 40)
	for range cap(results) {
		go func() {
			spec := Spec{Path: "/bin/sh", Args: []string{"-c", "exit 3"}, Dir: "/", Port: 9000}
			p, err := l.Start(context.Background(), spec)
			if err == nil {
				<-p.Done()
				p.Kill()
				if p.Exit().Code != 3 {
					err = errors.New("wrong exit")
				}
			}
			results <- err
		}()
	}
	for range cap(results) {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func TestMemoryCoversTheTree(t *testing.T) {
	l := newLauncher(t, Options{})
	p := start(t, l, pythonSpec(`
import os, time
os.fork()
x = bytearray(40 << 20)
time.sleep(60)`))
	until(t, "both processes hold their memory", func() bool { return p.Footprint() > 80<<20 })
	if footprint := p.Footprint(); footprint > p.Memory() {
		t.Errorf("footprint %d of %d", footprint, p.Memory())
	}
	p.Kill()
	if p.Memory() != 0 || p.Footprint() != 0 {
		t.Error("a dead program has memory")
	}
}

func TestNothingLeaks(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	before := openDescriptors(t)
	l, err := New(Options{StateDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	run(t, l, helperSpec("none")) // warm
	guardian := l.(*launcher).line.process.Pid
	inGuardian := func() int { return len(names("/proc/" + strconv.Itoa(guardian) + "/fd")) }
	baseline := inGuardian()
	for range 20 {
		spec := pythonSpec("import socket; s = socket.socket(); s.bind(('', 9000)); s.listen(); socket.create_connection(('localhost', 9000))")
		spec.Port = 9000
		if _, exit := run(t, l, spec); exit.Code != 0 {
			t.Fatalf("exit %+v", exit)
		}
		p := start(t, l, helperSpec("sleep"))
		p.Kill()
	}
	until(t, "the guardian has closed all", func() bool { return inGuardian() <= baseline })
	until(t, "the guardian's threads end", func() bool { return len(names("/proc/"+strconv.Itoa(guardian)+"/task")) < 25 })
	l.Close()
	if after := openDescriptors(t); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	return len(names("/proc/self/fd"))
}

func TestOptions(t *testing.T) {
	if _, err := New(Options{Isolation: "docker"}); err == nil || !strings.Contains(err.Error(), `isolation "docker" is unknown`) {
		t.Error(err)
	}
}

func TestGuardianThatDoesNotStart(t *testing.T) {
	l := newLauncher(t, Options{Executable: "/bin/true"})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := l.Start(ctx, helperSpec("sleep")); err == nil || ctx.Err() != nil {
		t.Errorf("error %v", err)
	}
	if _, err := newLauncher(t, Options{Executable: "/no/such"}).Start(ctx, Spec{}); err == nil {
		t.Error("no error")
	}
}
