package gateway_test

import (
	"bufio"
	"context"
	"encoding/json"
	"github.com/fcemu/fcemu/emulator/front/fronttest"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/gateway"
	"github.com/fcemu/fcemu/emulator/invoke"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is what the function of a test does.
type script func(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome

func (s script) Run(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
	return s(ctx, inv, answer)
}

// world is a gateway with everything around it: a catalogue, a queue and a listener.
type world struct {
	functions map[emulator.Name]*emulator.Function
	domains   map[string]*emulator.CustomDomain
	triggers  map[emulator.Name]emulator.HTTPTrigger
	canary    *emulator.RoutePolicy // of the qualifier "canary": main version 1, additional version 2
	broken    error                 // of the catalogue
	run       script
	options   gateway.Options

	mu      sync.Mutex
	queued  []queued
	notices []string
	taskErr error
	mode    bool // task mode

	server *fronttest.Server
}

type queued struct {
	inv   emulator.Invocation
	delay time.Duration
	body  string
}

func (w *world) Choose(_ context.Context, ref emulator.Reference, traffic emulator.Traffic) (*emulator.Function, error) {
	fn := w.functions[ref.Name]
	switch {
	case w.broken != nil:
		return nil, w.broken
	case fn == nil:
		return nil, emulator.FunctionNotFound(ref.Name)
	case w.canary != nil && ref.Qualifier == "canary":
		version := *fn
		version.VersionID = "1"
		if w.canary.Matches(traffic) {
			version.VersionID = "2"
		}
		return &version, nil
	case ref.Qualifier != "" && ref.Qualifier != "LATEST":
		return nil, emulator.QualifierNotFound(ref)
	}
	return fn, nil
}

func (w *world) HTTPTrigger(_ context.Context, ref emulator.Reference) (*emulator.Trigger, emulator.HTTPTrigger, error) {
	config, ok := w.triggers[ref.Name]
	if !ok {
		return nil, config, emulator.TriggerNotFound(ref.Name, "http")
	}
	return &emulator.Trigger{TriggerName: "http-t", TriggerID: "f3d3a1d2-0f4b-4a5e-9d0c-8c7b6a594837"}, config, nil
}

func (w *world) DomainOf(_ context.Context, host string) (*emulator.CustomDomain, error) {
	return w.domains[strings.ToLower(host)], nil
}

func (w *world) Accept(_ context.Context, inv *emulator.Invocation, delay time.Duration) (*emulator.Task, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.taskErr != nil {
		return nil, w.taskErr
	}
	q := queued{inv: *inv, delay: delay}
	if inv.HTTP != nil {
		if inv.HTTP.Body != nil {
			body, err := io.ReadAll(inv.HTTP.Body)
			if err != nil {
				return nil, err
			}
			q.body = string(body)
		}
		request := *inv.HTTP
		q.inv.HTTP = &request
	}
	w.queued = append(w.queued, q)
	id := inv.TaskID
	if id == "" {
		id = inv.RequestID
	}
	return &emulator.Task{RequestID: inv.RequestID, TaskMode: w.mode, Key: emulator.TaskKey{Function: inv.Function.Name(), ID: id}}, nil
}

// clock stands still.
type clock struct{ emulator.RealClock }

func (clock) Now() time.Time {
	return time.Date(2023, 9, 5, 14, 41, 11, 503e6, time.FixedZone("", 8*3600))
}

func newWorld(t testing.TB, run script, change ...func(*world)) *world {
	t.Helper()
	w := &world{run: run, functions: map[emulator.Name]*emulator.Function{}, triggers: map[emulator.Name]emulator.HTTPTrigger{}}
	w.add("", "web", "custom.debian10")
	w.add("", "event", "python3.10")
	w.add("svc", "web", "custom")
	w.add("svc", "wsgi", "python3")
	w.functions[emulator.Name{Function: "plain"}] = &emulator.Function{FunctionName: "plain", Runtime: "custom"}
	w.options = gateway.Options{Account: "123456789", Region: "cn-hangzhou", Clock: clock{}}
	w.options.Notice = func(function, text string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.notices = append(w.notices, function+": "+text)
	}
	for _, c := range change {
		c(w)
	}
	w.options.Catalogue, w.options.Queue, w.options.Engine = w, w, invoke.New(run, nil)
	w.server = fronttest.New(gateway.New(w.options))
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) add(service, function, runtime string) {
	name := emulator.Name{Service: service, Function: function}
	w.functions[name] = &emulator.Function{Service: service, FunctionName: function, Runtime: runtime, VersionID: "LATEST", Code: emulator.Code{Checksum: "42"}}
	w.triggers[name] = emulator.HTTPTrigger{AuthType: "anonymous"}
}

func trigger(function string, change func(*emulator.HTTPTrigger)) func(*world) {
	return func(w *world) {
		name := emulator.ParseName(function)
		config := w.triggers[name]
		change(&config)
		w.triggers[name] = config
	}
}

// reply is an answer as the client saw it.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) errorOf(t *testing.T) (code, message string) {
	t.Helper()
	var body map[string]string
	if err := json.Unmarshal([]byte(r.body), &body); err != nil {
		t.Fatalf("not FC's error body: %q", r.body)
	}
	if body["Code"] != body["ErrorCode"] || body["Message"] != body["ErrorMessage"] || body["RequestId"] != r.header.Get("X-Fc-Request-Id") || body["RequestId"] == "" {
		t.Errorf("error body %v, request id %s", body, r.header.Get("X-Fc-Request-Id"))
	}
	want := "FCCommonError"
	if body["Code"] == "BadResponse" { // the function's fault
		want = "UnhandledInvocationError"
	}
	if got := r.header.Get("X-Fc-Error-Type"); got != want {
		t.Errorf("X-Fc-Error-Type is %q, want %q", got, want)
	}
	if got := r.header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type is %q", got)
	}
	return body["Code"], body["Message"]
}

// call sends a request without following redirects. headers are "Name: value" lines.
func (w *world) call(t testing.TB, method, target, body string, headers ...string) reply {
	t.Helper()
	request, err := http.NewRequest(method, w.server.URL+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return w.send(t, request, headers...)
}

func (w *world) send(t testing.TB, request *http.Request, headers ...string) reply {
	t.Helper()
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			request.Host = value
		}
		request.Header.Add(name, value)
	}
	answer, err := w.server.Client().Transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header, string(text)}
}

// raw sends bytes as they are and returns the connection.
func (w *world) raw(t testing.TB, text string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn, bufio.NewReader(conn)
}

// answers is a function of a custom runtime with a fixed answer.
func answers(status int, header map[string][]string, body string) script {
	return func(_ context.Context, _ *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		_ = answer.Start(status, header)
		_, _ = io.WriteString(answer, body)
		return &emulator.Outcome{Streamed: true, InstanceID: "c-1"}
	}
}

// returns is a function of a built-in runtime with a fixed return value.
func returns(payload string) script {
	return func(context.Context, *emulator.Invocation, emulator.Answer) *emulator.Outcome {
		return &emulator.Outcome{Payload: []byte(payload), InstanceID: "c-1", Duration: 23 * time.Millisecond, MemoryMB: 66.61}
	}
}

// failsWith is a function that fails before it has an answer.
func failsWith(out emulator.Outcome) script {
	return func(context.Context, *emulator.Invocation, emulator.Answer) *emulator.Outcome { return &out }
}
