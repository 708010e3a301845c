package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// limited returns a launcher whose programs have control groups.
func limited(t *testing.T) *launcher {
	t.Helper()
	l := newLauncher(t, Options{})
	l.Capabilities()
	if !l.limits().has("memory") {
		t.Skip("this user may not have control groups here")
	}
	return l
}

// groupOf awaits that the kernel counts the program in a group of ours.
func groupOf(t *testing.T, p *child) {
	t.Helper()
	until(t, "the program is in its group", func() bool {
		text, _ := os.ReadFile("/proc/" + strconv.Itoa(p.PID()) + "/cgroup")
		return strings.Contains(string(text), groupPrefix+strconv.Itoa(os.Getpid()))
	})
}

func TestKernelBoundsMemory(t *testing.T) {
	l := limited(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	spec := pythonSpec("import sys; sys.stdin.readline(); x = bytearray(1) * (200 << 20); print('alive')")
	spec.Stdin, spec.Limits = r, Limits{Memory: 64 << 20}
	p := start(t, l, spec)
	r.Close()
	groupOf(t, p)
	w.WriteString("\n")
	ended(t, p)
	if exit := p.Exit(); exit.Signal != syscall.SIGKILL || !exit.OutOfMemory {
		t.Errorf("exit %+v", exit)
	}
	for _, h := range l.limits().folders {
		until(t, "the groups are gone", func() bool {
			left, _ := filepath.Glob(h.folder + "/" + strconv.FormatInt(p.id, 10) + "-*")
			return len(left) == 0
		})
	}
	l.Close()
	for _, h := range l.limits().folders {
		if _, err := os.Stat(h.folder); err == nil {
			t.Errorf("%s is left", h.folder)
		}
	}
}

// TestKillsOfOthersAreNotForMemory: a program that somebody kills, and one that loses a child to the
// kernel and ends by itself, did not run out of memory; a shell that tells its command's end did.
func TestKillsOfOthersAreNotForMemory(t *testing.T) {
	l := limited(t)
	const eat = `/usr/bin/python3 -c 'bytearray(1) * (200 << 20)'`
	for script, want := range map[string]Exit{
		"kill -KILL $$":            {Code: -1, Signal: syscall.SIGKILL},
		eat + "; exit 3":           {Code: 3},
		eat + "; exit $?":          {Code: 137, OutOfMemory: true},
		"exit 137":                 {Code: 137},
		eat + "; kill -KILL $$":    {Code: -1, Signal: syscall.SIGKILL, OutOfMemory: true},
		"kill -TERM $$; sleep 100": {Code: -1, Signal: syscall.SIGTERM},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		p := start(t, l, Spec{Path: "/bin/sh", Args: []string{"-c", "read line; " + script}, Env: os.Environ(), Dir: "/",
			Stdin: r, Limits: Limits{Memory: 64 << 20}})
		r.Close()
		groupOf(t, p)
		w.WriteString("\n")
		ended(t, p)
		w.Close()
		if got := p.Exit(); got.Code != want.Code || got.Signal != want.Signal || got.OutOfMemory != want.OutOfMemory {
			t.Errorf("%s: %+v", script, got)
		}
	}
}

// TestKillsAreCounted reads the counters of both versions of control groups.
func TestKillsAreCounted(t *testing.T) {
	for text, want := range map[string]bool{
		"oom_kill_disable 0\nunder_oom 0\noom_kill 0\n":                               false,
		"oom_kill_disable 0\nunder_oom 0\noom_kill 2\n":                               true,
		"low 0\nhigh 0\nmax 31\noom 1\noom_kill 1\noom_group_kill 0\n":                true,
		"low 0\nhigh 0\nmax 31\noom 0\noom_kill 0\noom_group_kill 0\n":                false,
		"oom_kill_disable 0\nunder_oom 0\n" /* before Linux 4.13: no such counter */ : false,
	} {
		file := filepath.Join(t.TempDir(), "counters")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := oomKills(file); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestKernelBoundsProcesses(t *testing.T) {
	l := limited(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	spec := pythonSpec(`
import os, sys
sys.stdin.readline()
try:
    for i in range(50):
        if os.fork() == 0: os.pause() if hasattr(os, "pause") else __import__("time").sleep(100)
except OSError: sys.exit(9)`)
	spec.Stdin, spec.Limits = r, Limits{Processes: 20}
	p := start(t, l, spec)
	r.Close()
	groupOf(t, p)
	w.WriteString("\n")
	ended(t, p)
	if p.Exit().Code != 9 {
		t.Errorf("exit %+v", p.Exit())
	}
}

func TestKernelSharesProcessors(t *testing.T) {
	l := limited(t)
	spec := pythonSpec(`
import time
time.sleep(0.05)
began, used = time.monotonic(), time.process_time()
while time.monotonic() - began < 0.5: pass
print(int((time.process_time() - used) * 1000))`)
	spec.Limits = Limits{CPU: 0.1}
	text, _ := run(t, l, spec)
	if used, err := strconv.Atoi(strings.TrimSpace(text)); err != nil || used > 250 {
		t.Errorf("a tenth of a processor used %q ms in half a second", text)
	}
}
