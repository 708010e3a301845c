package process

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestKillEndsDaemons(t *testing.T) {
	l := newLauncher(t, Options{})
	file := filepath.Join(t.TempDir(), "pid")
	bystanderFile := filepath.Join(t.TempDir(), "pid")
	p := start(t, l, helperSpec("daemon", file))
	bystander := start(t, l, helperSpec("daemon", bystanderFile))
	until(t, "the daemons run", func() bool { return daemonPID(file) > 0 && daemonPID(bystanderFile) > 0 })
	p.Kill()
	if alive(daemonPID(file)) || alive(p.PID()) {
		t.Error("something lives after Kill")
	}
	if exit := p.Exit(); exit.Signal != syscall.SIGKILL || exit.Code != -1 {
		t.Errorf("exit %+v", exit)
	}
	if !alive(daemonPID(bystanderFile)) || !alive(bystander.PID()) {
		t.Error("Kill ended another instance's process")
	}
	if _, err := os.Stat("/proc/" + strconv.Itoa(p.PID())); err == nil {
		t.Error("the program is still a zombie")
	}
}

func TestDaemonDoesNotOutliveItsProgram(t *testing.T) {
	l := newLauncher(t, Options{})
	file := filepath.Join(t.TempDir(), "pid")
	p := start(t, l, helperSpec("daemon", file))
	until(t, "the daemon runs", func() bool { return daemonPID(file) > 0 })
	p.Signal(syscall.SIGTERM)
	ended(t, p)
	if exit := p.Exit(); exit.Signal != syscall.SIGTERM {
		t.Errorf("exit %+v", exit)
	}
	until(t, "the daemon ends", func() bool { return !alive(daemonPID(file)) })
}

func TestCloseEndsAll(t *testing.T) {
	l := newLauncher(t, Options{})
	file := filepath.Join(t.TempDir(), "pid")
	p := start(t, l, helperSpec("daemon", file))
	until(t, "the daemon runs", func() bool { return daemonPID(file) > 0 })
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if alive(daemonPID(file)) || alive(p.PID()) {
		t.Error("something lives after Close")
	}
	ended(t, p)
	if _, err := l.Start(context.Background(), helperSpec("sleep")); err == nil {
		t.Error("a closed launcher starts programs")
	}
}

// killedEmulator starts an emulator in a process of its own with a daemon below it. It returns the
// emulator, its guardian and the daemon.
func killedEmulator(t *testing.T, state, isolation string) (emulator *exec.Cmd, guardian, daemon int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pid")
	emulator = exec.Command("/proc/self/exe", helperCommand, "emulator", state, file, isolation)
	emulator.Stderr = os.Stderr
	out, err := emulator.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := emulator.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = emulator.Process.Kill(); _ = emulator.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	guardian, err = strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return emulator, guardian, daemonPID(file)
}

func TestNothingOutlivesAKilledEmulator(t *testing.T) {
	for _, isolation := range []string{IsolationAuto, IsolationPorts} {
		emulator, guardian, daemon := killedEmulator(t, t.TempDir(), isolation)
		if !alive(daemon) || !alive(guardian) {
			t.Fatal("nothing runs")
		}
		if err := emulator.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		until(t, "daemon and guardian end", func() bool { return !alive(daemon) && !alive(guardian) })
		t.Logf("isolation %s: after %v", isolation, time.Since(began))
	}
}

// TestNothingOutlivesAFrozenEmulator kills a guardian whose emulator can do nothing about it.
func TestNothingOutlivesAFrozenEmulator(t *testing.T) {
	private(t)
	emulator, guardian, daemon := killedEmulator(t, t.TempDir(), IsolationFull)
	if err := emulator.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	until(t, "the emulator stops", func() bool { return stopped(emulator.Process.Pid) })
	if err := syscall.Kill(guardian, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	until(t, "the kernel ends the daemon", func() bool { return !alive(daemon) })
}

func TestTerminalSignalsDoNotReachTheGuardian(t *testing.T) {
	_, guardian, daemon := killedEmulator(t, t.TempDir(), IsolationAuto)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if err := syscall.Kill(guardian, sig); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(20 * time.Millisecond)
	if !alive(guardian) || !alive(daemon) {
		t.Error("the guardian ended by a signal of the terminal")
	}
}

// stopped is true when every thread is.
func stopped(pid int) bool {
	for _, thread := range names("/proc/" + strconv.Itoa(pid) + "/task") {
		if number, err := strconv.Atoi(thread); err != nil || statFields(number)[0] != "T" {
			return false
		}
	}
	return true
}

func TestNextStartEndsLeftovers(t *testing.T) {
	state := t.TempDir()
	emulator, guardian, daemon := killedEmulator(t, state, IsolationPorts)
	// First freeze the emulator, so that it cannot do the work of the dead guardian.
	if err := emulator.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	until(t, "the emulator stops", func() bool { return stopped(emulator.Process.Pid) })
	for _, stop := range []func() error{
		func() error { return syscall.Kill(guardian, syscall.SIGKILL) },
		emulator.Process.Kill,
	} {
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
	_ = emulator.Wait()
	if !alive(daemon) {
		t.Fatal("the daemon is dead too early for this test")
	}
	other := newLauncher(t, Options{StateDir: t.TempDir()})
	if other.Close(); !alive(daemon) {
		t.Fatal("an emulator with another state folder ended the daemon")
	}
	newLauncher(t, Options{StateDir: state})
	if alive(daemon) {
		t.Error("the daemon lives on")
	}
}

func TestSecondLauncherLeavesTheFirstOnesProcesses(t *testing.T) {
	state := t.TempDir()
	p := start(t, newLauncher(t, Options{StateDir: state}), helperSpec("sleep"))
	newLauncher(t, Options{StateDir: state}).Close()
	if !alive(p.PID()) {
		t.Error("the process was ended as a leftover")
	}
}

func TestGuardianKilled(t *testing.T) {
	l := newLauncher(t, Options{})
	file := filepath.Join(t.TempDir(), "pid")
	p := start(t, l, helperSpec("daemon", file))
	until(t, "the daemon runs", func() bool { return daemonPID(file) > 0 })
	_ = l.line.process.Kill()
	ended(t, p)
	p.Kill()
	if alive(daemonPID(file)) || alive(p.PID()) {
		t.Error("something lives without a guardian")
	}
	if exit := p.Exit(); exit.Signal != syscall.SIGKILL {
		t.Errorf("exit %+v", exit)
	}
	if text, exit := run(t, l, pythonSpec("print('fresh')")); text != "fresh\n" || exit.Code != 0 {
		t.Errorf("the next program says %q, %+v", text, exit)
	}
}

func TestForkBombEnds(t *testing.T) {
	l := newLauncher(t, Options{})
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// Each process leaves the group and is replaced by its child.
	spec := pythonSpec(`
import os
os.write(1, b"x")
for i in range(3):
    if os.fork() == 0: break
while True:
    os.setsid() if os.getpgrp() != os.getpid() else None
    if os.fork(): os._exit(0)`)
	spec.Stdout = w
	p := start(t, l, spec)
	w.Close()
	if _, err := r.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	p.Kill()
	if found, _ := descendants(l.line.process.Pid); len(found) > 0 {
		t.Errorf("left: %v", found)
	}
	_ = r.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the pipe has a writer: %v", err)
	}
}
