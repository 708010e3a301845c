package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/mattn/go-sqlite3"
)

// maxStatements bounds the prepared statements that a connection keeps: lists are put together
// from many optional conditions.
const maxStatements = 64

// conn is one connection with its prepared statements. It speaks to the driver itself, because
// database/sql costs as much as SQLite does for a small row. One goroutine uses it at a time.
type conn struct {
	raw        driver.Conn
	statements map[string]statement
	args       []driver.NamedValue // of the statement that is being started; kept to be used again
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// dial opens path with the pragmas in options, in the driver's own words.
func dial(path string, options url.Values) (*conn, error) {
	name := url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}
	raw, err := (&sqlite3.SQLiteDriver{}).Open(name.String())
	if err != nil {
		return nil, err
	}
	return &conn{raw: raw, statements: make(map[string]statement)}, nil
}

func (c *conn) close() error {
	return errors.Join(c.forget(), c.raw.Close())
}

// forget closes all prepared statements.
func (c *conn) forget() error {
	var errs []error
	for text, prepared := range c.statements {
		errs = append(errs, prepared.Close())
		delete(c.statements, text)
	}
	return errors.Join(errs...)
}

func (c *conn) prepare(text string) (statement, error) {
	if prepared, ok := c.statements[text]; ok {
		return prepared, nil
	}
	if len(c.statements) >= maxStatements {
		if err := c.forget(); err != nil {
			return nil, err
		}
	}
	raw, err := c.raw.Prepare(text)
	if err != nil {
		return nil, err
	}
	prepared, ok := raw.(statement)
	if !ok {
		return nil, fmt.Errorf("the SQLite driver's %T lacks methods", raw)
	}
	c.statements[text] = prepared
	return prepared, nil
}

// exec runs a statement to its end and returns how many rows it changed.
func (c *conn) exec(text string, args ...any) (int64, error) {
	prepared, err := c.prepare(text)
	if err != nil {
		return 0, err
	}
	// No context here: with one that can end, the driver starts a goroutine for each statement.
	done, err := prepared.ExecContext(context.Background(), c.named(args))
	clear(c.args)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// script runs several statements, or a pragma that may not be prepared ahead.
func (c *conn) script(text string) error {
	execer, ok := c.raw.(driver.ExecerContext)
	if !ok {
		return fmt.Errorf("the SQLite driver's %T cannot run a script", c.raw)
	}
	_, err := execer.ExecContext(context.Background(), text, nil)
	return err
}

// each calls visit for every row. The row's values are its own; it may not be kept itself.
func (c *conn) each(ctx context.Context, text string, args []any, visit func(row) error) (err error) {
	prepared, err := c.prepare(text)
	if err != nil {
		return err
	}
	rows, err := prepared.QueryContext(ctx, c.named(args))
	clear(c.args)
	if err != nil {
		return err
	}
	defer func() {
		// Closing repeats the error that ended the rows; only a new one is news.
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	values := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(values); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := visit(row(values)); err != nil {
			return err
		}
	}
}

// number returns the only value of the only row, 0 where there is none.
func (c *conn) number(ctx context.Context, text string, args ...any) (int64, error) {
	var value int64
	err := c.each(ctx, text, args, func(r row) error {
		value = r.int(0)
		return nil
	})
	return value, err
}

// named is the driver's form of arguments. It binds them before it returns, so that the list can
// serve the next statement.
func (c *conn) named(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, value := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return c.args
}

// row is one row of a result. NULL reads as zero.
type row []driver.Value

func (r row) int(i int) int64 {
	value, _ := r[i].(int64)
	return value
}

func (r row) text(i int) string {
	value, _ := r[i].(string)
	return value
}

// blob returns nil for an empty blob as for NULL.
func (r row) blob(i int) []byte {
	value, _ := r[i].([]byte)
	if len(value) == 0 {
		return nil
	}
	return value
}

func (r row) time(i int) time.Time { return fromNanos(r.int(i)) }

// nanos is the form of a time in the database: Unix nanoseconds, 0 for the zero time.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
