package trigger_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/trigger"
)

// world is all that sources need: a catalogue, a queue, a store and a clock that is set by hand.
type world struct {
	mu       sync.Mutex
	triggers []emulator.FunctionTrigger
	records  map[emulator.RecordKey]emulator.Record
	events   []string // qualifier and event of what was accepted
	log      []string
	fault    error // of the queue

	now     time.Time
	driven  bool
	waiting map[*alarm]bool
}

type alarm struct {
	world *world
	at    time.Time
	c     chan time.Time
}

func (w *world) Now() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
func (w *world) Driven() bool   { return w.driven }
func (w *world) NewTimer(at time.Time) emulator.Timer {
	a := &alarm{world: w, c: make(chan time.Time, 1)}
	a.Reset(at)
	return a
}

func (a *alarm) C() <-chan time.Time { return a.c }
func (a *alarm) Stop()               { a.world.mu.Lock(); defer a.world.mu.Unlock(); delete(a.world.waiting, a) }
func (a *alarm) Reset(at time.Time) {
	a.world.mu.Lock()
	defer a.world.mu.Unlock()
	a.at = at
	a.world.waiting[a] = true
	a.ring()
}

func (a *alarm) ring() {
	if a.world.waiting[a] && !a.at.After(a.world.now) {
		delete(a.world.waiting, a)
		a.c <- a.world.now
	}
}

// set moves the clock and waits for what that causes.
func (w *world) set(t *testing.T, text string) {
	t.Helper()
	w.mu.Lock()
	w.now = at(t, text)
	for a := range w.waiting {
		a.ring()
	}
	w.mu.Unlock()
	synctest.Wait()
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, "2026-03-02T"+text+"Z")
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func (w *world) Triggers(_ context.Context, _ *emulator.Name, _, from string, _ int) ([]emulator.FunctionTrigger, string, error) {
	first := map[string]int{"": 0, "more": 1}[from]
	if len(w.triggers) > 1 && first == 0 {
		return w.triggers[:1], "more", nil
	}
	return w.triggers[first:], "", nil
}

func (w *world) Choose(_ context.Context, ref emulator.Reference, _ emulator.Traffic) (*emulator.Function, error) {
	if ref.Qualifier == "gone" {
		return nil, emulator.AliasNotFound(ref.Scope(), "gone")
	}
	return &emulator.Function{FunctionName: ref.Function}, nil
}

func (w *world) Accept(_ context.Context, inv *emulator.Invocation, _ time.Duration) (*emulator.Task, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault != nil {
		return nil, w.fault
	}
	w.events = append(w.events, inv.Qualifier+" "+string(inv.Event))
	return &emulator.Task{RequestID: "r"}, nil
}

func (w *world) Get(_ context.Context, key emulator.RecordKey) (emulator.Record, error) {
	if record, ok := w.records[key]; ok {
		return record, nil
	}
	return emulator.Record{}, emulator.ErrRecordNotFound
}

func (w *world) Insert(_ context.Context, record emulator.Record) error {
	w.records[record.RecordKey] = record
	return nil
}

func (w *world) Replace(ctx context.Context, record emulator.Record, _ string) error {
	if _, ok := w.records[record.RecordKey]; !ok {
		return emulator.ErrRecordNotFound
	}
	return w.Insert(ctx, record)
}

func newWorld(t *testing.T) *world {
	return &world{records: map[emulator.RecordKey]emulator.Record{}, waiting: map[*alarm]bool{}, now: at(t, "08:00:00")}
}

// start loads the triggers and runs until the test ends.
func (w *world) start(t *testing.T) *trigger.Sources {
	t.Helper()
	s := trigger.New(w, w, w, trigger.Options{Account: "100", Region: "cn-local", Clock: w,
		Log: func(line emulator.LogLine) { w.log = append(w.log, line.Function+": "+line.Text) }})
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() { end(); <-ended })
	synctest.Wait()
	return s
}

func timer(t *testing.T, name, expression string) *emulator.Trigger {
	return &emulator.Trigger{TriggerName: name, TriggerID: "id of " + name, TriggerType: "timer", Qualifier: "LATEST", CreatedTime: at(t, "08:00:00"),
		TriggerConfig: fmt.Appendf(nil, `{"cronExpression":%q,"payload":"p\"<"}`, expression)}
}

var hello = emulator.Name{Function: "hello"}

// fired takes the times of the events since it was last asked.
func (w *world) fired(t *testing.T) string {
	t.Helper()
	var times []string
	for _, one := range w.events {
		_, event, _ := strings.Cut(one, " ")
		var got struct{ TriggerTime, TriggerName, Payload string }
		if err := json.Unmarshal([]byte(event), &got); err != nil || got.Payload != `p"<` {
			t.Fatalf("%s: %v", event, err)
		}
		times = append(times, got.TriggerName+" "+got.TriggerTime[11:19])
	}
	w.events = nil
	return strings.Join(times, ", ")
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func TestTimersOnTheMachinesClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.triggers = []emulator.FunctionTrigger{{Function: hello, Trigger: timer(t, "every", "@every 10m")}, {Function: hello, Trigger: timer(t, "hourly", "0 0 * * * *")}}
		s := w.start(t)
		w.set(t, "08:09:59")
		expect(t, "early", w.fired(t), "")
		w.set(t, "08:10:00")
		expect(t, "in time", w.fired(t), "every 08:10:00")
		w.set(t, "08:20:59")
		expect(t, "late", w.fired(t), "every 08:20:00")
		w.set(t, "09:00:00")
		expect(t, "several at one time, one for many", w.fired(t), "every 09:00:00, hourly 09:00:00")
		// The machine slept until shortly after a time of the one, and long after that of the other.
		w.set(t, "11:30:30")
		expect(t, "no burst", w.fired(t), "every 11:30:00")
		want := "hello: fcemu: timer trigger 'hourly': not fired for 2026-03-02T11:00:00Z, 30m30s ago: the machine or the emulator slept"
		expect(t, "the log", strings.Join(w.log, "\n"), want)
		w.set(t, "12:00:00")
		expect(t, "on again", w.fired(t), "every 12:00:00, hourly 12:00:00")
		if next, last := s.Times(hello, "hourly"); !next.Equal(at(t, "13:00:00")) || !last.Equal(at(t, "12:00:00")) {
			t.Errorf("next %v, last %v", next, last)
		}
	})
}

// Timers of the machine stand while it sleeps: whoever waits long looks at the time now and then.
func TestLongSleepsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.triggers = []emulator.FunctionTrigger{{Function: hello, Trigger: timer(t, "yearly", "0 0 0 1 1 *")}}
		w.start(t)
		for a := range w.waiting {
			if sleep := a.at.Sub(w.Now()); sleep != time.Minute {
				t.Errorf("it sleeps for %v", sleep)
			}
		}
		if len(w.waiting) != 1 {
			t.Errorf("%d timers", len(w.waiting))
		}
		w.triggers = nil
		w.waiting = map[*alarm]bool{}
		w.start(t)
		if len(w.waiting) != 0 {
			t.Error("nothing is due, and a timer waits")
		}
	})
}

func TestTimersOnADrivenClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.driven = true
		w.triggers = []emulator.FunctionTrigger{{Function: hello, Trigger: timer(t, "hourly", "0 0 * * * *")}}
		s := w.start(t)
		w.set(t, "20:59:00")
		expect(t, "a jump", w.fired(t), "hourly 20:00:00")
		w.set(t, "08:30:00") // reset
		if next, _ := s.Times(hello, "hourly"); !next.Equal(at(t, "21:00:00")) {
			t.Errorf("due %v", next)
		}
		s.Replan()
		synctest.Wait()
		if due, some := s.Due(); !some || !due.Equal(at(t, "09:00:00")) {
			t.Errorf("due %v %v", due, some)
		}
		w.set(t, "09:00:00")
		expect(t, "after a reset", w.fired(t), "hourly 09:00:00")
	})
}

func TestChangesHoldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.start(t)
		if _, some := s.Due(); some {
			t.Error("something is due")
		}
		s.Changed(hello, "tick", timer(t, "tick", "@every 10m"))
		w.set(t, "08:10:00")
		expect(t, "new", w.fired(t), "tick 08:10:00")
		s.Changed(hello, "tick", timer(t, "tick", "0 15 * * * *"))
		if next, last := s.Times(hello, "tick"); !next.Equal(at(t, "08:15:00")) || !last.Equal(at(t, "08:10:00")) {
			t.Errorf("next %v, last %v", next, last)
		}
		w.set(t, "08:15:00")
		expect(t, "changed", w.fired(t), "tick 08:15:00")
		w.mu.Lock() // what was due a moment before a change has its turn
		w.now = at(t, "09:15:00")
		w.mu.Unlock()
		s.Changed(hello, "tick", timer(t, "tick", "0 15 * * * *"))
		expect(t, "due when it was changed", w.fired(t), "tick 09:15:00")
		off := timer(t, "tick", "@every 1m")
		off.TriggerConfig = []byte(`{"cronExpression":"@every 1m","enable":false}`)
		s.Changed(hello, "tick", off)
		w.set(t, "09:20:00")
		expect(t, "disabled", w.fired(t), "")
		s.Changed(hello, "tick", timer(t, "tick", "@every 10m"))
		s.Changed(hello, "tick", nil)
		w.set(t, "09:30:00")
		expect(t, "deleted", w.fired(t), "")
		another := timer(t, "tick", "@every 10m")
		another.TriggerID = "another"
		s.Changed(hello, "tick", another)
		if _, last := s.Times(hello, "tick"); !last.IsZero() {
			t.Errorf("another trigger was due %v", last)
		}
		s.Changed(hello, "old", timer(t, "old", "0 4 * * *"))
		expect(t, "what an older release took", strings.Join(w.log, "\n"),
			"hello: fcemu: timer trigger 'old': it never fires: '0 4 * * *' has 5 fields; it takes 6: second minute hour day month weekday")
	})
}

// What was due while the emulator was down is not made up for, and nothing fires for the same time
// twice, though the machine's clock was put back a little.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.triggers = []emulator.FunctionTrigger{{Function: hello, Trigger: timer(t, "tick", "@every 10m")}}
		w.start(t)
		w.set(t, "08:10:00")
		expect(t, "before", w.fired(t), "tick 08:10:00")
		for _, c := range []struct{ now, next string }{{"08:09:50", "08:20:00"}, {"08:10:00", "08:20:00"}, {"08:34:56", "08:40:00"}, {"07:00:00", "07:10:00"}} {
			again := &world{records: w.records, triggers: w.triggers, waiting: map[*alarm]bool{}, now: at(t, c.now)}
			s := again.start(t)
			if next, last := s.Times(hello, "tick"); !next.Equal(at(t, c.next)) || !last.Equal(at(t, "08:10:00")) {
				t.Errorf("at %s: next %v, last %v", c.now, next, last)
			}
			expect(t, "at "+c.now, again.fired(t), "")
		}
		w.triggers[0].TriggerID = "another"
		again := &world{records: w.records, triggers: w.triggers, waiting: map[*alarm]bool{}, now: at(t, "08:11:00")}
		if _, last := again.start(t).Times(hello, "tick"); !last.IsZero() {
			t.Errorf("another trigger of that name fired %v", last)
		}
	})
}

// A fault is told of, and the next time is not lost with it.
func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		gone := timer(t, "gone", "@every 10m")
		gone.Qualifier = "gone"
		w.triggers = []emulator.FunctionTrigger{{Function: hello, Trigger: gone}, {Function: hello, Trigger: timer(t, "tick", "@every 10m")}}
		s := w.start(t)
		w.fault = errors.New("the disk is full")
		w.set(t, "08:10:00")
		want := []string{"hello: fcemu: timer trigger 'gone': not fired for 2026-03-02T08:10:00Z: AliasNotFound: alias 'gone' of function 'hello' does not exist",
			"hello: fcemu: timer trigger 'tick': not fired for 2026-03-02T08:10:00Z: the disk is full"}
		if diff := cmp.Diff(want, w.log); diff != "" {
			t.Error(diff)
		}
		if _, last := s.Times(hello, "tick"); !last.IsZero() {
			t.Errorf("it fired at %v", last)
		}
		w.fault = nil
		w.set(t, "08:20:00")
		expect(t, "after the fault", w.fired(t), "tick 08:20:00")
	})
}

func TestObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.start(t)
		put := func(name, arn, config string) {
			s.Changed(hello, name, &emulator.Trigger{TriggerName: name, TriggerType: "oss", Qualifier: name, SourceArn: arn, TriggerConfig: []byte(config)})
		}
		put("all", "acs:oss:cn-local:100:b", `{"events":["oss:ObjectCreated:*"]}`)
		put("png", "acs:oss:::b", `{"events":["oss:ObjectCreated:PutObject"],"filter":{"key":{"prefix":"in/","suffix":".png"}}}`)
		put("gone", "", `{"bucketName":"b","events":["oss:ObjectCreated:CopyObject","oss:ObjectRemoved:*"],"filter":{"Key":{"Prefix":"in/","Suffix":".png"}}}`)
		put("other", "acs:oss:cn-local:100:other", `{"events":["oss:ObjectCreated:*","oss:ObjectRemoved:*"]}`)
		put("lost", "acs:oss:cn-local:100:b", `{"events":["oss:ObjectCreated:*"]}`)
		s.Changed(hello, "lost", nil)
		for _, c := range []struct{ name, key, want string }{
			{"ObjectCreated:PutObject", "in/a.png", "all png"},
			{"ObjectCreated:PutObject", "in/a.txt", "all"},
			{"ObjectCreated:PutObject", "a.png", "all"},
			{"ObjectCreated:CompleteMultipartUpload", "in/a.png", "all"},
			{"ObjectCreated:CopyObject", "in/a.png", "all"},
			{"ObjectRemoved:DeleteObject", "in/a.png", ""},
		} {
			w.events = nil
			s.Object(t.Context(), &emulator.ObjectEvent{Name: c.name, Bucket: "b", Key: c.key})
			var got []string
			for _, event := range w.events {
				qualifier, _, _ := strings.Cut(event, " ")
				if qualifier != "gone" {
					got = append(got, qualifier)
				}
			}
			slices.Sort(got)
			expect(t, c.name+" "+c.key, strings.Join(got, " "), c.want)
		}
		want := "hello: fcemu: oss trigger 'gone': not fired for oss://b/in/a.png: AliasNotFound: alias 'gone' of function 'hello' does not exist"
		if len(w.log) != 2 || w.log[0] != want {
			t.Errorf("got %q", w.log)
		}
		// Keys are whatever their writer likes.
		w.events = nil
		s.Object(t.Context(), &emulator.ObjectEvent{Name: "ObjectCreated:PutObject", Bucket: "b", Key: "a\"\n<key>\\", Size: 7, Delta: -1, ETag: "E"})
		var event struct {
			Events []struct {
				Oss struct {
					Object struct {
						Key             string
						Size, DeltaSize int
					}
				}
			}
		}
		if err := json.Unmarshal([]byte(w.events[0][4:]), &event); err != nil {
			t.Fatal(err, w.events[0])
		}
		if got := event.Events[0].Oss.Object; got.Key != "a\"\n<key>\\" || got.Size != 7 || got.DeltaSize != -1 {
			t.Errorf("got %+v", got)
		}
	})
}

// Every type has an event; those of JSON are JSON whatever stands in the configuration.
func TestSamples(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.start(t)
		kinds := []string{"timer", "oss", "log", "mns_topic", "cdn_events", "eventbridge"}
		for _, kind := range kinds {
			for _, config := range []string{
				`{}`, `{"notifyContentFormat":"JSON","topicName":"<a>\"","payload":"\u0000\"\\<account>","events":["oss:ObjectCreated:*"],"bucketName":"\"","filter":{"key":{"prefix":"\"","suffix":"\\"}},"functionParameter":{"a":"<id>"},"sourceConfig":{"logstore":"\""}}`,
				`{"eventName":"CachedObjectsPushed","filter":{"domain":["\""]}}`, `{"eventName":"LogFileCreated"}`,
				`{"eventSourceConfig":{"eventSourceType":"MNS","eventSourceParameters":{"sourceMNSParameters":{"QueueName":"\"q","IsBase64Decode":true}}}}`,
				`{"eventSourceConfig":{"eventSourceType":"RocketMQ","eventSourceParameters":{"sourceRocketMQParameters":{"Topic":"t","InstanceId":7}}},"runOptions":{"mode":"event-streaming"}}`,
				`{"eventSourceConfig":{"eventSourceType":"Kafka"},"runOptions":{"mode":"event-streaming"},"eventSinkConfig":{"deliveryOption":{"eventSchema":"RawData"}}}`,
				`{"eventSourceConfig":{"eventSourceType":"RabbitMQ"}}`, `{"eventSourceConfig":{"eventSourceType":"DTS"}}`,
				`{"eventRuleFilterPattern":{"source":[{"prefix":"a"}],"type":["\"t"]}}`, `{"eventRuleFilterPattern":"no pattern"}`,
			} {
				w.events = nil
				of := &emulator.Trigger{TriggerName: "t", TriggerID: "id", TriggerType: kind, Qualifier: "q", TriggerConfig: []byte(config)}
				if _, err := s.Fire(t.Context(), &emulator.FunctionTrigger{Function: hello, Trigger: of}, nil); err != nil {
					t.Errorf("%s %s: %v", kind, config, err)
					continue
				}
				event := strings.TrimPrefix(w.events[0], "q ")
				if event == "hello" && kind == "mns_topic" {
					continue
				}
				if !json.Valid([]byte(event)) || strings.Contains(event, `"<`) && !strings.Contains(config, "<") {
					t.Errorf("%s %s: %s", kind, config, event)
				}
			}
		}
		bad := &emulator.Trigger{TriggerName: "t", TriggerType: "log", TriggerConfig: []byte(`{"sourceConfig":"none"}`)}
		var refusal *emulator.Error
		if _, err := s.Fire(t.Context(), &emulator.FunctionTrigger{Function: hello, Trigger: bad}, nil); !errors.As(err, &refusal) || refusal.Code != "InvalidArgument" {
			t.Errorf("got %v", err)
		}
	})
}

func TestTablestoreEventIsCBOR(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.start(t)
		of := &emulator.Trigger{TriggerName: "t", TriggerType: "tablestore", Qualifier: "q"}
		if _, err := s.Fire(t.Context(), &emulator.FunctionTrigger{Function: hello, Trigger: of}, nil); err != nil {
			t.Fatal(err)
		}
		got, rest := readCBOR(t, []byte(strings.TrimPrefix(w.events[0], "q ")))
		if len(rest) > 0 {
			t.Errorf("%x follows", rest)
		}
		us := uint64(at(t, "08:00:00").UnixMicro())
		want := map[string]any{"Version": "Sync-v1", "Records": []any{map[string]any{"Type": "PutRow", "Info": map[string]any{"Timestamp": us},
			"PrimaryKey": []any{map[string]any{"ColumnName": "id", "Value": uint64(1)}},
			"Columns":    []any{map[string]any{"Type": "Put", "ColumnName": "text", "Value": "hello", "Timestamp": us}}}}}
		if diff := cmp.Diff(any(want), got); diff != "" {
			t.Error(diff)
		}
	})
}

// readCBOR reads one item: RFC 8949, as far as it goes here.
func readCBOR(t *testing.T, text []byte) (any, []byte) {
	t.Helper()
	major, n := text[0]>>5, uint64(text[0]&31)
	text = text[1:]
	if n == 27 {
		n, text = binary.BigEndian.Uint64(text), text[8:]
	} else if n > 23 {
		t.Fatalf("a length of form %d", n)
	}
	switch major {
	case 0:
		return n, text
	case 3:
		return string(text[:n]), text[n:]
	case 4:
		var list []any
		for range n {
			var one any
			one, text = readCBOR(t, text)
			list = append(list, one)
		}
		return list, text
	case 5:
		object := map[string]any{}
		for range n {
			var name any
			name, text = readCBOR(t, text)
			object[name.(string)], text = readCBOR(t, text)
		}
		return object, text
	}
	t.Fatalf("major type %d", major)
	return nil, nil
}
