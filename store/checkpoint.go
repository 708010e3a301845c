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
	pages   int64       // in the log after the last batch; the leader's, as the rest
	next    int64       // pages at which the writer copies again
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
	if pages < k.pages {
		k.next = 0 // the log has started anew
	}
	k.pages = pages
	if err != nil || pages < max(k.soft, k.next) {
		return
	}
	if k.running.Load() && pages < k.hard {
		select {
		case k.nudge <- struct{}{}:
		default:
		}
		return
	}
	_, _ = walPages(c, "PRAGMA wal_checkpoint(PASSIVE)")
	k.next = pages + k.soft // until then only where the log starts anew: a long reader may hold it back
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
