package emulator

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync/atomic"
	"time"
)

// IDs makes request and instance ids. They begin with a time and stay ordered within one process,
// because random unique ids halve the speed of the task table.
type IDs struct {
	last atomic.Uint64 // nanoseconds of the newest id
	node [6]byte       // tells processes apart
}

// NewIDs returns a source of ids.
func NewIDs() *IDs {
	ids := &IDs{}
	_, _ = rand.Read(ids.node[:]) // never fails, see crypto/rand
	return ids
}

// Request returns an FC 3.0 request id: "1-", 8 hex digits of Unix seconds, 8 and 12 hex digits.
func (g *IDs) Request(now time.Time) string { return g.make("1-", now) }

// Instance returns an instance id: "c-" and the same parts.
func (g *IDs) Instance(now time.Time) string { return g.make("c-", now) }

// make spends the second group on the nanosecond, so that ids sort in the order of creation.
func (g *IDs) make(prefix string, now time.Time) string {
	tick := uint64(now.UnixNano())
	for {
		last := g.last.Load()
		if tick <= last {
			tick = last + 1
		}
		if g.last.CompareAndSwap(last, tick) {
			break
		}
	}
	var raw [14]byte
	binary.BigEndian.PutUint32(raw[0:], uint32(tick/1e9))
	binary.BigEndian.PutUint32(raw[4:], uint32(tick%1e9))
	copy(raw[8:], g.node[:])
	text := make([]byte, 0, 32)
	text = append(text, prefix...)
	text = hex.AppendEncode(text, raw[0:4])
	text = append(text, '-')
	text = hex.AppendEncode(text, raw[4:8])
	text = append(text, '-')
	text = hex.AppendEncode(text, raw[8:14])
	return string(text)
}
