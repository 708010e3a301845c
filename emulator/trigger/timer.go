package trigger

import (
	"context"
	"errors"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/schedule"
)

// latest is how late a timer may fire on the machine's own clock: one that is later was slept through.
const latest = time.Minute

// longestSleep bounds one sleep, because timers stand still while a laptop is suspended and the wall
// clock does not. Waking costs a comparison, no look at the store.
const longestSleep = time.Minute

// Run fires timers until ctx ends.
func (s *Sources) Run(ctx context.Context) error {
	timer := s.Clock.NewTimer(s.Clock.Now())
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C():
		case <-s.nudge:
		}
		s.mu.Lock()
		next, some := s.fireDue(context.WithoutCancel(ctx))
		s.mu.Unlock()
		if !some {
			timer.Stop()
		} else if wake := s.Clock.Now().Add(longestSleep); wake.Before(next) {
			timer.Reset(wake)
		} else {
			timer.Reset(next)
		}
	}
}

func (s *Sources) wake() {
	select {
	case s.nudge <- struct{}{}:
	default:
	}
}

// Due is the earliest time at which a timer is due and has not fired; false: there is none.
func (s *Sources) Due() (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.earliest(); one != nil {
		return one.next, true
	}
	return time.Time{}, false
}

// earliest is the timer that is due first, by name where several are; nil: there is none.
func (s *Sources) earliest() (first *source) {
	which := ""
	for name, one := range s.known {
		if !one.next.IsZero() && (first == nil || one.next.Before(first.next) || one.next.Equal(first.next) && name < which) {
			first, which = one, name
		}
	}
	return first
}

// Times tells when a timer is due next and when it was last; zero: never.
func (s *Sources) Times(of emulator.Name, name string) (next, last time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.known[key(of, name)]; one != nil {
		return one.next, one.last
	}
	return next, last
}

// Replan reckons anew when timers are due: the clock has gone back.
func (s *Sources) Replan() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Clock.Now()
	for _, one := range s.known {
		one.next = following(one, now)
	}
	s.wake()
}

// plan reads when a timer is due.
func (s *Sources) plan(one *source) {
	config, err := one.Timer()
	if err == nil && config.Enabled() {
		one.times, err = schedule.ParseTimer(config.CronExpression, one.CreatedTime)
	}
	if err != nil { // an older release took it
		one.times = nil
		s.tell(&one.FunctionTrigger, "it never fires: "+err.Error())
	}
	one.next = following(one, s.Clock.Now())
}

// following is the first time after now. One that was fired for is not there a second time when the
// machine's clock was put back a little.
func following(one *source, now time.Time) time.Time {
	if one.times == nil {
		return time.Time{}
	}
	if ahead := one.last.Sub(now); ahead > 0 && ahead < latest {
		now = one.last
	}
	next, some := one.times.Next(now)
	if !some {
		return time.Time{}
	}
	return next
}

// fireDue fires what is due, each once, and returns when the next is due. mu is held.
func (s *Sources) fireDue(ctx context.Context) (next time.Time, some bool) {
	now := s.Clock.Now()
	for {
		one := s.earliest()
		if one == nil {
			return next, false
		}
		if one.next.After(now) {
			return one.next, true
		}
		s.fire(ctx, one, now)
		one.next = following(one, now)
	}
}

// fire sends the event for the last time that a timer was due, however many there were.
func (s *Sources) fire(ctx context.Context, one *source, now time.Time) {
	at, some := one.times.Last(now)
	if !some || at.Before(one.next) {
		at = one.next
	}
	if late := now.Sub(at); late > latest && !s.Clock.Driven() {
		s.tell(&one.FunctionTrigger, "not fired for "+at.UTC().Format(time.RFC3339)+", "+late.Round(time.Second).String()+" ago: the machine or the emulator slept")
		return
	}
	event, err := s.timerEvent(&one.FunctionTrigger, at)
	if err == nil {
		_, err = s.send(ctx, &one.FunctionTrigger, event)
	}
	if err != nil {
		s.tell(&one.FunctionTrigger, "not fired for "+at.UTC().Format(time.RFC3339)+": "+err.Error())
		return
	}
	one.last = at
	if err := s.keep(ctx, one); err != nil {
		s.tell(&one.FunctionTrigger, "when it fired could not be kept: "+err.Error())
	}
}

func recordKey(t *emulator.FunctionTrigger) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordTimer, Parent: t.Function.Wire(), Name: t.TriggerName}
}

// keep writes down when a timer fired. Its etag is the trigger's id, for another may get the name.
func (s *Sources) keep(ctx context.Context, one *source) error {
	record := emulator.Record{RecordKey: recordKey(&one.FunctionTrigger), Etag: one.TriggerID, Created: one.CreatedTime, Modified: one.last, Document: []byte("{}")}
	err := s.store.Replace(ctx, record, "")
	if errors.Is(err, emulator.ErrRecordNotFound) {
		err = s.store.Insert(ctx, record)
	}
	return err
}

// restore finds out when a timer fired last, before the emulator was started.
func (s *Sources) restore(ctx context.Context, t *emulator.FunctionTrigger) error {
	record, err := s.store.Get(ctx, recordKey(t))
	if errors.Is(err, emulator.ErrRecordNotFound) {
		return nil
	}
	if err == nil && record.Etag == t.TriggerID {
		s.known[key(t.Function, t.TriggerName)] = &source{FunctionTrigger: *t, last: record.Modified}
	}
	return err
}
