package control

import (
	"context"
	"errors"
	"maps"

	"github.com/fcemu/fcemu/emulator"
)

// Limits and defaults of a session, in seconds. Source: FC 3.0 CreateSession.
const (
	maxSessionID       = 64
	maxSessionTime     = 21600
	defaultSessionTTL  = 21600
	defaultSessionIdle = 1800
)

func sessionKey(name emulator.Name, session string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordSession, Parent: name.Wire(), Name: session}
}

// CreateSession adds a session; without an id it gets one. It is kept, and no instance is held for it.
func (c *Catalogue) CreateSession(ctx context.Context, ref emulator.Reference, session *emulator.Session) (*emulator.Session, error) {
	c.children.Lock()
	defer c.children.Unlock()
	ref, err := c.qualified(ctx, ref)
	if err != nil {
		return nil, err
	}
	next := *session
	orElse(&next.SessionID, newUUID())
	orElse(&next.SessionTTLInSeconds, defaultSessionTTL)
	orElse(&next.SessionIdleTimeoutInSeconds, min(defaultSessionIdle, next.SessionTTLInSeconds))
	if err := checkSession(&next); err != nil {
		return nil, err
	}
	now := c.now()
	next.Qualifier, next.CreatedTime, next.LastModifiedTime = ref.Qualifier, now, now
	record, err := c.record(sessionKey(ref.Name, next.SessionID), now, now, &next)
	if err != nil {
		return nil, err
	}
	err = c.store.Insert(ctx, record)
	if errors.Is(err, emulator.ErrRecordExists) {
		return nil, emulator.Refuse(409, "SessionAlreadyExists", "session '%s' already exists", next.SessionID)
	}
	return &next, err
}

func checkSession(session *emulator.Session) error {
	if id := session.SessionID; len(id) > maxSessionID || !isSessionID(id) {
		return invalidValue("SessionId", "1 to 64 letters, digits, '_' or '-', not beginning with '-'", shorten(id))
	}
	if session.SessionIdleTimeoutInSeconds > session.SessionTTLInSeconds {
		return emulator.InvalidArgument("SessionIdleTimeoutInSeconds is greater than SessionTTLInSeconds")
	}
	return firstError(
		checkRange("SessionTTLInSeconds", 1, maxSessionTime, session.SessionTTLInSeconds),
		checkRange("SessionIdleTimeoutInSeconds", 0, maxSessionTime, session.SessionIdleTimeoutInSeconds),
	)
}

// isSessionID: as a name, and it may begin with a digit.
func isSessionID(text string) bool { return text != "" && text[0] != '-' && isName("_"+text) }

// Session returns one session of a function, whatever its qualifier.
func (c *Catalogue) Session(ctx context.Context, name emulator.Name, session string) (*emulator.Session, error) {
	if _, err := c.qualified(ctx, emulator.Reference{Name: name}); err != nil {
		return nil, err
	}
	found := &emulator.Session{}
	_, err := c.read(ctx, sessionKey(name, session), found, emulator.SessionNotFound(name, session))
	return found, err
}

// UpdateSession changes a session; its id, qualifier and beginning stay.
func (c *Catalogue) UpdateSession(ctx context.Context, name emulator.Name, session string, change func(*emulator.Session) error) (*emulator.Session, error) {
	c.children.Lock()
	defer c.children.Unlock()
	present, err := c.Session(ctx, name, session)
	if err != nil {
		return nil, err
	}
	next := *present
	next.Stored = maps.Clone(present.Stored)
	if err := change(&next); err != nil {
		return nil, err
	}
	next.SessionID, next.Qualifier, next.CreatedTime, next.LastModifiedTime = present.SessionID, present.Qualifier, present.CreatedTime, c.now()
	if err := checkSession(&next); err != nil {
		return nil, err
	}
	record, err := c.record(sessionKey(name, session), next.CreatedTime, next.LastModifiedTime, &next)
	if err != nil {
		return nil, err
	}
	return &next, c.replace(ctx, record, "", emulator.SessionNotFound(name, session))
}

// PauseSession and ResumeSession change what the session shows; no instance is frozen.
func (c *Catalogue) PauseSession(ctx context.Context, name emulator.Name, session string) (*emulator.Session, error) {
	return c.setPaused(ctx, name, session, true)
}

// ResumeSession takes a pause back.
func (c *Catalogue) ResumeSession(ctx context.Context, name emulator.Name, session string) (*emulator.Session, error) {
	return c.setPaused(ctx, name, session, false)
}

func (c *Catalogue) setPaused(ctx context.Context, name emulator.Name, session string, paused bool) (*emulator.Session, error) {
	return c.UpdateSession(ctx, name, session, func(s *emulator.Session) error {
		s.Paused = paused
		return nil
	})
}

// DeleteSession ends a session.
func (c *Catalogue) DeleteSession(ctx context.Context, name emulator.Name, session string) error {
	c.children.Lock()
	defer c.children.Unlock()
	if _, err := c.Session(ctx, name, session); err != nil {
		return err
	}
	return c.remove(ctx, sessionKey(name, session), "", emulator.SessionNotFound(name, session))
}

// Sessions lists the sessions of a function by ascending id. An empty qualifier or status admits
// all. from is the first id to show.
func (c *Catalogue) Sessions(ctx context.Context, ref emulator.Reference, status, from string, limit int) (list []*emulator.Session, next string, err error) {
	if _, err := c.qualified(ctx, ref); err != nil {
		return nil, "", err
	}
	parent, now := ref.Wire(), c.clock.Now()
	for next = from; ; {
		records, after, err := c.page(ctx, emulator.RecordSession, &parent, "", next, limit-len(list))
		if err != nil {
			return nil, "", err
		}
		for _, record := range records {
			session := &emulator.Session{}
			if err := decode(record, session); err != nil {
				return nil, "", err
			}
			if (ref.Qualifier == "" || session.Qualifier == ref.Qualifier) && (status == "" || session.Status(now) == status) {
				list = append(list, session)
			}
		}
		if next = after; next == "" || len(list) == limit {
			return list, next, nil
		}
	}
}
