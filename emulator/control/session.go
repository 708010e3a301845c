package control

import (
	"context"
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

// noSessions holds none on instances.
type noSessions struct{}

func (noSessions) Hold(emulator.Name, *emulator.Function, *emulator.Session) (string, *emulator.Error) {
	return "", nil
}
func (noSessions) Held(emulator.Name) []emulator.HeldSession { return nil }
func (noSessions) Drop(emulator.Name, string) bool           { return false }

// CreateSession adds a session; without an id it gets one. It is bound to an instance where its
// function has session affinity, and only kept elsewhere.
func (c *Catalogue) CreateSession(ctx context.Context, ref emulator.Reference, session *emulator.Session) (*emulator.Session, error) {
	c.children.Lock()
	defer c.children.Unlock()
	ref, err := c.qualified(ctx, ref)
	if err != nil {
		return nil, err
	}
	fn, err := c.Resolve(ctx, ref)
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
	present, _, err := c.session(ctx, ref.Name, next.SessionID)
	if err == nil && present.Status(c.clock.Now()) != emulator.SessionExpired {
		return nil, emulator.Refuse(409, "SessionAlreadyExists", "session '%s' already exists", next.SessionID)
	}
	if err != nil && !isRefusal(err) {
		return nil, err
	}
	now := c.now()
	next.Qualifier, next.CreatedTime, next.LastModifiedTime = ref.Qualifier, now, now
	return &next, c.keepSession(ctx, ref.Name, fn, &next)
}

// keepSession writes a session, and has it held.
func (c *Catalogue) keepSession(ctx context.Context, name emulator.Name, fn *emulator.Function, session *emulator.Session) error {
	instance, refused := c.sessions.Hold(name, fn, session)
	if refused != nil {
		return refused
	}
	if instance != "" {
		session.InstanceID = instance
	}
	record, err := c.record(sessionKey(name, session.SessionID), session.CreatedTime, session.LastModifiedTime, session)
	if err != nil {
		return err
	}
	return c.save(ctx, record)
}

// RestoreSessions has the sessions held again that were when the emulator ended. Their instances are
// gone: the next request gives them others.
func (c *Catalogue) RestoreSessions(ctx context.Context) error {
	for from := ""; ; {
		records, next, err := c.page(ctx, emulator.RecordSession, nil, "", from, 100)
		if err != nil {
			return err
		}
		for _, record := range records {
			session := &emulator.Session{}
			if err := decode(record, session); err != nil {
				return err
			}
			if session.Status(c.clock.Now()) != emulator.SessionExpired {
				_, _ = c.sessions.Hold(emulator.ParseName(record.Parent), nil, session) // above the limit it is only kept
			}
		}
		if from = next; from == "" {
			return nil
		}
	}
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
	found, _, err := c.session(ctx, name, session)
	return found, err
}

// session reads one that was made by the API, or that a request has begun.
func (c *Catalogue) session(ctx context.Context, name emulator.Name, id string) (found *emulator.Session, recorded bool, err error) {
	held := c.held(name)
	found = &emulator.Session{}
	_, err = c.read(ctx, sessionKey(name, id), found, emulator.SessionNotFound(name, id))
	if isRefusal(err) {
		if one, ok := held[id]; ok {
			return sessionOf(one), false, nil
		}
	}
	if err == nil {
		c.join(found, held)
	}
	return found, err == nil, err
}

// held are the sessions of a function that are held now.
func (c *Catalogue) held(name emulator.Name) map[string]emulator.HeldSession {
	list := c.sessions.Held(name)
	byID := make(map[string]emulator.HeldSession, len(list))
	for _, one := range list {
		if !one.Over {
			byID[one.ID] = one
		}
	}
	return byID
}

// join adds to a recorded session what its holder knows.
func (c *Catalogue) join(session *emulator.Session, held map[string]emulator.HeldSession) {
	one, found := held[session.SessionID]
	if _, nobody := c.sessions.(noSessions); !found {
		session.Ended = !nobody
		return
	}
	session.InstanceID, session.CreatedTime = one.InstanceID, one.Created
}

// sessionOf is a session that a request has begun.
func sessionOf(one emulator.HeldSession) *emulator.Session {
	return &emulator.Session{SessionID: one.ID, Qualifier: one.Qualifier, InstanceID: one.InstanceID,
		SessionTTLInSeconds: int(one.TTL.Seconds()), SessionIdleTimeoutInSeconds: int(one.Idle.Seconds()),
		CreatedTime: one.Created, LastModifiedTime: one.Created}
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
	if next.Status(c.clock.Now()) == emulator.SessionExpired {
		return nil, emulator.SessionNotFound(name, session)
	}
	return &next, c.keepSession(ctx, name, nil, &next)
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
	dropped := c.sessions.Drop(name, session)
	err := c.remove(ctx, sessionKey(name, session), "", emulator.SessionNotFound(name, session))
	if dropped && isRefusal(err) {
		return nil
	}
	return err
}
