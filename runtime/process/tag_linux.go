package process

import (
	"math/rand/v2"
	"syscall"

	"golang.org/x/sys/unix"
)

// A tag marks all processes of one instance. It is kept in the soft limit on file locks, which has
// had no meaning since Linux 2.4.25 and which every child inherits: setsid, a double fork, a
// changed environment and closed descriptors do not shed it, and anybody can read it cheaply.

const (
	tagMark   = int64(1) << 62 // keeps tags apart from limits that anybody would set
	tagSerial = int64(1)<<31 - 1
)

// newTagBase draws the part of the tags that the instances of one guardian share; 0 where this
// system does not keep tags.
func newTagBase() int64 {
	var own unix.Rlimit
	if unix.Prlimit(0, unix.RLIMIT_LOCKS, nil, &own) != nil || own.Max < 1<<63-1 {
		return 0
	}
	return tagMark | rand.Int64N(1<<30)<<31
}

func tagFor(base, id int64) int64 {
	if base == 0 {
		return 0
	}
	return base | id&tagSerial
}

// tagNextChild marks the guardian itself, and so the child that it forks next.
func tagNextChild(tag int64) {
	if tag == 0 {
		return
	}
	var own unix.Rlimit
	if unix.Prlimit(0, unix.RLIMIT_LOCKS, nil, &own) == nil {
		own.Cur = uint64(tag)
		_ = unix.Prlimit(0, unix.RLIMIT_LOCKS, &own, nil)
	}
}

// tagOf is a process's tag; 0 when it has none or is not ours to ask.
func tagOf(pid int) int64 {
	var limit unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_LOCKS, nil, &limit) != nil || int64(limit.Cur)&tagMark == 0 || limit.Cur>>63 != 0 {
		return 0
	}
	return int64(limit.Cur)
}

// killTagged sends SIGKILL to every process on the machine whose tag has the base; false when
// there was none.
func killTagged(base int64) bool {
	if base == 0 {
		return false
	}
	struck := false
	for _, pid := range processes() {
		if tag := tagOf(pid); tag != 0 && tag&^tagSerial == base && !isZombie(pid) {
			struck = syscall.Kill(pid, syscall.SIGKILL) == nil || struck
		}
	}
	return struck
}

func isZombie(pid int) bool {
	fields := statFields(pid)
	return len(fields) == 0 || fields[0] == "Z" || fields[0] == "X"
}
