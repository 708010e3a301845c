package process

import (
	"os"
	"path/filepath"
)

// lack says in words which limits the kernel does not keep, and the remedy; empty: it keeps them.
func (g *groups) lack() string {
	switch {
	case !g.has("memory"):
		return "memory is watched and kept by killing the instance, not enforced by the kernel: a fast program can go some " +
			"tens of megabytes over its limit; the number of processes is not bounded" + groupsRemedy()
	case !g.has("pids"):
		return "the number of processes of an instance is not bounded: control groups have no pids controller for fcemu"
	}
	return ""
}

// lackCPU says why processor time cannot be divided; empty: it can.
func (g *groups) lackCPU() string {
	if g.has("cpu") {
		return ""
	}
	return "processor time cannot be divided: control groups have no cpu controller for fcemu" + groupsRemedy()
}

// groupsRemedy is how an ordinary user gets control groups: his session's belong to the machine's
// systemd, those below his own systemd to him.
func groupsRemedy() string {
	folder := os.Getenv("XDG_RUNTIME_DIR")
	if os.Geteuid() == 0 || folder == "" {
		return ""
	}
	if _, err := os.Stat(filepath.Join(folder, "systemd", "private")); err != nil {
		return ""
	}
	return " ('systemd-run --user --scope -p Delegate=yes fcemu start' may change that)"
}
