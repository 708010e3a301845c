package process

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// kinAge is how long a tree's list of processes is used before it is read anew: reading it costs
// several times what reading the memory of one process does.
const kinAge = 100 * time.Millisecond

// Memory is the resident memory of the tree in bytes; pages that processes of the tree share count
// once each.
func (c *child) Memory() int64 {
	var total int64
	for _, pid := range c.processes(kinAge) {
		total += resident(pid)
	}
	return total
}

// Footprint is the proportional memory of the tree in bytes.
func (c *child) Footprint() int64 {
	var total int64
	for _, pid := range c.processes(0) {
		total += proportional(pid)
	}
	return total
}

// processes are those of the tree, from a list that is not older than age; none after its end.
func (c *child) processes(age time.Duration) []int {
	select {
	case <-c.gone:
		return nil
	default:
	}
	over := false
	select {
	case <-c.done:
		over = true
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.kinAt.IsZero() && time.Since(c.kinAt) < age && !over {
		return c.kin
	}
	tree := family{Guardian: c.line.process.Pid, Tag: c.tagged()}
	if !over {
		tree.Main = c.pid
	}
	c.kin, _ = tree.members()
	c.kinAt = time.Now()
	return c.kin
}

// resident is a process's resident memory in bytes, 0 when it has ended.
func resident(pid int) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// proportional divides shared pages by their users; where that may not be read it is resident.
func proportional(pid int) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
	if err != nil {
		return resident(pid)
	}
	_, rest, found := strings.Cut(string(text), "\nPss:")
	fields := strings.Fields(rest)
	if !found || len(fields) == 0 {
		return resident(pid)
	}
	kilobytes, _ := strconv.ParseInt(fields[0], 10, 64)
	return kilobytes << 10
}
