package store_test

import (
	"bufio"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
)

// Whatever was acknowledged before a SIGKILL is there afterwards, whole.
func TestKilledStoreKeepsWhatItAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	var acknowledged []string
	for range 6 {
		acknowledged = append(acknowledged, killAfter(t, path, 1+rand.IntN(400))...)
		checkAll(t, path, acknowledged)
	}
}

// killAfter runs the helper, kills it after so many acknowledgements, and returns all it gave.
func killAfter(t *testing.T, path string, count int) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), helperFile+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var ids []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "failed") {
			t.Error(lines.Text())
		}
		if ids = append(ids, lines.Text()); len(ids) == count {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // killed, as wanted
	if len(ids) < count {
		t.Fatalf("the helper ended after %d acknowledgements", len(ids))
	}
	return ids
}

func checkAll(t *testing.T, path string, want []string) {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	stored, err := s.Tasks(t.Context(), emulator.TaskQuery{IncludePayload: true})
	if err != nil {
		t.Fatal(err)
	}
	there := make(map[string]bool, len(stored))
	for _, task := range stored {
		there[task.Key.ID] = len(task.Payload)%3000 == 0
	}
	for _, id := range want {
		if !there[id] {
			t.Errorf("%s was acknowledged but is lost or torn", id)
		}
	}
	t.Logf("%d acknowledged, %d stored", len(want), len(stored))
}
