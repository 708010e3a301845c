package store

import (
	"context"
	"errors"
	"net/url"
)

// readers is a pool of read-only connections, each opened when it is first needed.
type readers struct {
	path  string
	slots chan *conn // nil = not opened yet
	ended chan struct{}
}

func newReaders(path string) *readers {
	pool := &readers{path: path, slots: make(chan *conn, maxReaders), ended: make(chan struct{})}
	for range maxReaders {
		pool.slots <- nil
	}
	return pool
}

// with lends a connection to do.
func (p *readers) with(ctx context.Context, do func(c *conn) error) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	var c *conn
	select {
	case <-p.ended:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	case c = <-p.slots:
	}
	defer func() { p.slots <- c }()
	if c == nil {
		var err error
		if c, err = p.dial(); err != nil {
			return err
		}
	}
	err := do(c)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx) // SQLite says "interrupted"
	}
	return err
}

func (p *readers) dial() (*conn, error) {
	return dial(p.path, url.Values{
		"mode":          {"ro"},
		"_query_only":   {"on"},
		"_busy_timeout": {"5000"}, // ms
		"_cache_size":   {"-512"}, // KiB
		"_mutex":        {"no"},   // one borrower at a time
	})
}

// close waits for the borrowers and closes all connections.
func (p *readers) close() error {
	close(p.ended)
	var errs []error
	for range maxReaders {
		if c := <-p.slots; c != nil {
			errs = append(errs, c.close())
		}
	}
	return errors.Join(errs...)
}
