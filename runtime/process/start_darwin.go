package process

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// processStart is a process's start time, in microseconds since 1970; empty when there is none.
func processStart(pid int) string {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil || int(info.Proc.P_pid) != pid {
		return ""
	}
	start := info.Proc.P_starttime
	return strconv.FormatInt(start.Sec*1_000_000+int64(start.Usec), 10)
}
