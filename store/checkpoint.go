package store

import (
	"context"
	"net/url"
	"sync/atomic"
)

// walSoft is the size of the write-ahead log, in bytes, at which its pages begin to move into the
// database file. A log that is used over and over costs the disk less than one that grows, and a
// short one is read back fast after a crash. walHard is where writers wait for it.
const (
	walSoft = 8 << 20
	walHard = 4 * walSoft
)

// checkpoint keeps the write-ahead log short. Most of the copying happens beside the writer, on a
// connection of its own; but while tasks pour in, that never catches up, and only a log that is
// copied whole starts anew. So the writer copies the short rest itself, between two batches.
type checkpoint struct {
	nudge   chan struct{}
	running atomic.Bool // the loop is there to be nudged
	copied  atomic.Bool // the loop has copied most; the rest is the writer's
	next    int64       // pages in the log at which the writer acts; the leader's
	soft    int64
	hard    int64
}

func newCheckpoint() *checkpoint {
	return &checkpoint{nudge: make(chan struct{}, 1), soft: walSoft / pageSize, hard: walHard / pageSize}
}

// afterBatch is called by the writer between two transactions. A failed checkpoint loses nothing:
// the log keeps the pages and the next one tries again.
func (k *checkpoint) afterBatch(c *conn) {
	if k.copied.CompareAndSwap(true, false) {
		k.next = 0
		_, _ = walPages(c, "PRAGMA wal_checkpoint(PASSIVE)")
		return
	}
	pages, err := walPages(c, "PRAGMA wal_checkpoint(NOOP)")
	if err != nil || pages < k.soft {
		k.next = 0
		return
	}
	if k.running.Load() && pages < k.hard {
		select {
		case k.nudge <- struct{}{}:
		default:
		}
		return
	}
	if pages < k.next {
		return // a long reader holds the log back
	}
	_, _ = walPages(c, "PRAGMA wal_checkpoint(PASSIVE)")
	k.next = pages + k.soft
}

// loop copies when nudged, until ctx ends.
func (k *checkpoint) loop(ctx context.Context, path string) error {
	c, err := dial(path, url.Values{"_synchronous": {"FULL"}, "_cache_size": {"-256"}, "_busy_timeout": {"0"}})
	if err != nil {
		return explain(path, err)
	}
	k.running.Store(true)
	defer k.running.Store(false)
	for {
		select {
		case <-ctx.Done():
			return c.close()
		case <-k.nudge:
			_, _ = walPages(c, "PRAGMA wal_checkpoint(PASSIVE)")
			k.copied.Store(true)
			select { // asked for again while at it
			case <-k.nudge:
			default:
			}
		}
	}
}

// walPages runs a checkpoint pragma and returns how many pages the log holds.
func walPages(c *conn, pragma string) (int64, error) {
	var pages int64
	err := c.each(context.Background(), pragma, nil, func(r row) error {
		pages = r.int(1)
		return nil
	})
	return pages, err
}
