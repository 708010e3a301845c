package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// unified is where the unified hierarchy of control groups is mounted.
func unified(t *testing.T) string {
	t.Helper()
	for _, mount := range cgroupMounts() {
		if mount.controllers == nil {
			return mount.point
		}
	}
	t.Skip("no unified hierarchy of control groups is mounted")
	return ""
}

// emptyGroup makes a group in the unified hierarchy.
func emptyGroup(t *testing.T) string {
	t.Helper()
	point := unified(t)
	own := filepath.Join(point, relative("/", ownGroups()[""]))
	group := filepath.Join(filepath.Dir(own), "test-"+groupPrefix+strconv.Itoa(os.Getpid()))
	if own == point {
		group = filepath.Join(point, filepath.Base(group))
	}
	if err := os.Mkdir(group, 0o755); err != nil {
		t.Skipf("this user may not have control groups here: %v", err)
	}
	t.Cleanup(func() { os.Remove(group) })
	return group
}

// TestGroupIsSplit: a process alone in its group, with its child, moves below the folder of control groups
// and back again; not so with a stranger in the group.
func TestGroupIsSplit(t *testing.T) {
	group := emptyGroup(t)
	stranger := exec.Command(python, "-c", "import time; time.sleep(1000)")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer stranger.Wait()
	defer stranger.Process.Kill()
	if err := writeGroup(group, "cgroup.procs", strconv.Itoa(stranger.Process.Pid)); err != nil {
		t.Skipf("this user may not fill control groups here: %v", err)
	}
	out, err := exec.Command(os.Args[0], helperCommand, "split", group, "stranger").CombinedOutput()
	if err != nil {
		t.Errorf("with a stranger: %v\n%s", err, out)
	}
	stranger.Process.Kill()
	until(t, "the stranger has left", func() bool { return len(readWords(filepath.Join(group, "cgroup.procs"))) == 0 })
	out, err = exec.Command(os.Args[0], helperCommand, "split", group, "alone").CombinedOutput()
	if err != nil {
		t.Errorf("alone: %v\n%s", err, out)
	}
	if left, _ := filepath.Glob(group + "/" + groupPrefix + "*"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// splitSelf enters the group and splits it, as an emulator does; without controllers, which a test
// cannot be sure of.
func splitSelf(group, with string) error {
	if err := writeGroup(group, "cgroup.procs", strconv.Itoa(os.Getpid())); err != nil {
		return err
	}
	child := exec.Command(python, "-c", "import time; time.sleep(1000)")
	if err := child.Start(); err != nil {
		return err
	}
	defer child.Wait()
	defer child.Process.Kill()
	if oursAlone(group) != (with == "alone") {
		return errors.New("whether we are alone in the group is told wrongly")
	}
	if with != "alone" {
		return nil
	}
	h := hierarchy{folder: makeGroup(group), unified: true, split: group}
	if !h.moveIn() {
		return errors.New("our processes do not move")
	}
	for _, pid := range []int{os.Getpid(), child.Process.Pid} {
		if at := unifiedOf(pid); !strings.HasSuffix(at, filepath.Join(filepath.Base(h.folder), selfGroup)) {
			return fmt.Errorf("%d is in %s", pid, at)
		}
	}
	h.unite()
	removeGroups(h.folder)
	if at := unifiedOf(child.Process.Pid); filepath.Base(at) != filepath.Base(group) {
		return errors.New("the child is in " + at)
	}
	return nil
}

// unifiedOf is a process's group in the unified hierarchy.
func unifiedOf(pid int) string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cgroup")
	_, group, _ := strings.Cut(string(text), "0::")
	return strings.TrimSpace(group)
}
