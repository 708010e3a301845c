package store

import (
	"errors"
	"fmt"
	"path/filepath"
)

// cause sorts the errors of SQLite by what a person can do about them.
type cause int

const (
	causeOther cause = iota
	causeConstraint
	causeFull
	causeReadOnly
	causeDamaged
	causeForeign
	causeBusy
	causeDisk
)

// ErrClosed is the answer of a store that was closed.
var ErrClosed = errors.New("the store is closed")

// explain turns a fault of the database at path into one line that tells the next step. Errors
// that are not SQLite's pass as they are.
func explain(path string, err error) error {
	if err == nil {
		return nil
	}
	folder := filepath.Dir(path)
	switch causeOf(err) {
	case causeFull:
		return fmt.Errorf("the disk of %s is full, nothing of this request was kept: free some space and try again (%w)", folder, err)
	case causeReadOnly:
		return fmt.Errorf("cannot write %s: make the folder writable or choose another --data-dir (%w)", path, err)
	case causeDamaged:
		return fmt.Errorf("%s is damaged: put back a copy, or move it away to start with an empty one (%w)", path, err)
	case causeForeign:
		return fmt.Errorf("%s is not a database of fcemu: move it away or choose another --data-dir (%w)", path, err)
	case causeBusy:
		return fmt.Errorf("another program holds %s: end it and try again (%w)", path, err)
	case causeDisk:
		return fmt.Errorf("the disk failed on %s: check the disk and free some space (%w)", path, err)
	}
	return err
}

// refusal is an operation's answer that wrote nothing, so that the others of its batch may stand.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// refuse marks err as a refusal.
func refuse(err error) error { return refusal{err} }

// refuseConstraint marks err as a refusal where the schema refused an operation's first statement;
// other faults go on to spoil the batch.
func refuseConstraint(err error) error {
	if causeOf(err) == causeConstraint {
		return refusal{err}
	}
	return err
}
