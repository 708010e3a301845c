// Package store keeps the catalogue and the asynchronous tasks in one SQLite file: one connection
// that writes, grouping what waits into one commit, and a few that read.
package store

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// pageSize of a new database, in bytes. A lone commit writes the last page of the table and of each
// index whole, which speaks for small pages; large payloads speak for large ones. Between 4 and
// 16 KiB the rates measured the same, and this writes half the bytes of 16 KiB.
const pageSize = 8 << 10

// maxReaders bounds the connections that read at the same time.
const maxReaders = 4

// Store is the database of one emulator. All methods may be used at the same time.
type Store struct {
	path    string
	writer  *writer
	readers *readers
	closing sync.Once
	closed  error
}

// Option changes how a store works.
type Option func(*writer)

// GroupLimit bounds how many writes may share one commit. 1 means a commit for each, the baseline
// that benchmarks compare with.
func GroupLimit(writes int) Option {
	return func(w *writer) { w.limit = max(writes, 1) }
}

// Open opens the database file at path, making it and bringing its schema up to date where
// needed. The folder must exist. Faults are one line that names the file and the next step.
func Open(ctx context.Context, path string, options ...Option) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := create(path); err != nil {
		return nil, err
	}
	c, err := dial(path, writerOptions())
	if err != nil {
		return nil, explain(path, err)
	}
	w, err := newWriter(ctx, c, path)
	if err != nil {
		_ = c.close()
		return nil, err
	}
	for _, option := range options {
		option(w)
	}
	return &Store{path: path, writer: w, readers: newReaders(path)}, nil
}

// Run moves written pages from the log into the database file in the background, until ctx ends.
// The store works without it too: writers then do that between two commits.
func (s *Store) Run(ctx context.Context) error { return s.writer.log.loop(ctx, s.path) }

// Close waits for the writes under way and closes the file. Later calls answer ErrClosed.
func (s *Store) Close() error {
	s.closing.Do(func() {
		if s.closed = s.readers.close(); s.closed == nil {
			s.closed = s.writer.close()
			return
		}
		_ = s.writer.close()
	})
	return s.closed
}

// create makes an empty database with our page size, which can be chosen only then.
func create(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a folder, not a database: choose another --data-dir", path)
	case err == nil && info.Size() > 0:
		return nil
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	c, err := dial(path, url.Values{})
	if err != nil {
		return explain(path, err)
	}
	err = c.script(fmt.Sprintf("PRAGMA page_size = %d; PRAGMA journal_mode = WAL", pageSize))
	if closed := c.close(); err == nil {
		err = closed
	}
	return explain(path, err)
}

func writerOptions() url.Values {
	return url.Values{
		"_txlock":       {"immediate"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_busy_timeout": {"5000"}, // ms
		"_foreign_keys": {"on"},
		"_cache_size":   {"-4096"}, // KiB
		"_mutex":        {"no"},    // the leader's alone
	}
}

func newWriter(ctx context.Context, c *conn, path string) (*writer, error) {
	if err := migrate(c, path); err != nil {
		return nil, err
	}
	if err := c.script("PRAGMA wal_autocheckpoint = 0"); err != nil {
		return nil, explain(path, err)
	}
	last, err := c.number(ctx, "SELECT max(sequence) FROM task")
	if err != nil {
		return nil, explain(path, err)
	}
	return &writer{
		conn:      c,
		limit:     maxBatch,
		full:      true,
		sequence:  last,
		functions: make(map[emulator.Name]int64),
		log:       newCheckpoint(),
		idle:      make(chan struct{}),
	}, nil
}

// write runs do in the writer's next transaction.
func (s *Store) write(ctx context.Context, durable bool, size int, do func(w *writer) error) error {
	return explain(s.path, s.writer.submit(ctx, &op{do: do, durable: durable, size: size}))
}

// read runs do on a reader of its own.
func (s *Store) read(ctx context.Context, do func(c *conn) error) error {
	return explain(s.path, s.readers.with(ctx, do))
}
