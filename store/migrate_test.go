package store

import (
	"path/filepath"
	"testing"
	"testing/fstest"
)

func TestMigrationNumbers(t *testing.T) {
	for name, one := range map[string]struct {
		files []string
		fine  bool
	}{
		"in order":  {[]string{"0001_a.sql", "0002_b.sql"}, true},
		"a gap":     {[]string{"0001_a.sql", "0003_b.sql"}, false},
		"twice":     {[]string{"0001_a.sql", "0001_b.sql"}, false},
		"too short": {[]string{"1_a.sql"}, false},
	} {
		files := fstest.MapFS{}
		for _, file := range one.files {
			files["migration/"+file] = &fstest.MapFile{Data: []byte(file)}
		}
		steps, err := readSteps(files)
		if (err == nil) != one.fine || one.fine && (len(steps) != 2 || steps[1] != "0002_b.sql") {
			t.Errorf("%s: %v, %v", name, steps, err)
		}
	}
}

// A migration that fails half-way leaves the schema as it was.
func TestFailedMigrationLeavesNothing(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	c := s.writer.conn
	if err := apply(c, 5, "CREATE TABLE extra (x); INSERT INTO nowhere VALUES (1)"); err == nil {
		t.Fatal("a wrong migration was applied")
	}
	tables, err := c.number(t.Context(), "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'")
	if err != nil || tables != 0 {
		t.Errorf("%d tables left, %v", tables, err)
	}
	if version, err := c.number(t.Context(), "PRAGMA user_version"); err != nil || version != 4 {
		t.Errorf("version %d, %v", version, err)
	}
}
