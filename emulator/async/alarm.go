package async

import (
	"sync"
	"time"
)

// longestSleep bounds one sleep, because timers stand still while a laptop is suspended and the
// wall clock does not. Waking costs a comparison, no look at the store.
const longestSleep = time.Minute

// longest is the end of the longest sleep that begins now.
func (q *Queue) longest() time.Time { return q.clock.Now().Add(longestSleep) }

// alarm holds the earliest due time that a loop has to wake up for. The loop looks it up in the
// store; whoever adds a row tells of it, and the loop is woken only when that row comes first.
type alarm struct {
	mu    sync.Mutex
	due   time.Time
	set   bool
	stale bool // the store has to be asked; due holds only what was told since
	rung  chan struct{}
}

func newAlarm() *alarm { return &alarm{stale: true, rung: make(chan struct{}, 1)} }

// sooner tells of a row that has been committed.
func (a *alarm) sooner(due time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.set && !due.Before(a.due) {
		return
	}
	a.due, a.set = due, true
	if a.stale {
		return // the loop is awake, or too busy to care; it will ask
	}
	select {
	case a.rung <- struct{}{}:
	default:
	}
}

// after wakes the loop after a pause of real time, which passes also while the clock stands.
func (a *alarm) after(pause time.Duration) {
	time.AfterFunc(pause, func() {
		select {
		case a.rung <- struct{}{}:
		default:
		}
	})
}

// forget is called before the rows are touched: what is told from now on is kept beside the answer
// of the store, which may have been given before.
func (a *alarm) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set, a.stale = false, true
}

// next returns the earliest due time; ask looks it up in the store where that is needed.
func (a *alarm) next(ask func() (time.Time, bool, error)) (time.Time, bool, error) {
	a.mu.Lock()
	stale := a.stale
	a.mu.Unlock()
	if !stale {
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.due, a.set, nil
	}
	due, ok, err := ask()
	if err != nil {
		return time.Time{}, false, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if ok && (!a.set || due.Before(a.due)) {
		a.due, a.set = due, true
	}
	a.stale = false
	return a.due, a.set, nil
}

// until is when to wake up: at the due time, but after no more than the longest sleep.
func until(now, due time.Time, set bool) time.Time {
	if latest := now.Add(longestSleep); !set || due.After(latest) {
		return latest
	}
	return due
}
