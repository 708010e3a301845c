package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator/crash"
)

//go:embed migration/*.sql
var migrations embed.FS

// applicationID marks a database file as ours ("fcem"); see PRAGMA application_id.
const applicationID = 0x6663656d

// migrate brings the schema to the newest version, each step in a transaction of its own, and
// refuses files that are not ours or newer than this program.
func migrate(c *conn, path string) error {
	steps, err := readSteps(migrations)
	if err != nil {
		return err
	}
	version, err := checkOrigin(c, path)
	if err != nil {
		return err
	}
	if version > int64(len(steps)) {
		return fmt.Errorf("%s was written by a newer fcemu (schema %d, this one knows %d): update fcemu or choose another --data-dir",
			path, version, len(steps))
	}
	for number := version + 1; number <= int64(len(steps)); number++ {
		if err := apply(c, number, steps[number-1]); err != nil {
			return fmt.Errorf("bringing %s to schema %d: %w", path, number, explain(path, err))
		}
	}
	return nil
}

// checkOrigin returns the schema version of a file that is ours or empty.
func checkOrigin(c *conn, path string) (int64, error) {
	ctx := context.Background()
	version, err := c.number(ctx, "PRAGMA user_version")
	if err != nil {
		return 0, explain(path, err)
	}
	origin, err := c.number(ctx, "PRAGMA application_id")
	if err != nil {
		return 0, explain(path, err)
	}
	tables, err := c.number(ctx, "SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return 0, explain(path, err)
	}
	if origin != applicationID && (tables > 0 || version > 0 || origin != 0) {
		return 0, fmt.Errorf("%s is a database of another program: move it away or choose another --data-dir", path)
	}
	return version, nil
}

func apply(c *conn, number int64, script string) error {
	if err := c.script("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	marks := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, number)
	for _, text := range []string{script, marks, "COMMIT"} {
		if text == "COMMIT" {
			crash.At(crash.Migrate)
		}
		if err := c.script(text); err != nil {
			return errors.Join(err, c.script("ROLLBACK"))
		}
	}
	crash.At(crash.Migrated)
	return nil
}

// readSteps returns the migrations in order. Their names are NNNN_name.sql, from 0001 without gaps.
func readSteps(files fs.FS) ([]string, error) {
	names, err := fs.Glob(files, "migration/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	steps := make([]string, 0, len(names))
	for i, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migration/"), "_")
		if at, err := strconv.Atoi(number); err != nil || at != i+1 || len(number) != 4 {
			return nil, fmt.Errorf("%s: want number %04d", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, string(text))
	}
	return steps, nil
}
