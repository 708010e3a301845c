package destination_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/destination"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	succeeded = `{"timestamp":1700000000123,"requestContext":{"requestId":"1-6553f1aa-1dcd6500-0a0b0c0d0e0f","functionArn":"acs:fc:cn-local:100:functions/job","condition":"","approximateInvokeCount":1},"requestPayload":"{\"html\":\"<&>\"}","responseContext":{"statusCode":200,"functionError":""},"responsePayload":"ok"}`
	failed    = `{"timestamp":1700000000000,"requestContext":{"requestId":"1-6553f1aa-1dcd6500-0a0b0c0d0e0f","functionArn":"acs:fc:::services/s.LATEST/functions/job","condition":"UnhandledInvocationError","approximateInvokeCount":4},"requestPayload":"{\"n\":1}","responseContext":{"statusCode":200,"functionError":"UnhandledInvocationError"},"responsePayload":"{\"errorMessage\":\"boom\"}"}`

	queueARN = "acs:mns:cn-local:100:/queues/jobs/messages"
	topicARN = "acs:mns:::/topics/news/messages"
	busARN   = "acs:eventbridge:cn-local:100:eventbus/orders"
	mqARN    = "acs:mq:cn-local:100:/instances/i/topic/t"
)

// shelf is a store in memory.
type shelf struct {
	mu       sync.Mutex
	messages []emulator.InboxMessage
	fault    error
}

func (s *shelf) Receive(_ context.Context, d *emulator.Delivery, body []byte, at time.Time, _ bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == nil {
		s.messages = append(s.messages, emulator.InboxMessage{Sequence: int64(len(s.messages) + 1), Delivery: d.ID,
			ReceivedTime: at.UnixMilli(), Destination: d.Destination, Body: body})
	}
	return s.fault
}

func (s *shelf) Inbox(_ context.Context, q emulator.InboxQuery) ([]emulator.InboxMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := q.After
	if q.Tail > 0 {
		from = max(from, int64(len(s.messages)-q.Tail))
	}
	page := s.messages[from:]
	return append([]emulator.InboxMessage{}, page[:min(len(page), q.Limit)]...), s.fault
}

func outcome(arn, body string) *emulator.Delivery {
	return &emulator.Delivery{ID: 12, Task: emulator.TaskKey{Function: emulator.Name{Function: "job"}, ID: "t1"},
		RequestID: "1-6553f1aa-1dcd6500-0a0b0c0d0e0f", Destination: arn, Body: []byte(body)}
}

func newSinks(routes ...destination.Route) (destination.Sinks, *shelf, *destination.Inbox) {
	kept := &shelf{}
	inbox := destination.NewInbox(kept, emulator.RealClock{})
	return destination.NewRouter(routes, inbox, "100").Sinks(), kept, inbox
}

// TestWhatDestinationsReceive compares the inbox with testdata.
func TestWhatDestinationsReceive(t *testing.T) {
	for name, one := range map[string]struct{ arn, body string }{
		"queue":           {queueARN, succeeded},
		"topic":           {topicARN, failed},
		"rocketmq":        {mqARN, succeeded},
		"bus":             {busARN, succeeded},
		"bus-failed":      {busARN, failed},
		"bus-not-account": {"acs:eventbridge:::eventbus/orders", succeeded},
	} {
		sinks, kept, _ := newSinks()
		d := outcome(one.arn, one.body)
		for attempt := range 2 { // a later try sends the same
			d.Attempts, d.DueAt = attempt, time.Now()
			if err := sinks.Deliver(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		got := kept.messages[0]
		if string(got.Body) != string(kept.messages[1].Body) || got.Destination != one.arn || got.Delivery != 12 {
			t.Errorf("%s: %+v", name, kept.messages)
		}
		path := filepath.Join("testdata", name+".json")
		if *update {
			if err := os.WriteFile(path, append(got.Body, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got.Body)+"\n"); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	sinks, _, _ := newSinks()
	if err := sinks.Deliver(t.Context(), outcome(busARN, "no JSON")); err == nil {
		t.Error("an event was made of no JSON")
	}
}

// hook is a real web server that answers with one status after the other.
type hook struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	got      []*http.Request
	bodies   []string
}

func newHook(t *testing.T, statuses ...int) *hook {
	h := &hook{statuses: statuses}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.got, h.bodies = append(h.got, r), append(h.bodies, string(body))
		w.Header().Set("Location", "http://example.com/")
		w.WriteHeader(h.statuses[min(len(h.got), len(h.statuses))-1])
	}))
	t.Cleanup(h.Close)
	return h
}

func TestWebhook(t *testing.T) {
	h := newHook(t, 200, 204, 302, 404, 429, 500)
	sinks, kept, _ := newSinks(destination.Route{Pattern: "acs:*", Webhook: h.URL + "/hook?a=b"})
	for i, arn := range []string{queueARN, busARN, queueARN, queueARN, queueARN, queueARN} {
		err := sinks.Deliver(t.Context(), outcome(arn, succeeded))
		var refusal *emulator.Error
		if (err == nil) != (i < 2) || errors.As(err, &refusal) { // whatever is no 2xx is worth another try
			t.Errorf("answer %d: %v", h.statuses[i], err)
		}
	}
	if len(h.got) != 6 || len(kept.messages) != 0 {
		t.Fatalf("%d requests, %d in the inbox", len(h.got), len(kept.messages))
	}
	first, second := h.got[0], h.got[1]
	if first.Method != "POST" || first.URL.String() != "/hook?a=b" || h.bodies[0] != succeeded ||
		first.Header.Get("Content-Type") != "application/json" || first.Header.Get("X-Fcemu-Destination") != queueARN ||
		first.Header.Get("X-Fcemu-Delivery") != "12" || first.Header.Get("X-Fc-Request-Id") == "" {
		t.Errorf("%s %s %v %s", first.Method, first.URL, first.Header, h.bodies[0])
	}
	if second.Header.Get("Content-Type") != "application/cloudevents+json" || !json.Valid([]byte(h.bodies[1])) || !strings.Contains(h.bodies[1], `"specversion":"1.0"`) {
		t.Errorf("%v %s", second.Header, h.bodies[1])
	}
	h.Close()
	if err := sinks.Deliver(t.Context(), outcome(queueARN, succeeded)); err == nil {
		t.Error("delivered to nobody")
	}
}

// A name that the route's check lets through may still stand for another machine.
func TestWebhookConnectsToThisMachineOnly(t *testing.T) {
	for _, to := range []string{"http://192.0.2.1:9/", "http://0.0.0.0:9/"} {
		sinks, _, _ := newSinks(destination.Route{Pattern: "acs:*", Webhook: to})
		err := sinks.Deliver(t.Context(), outcome(queueARN, succeeded))
		if err == nil || !strings.Contains(err.Error(), "not an address of this machine") {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.jsonl")
	sinks, _, _ := newSinks(destination.Route{Pattern: queueARN, File: path}, destination.Route{Pattern: "acs:*", File: path + ".missing/x"})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if err := sinks.Deliver(t.Context(), outcome(queueARN, succeeded)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	text, err := os.ReadFile(path)
	if err != nil || string(text) != strings.Repeat(succeeded+"\n", 20) {
		t.Errorf("%s, %v", text, err)
	}
	if err := sinks.Deliver(t.Context(), outcome(topicARN, succeeded)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("written to no folder: %v", err)
	}
}

func TestRoutes(t *testing.T) {
	_, kept, inbox := newSinks()
	router := destination.NewRouter([]destination.Route{
		{Pattern: "acs:mns:*:*:/queues/Jobs/messages", File: "/one"},
		{Pattern: "acs:mns:*/queues/a*b*c/*", File: "/two"},
		{Pattern: "acs:mns:*:/queues/*", Webhook: "http://localhost:1/"},
		{Pattern: busARN, File: "/three"},
	}, inbox, "100")
	for arn, want := range map[string]string{
		"acs:mns:::/queues/Jobs/messages":               "file /one",
		"acs:mns:cn-local:100:/queues/Jobs/messages":    "file /one",
		"acs:mns:cn-local:100:/queues/jobs/messages":    "webhook http://localhost:1/", // capitals count
		"acs:mns:::/queues/axxbc/messages":              "file /two",
		"acs:mns:::/queues/acb/messages":                "webhook http://localhost:1/",
		topicARN:                                        "inbox",
		busARN:                                          "file /three",
		"acs:eventbridge:cn-local:100:eventbus/orders2": "inbox",
		mqARN:                     "inbox",
		"acs:fc:::functions/sink": "function",
		"acs:log:::project/p":     "nowhere",
	} {
		if _, got := router.Describe(arn); got != want {
			t.Errorf("%s goes to %q, want %q", arn, got, want)
		}
	}
	if len(kept.messages) != 0 {
		t.Error("a question was delivered")
	}
}

func TestRoutesAreChecked(t *testing.T) {
	for _, good := range []destination.Route{
		{Pattern: "acs:mns:*", File: "/tmp/x"},
		{Pattern: "acs:eventbridge:*", Webhook: "http://127.0.0.1:8080/hook"},
		{Pattern: "acs:eventbridge:*", Webhook: "http://127.9.9.9/"},
		{Pattern: "acs:*", Webhook: "http://localhost:1"},
		{Pattern: "acs:*", Webhook: "https://[::1]:1/x"},
	} {
		if err := good.Check(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for _, bad := range []destination.Route{
		{},
		{Pattern: "acs:mns:*"},
		{Pattern: "queue", File: "/tmp/x"},
		{Pattern: "acs:fc:*", File: "/tmp/x"},
		{Pattern: "acs:mns:*", File: "/tmp/x", Webhook: "http://localhost/"},
		{Pattern: "acs:mns:*", File: "x"},
		{Pattern: "acs:mns:*", Webhook: "http://example.com/"},
		{Pattern: "acs:mns:*", Webhook: "http://localhost.example.com/"},
		{Pattern: "acs:mns:*", Webhook: "http://127.0.0.1@example.com/"},
		{Pattern: "acs:mns:*", Webhook: "http://10.0.0.1/"},
		{Pattern: "acs:mns:*", Webhook: "http://0.0.0.0:80/"},
		{Pattern: "acs:mns:*", Webhook: "http://[fe80::1]/"},
		{Pattern: "acs:mns:*", Webhook: "ftp://localhost/"},
		{Pattern: "acs:mns:*", Webhook: "localhost:80"},
		{Pattern: "acs:mns:*", Webhook: "http://"},
		{Pattern: "acs:mns:*", Webhook: "http://local\x7fhost/"},
	} {
		if bad.Check() == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func TestReadInbox(t *testing.T) {
	sinks, kept, inbox := newSinks()
	const many = 250 // more than two pages
	for range many {
		if err := sinks.Deliver(t.Context(), outcome(queueARN, succeeded)); err != nil {
			t.Fatal(err)
		}
	}
	count := func(q emulator.InboxQuery) (n int, first int64) {
		for message, err := range inbox.Read(t.Context(), q, false) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 1 {
				first = message.Sequence
			}
		}
		return n, first
	}
	if n, first := count(emulator.InboxQuery{}); n != many || first != 1 {
		t.Errorf("%d from %d", n, first)
	}
	if n, first := count(emulator.InboxQuery{Tail: 120}); n != 120 || first != 131 {
		t.Errorf("%d from %d", n, first)
	}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	want := int64(many)
	for message, err := range inbox.Read(ctx, emulator.InboxQuery{Tail: 1}, true) {
		if want > many+5 {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
			break
		}
		if err != nil || message.Sequence != want {
			t.Fatalf("%+v %v, want %d", message, err, want)
		}
		if want++; want > many+5 {
			leave()
			continue
		}
		go func() { _ = sinks.Deliver(context.Background(), outcome(queueARN, succeeded)) }()
	}
	kept.fault = errors.New("the disk is gone")
	if err := sinks.Deliver(t.Context(), outcome(queueARN, succeeded)); !errors.Is(err, kept.fault) {
		t.Errorf("%v", err)
	}
	for _, err := range inbox.Read(t.Context(), emulator.InboxQuery{}, false) {
		if !errors.Is(err, kept.fault) {
			t.Errorf("%v", err)
		}
	}
}

// configs has two pages.
type configs struct{ fault error }

func (c configs) AsyncConfigs(_ context.Context, _ *emulator.Name, from string, _ int) ([]emulator.FunctionAsyncConfig, string, error) {
	to := func(arn string) *emulator.Destination { return &emulator.Destination{Destination: arn} }
	if from == "" {
		return []emulator.FunctionAsyncConfig{
			{Reference: function("", "a", "LATEST"), AsyncConfig: &emulator.AsyncConfig{DestinationConfig: &emulator.DestinationConfig{OnSuccess: to(queueARN), OnFailure: to("acs:fc:::functions/b")}}},
			{Reference: function("", "b", "1"), AsyncConfig: &emulator.AsyncConfig{}},
		}, "next", nil
	}
	return []emulator.FunctionAsyncConfig{{Reference: function("s", "c", "prod"), AsyncConfig: &emulator.AsyncConfig{DestinationConfig: &emulator.DestinationConfig{OnFailure: to(busARN)}}}}, "", c.fault
}

func TestUses(t *testing.T) {
	_, _, inbox := newSinks()
	router := destination.NewRouter([]destination.Route{{Pattern: "acs:eventbridge:*", File: "/out"}}, inbox, "100")
	got, err := router.Uses(t.Context(), configs{})
	want := []emulator.DestinationUse{
		{FunctionName: "a", Qualifier: "LATEST", Condition: "onSuccess", Destination: queueARN, Kind: "MNS queue", Delivery: "inbox"},
		{FunctionName: "a", Qualifier: "LATEST", Condition: "onFailure", Destination: "acs:fc:::functions/b", Kind: "function", Delivery: "function"},
		{FunctionName: "s/c", Qualifier: "prod", Condition: "onFailure", Destination: busARN, Kind: "EventBridge bus", Delivery: "file /out"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := router.Uses(t.Context(), configs{fault: io.EOF}); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
