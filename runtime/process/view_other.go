//go:build !linux

package process

import (
	"errors"
	"runtime"
	"syscall"
)

// view is what a guardian sees of the machine: on this system always all of it.
type view struct {
	mode string
}

func views() []view { return nil }

func (v view) args() []string { return nil }

func (v view) attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func remedy(string, error) string { return "" }

// AppArmorRemedy is empty: this system has no AppArmor.
func AppArmorRemedy() string { return "" }

// space is nothing: programs see the machine's paths.
type space struct{}

func openSpace(string) (*space, error) {
	return nil, errors.New(runtime.GOOS + " cannot give programs paths of their own")
}

func limitFiles() {}

func keepDescriptors() { syscall.CloseOnExec(lineDescriptor) }

func become(*syscall.ProcAttr, *Account) {}

func (g *guardian) mount(m *message) {
	answer := &message{Kind: tellMounted, ID: m.ID}
	answer.fail(ErrNoMounts)
	g.toEmulator(answer)
}

func (g *guardian) wantDescriptor(*syscall.SysProcAttr) *int { return nil }

func (g *guardian) hostPID(pid int, _ *int) int { return pid }
