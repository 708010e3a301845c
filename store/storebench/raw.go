package storebench

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// Raw appends the payloads to a plain file and syncs it, once for all callers that wait: the most
// that this disk allows.
func Raw(_ context.Context, dir string, payload int) (Target, error) {
	file, err := os.OpenFile(filepath.Join(dir, "raw"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &rawFile{file: file, payload: filler(payload), next: newRound(nil)}, nil
}

type rawFile struct {
	file    *os.File
	payload []byte
	mu      sync.Mutex
	writing bool
	offset  int64
	next    *round // collects those who come while a write is under way
	spare   []byte // the buffer of the round before, to be used again
}

// round is one write: what it holds, and how it went.
type round struct {
	bytes []byte
	lead  chan struct{} // one of those who wait takes the lead
	done  chan struct{}
	err   error
}

func newRound(buffer []byte) *round {
	return &round{bytes: buffer, lead: make(chan struct{}, 1), done: make(chan struct{})}
}

func (f *rawFile) Enqueue(context.Context) error {
	f.mu.Lock()
	mine := f.next
	mine.bytes = append(mine.bytes, f.payload...)
	if f.writing {
		f.mu.Unlock()
		select {
		case <-mine.done:
			return mine.err
		case <-mine.lead:
			f.mu.Lock()
		}
	}
	f.writing = true
	f.next, f.spare = newRound(f.spare), nil
	offset := f.offset
	f.offset += int64(len(mine.bytes))
	f.mu.Unlock()

	_, mine.err = f.file.WriteAt(mine.bytes, offset)
	mine.err = errors.Join(mine.err, syncData(f.file))
	close(mine.done)
	f.handOver(mine.bytes[:0])
	return mine.err
}

// handOver lets one of the next round lead, if there is one.
func (f *rawFile) handOver(buffer []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.spare = buffer
	if len(f.next.bytes) == 0 {
		f.writing = false
		return
	}
	f.next.lead <- struct{}{}
}

func (f *rawFile) Close() error { return f.file.Close() }
