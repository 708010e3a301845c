package clock_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/clock"
	"github.com/fcemu/fcemu/store"
)

// memory keeps records, and due times that end at once when they have come.
type memory struct {
	mu      sync.Mutex
	records map[emulator.RecordKey]emulator.Record
	due     []time.Time
	fault   error
	asked   []time.Time
}

func newMemory() *memory { return &memory{records: map[emulator.RecordKey]emulator.Record{}} }

func (m *memory) Get(_ context.Context, key emulator.RecordKey) (emulator.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if record, ok := m.records[key]; ok {
		return record, m.fault
	}
	return emulator.Record{}, emulator.ErrRecordNotFound
}

func (m *memory) Insert(_ context.Context, record emulator.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	time.Sleep(3 * time.Millisecond) // as a disk
	if m.fault == nil {
		m.records[record.RecordKey] = record
	}
	return m.fault
}

func (m *memory) Replace(ctx context.Context, record emulator.Record, _ string) error {
	if _, err := m.Get(ctx, record.RecordKey); err != nil {
		return err
	}
	return m.Insert(ctx, record)
}

func (m *memory) Delete(_ context.Context, key emulator.RecordKey, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.records, key)
	return m.fault
}

func (m *memory) Pending(_ context.Context, now time.Time) (time.Time, bool, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, now)
	m.due = slices.DeleteFunc(m.due, func(at time.Time) bool { return !at.After(now) })
	if len(m.due) == 0 {
		return time.Time{}, false, false, m.fault
	}
	return slices.MinFunc(m.due, time.Time.Compare), true, false, m.fault
}

func open(t *testing.T, m clock.Store) *clock.Clock {
	t.Helper()
	c, err := clock.Open(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func near(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	if d := got - want; d < 0 || d > 100*time.Millisecond { // writing it down takes a few
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, start := t.Context(), time.Now()
		c := open(t, newMemory())
		since := func() time.Duration { return c.Now().Sub(start.Round(0)) }
		if !c.Now().Equal(time.Now()) || c.State().Driven() {
			t.Error("it is not the machine's clock")
		}
		must(t, c.Advance(ctx, time.Hour))
		time.Sleep(time.Minute)
		near(t, "advanced", since(), time.Hour+time.Minute)
		must(t, c.Freeze(ctx))
		time.Sleep(time.Minute)
		near(t, "frozen", since(), time.Hour+time.Minute)
		must(t, c.Advance(ctx, time.Second))
		near(t, "advanced while frozen", since(), time.Hour+time.Minute+time.Second)
		must(t, c.SetScale(ctx, 60))
		time.Sleep(time.Minute)
		near(t, "scaled", since()/60, (2*time.Hour+time.Minute+time.Second)/60)
		must(t, c.Advance(ctx, time.Hour))
		near(t, "advanced while scaled", since()/60, (3*time.Hour+time.Minute+time.Second)/60)
		if state := c.State(); state.Scale != 60 || state.Frozen || !state.Driven() {
			t.Errorf("got %+v", state)
		}
		must(t, c.Reset(ctx))
		if !c.Now().Equal(time.Now()) || c.State().Driven() || c.State().Offset != "0s" {
			t.Errorf("after reset: %+v", c.State())
		}
	})
}

func TestTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		c := open(t, newMemory())
		fired := func(timer emulator.Timer) bool {
			synctest.Wait()
			select {
			case at := <-timer.C():
				if c.State().Frozen && !at.Equal(c.Now()) {
					t.Errorf("fired with %v, it is %v", at, c.Now())
				}
				return true
			default:
				return false
			}
		}
		expect := func(what string, timer emulator.Timer, want bool) {
			t.Helper()
			if fired(timer) != want {
				t.Errorf("%s: want fired = %v", what, want)
			}
		}
		timer := c.NewTimer(c.Now().Add(time.Second))
		time.Sleep(time.Second - 1)
		expect("a nanosecond early", timer, false)
		time.Sleep(time.Nanosecond)
		expect("in time", timer, true)
		timer.Reset(c.Now())
		expect("due at once", timer, true)
		timer.Reset(c.Now().Add(time.Hour))
		other, stopped := c.NewTimer(c.Now().Add(2*time.Hour)), c.NewTimer(c.Now().Add(time.Minute))
		stopped.Stop()
		must(t, c.Freeze(ctx))
		time.Sleep(3 * time.Hour)
		expect("while time stands", timer, false)
		must(t, c.Advance(ctx, 90*time.Minute))
		expect("advanced over it", timer, true)
		expect("not yet", other, false)
		expect("stopped", stopped, false)
		must(t, c.SetScale(ctx, 60))
		time.Sleep(29 * time.Second)
		expect("half a second early", other, false)
		time.Sleep(time.Second)
		expect("sixty times as fast", other, true)
		must(t, c.Advance(ctx, 10*time.Hour))
		timer.Reset(c.Now().Add(time.Hour))
		must(t, c.Reset(ctx)) // backwards
		time.Sleep(59 * time.Minute)
		expect("the rest of its wait", timer, false)
		time.Sleep(time.Minute)
		expect("after a reset", timer, true)
		must(t, c.SetScale(ctx, 0.001))
		timer.Reset(c.Now().Add(10 * 24 * time.Hour))
		time.Sleep(9999 * 24 * time.Hour)
		expect("slow", timer, false)
		time.Sleep(24 * time.Hour)
		expect("slow, in time", timer, true)
	})
}

// The end of time is no overflow, and no busy loop.
func TestEndOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, newMemory())
		must(t, c.SetScale(t.Context(), 1e6))
		time.Sleep(1000 * time.Hour)
		if now := c.Now(); now.Year() != 2200 {
			t.Errorf("it is %v", now)
		}
		timer := c.NewTimer(c.Now().Add(time.Minute))
		time.Sleep(time.Hour) // a busy loop would take long here
		select {
		case <-timer.C():
			t.Error("a timer fired after the end of time")
		default:
		}
		timer.Stop()
		if c.Advance(t.Context(), time.Second) == nil {
			t.Error("it went on")
		}
		must(t, c.Reset(t.Context()))
	})
}

// Nobody sees time go backwards, whatever moves the clock in the meantime.
func TestNeverBackwards(t *testing.T) {
	m := newMemory()
	c := open(t, m)
	end := make(chan struct{})
	var watchers sync.WaitGroup
	for range 2 {
		watchers.Go(func() {
			for last := c.Now(); ; {
				select {
				case <-end:
					return
				default:
				}
				now := c.Now()
				if now.Round(0).Before(last.Round(0)) {
					t.Errorf("%v came after %v", now, last)
					return
				}
				last = now
			}
		})
	}
	ctx := t.Context()
	for i := range 6 {
		must(t, c.SetScale(ctx, 1000))
		must(t, c.Advance(ctx, time.Minute))
		must(t, c.SetScale(ctx, 0.01))
		must(t, c.Freeze(ctx))
		if i%2 == 0 {
			must(t, c.SetScale(ctx, 1))
		}
		must(t, c.RunUntil(ctx, c.Now().Add(time.Second)))
		m.mu.Lock()
		m.fault = errors.New("the disk is full")
		m.mu.Unlock()
		if c.Advance(ctx, time.Hour) == nil || c.Freeze(ctx) == nil {
			t.Error("a move that could not be written down succeeded")
		}
		m.mu.Lock()
		m.fault = nil
		m.mu.Unlock()
	}
	close(end)
	watchers.Wait()
}

func TestRefusals(t *testing.T) {
	m := newMemory()
	c := open(t, m)
	ctx := t.Context()
	for name, err := range map[string]error{
		"back":         c.Advance(ctx, -1),
		"far":          c.Advance(ctx, math.MaxInt64),
		"before":       c.RunUntil(ctx, time.Now().Add(-time.Minute)),
		"far end":      c.RunUntil(ctx, time.Now().AddDate(300, 0, 0)),
		"no scale":     c.SetScale(ctx, 0),
		"backwards":    c.SetScale(ctx, -1),
		"no number":    c.SetScale(ctx, math.NaN()),
		"infinite":     c.SetScale(ctx, math.Inf(1)),
		"unimaginable": c.SetScale(ctx, 1e9),
	} {
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || refusal.Code != "InvalidArgument" || refusal.Status != 400 {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, c.Advance(ctx, 0))
	must(t, c.SetScale(ctx, 1))
	must(t, c.RunUntil(ctx, time.Time{}))
	if c.State().Driven() || len(m.records) != 0 {
		t.Errorf("the clock was moved: %+v", c.State())
	}
}

func TestRunUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, ctx := newMemory(), t.Context()
		c := open(t, m)
		start := c.Now().Round(0)
		for _, after := range []time.Duration{time.Hour, time.Minute, 30 * time.Minute, 3 * time.Hour} {
			m.due = append(m.due, start.Add(after))
		}
		must(t, c.RunUntil(ctx, start.Add(2*time.Hour)))
		near(t, "the end", c.Now().Sub(start), 2*time.Hour)
		want := []time.Duration{time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 0}
		for i, at := range m.asked[1:] {
			if got := at.Sub(start); got != want[i] {
				t.Errorf("step %d: %v, want %v", i, got, want[i])
			}
		}
		if len(m.asked) != 5 {
			t.Errorf("%d steps", len(m.asked))
		}
		must(t, c.RunUntil(ctx, time.Time{}))
		near(t, "idle", c.Now().Sub(start), 3*time.Hour)
		if c.State().Frozen {
			t.Error("the clock does not go on")
		}
	})
}

// Ticks have their turn among the tasks, and none of them keeps the clock from being idle.
func TestRunUntilTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, ctx := newMemory(), t.Context()
		c := open(t, m)
		must(t, c.Freeze(ctx))
		start := c.Now()
		m.due = []time.Time{start.Add(25 * time.Minute)}
		next := start.Add(10 * time.Minute)
		var seen []time.Duration
		c.Follow(func() (time.Time, bool) { // every ten minutes; the task of a tick is there the second time
			m.mu.Lock()
			defer m.mu.Unlock()
			if now := m.asked[len(m.asked)-1]; !next.After(now) && len(seen) > 0 && seen[len(seen)-1] == next.Sub(start) {
				next = next.Add(10 * time.Minute)
			} else if !next.After(now) {
				seen = append(seen, now.Sub(start))
			}
			return next, true
		}, func() {})
		m.asked = []time.Time{start}
		must(t, c.RunUntil(ctx, start.Add(35*time.Minute)))
		want := []time.Duration{10 * time.Minute, 20 * time.Minute, 30 * time.Minute}
		if !slices.Equal(seen, want) {
			t.Errorf("ticks at %v, want %v", seen, want)
		}
		near(t, "the end", c.Now().Sub(start), 35*time.Minute)
		must(t, c.RunUntil(ctx, time.Time{}))
		near(t, "idle", c.Now().Sub(start), 35*time.Minute)
		m.due = []time.Time{start.Add(45 * time.Minute)}
		must(t, c.RunUntil(ctx, time.Time{}))
		near(t, "idle behind a task", c.Now().Sub(start), 45*time.Minute)
		if len(seen) != 4 {
			t.Errorf("ticks at %v", seen)
		}
	})
}

// Whoever reckons with the clock hears that it went back.
func TestResetIsTold(t *testing.T) {
	c := open(t, newMemory())
	told := time.Time{}
	c.Follow(func() (time.Time, bool) { return time.Time{}, false }, func() { told = c.Now() })
	must(t, c.Advance(t.Context(), time.Hour))
	must(t, c.Reset(t.Context()))
	if d := time.Since(told); d < 0 || d > time.Minute {
		t.Errorf("told at %v", told)
	}
}

// busy never settles.
type busy struct {
	*memory
	entered chan struct{}
}

func (b busy) Pending(context.Context, time.Time) (time.Time, bool, bool, error) {
	select {
	case b.entered <- struct{}{}:
	default:
	}
	return time.Time{}, false, true, nil
}

func TestInUse(t *testing.T) {
	b := busy{newMemory(), make(chan struct{}, 1)}
	c := open(t, b)
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.RunUntil(ctx, time.Time{}) }()
	<-b.entered
	var refusal *emulator.Error
	if err := c.Freeze(t.Context()); !errors.As(err, &refusal) || refusal.Status != 409 {
		t.Errorf("got %v", err)
	}
	leave()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	must(t, c.Freeze(t.Context()))
}

// A moved clock is found again in the real store.
func TestRestart(t *testing.T) {
	ctx := t.Context()
	s, err := store.Open(ctx, filepath.Join(t.TempDir(), "state.db"))
	must(t, err)
	defer func() { _ = s.Close() }()
	c := open(t, s)
	must(t, c.Advance(ctx, time.Hour))
	again := open(t, s)
	if d := again.Now().Sub(c.Now()).Abs(); d > time.Second || again.State().Offset != c.State().Offset {
		t.Errorf("%v apart, %+v", d, again.State())
	}
	must(t, c.SetScale(ctx, 60))
	if state := open(t, s).State(); state.Scale != 60 || !state.Driven() || state.Now.Sub(c.Now()).Abs() > time.Minute {
		t.Errorf("got %+v", state)
	}
	must(t, c.Freeze(ctx))
	if again := open(t, s); !again.Now().Equal(c.Now()) || !again.State().Frozen {
		t.Errorf("got %+v, want %+v", again.State(), c.State())
	}
	must(t, c.Reset(ctx))
	if state := open(t, s).State(); state.Driven() {
		t.Errorf("got %+v", state)
	}
}
