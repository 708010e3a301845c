package store

import (
	"context"

	"github.com/fcemu/fcemu/emulator"
)

const selectRecord = "SELECT kind, parent, name, etag, created, modified, document FROM record "

// Get returns one record, or emulator.ErrRecordNotFound.
func (s *Store) Get(ctx context.Context, key emulator.RecordKey) (emulator.Record, error) {
	var found []emulator.Record
	err := s.read(ctx, func(c *conn) (err error) {
		found, err = records(ctx, c, selectRecord+"WHERE kind = ? AND name = ? AND parent = ?",
			string(key.Kind), key.Name, key.Parent)
		return err
	})
	if err == nil && len(found) == 0 {
		err = emulator.ErrRecordNotFound
	}
	if err != nil {
		return emulator.Record{}, err
	}
	return found[0], nil
}

// Insert adds a record, or answers emulator.ErrRecordExists.
func (s *Store) Insert(ctx context.Context, rec emulator.Record) error {
	return s.write(ctx, true, len(rec.Document), func(w *writer) error {
		_, err := w.conn.exec(`INSERT INTO record (kind, parent, name, etag, created, modified, document)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
			string(rec.Kind), rec.Parent, rec.Name, rec.Etag, nanos(rec.Created), nanos(rec.Modified), solid(rec.Document))
		if duplicate(err) {
			return refuse(emulator.ErrRecordExists)
		}
		return refuseConstraint(err)
	})
}

// Replace writes a record that exists. With an etag it does so only while the record still has that
// etag: emulator.ErrRecordChanged. A missing record is emulator.ErrRecordNotFound.
func (s *Store) Replace(ctx context.Context, rec emulator.Record, etag string) error {
	return s.write(ctx, true, len(rec.Document), func(w *writer) error {
		changed, err := w.conn.exec(`UPDATE record SET etag = ?, created = ?, modified = ?, document = ?
			WHERE kind = ? AND name = ? AND parent = ? AND (? = '' OR etag = ?)`,
			rec.Etag, nanos(rec.Created), nanos(rec.Modified), solid(rec.Document),
			string(rec.Kind), rec.Name, rec.Parent, etag, etag)
		if err != nil {
			return refuseConstraint(err)
		}
		if changed > 0 {
			return nil
		}
		there, err := w.conn.number(context.Background(),
			"SELECT count(*) FROM record WHERE kind = ? AND name = ? AND parent = ?", string(rec.Kind), rec.Name, rec.Parent)
		if err != nil {
			return err
		}
		if there > 0 {
			return refuse(emulator.ErrRecordChanged)
		}
		return refuse(emulator.ErrRecordNotFound)
	})
}

// Delete removes a record, or answers emulator.ErrRecordNotFound. With childrenOf it also removes
// every record of another kind whose Parent is that; records of the same kind belong to a parent
// that happens to have the same name (a function and a service).
func (s *Store) Delete(ctx context.Context, key emulator.RecordKey, childrenOf string) error {
	return s.write(ctx, true, 0, func(w *writer) error {
		changed, err := w.conn.exec("DELETE FROM record WHERE kind = ? AND name = ? AND parent = ?",
			string(key.Kind), key.Name, key.Parent)
		if err != nil {
			return err
		}
		if changed == 0 {
			return refuse(emulator.ErrRecordNotFound)
		}
		if childrenOf == "" {
			return nil
		}
		_, err = w.conn.exec("DELETE FROM record WHERE parent = ? AND kind <> ?", childrenOf, string(key.Kind))
		return err
	})
}

// List returns records in ascending order of name and parent. parent nil means any; from is the
// first name to return; limit 0 means all.
func (s *Store) List(ctx context.Context, kind emulator.RecordKind, parent *string, prefix, from string, limit int) ([]emulator.Record, error) {
	var where conditions
	where.add("kind = ?", string(kind))
	if parent != nil {
		where.add("parent = ?", *parent)
	}
	if from = max(from, prefix); from != "" {
		where.add("name >= ?", from)
	}
	if end := prefixEnd(prefix); end != "" {
		where.add("name < ?", end)
	}
	var found []emulator.Record
	err := s.read(ctx, func(c *conn) (err error) {
		found, err = records(ctx, c, selectRecord+where.text()+" ORDER BY name, parent LIMIT ?", append(where.args, limited(limit))...)
		return err
	})
	return found, err
}

func records(ctx context.Context, c *conn, text string, args ...any) ([]emulator.Record, error) {
	var found []emulator.Record
	err := c.each(ctx, text, args, func(r row) error {
		found = append(found, emulator.Record{
			RecordKey: emulator.RecordKey{Kind: emulator.RecordKind(r.text(0)), Parent: r.text(1), Name: r.text(2)},
			Etag:      r.text(3),
			Created:   r.time(4),
			Modified:  r.time(5),
			Document:  r.blob(6),
		})
		return nil
	})
	return found, err
}
