package control

import (
	"context"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Sessions lists the sessions of a function by ascending id. An empty qualifier or status admits
// all. from is the first id to show.
func (c *Catalogue) Sessions(ctx context.Context, ref emulator.Reference, status, from string, limit int) (list []*emulator.Session, next string, err error) {
	if _, err := c.qualified(ctx, ref); err != nil {
		return nil, "", err
	}
	all, err := c.allSessions(ctx, ref.Name, from)
	if err != nil {
		return nil, "", err
	}
	now := c.clock.Now()
	for _, session := range all {
		if (ref.Qualifier != "" && session.Qualifier != ref.Qualifier) || (status != "" && session.Status(now) != status) {
			continue
		}
		if len(list) == limit {
			return list, session.SessionID, nil
		}
		list = append(list, session)
	}
	return list, "", nil
}

// allSessions returns the sessions of a function from one id on, recorded or not, by ascending id.
func (c *Catalogue) allSessions(ctx context.Context, name emulator.Name, from string) (all []*emulator.Session, err error) {
	parent, held, first := name.Wire(), c.held(name), from
	for {
		records, next, err := c.page(ctx, emulator.RecordSession, &parent, "", from, 100)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			session := &emulator.Session{}
			if err := decode(record, session); err != nil {
				return nil, err
			}
			c.join(session, held)
			delete(held, session.SessionID)
			all = append(all, session)
		}
		if from = next; from == "" {
			break
		}
	}
	for id, one := range held {
		if id >= first {
			all = append(all, sessionOf(one))
		}
	}
	slices.SortFunc(all, func(a, b *emulator.Session) int { return strings.Compare(a.SessionID, b.SessionID) })
	return all, nil
}
