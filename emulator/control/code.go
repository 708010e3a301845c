package control

import (
	"context"

	"github.com/fcemu/fcemu/emulator"
)

// EachCode names every code package in use: of functions, their versions and layers. Some may come
// more than once.
func (c *Catalogue) EachCode(ctx context.Context, use func(emulator.Code)) error {
	for _, kind := range []emulator.RecordKind{emulator.RecordFunction, emulator.RecordSnapshot, emulator.RecordLayerOf} {
		for from := ""; ; {
			records, next, err := c.page(ctx, kind, nil, "", from, codePage)
			if err != nil {
				return err
			}
			for _, record := range records {
				var noun struct{ Code emulator.Code }
				if err := decode(record, &noun); err != nil {
					return err
				}
				if noun.Code.Digest != "" {
					use(noun.Code)
				}
			}
			if from = next; from == "" {
				break
			}
		}
	}
	return nil
}

const codePage = 500 // records

// CountFunctions tells how many functions there are, in all services.
func (c *Catalogue) CountFunctions(ctx context.Context) (count int, err error) {
	for from := ""; ; {
		records, next, err := c.page(ctx, emulator.RecordFunction, nil, "", from, codePage)
		if err != nil {
			return 0, err
		}
		count += len(records)
		if from = next; from == "" {
			return count, nil
		}
	}
}
