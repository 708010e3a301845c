package journal

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Options bound the journal. Zero values mean the defaults.
type Options struct {
	Segments     int           // files kept; the oldest goes first. Default 8, at least 2
	SegmentBytes int64         // size at which a file is full. Default 16 MiB
	MemoryBytes  int           // lines kept in memory beside those not yet written. Default 4 MiB
	PendingBytes int           // lines that may wait for the disk; beyond, lines are dropped and counted. Default 8 MiB, at most that
	FlushAfter   time.Duration // how long a line waits for others before it is written. Default 50 ms
}

// maxPending bounds Options.PendingBytes so that no more than restartGap lines can be lost by a kill.
const maxPending = 8 << 20

// restartGap is left in the sequence when a journal is opened again: lines which a follower saw in
// memory but which were killed before they reached the disk keep numbers of their own, so that its
// cursor does not hide what came later.
const restartGap = 1 << 16

func (o Options) withDefaults() Options {
	if o.Segments == 0 {
		o.Segments = 8
	}
	o.Segments = max(o.Segments, 2)
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = 16 << 20
	}
	if o.MemoryBytes <= 0 {
		o.MemoryBytes = 4 << 20
	}
	if o.PendingBytes <= 0 || o.PendingBytes > maxPending {
		o.PendingBytes = maxPending
	}
	if o.FlushAfter <= 0 {
		o.FlushAfter = 50 * time.Millisecond
	}
	return o
}

// Journal is the log of one data folder. All methods are safe for concurrent use.
type Journal struct {
	dir     string
	options Options
	wake    chan struct{} // tells a sleeping writer that there is something again

	mu       sync.Mutex
	recent   ring
	segments []segment     // on disk, oldest first
	last     int64         // sequence of the newest line
	dropped  int64         // lines dropped since the last one that was kept
	idle     bool          // the writer sleeps until it is woken
	arrived  chan struct{} // closed at the next line; nil while no follower waits
}

// Open opens or makes the journal in dir, which belongs to this process alone. A line that a kill
// left half-written is cut off.
func Open(dir string, options Options) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the log folder: %w", err)
	}
	segments, err := listSegments(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot read the log folder: %w", err)
	}
	last, err := repair(segments)
	if err != nil {
		return nil, err
	}
	if last > 0 {
		last += restartGap
	}
	return &Journal{
		dir: dir, options: options.withDefaults(), wake: make(chan struct{}, 1),
		segments: segments, last: last, recent: ring{written: last},
	}, nil
}

// Append adds a line, sets its Sequence and never waits for the disk. While the disk cannot keep
// up and PendingBytes are waiting, lines are dropped; the next one kept is preceded by a system
// line that says how many. The platform's own lines, few and needed to cut a log into calls, are
// always kept.
func (j *Journal) Append(line emulator.LogLine) {
	j.mu.Lock()
	if j.recent.pending >= j.options.PendingBytes && !ofPlatform(line) {
		j.dropped++
		j.mu.Unlock()
		return
	}
	if j.dropped > 0 {
		j.add(systemLine("%d log lines were dropped: the disk could not keep up", j.dropped))
		j.dropped = 0
	}
	j.add(line)
	wake := j.idle
	j.idle = false
	if j.arrived != nil {
		close(j.arrived)
		j.arrived = nil
	}
	j.mu.Unlock()
	if wake {
		select {
		case j.wake <- struct{}{}:
		default:
		}
	}
}

func ofPlatform(line emulator.LogLine) bool {
	return line.Stream == "system" || strings.HasPrefix(line.Text, "FC ") && strings.Contains(line.Text, " RequestId: ")
}

// Last is the Sequence of the newest line.
func (j *Journal) Last() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
}

// add is called with the lock held.
func (j *Journal) add(line emulator.LogLine) {
	j.last++
	line.Sequence = j.last
	j.recent.add(line)
	j.recent.trim(j.options.MemoryBytes)
}

func systemLine(format string, args ...any) emulator.LogLine {
	return emulator.LogLine{Time: time.Now(), Stream: "system", Text: fmt.Sprintf(format, args...)}
}
