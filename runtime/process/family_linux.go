package process

import (
	"os"
	"strconv"
	"strings"
)

// family finds the processes of one instance: the program's descendants, and the guardian's
// adopted orphans that carry the instance's tag, with their descendants.
type family struct {
	Main     int // 0 when the program itself has been reaped
	Guardian int
	Tag      int64
}

// members is not whole when a thread that had children ended meanwhile.
func (f family) members() (found []int, whole bool) {
	tree := newTree()
	if f.Main != 0 {
		found = tree.add(append(found, f.Main), f.Main)
	}
	if f.Tag == 0 {
		return found, !tree.torn
	}
	for _, pid := range tree.children(f.Guardian) {
		if pid != f.Main && tagOf(pid) == f.Tag {
			found = tree.add(append(found, pid), pid)
		}
	}
	return found, !tree.torn
}

// descendants are all processes below pid; not whole as members.
func descendants(pid int) (found []int, whole bool) {
	tree := newTree()
	found = tree.add(nil, pid)
	return found, !tree.torn
}

// tree tells the children of processes.
type tree struct {
	scanned map[int][]int // nil where the kernel lists children itself
	torn    bool          // a thread ended while the tree was read, and its children moved
}

func newTree() *tree {
	if _, err := os.Stat("/proc/thread-self/children"); err == nil {
		return new(tree)
	}
	return &tree{scanned: scanParents()}
}

// add appends the descendants of pid.
func (t *tree) add(found []int, pid int) []int {
	for _, child := range t.children(pid) {
		found = t.add(append(found, child), child)
	}
	return found
}

func (t *tree) children(pid int) []int {
	if t.scanned != nil {
		return t.scanned[pid]
	}
	var found []int
	tasks := "/proc/" + strconv.Itoa(pid) + "/task/"
	for _, thread := range names(tasks) {
		text, err := os.ReadFile(tasks + thread + "/children")
		if err != nil {
			t.torn = true
		}
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				found = append(found, child)
			}
		}
	}
	return found
}

// scanParents reads every process's parent, for kernels built without the lists of children.
func scanParents() map[int][]int {
	children := make(map[int][]int)
	for _, pid := range processes() {
		fields := statFields(pid)
		if len(fields) < 2 {
			continue
		}
		if parent, err := strconv.Atoi(fields[1]); err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	return children
}

// processes are the ids of all processes.
func processes() []int {
	var found []int
	for _, name := range names("/proc") {
		if pid, err := strconv.Atoi(name); err == nil {
			found = append(found, pid)
		}
	}
	return found
}

// statFields are the fields of /proc/PID/stat after the program's name: state, parent, …
func statFields(pid int) []string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return nil
	}
	end := strings.LastIndexByte(string(text), ')') // the name may hold anything
	return strings.Fields(string(text[end+1:]))
}

// processStart is a process's start time, in the system's own unit; empty when there is none.
func processStart(pid int) string {
	if fields := statFields(pid); len(fields) > 19 && fields[0] != "Z" {
		return fields[19]
	}
	return ""
}

func names(dir string) []string {
	folder, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer folder.Close()
	list, _ := folder.Readdirnames(-1)
	return list
}
