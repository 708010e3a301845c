package cmd_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// descendants are the processes below one, with what they were started as. Those that have ended and
// are still to be waited for count, too. It is empty where the system has no /proc.
func descendants(ancestor int) map[int]string {
	found := map[int]string{}
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		pid, _ := strconv.Atoi(filepath.Base(folder))
		if name := descendantOf(pid, ancestor); name != "" && pid != ancestor {
			found[pid] = name
		}
	}
	return found
}

// descendantOf is what a process below ancestor was started as; empty when there is no such process.
func descendantOf(pid, ancestor int) string {
	name, parent := lineage(pid)
	for at := parent; name != "" && at != ancestor; {
		if at <= 1 {
			return ""
		}
		_, at = lineage(at)
	}
	return name
}

// lineage is the command line and the parent of a process; empty when there is none.
func lineage(pid int) (name string, parent int) {
	folder := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(folder + "/stat")
	if err != nil {
		return "", 0
	}
	before, rest, _ := strings.Cut(string(stat), ") ")
	if fields := strings.Fields(rest); len(fields) > 1 {
		parent, _ = strconv.Atoi(fields[1])
	}
	command, _ := os.ReadFile(folder + "/cmdline")
	if len(command) == 0 { // a zombie, or a thread of the kernel
		return before, parent
	}
	return strings.TrimRight(strings.ReplaceAll(string(command), "\x00", " "), " "), parent
}
