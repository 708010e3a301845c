package control

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// snapshotLife is how long a snapshot says that it lasts. FC documents no number: the one example of
// its SDK has thirty days between createdTime and expiredTime.
const snapshotLife = 30 * 24 * time.Hour

func instanceSnapshotKey(name emulator.Name, snapshot string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordInstanceSnapshot, Parent: name.Wire(), Name: snapshot}
}

// CreateSnapshot adds a snapshot, of which the caller gives the description and the session. It is
// kept, and nothing of an instance is. The session need not be there: in the cloud it may also be
// one that a client's request began.
func (c *Catalogue) CreateSnapshot(ctx context.Context, ref emulator.Reference, description, session string) (*emulator.Snapshot, error) {
	if err := checkDescription(description); err != nil {
		return nil, err
	}
	if session != "" && (len(session) > maxSessionID || !isSessionID(session)) {
		return nil, invalidValue("SessionId", "1 to 64 letters, digits, '_' or '-', not beginning with '-'", shorten(session))
	}
	c.children.Lock()
	defer c.children.Unlock()
	orElse(&ref.Qualifier, emulator.LatestVersion)
	fn, err := c.Resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	now := c.now()
	snapshot := &emulator.Snapshot{Function: ref.Name, SnapshotID: newUUID(), Qualifier: ref.Qualifier, ResolvedVersion: fn.VersionID,
		Description: description, SourceSessionID: session, CreatedTime: now, ExpiredTime: now.Add(snapshotLife),
		CPU: fn.CPU, MemorySize: fn.MemorySize, DiskSize: fn.DiskSize, EnvironmentVariables: fn.EnvironmentVariables}
	record, err := c.record(instanceSnapshotKey(ref.Name, snapshot.SnapshotID), now, now, snapshot)
	if err != nil {
		return nil, err
	}
	return snapshot, c.store.Insert(ctx, record)
}

// Snapshot returns one snapshot of a function, whatever its qualifier.
func (c *Catalogue) Snapshot(ctx context.Context, name emulator.Name, snapshot string) (*emulator.Snapshot, error) {
	if _, err := c.qualified(ctx, emulator.Reference{Name: name}); err != nil {
		return nil, err
	}
	found := &emulator.Snapshot{Function: name}
	_, err := c.read(ctx, instanceSnapshotKey(name, snapshot), found, emulator.SnapshotNotFound(name, snapshot))
	return found, err
}

// DeleteSnapshot removes a snapshot.
func (c *Catalogue) DeleteSnapshot(ctx context.Context, name emulator.Name, snapshot string) error {
	c.children.Lock()
	defer c.children.Unlock()
	if _, err := c.Snapshot(ctx, name, snapshot); err != nil {
		return err
	}
	return c.remove(ctx, instanceSnapshotKey(name, snapshot), "", emulator.SnapshotNotFound(name, snapshot))
}

// Snapshots lists the snapshots of all functions that the query selects, by ascending id. from is ""
// or the next of the page before.
func (c *Catalogue) Snapshots(ctx context.Context, query emulator.SnapshotQuery, from string, limit int) (list []*emulator.Snapshot, next string, err error) {
	for next = from; ; {
		records, after, err := c.page(ctx, emulator.RecordInstanceSnapshot, nil, "", next, limit-len(list))
		if err != nil {
			return nil, "", err
		}
		for _, record := range records {
			snapshot := &emulator.Snapshot{Function: emulator.ParseName(record.Parent)}
			if err := decode(record, snapshot); err != nil {
				return nil, "", err
			}
			if query.Admits(snapshot) {
				list = append(list, snapshot)
			}
		}
		if next = after; next == "" || len(list) == limit {
			return list, next, nil
		}
	}
}
