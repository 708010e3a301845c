//go:build !linux

package process

// groups is nothing: this system has no control groups.
type groups struct{}

func openGroups() *groups { return nil }

func (g *groups) memory() bool { return false }

func (g *groups) hold(*child, Limits) {}

func (g *groups) close() {}
