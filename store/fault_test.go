package store_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/store"
)

// writeStore makes a database with some tasks and closes it.
func writeStore(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b", "c"} {
		task := newTask(id)
		task.Payload = bytes.Repeat([]byte(id), 50_000)
		enqueue(t, s, task)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// sqlite runs a statement on the file, past the store.
func sqlite(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// checkOpenFails wants one line that holds all of want.
func checkOpenFails(t *testing.T, path string, want ...string) {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err == nil {
		_ = s.Close()
		t.Fatal("it was opened")
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %v", err)
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v: want %q in it", err, part)
		}
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := writeStore(t)
	sqlite(t, path, "PRAGMA user_version = 99")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	checkOpenFails(t, path, path, "newer fcemu", "schema 99", "--data-dir")
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Error("the refused file was changed", err)
	}
}

func TestForeignDatabaseIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	sqlite(t, path, "CREATE TABLE cats (name)")
	checkOpenFails(t, path, "another program", "--data-dir")
	text := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database. "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	checkOpenFails(t, text, "not a database of fcemu", "move it away")
}

func TestDamagedFileIsRefused(t *testing.T) {
	path := writeStore(t)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()/2); err != nil {
		t.Fatal(err)
	}
	checkOpenFails(t, path, path, "damaged", "put back a copy")
}

func TestUnusableFolders(t *testing.T) {
	checkOpenFails(t, filepath.Join(t.TempDir(), "no", "state.db"), "cannot write")
	checkOpenFails(t, t.TempDir(), "is a folder")
	checkOpenFails(t, "/proc/state.db", "cannot write /proc/state.db", "--data-dir")
}

// An ordinary user on a folder of somebody else's; a superuser may write everywhere.
func TestReadOnlyFolder(t *testing.T) {
	path := writeStore(t)
	for _, mode := range []os.FileMode{0o444, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		t.Run(mode.String(), func(t *testing.T) {
			asOrdinaryUser(t, filepath.Dir(path))
			if err := os.Chmod(filepath.Dir(path), 0o555); err != nil && os.Geteuid() != 0 {
				t.Fatal(err)
			}
			checkOpenFails(t, path, "cannot write", "--data-dir")
		})
	}
	if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestReopenKeepsCounting(t *testing.T) {
	path := writeStore(t)
	s := openAt(t, path)
	task := newTask("d")
	enqueue(t, s, task)
	if task.Sequence != 4 {
		t.Errorf("sequence %d after a restart", task.Sequence)
	}
	if _, err := s.FindTasks(t.Context(), "a"); err != nil {
		t.Error(err)
	}
}
