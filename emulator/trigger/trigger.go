// Package trigger turns what happens at event sources into asynchronous invocations: timers by the
// clock, objects in buckets, and events of any type that a user sends by hand. What becomes of an
// event from there on is the queue's matter.
package trigger

import (
	"context"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/schedule"
)

// Catalogue knows the triggers and their functions.
type Catalogue interface {
	Triggers(ctx context.Context, name *emulator.Name, prefix, from string, limit int) ([]emulator.FunctionTrigger, string, error)
	Choose(ctx context.Context, ref emulator.Reference, traffic emulator.Traffic) (*emulator.Function, error)
}

// Queue takes asynchronous invocations.
type Queue interface {
	Accept(ctx context.Context, inv *emulator.Invocation, delay time.Duration) (*emulator.Task, error)
}

// Store keeps when timers fired.
type Store interface {
	Get(ctx context.Context, key emulator.RecordKey) (emulator.Record, error)
	Insert(ctx context.Context, record emulator.Record) error
	Replace(ctx context.Context, record emulator.Record, etag string) error
}

// Options say whose events these are. All fields are required.
type Options struct {
	Account string
	Region  string
	Clock   emulator.Clock
	Log     func(emulator.LogLine) // receives why an event did not reach its function
}

// Sources are the event sources. Call Load, then Run.
type Sources struct {
	Options
	catalogue Catalogue
	queue     Queue
	store     Store
	nudge     chan struct{}

	// mu is held while timers fire: once Changed has returned, nothing fires by an older state.
	mu    sync.Mutex
	known map[string]*source // by key
}

func key(of emulator.Name, name string) string { return of.Wire() + "/" + name }

// source is one trigger, and when it is due if it is a timer.
type source struct {
	emulator.FunctionTrigger
	times schedule.Schedule // nil: no timer, or one that is not enabled
	next  time.Time         // zero: never
	last  time.Time         // that it fired for; zero: never
}

// New returns the sources of the triggers of a catalogue.
func New(catalogue Catalogue, queue Queue, store Store, o Options) *Sources {
	return &Sources{Options: o, catalogue: catalogue, queue: queue, store: store,
		nudge: make(chan struct{}, 1), known: map[string]*source{}}
}

// Load reads the triggers that there are. What was due before now is not made up for.
func (s *Sources) Load(ctx context.Context) error {
	for from := ""; ; {
		list, next, err := s.catalogue.Triggers(ctx, nil, "", from, 100)
		if err != nil {
			return err
		}
		for _, one := range list {
			if one.TriggerType == emulator.TriggerTimer {
				if err := s.restore(ctx, &one); err != nil {
					return err
				}
			}
			s.Changed(one.Function, one.TriggerName, one.Trigger)
		}
		if from = next; from == "" {
			return nil
		}
	}
}

// Changed tells how a trigger is now; nil: it is gone.
func (s *Sources) Changed(of emulator.Name, name string, now *emulator.Trigger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fireDue(context.Background()) // what was due a moment ago was so by the older state
	at := key(of, name)
	before := s.known[at]
	delete(s.known, at)
	if now == nil {
		return
	}
	next := &source{FunctionTrigger: emulator.FunctionTrigger{Function: of, Trigger: now}}
	s.known[at] = next
	if before != nil && before.TriggerID == now.TriggerID {
		next.last = before.last
	}
	if now.TriggerType == emulator.TriggerTimer {
		s.plan(next)
		s.wake()
	}
}

// Fire sends an event by hand: the one that is given, or with nil one as the trigger's source would send it.
func (s *Sources) Fire(ctx context.Context, t *emulator.FunctionTrigger, event []byte) (*emulator.Task, error) {
	if event == nil {
		var err error
		if event, err = s.sample(t); err != nil {
			return nil, emulator.InvalidArgument("trigger '%s': %v", t.TriggerName, err)
		}
	}
	return s.send(ctx, t, event)
}

// send is the one way in.
func (s *Sources) send(ctx context.Context, t *emulator.FunctionTrigger, event []byte) (*emulator.Task, error) {
	fn, err := s.catalogue.Choose(ctx, emulator.Reference{Name: t.Function, Qualifier: t.Qualifier}, nil)
	if err != nil {
		return nil, err
	}
	if refusal := fn.Admit(); refusal != nil {
		return nil, refusal
	}
	return s.queue.Accept(ctx, &emulator.Invocation{Function: fn, Qualifier: t.Qualifier, Event: event, Async: true}, 0)
}

// tell writes into the log of a trigger's function. Log lines have real times.
func (s *Sources) tell(t *emulator.FunctionTrigger, text string) {
	s.Log(emulator.LogLine{Time: emulator.RealClock{}.Now(), Function: t.Function.String(), Stream: "system",
		Text: "fcemu: " + t.TriggerType + " trigger '" + t.TriggerName + "': " + text})
}
