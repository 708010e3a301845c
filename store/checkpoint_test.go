package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// However much is written, the log stays short, with the background loop and without it.
func TestLogStaysShort(t *testing.T) {
	for _, background := range []bool{true, false} {
		t.Run(fmt.Sprint("background ", background), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			s.writer.log.soft, s.writer.log.hard = 64, 256
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			if background {
				go func() { ended <- s.Run(ctx) }()
			} else {
				ended <- nil
			}
			press(t, s)
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			info, err := os.Stat(path + "-wal")
			// One batch may stand on top of the bound: 16 callers, 32 KiB and a few pages each.
			if bound := int64(256+16*16) * pageSize; err != nil || info.Size() > bound {
				t.Errorf("the log has %v bytes, want %d at most: %v", info.Size(), bound, err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// press writes 16 MB from 16 callers.
func press(t *testing.T, s *Store) {
	t.Helper()
	var group sync.WaitGroup
	for caller := range 16 {
		group.Go(func() {
			for i := range 32 {
				task := &emulator.Task{Key: emulator.TaskKey{Function: emulator.Name{Function: "f"}, ID: fmt.Sprint(caller, "-", i)}, Payload: make([]byte, 32<<10)}
				if err := s.Enqueue(t.Context(), task); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
