package control

import (
	"context"
	"errors"

	"github.com/fcemu/fcemu/emulator"
)

// settingKey is the key of a configuration of a function and qualifier.
func settingKey(kind emulator.RecordKind, ref emulator.Reference) emulator.RecordKey {
	return emulator.RecordKey{Kind: kind, Parent: ref.Wire(), Name: ref.Qualifier}
}

// setting is one kind of configuration of a function and qualifier: what the kinds have in common.
type setting[T any] struct {
	kind    emulator.RecordKind
	missing func(ref emulator.Reference) *emulator.Error
	etag    func(*T) *string // where the record's etag belongs
}

// settingMissing refuses a configuration that was never made.
func settingMissing(code, noun string) func(emulator.Reference) *emulator.Error {
	return func(ref emulator.Reference) *emulator.Error {
		return emulator.Refuse(404, code, "%s of function '%s' with qualifier '%s' does not exist", noun, ref.Name, ref.Qualifier)
	}
}

// put writes the configuration, over one that may be there.
func (s setting[T]) put(ctx context.Context, c *Catalogue, ref emulator.Reference, config *T, ifMatch string) (*T, error) {
	c.children.Lock()
	defer c.children.Unlock()
	ref, err := c.qualified(ctx, ref)
	if err != nil {
		return nil, err
	}
	now := c.now()
	created, etag := now, ""
	record, err := c.store.Get(ctx, settingKey(s.kind, ref))
	switch {
	case err == nil:
		created, etag = record.Created, record.Etag
	case !errors.Is(err, emulator.ErrRecordNotFound):
		return nil, err
	}
	if err := emulator.IfMatch(ifMatch, etag); err != nil {
		return nil, err
	}
	next := *config
	if record, err = c.record(settingKey(s.kind, ref), created, now, &next); err != nil {
		return nil, err
	}
	if err := c.save(ctx, record); err != nil {
		return nil, err
	}
	*s.etag(&next) = record.Etag
	c.cache.forget(ref.Name)
	return &next, nil
}

// get reads the configuration of a function and qualifier.
func (s setting[T]) get(ctx context.Context, c *Catalogue, ref emulator.Reference) (*T, error) {
	ref, err := c.qualified(ctx, ref)
	if err != nil {
		return nil, err
	}
	config := new(T)
	record, err := c.read(ctx, settingKey(s.kind, ref), config, s.missing(ref))
	if err != nil {
		return nil, err
	}
	*s.etag(config) = record.Etag
	return config, nil
}

// remove deletes the configuration of a function and qualifier.
func (s setting[T]) remove(ctx context.Context, c *Catalogue, ref emulator.Reference, ifMatch string) error {
	c.children.Lock()
	defer c.children.Unlock()
	present, err := s.get(ctx, c, ref)
	if err != nil {
		return err
	}
	if err := emulator.IfMatch(ifMatch, *s.etag(present)); err != nil {
		return err
	}
	orElse(&ref.Qualifier, emulator.LatestVersion)
	if err := c.remove(ctx, settingKey(s.kind, ref), "", s.missing(ref)); err != nil {
		return err
	}
	c.cache.forget(ref.Name)
	return nil
}

// list reads on until the page is full, since admit, which may be nil, leaves out some.
func (s setting[T]) list(ctx context.Context, c *Catalogue, admit func(emulator.Reference) bool, from string, limit int) (list []emulator.Configured[T], next string, err error) {
	for next = from; ; {
		records, after, err := c.page(ctx, s.kind, nil, "", next, limit-len(list))
		if err != nil {
			return nil, "", err
		}
		for _, record := range records {
			ref := emulator.Reference{Name: emulator.ParseName(record.Parent), Qualifier: record.Name}
			if admit != nil && !admit(ref) {
				continue
			}
			config := new(T)
			if err := decode(record, config); err != nil {
				return nil, "", err
			}
			*s.etag(config) = record.Etag
			list = append(list, emulator.Configured[T]{Reference: ref, Config: config})
		}
		if next = after; next == "" || len(list) == limit {
			return list, next, nil
		}
	}
}
