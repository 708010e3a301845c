package runtime

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// runSession runs a request of a function with affinity on the instance of its session.
func (p *Pool) runSession(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
	s, begun, refused := p.sessions.enter(inv)
	if refused != nil {
		return &emulator.Outcome{Refused: refused}
	}
	if s == nil {
		plain := *inv
		plain.Session = nil
		return p.Run(ctx, &plain, answer)
	}
	if begun {
		p.wake() // its end may be the next one
	}
	ear := p.listen(s, inv, &answer)
	var out *emulator.Outcome
	for out == nil {
		g, got := p.seat(s, inv)
		if g == nil {
			out = shutdownOutcome()
			break
		}
		out = p.serve(ctx, got, g, inv, answer)
	}
	ear.result(out)
	p.sessions.leave(s, inv.Session.End || out.Refused != nil && p.sessions.instanceOf(s) == nil)
	return out
}

// seat takes a slot on the instance of the session, or finds the session another where that one has
// ended. A call goes to the version that the session is on, whatever an alias has chosen for it.
func (p *Pool) seat(s *session, inv *emulator.Invocation) (*group, grant) {
	s.seat.Lock()
	defer s.seat.Unlock()
	if inst := p.sessions.instanceOf(s); inst != nil {
		switch inst.group.join(inst) {
		case joined:
			inv.Function = inst.fn
			return inst.group, grant{instance: inst}
		case full:
			return inst.group, grant{refused: emulator.ResourceThrottled()}
		}
	}
	g := p.group(inv.Function)
	if g == nil {
		return nil, grant{}
	}
	got := g.acquire(inv, true)
	if got.instance != nil {
		p.sessions.bind(s, got.instance)
	}
	return g, got
}

func (t *sessions) instanceOf(s *session) *instance {
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.instance
}

// bind seats a session on an instance. One that ended meanwhile gives the seat back.
func (t *sessions) bind(s *session, inst *instance) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.over {
		go inst.group.unseat(inst)
		return
	}
	s.instance = inst
}

type joining int

const (
	joined joining = iota
	full           // as many requests as the instance takes
	ended          // the instance takes no more requests
)

// join takes a slot of one instance.
func (g *group) join(inst *instance) joining {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case inst.exited() && !inst.doomed:
		inst.found = true
		g.drop(inst)
		return ended
	case inst.doomed || inst.sick:
		return ended
	case inst.used >= inst.slots:
		return full
	}
	g.take(inst, false)
	return joined
}

// fits tells whether a call may go to an instance with a free slot. seat: it begins a session there.
func (g *group) fits(inst *instance, seat bool) bool {
	alone := g.fn.Isolation == emulator.IsolateSessions
	if !seat {
		return !alone || inst.sessions == 0 && inst.used == 0
	}
	return inst.sessions < g.fn.Affinity.Sessions && (!alone || inst.used == 0)
}

// unseat is the end of a session on an instance.
func (g *group) unseat(inst *instance) {
	g.mu.Lock()
	defer g.mu.Unlock()
	inst.sessions--
	inst.lastUsed = time.Now()
	if inst.used == 0 && !inst.doomed && g.spent(inst) {
		g.drop(inst)
		g.fill()
		go inst.retire()
	}
	g.pool.wake()
}

// spent tells whether an isolated instance, or one of an image that serves nothing, has served the one
// that it was for.
func (g *group) spent(inst *instance) bool {
	if g.once {
		return true
	}
	switch g.fn.Isolation {
	case emulator.IsolateRequests:
		return inst.served > 0
	case emulator.IsolateSessions:
		return inst.served > 0 && inst.sessions == 0
	}
	return false
}
