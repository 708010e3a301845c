package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// groupPrefix, before the emulator's process id, names its folder of control groups.
const groupPrefix = "fcemu-"

// groups are the folders, one for each hierarchy of control groups that lets us have one, in which
// every program gets a folder of its own.
type groups struct {
	folders []hierarchy
}

// hierarchy is our folder in one hierarchy, and the controllers that it has.
type hierarchy struct {
	folder      string
	unified     bool
	controllers []string
	split       string // our own group, if our folder lies in it and our processes have moved
}

// openGroups makes our folders; nil when we may not have any.
func openGroups() *groups {
	g := &groups{}
	own := ownGroups()
	for _, mount := range cgroupMounts() {
		if h, ok := openHierarchy(mount, own); ok {
			g.folders = append(g.folders, h)
		}
	}
	if len(g.folders) == 0 {
		return nil
	}
	return g
}

// has tells whether the kernel can bound what the controller is for.
func (g *groups) has(controller string) bool {
	return g != nil && slices.ContainsFunc(g.folders, func(h hierarchy) bool { return slices.Contains(h.controllers, controller) })
}

// cgroupMount is where a hierarchy is mounted: its folder root at point.
type cgroupMount struct {
	root, point string
	controllers []string // nil for the unified one
}

func cgroupMounts() []cgroupMount {
	text, _ := os.ReadFile("/proc/self/mountinfo")
	var list []cgroupMount
	for _, line := range strings.Split(string(text), "\n") {
		before, after, ok := strings.Cut(line, " - ")
		place, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(place) < 5 || len(kind) < 3 {
			continue
		}
		switch kind[0] {
		case "cgroup":
			list = append(list, cgroupMount{place[3], place[4], strings.Split(kind[2], ",")})
		case "cgroup2":
			list = append(list, cgroupMount{place[3], place[4], nil})
		}
	}
	return list
}

// ownGroups are our own control groups by controller; "" is the unified hierarchy.
func ownGroups() map[string]string {
	text, _ := os.ReadFile("/proc/self/cgroup")
	own := map[string]string{}
	for _, line := range strings.Split(string(text), "\n") {
		if parts := strings.SplitN(line, ":", 3); len(parts) == 3 {
			for _, name := range strings.Split(parts[1], ",") {
				own[name] = parts[2]
			}
		}
	}
	return own
}

// openHierarchy makes our folder below our own group or, in the unified hierarchy, where that allows it.
func openHierarchy(mount cgroupMount, own map[string]string) (hierarchy, bool) {
	wanted := []string{"memory", "pids", "cpu"}
	if mount.controllers != nil {
		have := slices.DeleteFunc(wanted, func(name string) bool { return !slices.Contains(mount.controllers, name) })
		if len(have) == 0 {
			return hierarchy{}, false
		}
		at := filepath.Join(mount.point, relative(mount.root, own[have[0]]))
		return hierarchy{folder: makeGroup(at), controllers: have}.valid()
	}
	return openUnified(mount.point, filepath.Join(mount.point, relative(mount.root, own[""])), wanted)
}

func (h hierarchy) valid() (hierarchy, bool) { return h, h.folder != "" && len(h.controllers) > 0 }

func relative(root, path string) string {
	if rest, ok := below(path, root); ok {
		return rest
	}
	return ""
}

func below(path, folder string) (string, bool) {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(folder, "/"))
	return rest, ok && (rest == "" || rest[0] == '/')
}

// makeGroup makes our folder in a group, and removes those of emulators that are no more; empty when
// we may not.
func makeGroup(in string) string {
	left, _ := filepath.Glob(filepath.Join(in, groupPrefix+"*"))
	for _, folder := range left {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(folder), groupPrefix))
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			removeGroups(folder)
		}
	}
	// One emulator may have several launchers, one after the other.
	folder := filepath.Join(in, groupPrefix+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(folder, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return ""
	}
	return folder
}

func removeGroups(folder string) {
	inside, _ := filepath.Glob(filepath.Join(folder, "*", "cgroup.procs"))
	for _, file := range inside {
		_ = syscall.Rmdir(filepath.Dir(file))
	}
	_ = syscall.Rmdir(folder)
}

// hold puts a started program into groups of its own. It takes a moment, during which it runs
// without limits, and so never delays a start.
func (g *groups) hold(c *child, limits Limits) {
	if g == nil || limits == (Limits{}) {
		return
	}
	var made []string
	for _, h := range g.folders {
		if !h.serves(&limits) {
			continue // a group costs even where it limits nothing
		}
		folder := filepath.Join(h.folder, fmt.Sprintf("%d-%x", c.id, c.line.tagBase))
		if os.Mkdir(folder, 0o755) != nil {
			continue
		}
		h.limit(folder, &limits)
		made = append(made, folder)
		if limits.Memory > 0 && slices.Contains(h.controllers, "memory") {
			c.setOOMFile(filepath.Join(folder, h.oomFile()))
		}
	}
	if len(made) == 0 {
		return
	}
	c.onGone(func() { go dropGroups(made) })
	for range 3 { // those that it has started before it was inside
		for _, pid := range c.processes(0) {
			for _, folder := range made {
				_ = writeGroup(folder, "cgroup.procs", strconv.Itoa(pid))
			}
		}
	}
}

// serves tells whether the hierarchy has a controller for one of the limits.
func (h *hierarchy) serves(limits *Limits) bool {
	return limits.Memory > 0 && slices.Contains(h.controllers, "memory") ||
		limits.Processes > 0 && slices.Contains(h.controllers, "pids") ||
		limits.CPU > 0 && slices.Contains(h.controllers, "cpu")
}

func (h *hierarchy) limit(folder string, limits *Limits) {
	memory, quota, period := "memory.limit_in_bytes", "cpu.cfs_quota_us", 100_000
	if h.unified {
		memory = "memory.max"
		_ = writeGroup(folder, "memory.swap.max", "0") // else the bound would be on what is not swapped out
	}
	if limits.Memory > 0 && slices.Contains(h.controllers, "memory") {
		_ = writeGroup(folder, memory, strconv.FormatInt(limits.Memory, 10))
	}
	if limits.Processes > 0 && slices.Contains(h.controllers, "pids") {
		_ = writeGroup(folder, "pids.max", strconv.Itoa(limits.Processes))
	}
	if limits.CPU <= 0 || !slices.Contains(h.controllers, "cpu") {
		return
	}
	share := max(1000, int(limits.CPU*float64(period))) // the kernel's least is 1 ms
	if h.unified {
		_ = writeGroup(filepath.Dir(h.folder), "cgroup.subtree_control", "+cpu")
		_ = writeGroup(h.folder, "cgroup.subtree_control", "+cpu")
		_ = writeGroup(folder, "cpu.max", fmt.Sprint(share, period))
		return
	}
	_ = writeGroup(folder, quota, strconv.Itoa(share))
}

// oomFile is where the kernel counts those of a group that it killed for their memory.
func (h *hierarchy) oomFile() string {
	if h.unified {
		return "memory.events"
	}
	return "memory.oom_control"
}

// dropGroups removes the groups of a program that has ended; the kernel may need a moment for that.
func dropGroups(folders []string) {
	for _, folder := range folders {
		for pause := time.Millisecond; pause < time.Second; pause *= 2 {
			if err := syscall.Rmdir(folder); err == nil || errors.Is(err, syscall.ENOENT) {
				break
			}
			time.Sleep(pause)
		}
	}
}

func (g *groups) close() {
	if g == nil {
		return
	}
	for _, h := range g.folders {
		h.unite()
		removeGroups(h.folder)
	}
}

func writeGroup(folder, file, text string) error {
	return os.WriteFile(filepath.Join(folder, file), []byte(text), 0o644)
}

func readWords(file string) []string {
	text, _ := os.ReadFile(file)
	return strings.Fields(string(text))
}
