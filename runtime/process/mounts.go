package process

import (
	"context"
	"errors"
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
}

// Bind shows one folder of the machine at another path.
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
	mounts := &Mounts{Code: m.CodeDir, Layers: m.Layers, Tmp: m.Tmp}
	for i := 0; i+2 < len(m.Binds); i += 3 {
		mounts.Binds = append(mounts.Binds, Bind{m.Binds[i], m.Binds[i+1], m.Binds[i+2] == "ro"})
	}
	return mounts
}
