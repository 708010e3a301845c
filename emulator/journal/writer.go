package journal

import (
	"context"
	"os"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// A batch is what is encoded and written at a time, so that memory for the encoding stays small.
const (
	batchLines = 1024
	batchBytes = 1 << 20
)

// retryAfter is the pause after a failed write.
const retryAfter = time.Second

// writer is the state of Run: the newest segment, opened for appending.
type writer struct {
	journal *Journal
	file    *os.File
	size    int64 // of file
	buffer  []byte
	failing bool
}

// Run writes lines to disk until ctx ends, and then what is left. It is called once. A full or
// broken disk does not end it: it tells so in a system line and tries again every second. The
// error is of the very last write only.
func (j *Journal) Run(ctx context.Context) error {
	w := &writer{journal: j}
	defer w.close()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return w.flush()
		case <-pause.C:
		case <-j.wake:
			pause.Reset(j.options.FlushAfter)
			continue
		}
		if w.flush() != nil {
			pause.Reset(retryAfter)
		} else if !j.sleep() {
			pause.Reset(j.options.FlushAfter)
		}
	}
}

// sleep arranges for the next Append to wake the writer, unless there is work already.
func (j *Journal) sleep() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.idle = j.recent.written == j.last
	return j.idle
}

// flush writes all that is pending, in batches.
func (w *writer) flush() error {
	for {
		w.journal.mu.Lock()
		runs := w.journal.recent.after(w.journal.recent.written, batchLines)
		w.journal.mu.Unlock()
		if len(runs) == 0 {
			return nil
		}
		if err := w.write(runs); err != nil {
			w.fail(err)
			return err
		}
		w.failing = false
	}
}

func (w *writer) write(runs [][]emulator.LogLine) error {
	if err := w.ready(runs[0][0].Sequence); err != nil {
		return err
	}
	last, cost := w.encode(runs)
	if _, err := w.file.Write(w.buffer); err != nil {
		// Take back a part that was written. Should that fail too, readers pass over the torn line.
		_ = w.file.Truncate(w.size)
		return err
	}
	w.size += int64(len(w.buffer))
	w.journal.mu.Lock()
	w.journal.recent.wrote(last, cost)
	w.journal.recent.trim(w.journal.options.MemoryBytes)
	w.journal.mu.Unlock()
	return nil
}

// encode fills the buffer with as many lines as a batch may have, and says which was the last and
// what they cost in memory.
func (w *writer) encode(runs [][]emulator.LogLine) (last int64, cost int) {
	w.buffer = w.buffer[:0]
	for _, run := range runs {
		for i := range run {
			line := &run[i]
			w.buffer = appendLine(w.buffer, line)
			last = line.Sequence
			cost += len(line.Text) + lineOverhead
			if len(w.buffer) >= batchBytes {
				return last, cost
			}
		}
	}
	return last, cost
}

// ready opens the newest segment, or a new one where there is none or it is full.
func (w *writer) ready(next int64) error {
	if w.file != nil && w.size < w.journal.options.SegmentBytes {
		return nil
	}
	if w.file == nil {
		if reopened, err := w.reopen(); reopened || err != nil {
			return err
		}
	}
	w.close()
	if err := os.MkdirAll(w.journal.dir, 0o755); err != nil {
		return err
	}
	s := newSegment(w.journal.dir, next)
	file, err := os.OpenFile(s.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	w.file, w.size = file, 0
	w.journal.adopt(s)
	return nil
}

// reopen goes on with the segment that an earlier run left, if it has room.
func (w *writer) reopen() (bool, error) {
	segments := w.journal.files()
	if len(segments) == 0 {
		return false, nil
	}
	file, err := os.OpenFile(segments[len(segments)-1].path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return false, err
	}
	info, err := file.Stat()
	if err != nil || info.Size() >= w.journal.options.SegmentBytes {
		_ = file.Close()
		return false, err
	}
	w.file, w.size = file, info.Size()
	return true, nil
}

// adopt adds a segment and deletes the oldest beyond the limit.
func (j *Journal) adopt(s segment) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.segments = append(j.segments, s)
	for len(j.segments) > j.options.Segments {
		_ = os.Remove(j.segments[0].path) // a file that cannot be deleted is found again at the next Open
		j.segments = j.segments[1:]
	}
}

// files is a copy of the list of segments.
func (j *Journal) files() []segment {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]segment(nil), j.segments...)
}

// fail says once that the disk does not take the log.
func (w *writer) fail(err error) {
	if !w.failing {
		w.journal.Append(systemLine("the log cannot be written to disk, trying again: %v", err))
	}
	w.failing = true
}

func (w *writer) close() {
	if w.file != nil {
		_ = w.file.Close() // all that mattered was written by then
		w.file = nil
	}
}
