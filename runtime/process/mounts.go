package process

import (
	"context"
	"errors"
	"strconv"
	"syscall"
)

// Mounts are the folders that a program sees at paths of its own, where Capabilities.Paths is
// empty: nobody else sees them there. Elsewhere they have no effect.
type Mounts struct {
	Code string // folder that is /code; empty = the machine's own /code
	// Layers are folders that are merged into /opt, read-only: of two files with the same path the
	// one of the earlier folder counts. The machine's own /opt lies below them.
	Layers []string
	Tmp    int64 // size in bytes of a /tmp of its own, which is empty; 0 = the machine's own /tmp
	Binds  []Bind
	// Root is a folder that is the program's whole root, with the machine's /proc, /sys and /dev: it
	// sees nothing else of the machine. What it writes is in memory, Disk bytes at most, and gone at its
	// end. Empty: the machine's root.
	Root string
	Disk int64
}

// Account is whom a program runs as.
type Account struct {
	UID, GID int
	Groups   []int
}

// Bind shows one folder of the machine, or one file, at another path.
type Bind struct {
	Source, Target string // absolute; the target need not exist
	ReadOnly       bool
}

// ErrNoMounts is the error of Process.Mount where programs have no paths of their own.
var ErrNoMounts = errors.New("the program was started without paths of its own")

// Mount gives a program that was started with empty Spec.Mounts its folders while it runs.
func (c *child) Mount(ctx context.Context, mounts Mounts) error {
	if !c.private {
		return ErrNoMounts
	}
	m := &message{Kind: askMount, ID: c.id}
	m.put(&mounts)
	select {
	case c.mounting <- struct{}{}: // one at a time, so that an answer is the right one's
		defer func() { <-c.mounting }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := c.line.wire.send(m); err != nil {
		return errGuardianLost
	}
	select {
	case answer := <-c.mounted:
		if answer.Code != 0 {
			return &startError{syscall.Errno(answer.Code), answer.Text}
		}
		return nil
	case <-c.gone:
		return errors.New("the program has ended")
	case <-c.line.cut:
		return errGuardianLost
	}
}

// put writes the folders into the message.
func (m *message) put(mounts *Mounts) {
	m.Private, m.CodeDir, m.Layers, m.Tmp = 1, mounts.Code, mounts.Layers, mounts.Tmp
	m.Root, m.Disk = mounts.Root, mounts.Disk
	for _, bind := range mounts.Binds {
		access := "rw"
		if bind.ReadOnly {
			access = "ro"
		}
		m.Binds = append(m.Binds, bind.Source, bind.Target, access)
	}
}

// mounts reads them from the message.
func (m *message) mounts() *Mounts {
	mounts := &Mounts{Code: m.CodeDir, Layers: m.Layers, Tmp: m.Tmp, Root: m.Root, Disk: m.Disk}
	for i := 0; i+2 < len(m.Binds); i += 3 {
		mounts.Binds = append(mounts.Binds, Bind{m.Binds[i], m.Binds[i+1], m.Binds[i+2] == "ro"})
	}
	return mounts
}

// putAccount writes whom the program runs as.
func (m *message) putAccount(account *Account) {
	for _, id := range append([]int{account.UID, account.GID}, account.Groups...) {
		m.Account = append(m.Account, strconv.Itoa(id))
	}
}

// account reads it; nil: the emulator's own.
func (m *message) account() *Account {
	var ids []int
	for _, text := range m.Account {
		id, _ := strconv.Atoi(text)
		ids = append(ids, id)
	}
	if len(ids) < 2 {
		return nil
	}
	return &Account{ids[0], ids[1], ids[2:]}
}
