//go:build !linux

package process

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"time"
)

// selfExecutable is empty: this system has no name for "this very binary".
const selfExecutable = ""

const ownershipText = "; who answers on a port cannot be proven on this system"

func deathText(bool) string {
	return "a program that leaves its process group may live on after its instance and after the emulator: " +
		"this system gives orphans to nobody who could end them"
}

func adoptOrphans() {}

// waitChild waits for any child, reaps it and calls before.
func waitChild(before func(pid int)) (int, syscall.WaitStatus, syscall.Rusage, error) {
	var status syscall.WaitStatus
	var usage syscall.Rusage
	pid, err := syscall.Wait4(-1, &status, 0, &usage)
	if err == nil {
		before(pid)
	}
	return pid, status, usage, err
}

// maxRSS is in bytes.
func maxRSS(usage syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}

func holdNetwork(byte) (release func()) { return nil }

// bootID is empty: start times are absolute on this system.
func bootID() string { return "" }

// There are no tags on this system.
const tagMark = 0

func newTagBase() int64       { return 0 }
func tagFor(_, _ int64) int64 { return 0 }
func tagNextChild(int64)      {}
func tagOf(int) int64         { return 0 }
func killTagged(int64) bool   { return false }

// family is the process group alone on this system; the guardian signals it besides.
type family struct {
	Main     int
	Guardian int
	Tag      int64
}

func (f family) members() ([]int, bool) { return nil, true }

func descendants(int) ([]int, bool) { return nil, true }

// network is nothing: there are no addresses of an instance's own.
type network struct{}

func onOwnThread(do func()) { do() }

// launch starts the program of an instance.
func (g *guardian) launch(inst *instance, m *message, descriptors []int) error {
	return g.fork(inst, m, descriptors)
}

func (g *guardian) tryAddresses(*message) error {
	return errors.New("the kernel of " + runtime.GOOS + " cannot give programs addresses of their own")
}

func probeMain() int { return 1 }

// Memory is 0: this system does not tell.
func (c *child) Memory() int64 { return 0 }

// Footprint is 0: this system does not tell.
func (c *child) Footprint() int64 { return 0 }

func (c *child) listeners() []netip.AddrPort { return nil }

// portAnswers tells whether somebody, who cannot be the program to be started, has the port.
func portAnswers(port int) bool {
	conn, err := net.DialTimeout("tcp", loopback(port).String(), 100*time.Millisecond)
	if err == nil {
		conn.Close()
	}
	return err == nil
}

// awaitListener makes the child ready when somebody answers on the port that it was given, or on
// the one that it insists on if nobody had that before.
func (c *child) awaitListener() {
	pause := 2 * time.Millisecond
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-timer.C:
		}
		switch {
		case portAnswers(c.portGiven):
			c.releasePort()
			c.becomeReady(loopback(c.portGiven))
			return
		case !c.stranger && portAnswers(c.spec.Port):
			c.insist()
			c.becomeReady(loopback(c.spec.Port))
			return
		}
		pause = min(pause*3/2, 20*time.Millisecond)
		timer.Reset(pause)
	}
}
