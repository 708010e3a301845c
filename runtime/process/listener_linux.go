package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Listener names the process that listens on a TCP port of this machine, e.g. "minio (pid 4711)";
// empty where it cannot be told.
func Listener(port int) string {
	wanted := make(map[string]bool)
	for inode, address := range tcpListeners() {
		if int(address.Port()) == port {
			wanted["socket:["+inode+"]"] = true
		}
	}
	if len(wanted) == 0 {
		return ""
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && wanted[target] {
			return describe(strings.Split(link, "/")[2])
		}
	}
	return ""
}

func describe(pid string) string {
	name, _ := os.ReadFile("/proc/" + pid + "/comm")
	return fmt.Sprintf("%s (pid %s)", strings.TrimSpace(string(name)), pid)
}
