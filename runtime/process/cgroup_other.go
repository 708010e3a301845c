//go:build !linux

package process

// groups is nothing: this system has no control groups.
type groups struct{}

func openGroups() *groups { return nil }

func (g *groups) lack() string { return "memory is not watched on this system" }

func (g *groups) lackCPU() string { return "processor time cannot be divided on this system" }

func (g *groups) hold(*child, Limits) {}

func (g *groups) close() {}
