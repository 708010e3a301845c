package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// Bounds of one transaction of the writer.
const (
	maxBatch      = 1024
	maxBatchBytes = 8 << 20
)

// writer owns the only connection that writes, and groups what is asked of it: whoever finds it
// free leads a transaction of all that waits, commits once, answers the others and hands the lead
// to the first who came meanwhile. A lone caller so commits at once on its own goroutine, with no
// hand-over; sixty-four callers share one sync of the disk.
type writer struct {
	mu      sync.Mutex
	led     bool // somebody leads
	closed  bool
	waiting []*op
	idle    chan struct{} // closed when closed and not led

	// The rest is the leader's.
	conn      *conn
	limit     int  // operations in one transaction
	full      bool // synchronous is FULL, not NORMAL
	sequence  int64
	functions map[emulator.Name]int64 // numbers of functions, as committed or about to be
	log       *checkpoint
}

// op is one write. do runs its statements; it may run twice, when the batch that it was in is
// spoiled by another, so it changes nothing but the database and what the op itself will report.
type op struct {
	do      func(w *writer) error
	durable bool // the answer must survive a loss of power
	size    int  // bytes that it writes, about
	err     error
	wake    chan bool // true: lead; false: done
}

// submit runs o in a transaction and returns its error. When ctx ends before o's transaction has
// begun, o is withdrawn; after that its end is awaited.
func (w *writer) submit(ctx context.Context, o *op) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	lead, err := w.enter(o)
	if err != nil {
		return err
	}
	if !lead {
		select {
		case lead = <-o.wake:
		case <-ctx.Done():
			if w.withdraw(o) {
				return context.Cause(ctx)
			}
			lead = <-o.wake
		}
	}
	if lead {
		w.lead(o)
	}
	var refused refusal
	if errors.As(o.err, &refused) {
		return refused.error
	}
	return o.err
}

// enter makes the caller the leader, or puts o in the queue.
func (w *writer) enter(o *op) (lead bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false, ErrClosed
	}
	if !w.led {
		w.led = true
		return true, nil
	}
	o.wake = make(chan bool, 1)
	w.waiting = append(w.waiting, o)
	return false, nil
}

// withdraw takes o out of the queue. It is false when o has been taken already.
func (w *writer) withdraw(o *op) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := slices.Index(w.waiting, o)
	if at < 0 {
		return false
	}
	w.waiting = slices.Delete(w.waiting, at, at+1)
	return true
}

// lead runs one batch, answers it, and hands the lead on.
func (w *writer) lead(own *op) {
	batch := w.take(own)
	w.run(batch)
	for _, other := range batch[1:] {
		other.wake <- false
	}
	w.log.afterBatch(w.conn)
	if len(batch) > 1 {
		// Those just answered often ask again at once: let them in, or every second batch is small.
		runtime.Gosched()
	}
	w.handOver()
}

// take returns own and what waits, within the bounds of a batch.
func (w *writer) take(own *op) []*op {
	w.mu.Lock()
	defer w.mu.Unlock()
	count, size := 0, own.size
	for count < len(w.waiting) && count+1 < w.limit && size+w.waiting[count].size <= maxBatchBytes {
		size += w.waiting[count].size
		count++
	}
	batch := make([]*op, 0, count+1)
	batch = append(append(batch, own), w.waiting[:count]...)
	w.waiting = slices.Delete(w.waiting, 0, count)
	return batch
}

func (w *writer) handOver() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) > 0 {
		next := w.waiting[0]
		w.waiting = slices.Delete(w.waiting, 0, 1)
		next.wake <- true
		return
	}
	w.led = false
	if w.closed {
		close(w.idle)
	}
}

// run commits the batch. A batch that one member spoils is run again one by one, so that only that
// member fails.
func (w *writer) run(batch []*op) {
	err := w.transact(batch)
	if err == nil {
		return
	}
	if len(batch) == 1 {
		batch[0].err = err
		return
	}
	for i := range batch {
		if err := w.transact(batch[i : i+1]); err != nil {
			batch[i].err = err
		}
	}
}

// transact runs all of batch in one transaction. After an error nothing of it is in the database.
func (w *writer) transact(batch []*op) error {
	if err := w.setSync(slices.ContainsFunc(batch, func(o *op) bool { return o.durable })); err != nil {
		return err
	}
	if _, err := w.conn.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, o := range batch {
		o.err = o.do(w)
		var refused refusal
		if o.err != nil && !errors.As(o.err, &refused) {
			return errors.Join(o.err, w.rollback())
		}
	}
	if _, err := w.conn.exec("COMMIT"); err != nil {
		return errors.Join(err, w.rollback())
	}
	return nil
}

// rollback ends the transaction, unless SQLite has done so by itself, as it does on a full disk.
func (w *writer) rollback() error {
	clear(w.functions)
	if open, ok := w.conn.raw.(interface{ AutoCommit() bool }); ok && open.AutoCommit() {
		return nil
	}
	_, err := w.conn.exec("ROLLBACK")
	return err
}

// setSync chooses between FULL, where a commit waits for the disk, and NORMAL, where it survives
// the end of the process but not of the machine. SQLite refuses the change inside a transaction.
func (w *writer) setSync(full bool) error {
	if w.full == full {
		return nil
	}
	pragma := "PRAGMA synchronous = NORMAL"
	if full {
		pragma = "PRAGMA synchronous = FULL"
	}
	if err := w.conn.script(pragma); err != nil {
		return err
	}
	w.full = full
	return nil
}

// functionID returns the number of a function, giving it one at its first task.
func (w *writer) functionID(name emulator.Name) (int64, error) {
	if id, ok := w.functions[name]; ok {
		return id, nil
	}
	id, err := w.conn.number(context.Background(), "SELECT id FROM function WHERE name = ?", name.Wire())
	if err == nil && id == 0 {
		id, err = w.conn.number(context.Background(), "INSERT INTO function (name) VALUES (?) RETURNING id", name.Wire())
	}
	if err != nil {
		return 0, err
	}
	w.functions[name] = id
	return id, nil
}

// close waits for the operations under way and ends the connection.
func (w *writer) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	if !w.led {
		close(w.idle)
	}
	w.mu.Unlock()
	<-w.idle
	return w.conn.close()
}
