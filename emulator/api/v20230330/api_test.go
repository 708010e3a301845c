package v20230330_test

import (
	"bytes"
	"context"
	"encoding/json"
	"github.com/fcemu/fcemu/emulator/front/fronttest"
	"hash/crc64"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/api/v20230330"
	"github.com/fcemu/fcemu/emulator/control"
	"github.com/fcemu/fcemu/emulator/invoke"
	"github.com/fcemu/fcemu/store"
)

const functions = "/2023-03-30/functions"

// zipStore stands for the blob store: it names code by its content, as that does.
type zipStore struct{}

func (zipStore) Put(_ context.Context, zip []byte) (emulator.Code, error) {
	crc := strconv.FormatUint(crc64.Checksum(zip, crc64.MakeTable(crc64.ECMA)), 10)
	return emulator.Code{Digest: "d" + crc, Size: int64(len(zip)), Checksum: crc}, nil
}

// runner answers with the event; tests replace it.
type runner func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome

func (r runner) Run(ctx context.Context, inv *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
	return r(ctx, inv)
}

func echo(_ context.Context, inv *emulator.Invocation) *emulator.Outcome {
	return &emulator.Outcome{Payload: inv.Event, InstanceID: "c-1", Duration: 23 * time.Millisecond, MemoryMB: 66.61, LogTail: []byte("log\n"), ColdStart: true}
}

// tasks is a queue that only keeps what it takes. An id chosen by the client makes a task of task mode.
type tasks struct {
	mu  sync.Mutex
	all []*emulator.Task
}

func (q *tasks) Accept(_ context.Context, inv *emulator.Invocation, delay time.Duration) (*emulator.Task, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.UnixMilli(1640966400000)
	task := &emulator.Task{
		Sequence: int64(len(q.all) + 1), RequestID: inv.RequestID, Qualifier: inv.Qualifier, TaskMode: inv.TaskID != "",
		Key:     emulator.TaskKey{Function: inv.Function.Name(), ID: max(inv.TaskID, "")},
		Payload: inv.Event, Status: emulator.TaskEnqueued, EnqueuedAt: now, DueAt: now.Add(delay),
	}
	if !task.TaskMode {
		task.Key.ID = task.RequestID
	}
	for _, other := range q.all {
		if other.Key == task.Key {
			return nil, emulator.TaskExists(task.Key)
		}
	}
	q.all = append(q.all, task)
	return task, nil
}

func (q *tasks) Task(_ context.Context, key emulator.TaskKey) (*emulator.Task, error) {
	for _, task := range q.all {
		if task.Key == key {
			return task, nil
		}
	}
	return nil, emulator.TaskNotFound(key)
}

func (q *tasks) Tasks(_ context.Context, query emulator.TaskQuery) ([]*emulator.Task, error) {
	var found []*emulator.Task
	for i := len(q.all) - 1; i >= 0 && len(found) < query.Limit; i-- {
		task := q.all[i]
		if task.Key.Function == *query.Function && (task.TaskMode || !query.TaskModeOnly) &&
			strings.HasPrefix(task.Key.ID, query.Prefix) && (query.After == 0 || task.Sequence < query.After) {
			found = append(found, task)
		}
	}
	return found, nil
}

func (q *tasks) Stop(ctx context.Context, key emulator.TaskKey) error {
	task, err := q.Task(ctx, key)
	if err != nil {
		return err
	}
	if task.Status.Terminal() {
		return emulator.InvalidArgument("async task '%s' has ended", key.ID)
	}
	task.Status = emulator.TaskStopped
	return nil
}

// server is the API on a real store and a real port.
type server struct {
	*fronttest.Server
	queue  *tasks
	run    runner
	faults fronttest.Faults

	instances []emulator.Instance
}

func newServer(t testing.TB) *server {
	t.Helper()
	s := &server{queue: &tasks{}, run: echo}
	s.Server = fronttest.New(s.handler(t))
	t.Cleanup(s.Close)
	return s
}

func (s *server) handler(t testing.TB) http.Handler {
	t.Helper()
	opened, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	ids, clock := emulator.NewIDs(), emulator.RealClock{}
	fc := &v20230330.API{
		Catalogue: control.New(opened, zipStore{}, ids, clock, nil),
		Engine: invoke.New(runner(func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			return s.run(ctx, inv)
		}), nil),
		Queue:     s.queue,
		Account:   "123456789",
		Region:    "cn-hangzhou",
		Endpoint:  func() string { return "http://127.0.0.1:3236" },
		Instances: func(context.Context) []emulator.Instance { return s.instances },
		Clock:     clock,
	}
	routes := append(fc.Routes(), api.Route{Pattern: "GET /panic", Operation: func(*api.Call) error { panic("boom") }})
	options := api.Options{IDs: ids, Clock: clock, Fault: s.faults.Add}
	return api.Guard(api.New(options, routes...), nil)
}

// answer is what the server said.
type answer struct {
	status int
	header http.Header
	body   string
}

// send makes one request; header lines are "Name: value".
func (s *server) send(t testing.TB, method, path, body string, header ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return s.do(t, request, header...)
}

func (s *server) do(t testing.TB, request *http.Request, header ...string) answer {
	t.Helper()
	for _, line := range header {
		key, value, _ := strings.Cut(line, ": ")
		if key == "Host" {
			request.Host = value
		}
		request.Header.Set(key, value)
	}
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := answer{response.StatusCode, response.Header, string(text)}
	if len(got.header.Get("X-Fc-Request-Id")) < 32 {
		t.Errorf("%s %s: request id %q", request.Method, request.URL.Path, got.header.Get("X-Fc-Request-Id"))
	}
	return got
}

// wantError fails unless the answer is that error in the form that all clients read.
func (got answer) wantError(t testing.TB, status int, code, message string) {
	t.Helper()
	var body map[string]string
	decoder := json.NewDecoder(strings.NewReader(got.body))
	if err := decoder.Decode(&body); err != nil || decoder.More() {
		t.Fatalf("got %d with body %q: not one JSON object (%v)", got.status, got.body, err)
	}
	if got.status != status || body["Code"] != code || !strings.Contains(body["Message"], message) {
		t.Fatalf("got %d %s, want %d %s with %q", got.status, got.body, status, code, message)
	}
	if len(body) != 5 || body["ErrorCode"] != code || body["ErrorMessage"] != body["Message"] ||
		body["RequestId"] != got.header.Get("X-Fc-Request-Id") || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("the error lacks something: %s %v", got.body, got.header)
	}
}

// json decodes a success of status 200.
func (got answer) json(t testing.TB) map[string]any {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || got.status != 200 || got.header.Get("Content-Type") != "application/json" {
		t.Fatalf("got %d %q: %v", got.status, got.body, err)
	}
	return body
}

// hello creates the function that most tests use.
func (s *server) hello(t testing.TB) {
	t.Helper()
	s.send(t, "POST", functions, `{"functionName":"hello","runtime":"python3.10","handler":"index.handler","code":{"zipFile":"UEs="}}`).json(t)
}

// chunked hides the length of a body, so that it is sent in chunks.
func chunked(body []byte) io.Reader { return io.MultiReader(bytes.NewReader(body)) }
