package runtime

import (
	"encoding/json"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Hold begins or changes a session of the API. With fn, which has affinity, it gets an instance at
// once.
func (p *Pool) Hold(name emulator.Name, fn *emulator.Function, asked *emulator.Session) (instanceID string, refused *emulator.Error) {
	s, refused := p.sessions.hold(name, asked)
	if refused != nil {
		return "", refused
	}
	p.wake()
	if fn == nil || fn.Affinity == nil {
		return "", nil
	}
	inv := &emulator.Invocation{RequestID: p.options.IDs.Request(time.Now()), Function: fn, Qualifier: asked.Qualifier}
	for {
		g, got := p.seat(s, inv)
		switch {
		case g == nil:
			return "", emulator.Internal(emulator.ErrShutdown)
		case got.crowded && p.makeRoom(g):
		case got.refused != nil:
			p.sessions.drop(name, asked.SessionID)
			return "", got.refused
		case got.instance != nil:
			inst := got.instance
			go func() {
				<-inst.ready
				inst.group.unreserve(inst)
			}()
			return inst.id, nil
		}
	}
}

func (t *sessions) hold(name emulator.Name, asked *emulator.Session) (*session, *emulator.Error) {
	now := t.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.byID[name][asked.SessionID]
	if s == nil {
		if t.blocked(name, asked.SessionID, now) {
			return nil, sessionEnded(asked.SessionID)
		}
		if t.count >= maxSessions {
			return nil, emulator.ResourceThrottled()
		}
		s = &session{name: name, id: asked.SessionID, qualifier: asked.Qualifier, created: asked.CreatedTime, lastUsed: now}
		t.add(s)
	}
	s.ttl = time.Duration(asked.SessionTTLInSeconds) * time.Second
	s.idle = time.Duration(asked.SessionIdleTimeoutInSeconds) * time.Second
	_ = json.Unmarshal(asked.Stored["disableSessionIdReuse"], &s.noReuse) // absent is false
	return s, nil
}

// Held returns the sessions of a function, in no order.
func (p *Pool) Held(name emulator.Name) []emulator.HeldSession {
	t := &p.sessions
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]emulator.HeldSession, 0, len(t.byID[name]))
	for _, s := range t.byID[name] {
		list = append(list, s.held(t.clock.Now()))
	}
	return list
}

func (s *session) held(now time.Time) emulator.HeldSession {
	h := emulator.HeldSession{ID: s.id, Qualifier: s.qualifier, TTL: s.ttl, Idle: s.idle, Created: s.created, LastUsed: s.lastUsed}
	if s.instance != nil && !s.instance.exited() {
		h.InstanceID = s.instance.id
	}
	h.Over = !now.Before(s.dueAt())
	return h
}

// Drop ends a session; false means that there was none.
func (p *Pool) Drop(name emulator.Name, id string) bool { return p.sessions.drop(name, id) }

func (t *sessions) drop(name emulator.Name, id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.byID[name][id]
	if s != nil {
		t.end(s, t.clock.Now())
	}
	return s != nil
}
