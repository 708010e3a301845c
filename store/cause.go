//go:build cgo

package store

import (
	"errors"

	"github.com/mattn/go-sqlite3"
)

func causeOf(err error) cause {
	var fault sqlite3.Error
	if !errors.As(err, &fault) {
		return causeOther
	}
	switch fault.Code {
	case sqlite3.ErrConstraint:
		return causeConstraint
	case sqlite3.ErrFull:
		return causeFull
	case sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrPerm, sqlite3.ErrAuth:
		return causeReadOnly
	case sqlite3.ErrCorrupt:
		return causeDamaged
	case sqlite3.ErrNotADB:
		return causeForeign
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return causeBusy
	case sqlite3.ErrIoErr:
		return causeDisk
	}
	return causeOther
}

// duplicate tells that err is a refusal by a unique index or a primary key.
func duplicate(err error) bool {
	var fault sqlite3.Error
	return errors.As(err, &fault) &&
		(fault.ExtendedCode == sqlite3.ErrConstraintUnique || fault.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}
