package async_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/fcemu/fcemu/emulator/async"
	"github.com/fcemu/fcemu/store"
)

// openStore opens a real one in a folder of its own.
func openStore(t testing.TB) async.Store {
	s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "fcemu.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
