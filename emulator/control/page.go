package control

import (
	"context"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// A position in a list is a record's name, followed by a NUL and its parent where the list goes
// over several parents, which may have records of the same name. It is the first record of the next
// page.
const positionSeparator = "\x00"

func position(record emulator.Record, parent *string) string {
	if parent != nil || record.Parent == "" {
		return record.Name
	}
	return record.Name + positionSeparator + record.Parent
}

// page reads up to limit records from a position on, and returns the position of the next page, or "".
func (c *Catalogue) page(ctx context.Context, kind emulator.RecordKind, parent *string, prefix, from string, limit int) ([]emulator.Record, string, error) {
	name, owner, _ := strings.Cut(from, positionSeparator)
	// The store starts at a name, so records of that name with an earlier parent come again. When
	// they crowd out the page, it is read again with more room.
	for room := limit + 1; ; room *= 2 {
		records, err := c.store.List(ctx, kind, parent, prefix, name, room)
		if err != nil {
			return nil, "", err
		}
		rest := records
		for len(rest) > 0 && rest[0].Name == name && rest[0].Parent < owner {
			rest = rest[1:]
		}
		switch {
		case len(rest) > limit:
			return rest[:limit], position(rest[limit], parent), nil
		case len(records) < room:
			return rest, "", nil
		}
	}
}
