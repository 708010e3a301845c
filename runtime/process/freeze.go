package process

import (
	"errors"
	"os"
	"slices"
	"syscall"
)

// Freeze stops the program and its descendants.
func (c *child) Freeze() { _ = c.line.wire.send(&message{Kind: askFreeze, ID: c.id}) }

// Thaw lets a frozen program go on.
func (c *child) Thaw() { _ = c.line.wire.send(&message{Kind: askThaw, ID: c.id}) }

// freeze stops all processes of an instance. It looks until no new ones appear: one that is not
// stopped yet may have started others.
func (g *guardian) freeze(id int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	inst := g.instances[id]
	if inst == nil || inst.pid == 0 || inst.over || inst.doomed {
		return
	}
	_ = syscall.Kill(-inst.pid, syscall.SIGSTOP)
	tree := family{Main: inst.pid, Guardian: os.Getpid(), Tag: inst.tag}
	const looks = 10 // a fork bomb is not worth more
	for range looks {
		found := false
		members, whole := tree.members()
		for _, pid := range members {
			if !slices.Contains(inst.frozen, pid) && syscall.Kill(pid, syscall.SIGSTOP) == nil {
				inst.frozen = append(inst.frozen, pid)
				found = true
			}
		}
		if !found && whole {
			return
		}
	}
}

// thaw lets go on what freeze has stopped, and nothing that stopped itself. Processes that are
// stopped end by SIGKILL only, which the guardian alone sends or, from outside, makes no number
// another instance's: its tag is looked at.
func (g *guardian) thaw(id int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	inst := g.instances[id]
	if inst == nil {
		return
	}
	for _, pid := range inst.frozen {
		if inst.tag == 0 || tagOf(pid) == inst.tag {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	}
	if len(inst.frozen) == 0 && inst.pid != 0 && !inst.over { // where a tree cannot be read
		_ = syscall.Kill(-inst.pid, syscall.SIGCONT)
	}
	inst.frozen = nil
}

// fail writes an error into the message.
func (m *message) fail(err error) {
	m.Text, m.Code = err.Error(), int64(syscall.EIO)
	var number syscall.Errno
	if errors.As(err, &number) {
		m.Code = int64(number)
	}
}
