package runtime

import (
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

const (
	maxSessions = 20000         // of all functions together
	maxEndedIDs = 20000         // that are remembered so that they are not used again
	endedFor    = 6 * time.Hour // is how long; FC's longest session
)

// sessions is the table of all sessions.
type sessions struct {
	clock emulator.Clock
	mu    sync.Mutex
	count int // those without an id included
	byID  map[emulator.Name]map[string]*session
	ended map[sessionID]time.Time // ids that cannot be used again, until when
}

type sessionID struct {
	emulator.Name
	id string
}

// session is a client's hold on one instance. Its fields but seat are under sessions.mu.
type session struct {
	seat sync.Mutex // the request that has it looks for the session's instance

	name      emulator.Name
	id        string // empty until the function's answer names it
	qualifier string
	instance  *instance // nil until a request needs one; it may have ended
	ttl, idle time.Duration
	noReuse   bool
	created   time.Time
	lastUsed  time.Time
	inFlight  int
	over      bool
}

func (t *sessions) init(clock emulator.Clock) {
	t.clock, t.byID, t.ended = clock, map[emulator.Name]map[string]*session{}, map[sessionID]time.Time{}
}

// enter finds or begins the session of a request. Both nil: it belongs to none.
func (t *sessions) enter(inv *emulator.Invocation) (s *session, begun bool, refused *emulator.Error) {
	use, name, now := inv.Session, inv.Function.Name(), t.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	s = t.byID[name][use.ID]
	if s != nil && (s.qualifier != inv.Qualifier || s.dueAt().Before(now)) {
		t.end(s, now)
		s = nil
	}
	if s == nil {
		if !use.Begin {
			return nil, false, nil
		}
		if t.blocked(name, use.ID, now) {
			return nil, false, sessionEnded(use.ID)
		}
		if t.count >= maxSessions {
			return nil, false, emulator.ResourceThrottled()
		}
		begun = true
		a := inv.Function.Affinity
		s = &session{name: name, id: use.ID, qualifier: inv.Qualifier, ttl: a.TTL, idle: a.Idle, noReuse: a.NoReuse, created: now}
		t.add(s)
	}
	s.inFlight++
	s.lastUsed = now
	return s, begun, nil
}

// sessionEnded refuses an id of disableSessionIdReuse. No source names FC's code for it.
func sessionEnded(id string) *emulator.Error {
	return emulator.InvalidArgument("session '%.80s' has ended and its id cannot be used again (disableSessionIdReuse)", id)
}

func (t *sessions) add(s *session) {
	t.count++
	if s.id == "" {
		return
	}
	if t.byID[s.name] == nil {
		t.byID[s.name] = map[string]*session{}
	}
	t.byID[s.name][s.id] = s
}

// learn gives a session the id that the function's answer told.
func (t *sessions) learn(s *session, id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.over || s.id != "" || id == "" || len(id) > emulator.MaxLearntID {
		return
	}
	if other := t.byID[s.name][id]; other != nil {
		t.end(other, t.clock.Now())
	}
	s.id = id
	t.count--
	t.add(s)
}

// leave is the end of a request. A session that got no id ends with it.
func (t *sessions) leave(s *session, end bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.inFlight--
	s.lastUsed = t.clock.Now()
	if end || s.id == "" {
		t.end(s, s.lastUsed)
	}
}

// end takes a session out of the table and frees its seat.
func (t *sessions) end(s *session, now time.Time) {
	if s.over {
		return
	}
	s.over = true
	t.count--
	if s.id != "" && t.byID[s.name][s.id] == s {
		delete(t.byID[s.name], s.id)
		if len(t.byID[s.name]) == 0 {
			delete(t.byID, s.name)
		}
	}
	if s.noReuse && len(t.ended) < maxEndedIDs {
		t.ended[sessionID{s.name, s.id}] = now.Add(endedFor)
	}
	if s.instance != nil {
		go s.instance.group.unseat(s.instance) // the group's lock is not taken within this one
	}
}

// blocked tells whether an id has been used and must not be again.
func (t *sessions) blocked(name emulator.Name, id string, now time.Time) bool {
	until, found := t.ended[sessionID{name, id}]
	return found && now.Before(until)
}

// dueAt is when the session ends if nothing happens before.
func (s *session) dueAt() time.Time {
	due := s.created.Add(s.ttl)
	if idle := s.lastUsed.Add(s.idle); s.idle > 0 && s.inFlight == 0 && idle.Before(due) {
		return idle
	}
	return due
}

// sweep ends the sessions whose time is over and returns when the next may be.
func (t *sessions) sweep() (next time.Time, some bool) {
	now := t.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, list := range t.byID {
		for _, s := range list {
			due := s.dueAt()
			if !now.Before(due) {
				t.end(s, now)
				continue
			}
			if s.inFlight > 0 && s.idle > 0 {
				due = earlier(due, now.Add(s.idle)) // it cannot be idle for so long before
			}
			if !some || due.Before(next) {
				next, some = due, true
			}
		}
	}
	for id, until := range t.ended {
		if !now.Before(until) {
			delete(t.ended, id)
		}
	}
	return next, some
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// expire ends sessions whose time is over, and sets the timer for the next.
func (p *Pool) expire(timer emulator.Timer) {
	if next, some := p.sessions.sweep(); some {
		timer.Reset(next)
	} else {
		timer.Stop()
	}
}
