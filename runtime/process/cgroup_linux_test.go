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
	if !l.limits().memory() {
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
	if p.Exit().Signal != syscall.SIGKILL {
		t.Errorf("exit %+v", p.Exit())
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
