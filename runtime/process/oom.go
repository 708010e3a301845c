package process

import (
	"os"
	"strings"
	"syscall"
)

func (c *child) setOOMFile(file string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.oomFile = file
}

// outOfMemory tells whether the kernel ended the program for its memory. One that ends as a shell does
// whose command was killed counts, too; one that goes on without a killed child does not.
func (c *child) outOfMemory(exit Exit) bool {
	if exit.Signal != syscall.SIGKILL && exit.Code != 128+int(syscall.SIGKILL) {
		return false
	}
	c.mu.Lock()
	file := c.oomFile
	c.mu.Unlock()
	return file != "" && oomKills(file)
}

// oomKills reads the counter, whose line is the same in both versions of control groups. The kernel
// counts before it kills.
func oomKills(file string) bool {
	text, _ := os.ReadFile(file)
	for _, line := range strings.Split(string(text), "\n") {
		if count, ok := strings.CutPrefix(line, "oom_kill "); ok {
			return count != "0"
		}
	}
	return false
}
