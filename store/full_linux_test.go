package store_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/fcemu/fcemu/store"
)

// A disk of 2 MB fills up: what was accepted is there, what was refused is not, and the store
// goes on once there is room.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("this test mounts a small disk, which needs more rights: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 512<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, filepath.Join(dir, "state.db"))
	accepted := fill(t, s)
	for id := range 256 {
		key := newTask(fmt.Sprint(id)).Key
		task, err := s.Task(t.Context(), key)
		if accepted[key.ID] && (err != nil || len(task.Payload) != 20_000) {
			t.Errorf("%s was accepted and is not there: %v", key.ID, err)
		}
		if !accepted[key.ID] && err == nil {
			t.Errorf("%s was refused and is there", key.ID)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	enqueue(t, s, newTask("after"))
}

// fill enqueues from eight callers until each was refused, and returns what was accepted.
func fill(t *testing.T, s *store.Store) map[string]bool {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	accepted := map[string]bool{}
	refused := 0
	for caller := range 8 {
		wg.Go(func() {
			for i := range 32 {
				task := newTask(fmt.Sprint(caller*32 + i))
				task.Payload = bytes.Repeat([]byte{1}, 20_000)
				err := s.Enqueue(t.Context(), task)
				mu.Lock()
				if err == nil {
					accepted[task.Key.ID] = true
				} else if refused++; !strings.Contains(err.Error(), "full") || !strings.Contains(err.Error(), "free some space") {
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(accepted) == 0 || refused == 0 {
		t.Fatalf("%d accepted, %d refused: the disk was not filled", len(accepted), refused)
	}
	return accepted
}
