package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Listener names the process that listens on a TCP port of this machine, e.g. "minio (pid 4711)";
// empty where it cannot be told.
func Listener(port int) string {
	inodes := listenInodes("/proc/net/tcp", port)
	inodes = append(inodes, listenInodes("/proc/net/tcp6", port)...)
	if len(inodes) == 0 {
		return ""
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil {
			continue
		}
		for _, inode := range inodes {
			if target == "socket:["+inode+"]" {
				return describe(strings.Split(link, "/")[2])
			}
		}
	}
	return ""
}

// listenInodes returns the sockets in state LISTEN (0A) on the port.
func listenInodes(table string, port int) []string {
	text, err := os.ReadFile(table)
	if err != nil {
		return nil
	}
	var inodes []string
	for _, row := range strings.Split(string(text), "\n") {
		fields := strings.Fields(row)
		if len(fields) < 10 || fields[3] != "0A" {
			continue
		}
		_, hex, _ := strings.Cut(fields[1], ":")
		if value, err := strconv.ParseInt(hex, 16, 32); err == nil && int(value) == port {
			inodes = append(inodes, fields[9])
		}
	}
	return inodes
}

func describe(pid string) string {
	name, _ := os.ReadFile("/proc/" + pid + "/comm")
	return fmt.Sprintf("%s (pid %s)", strings.TrimSpace(string(name)), pid)
}
