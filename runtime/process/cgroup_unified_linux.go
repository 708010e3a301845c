package process

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// selfGroup is where our own processes go when our group is split.
const selfGroup = "self"

// openUnified makes our folder in the unified hierarchy, which keeps programs out of groups that have
// others below them. Where our group is ours alone, as a service's or a scope's may be, the folder lies
// in it: then what bounds the group bounds the functions, too. Else it lies beside our group or above.
func openUnified(point, own string, wanted []string) (hierarchy, bool) {
	if h, ok := splitGroup(point, own, wanted); ok {
		return h, true
	}
	for at := own; ; at = filepath.Dir(at) {
		if slices.Contains(readWords(filepath.Join(at, "cgroup.subtree_control")), "memory") {
			h := hierarchy{folder: makeGroup(at), unified: true}
			h.share(at, wanted)
			return h.valid()
		}
		if len(at) <= len(point) {
			return hierarchy{}, false
		}
	}
}

// share gives our folder the controllers of the group that it lies in.
func (h *hierarchy) share(at string, wanted []string) {
	if h.folder == "" {
		return
	}
	given := readWords(filepath.Join(at, "cgroup.subtree_control"))
	for _, name := range wanted {
		switch {
		case name == "cpu": // only when it is asked for: programs are slower in groups that share processors
			if slices.Contains(given, name) || slices.Contains(readWords(filepath.Join(at, "cgroup.controllers")), name) && writable(at) {
				h.controllers = append(h.controllers, name)
			}
		case slices.Contains(given, name) && writeGroup(h.folder, "cgroup.subtree_control", "+"+name) == nil:
			h.controllers = append(h.controllers, name)
		}
	}
}

func writable(group string) bool {
	return unix.Access(filepath.Join(group, "cgroup.subtree_control"), unix.W_OK) == nil
}

// splitGroup makes our folder in our own group, after all processes of that, which have to be ours,
// have moved into a group below the folder.
func splitGroup(point, own string, wanted []string) (hierarchy, bool) {
	if !slices.Contains(readWords(filepath.Join(own, "cgroup.controllers")), "memory") || !mayBeSplit(own, own == point) || !oursAlone(own) {
		return hierarchy{}, false
	}
	h := hierarchy{folder: makeGroup(own), unified: true, split: own}
	if h.folder == "" {
		return hierarchy{}, false
	}
	if h.moveIn() {
		for _, name := range wanted {
			if name != "cpu" {
				_ = writeGroup(own, "cgroup.subtree_control", "+"+name)
			}
		}
		h.share(own, wanted)
	}
	if !slices.Contains(h.controllers, "memory") {
		h.unite()
		removeGroups(h.folder)
		return hierarchy{}, false
	}
	return h, true
}

// moveIn moves our processes below our folder.
func (h *hierarchy) moveIn() bool {
	self := filepath.Join(h.folder, selfGroup)
	return os.Mkdir(self, 0o755) == nil && moveProcesses(h.split, self)
}

// mayBeSplit tells whether nobody else will want to put a process into the group itself, as systemd does
// for a service's ExecStop unless that delegates its group. The top is a container's own.
func mayBeSplit(group string, top bool) bool {
	if !writable(group) {
		return false
	}
	word := make([]byte, 1)
	_, err := unix.Getxattr(group, "user.delegate", word)
	return top || strings.HasSuffix(group, ".scope") || err == nil && word[0] == '1'
}

// oursAlone tells whether nobody but us and our descendants is in the group.
func oursAlone(group string) bool {
	pids := readWords(filepath.Join(group, "cgroup.procs"))
	family, whole := descendants(os.Getpid())
	return whole && len(pids) > 0 && !slices.ContainsFunc(pids, func(text string) bool {
		pid, err := strconv.Atoi(text)
		return err != nil || pid != os.Getpid() && !slices.Contains(family, pid)
	})
}

// moveProcesses looks until nobody is left: one that has not moved yet may have started others.
func moveProcesses(from, to string) bool {
	const looks = 10
	for range looks {
		pids := readWords(filepath.Join(from, "cgroup.procs"))
		if len(pids) == 0 {
			return true
		}
		for _, pid := range pids {
			_ = writeGroup(to, "cgroup.procs", pid)
		}
	}
	return false
}

// unite moves our processes back, unless programs still have groups.
func (h *hierarchy) unite() {
	if h.split == "" {
		return
	}
	inside, _ := filepath.Glob(filepath.Join(h.folder, "*", "cgroup.procs"))
	for _, file := range inside {
		if filepath.Base(filepath.Dir(file)) != selfGroup && len(readWords(file)) > 0 {
			return
		}
	}
	for _, group := range []string{h.folder, h.split} {
		if given := readWords(filepath.Join(group, "cgroup.subtree_control")); len(given) > 0 {
			_ = writeGroup(group, "cgroup.subtree_control", "-"+strings.Join(given, " -"))
		}
	}
	moveProcesses(filepath.Join(h.folder, selfGroup), h.split)
}
