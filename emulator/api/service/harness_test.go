package service_test

import (
	"context"
	"encoding/json"
	"hash/crc64"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/api/service"
	"github.com/fcemu/fcemu/emulator/api/v20160815"
	"github.com/fcemu/fcemu/emulator/api/v20210406"
	"github.com/fcemu/fcemu/emulator/api/v20230330"
	"github.com/fcemu/fcemu/emulator/async"
	"github.com/fcemu/fcemu/emulator/control"
	"github.com/fcemu/fcemu/emulator/front/fronttest"
	"github.com/fcemu/fcemu/emulator/invoke"
	"github.com/fcemu/fcemu/store"
)

const account, region = "123456789", "cn-hangzhou"

// zipStore stands for the blob store: it names code by its content, as that does.
type zipStore struct{}

func (zipStore) Put(_ context.Context, zip []byte) (emulator.Code, error) {
	crc := strconv.FormatUint(crc64.Checksum(zip, crc64.MakeTable(crc64.ECMA)), 10)
	return emulator.Code{Digest: "d" + crc, Size: int64(len(zip)), Checksum: crc}, nil
}

// objects is a bucket with one object.
type objects struct{}

func (objects) ReadObject(_ context.Context, bucket, object string) ([]byte, error) {
	if bucket != "b" || object != "dir/o.zip" {
		return nil, emulator.InvalidArgument("no such object")
	}
	return []byte("in the bucket"), nil
}

// runner answers with the event and tells which version ran.
type runner struct{ ran []string }

func (r *runner) Run(_ context.Context, inv *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
	r.ran = append(r.ran, inv.Function.VersionID)
	outcome := &emulator.Outcome{Payload: inv.Event, InstanceID: "c-1", Duration: 23 * time.Millisecond, MemoryMB: 66.61, LogTail: []byte("log\n")}
	if string(inv.Event) == "fail" {
		outcome.ErrorType, outcome.Payload = emulator.UnhandledInvocationError, []byte(`{"errorMessage":"oops"}`)
	}
	return outcome
}

// server is the API of all generations on a real store, real rules, a real queue and a real port.
// Nothing runs the queue: tasks stay where they are put.
type server struct {
	*httptest.Server
	runner runner
	faults fronttest.Faults
}

func newServer(t testing.TB) *server {
	t.Helper()
	s := &server{}
	opened, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	ids, clock := emulator.NewIDs(), emulator.RealClock{}
	catalogue := control.New(opened, zipStore{}, ids, clock, nil)
	engine := invoke.New(&s.runner, nil)
	queue := async.New(opened, engine, catalogue, nil, clock, ids, async.Options{Account: account, Region: region})
	endpoint := func() string { return "http://127.0.0.1:3236" }
	shared := service.API{
		Catalogue: catalogue, Engine: engine, Queue: queue, Objects: objects{}, Account: account, Region: region, Endpoint: endpoint,
		Instances: func(context.Context) []emulator.Instance {
			of := emulator.Name{Service: "svc1", Function: "f1"}
			return []emulator.Instance{
				{InstanceID: "c-1", Function: of, VersionID: "LATEST"}, {InstanceID: "c-2", Function: of, VersionID: "1"},
				{InstanceID: "c-3", Function: of, VersionID: "LATEST"}, {InstanceID: "c-4", Function: emulator.Name{Function: "f1"}, VersionID: "LATEST"},
			}
		},
	}
	third := &v20230330.API{Catalogue: catalogue, Engine: engine, Queue: queue, Account: account, Region: region, Endpoint: endpoint}
	routes := append(v20160815.Routes(shared), v20210406.Routes(shared)...)
	options := api.Options{IDs: ids, Clock: clock, Fault: s.faults.Add}
	s.Server = httptest.NewServer(api.New(options, append(routes, third.Routes()...)...))
	t.Cleanup(func() {
		s.Close()
		if len(s.faults.All()) > 0 {
			t.Errorf("faults: %v", s.faults.All())
		}
	})
	return s
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
	for _, line := range header {
		key, value, _ := strings.Cut(line, ": ")
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
		t.Errorf("%s %s: request id %q", method, path, got.header.Get("X-Fc-Request-Id"))
	}
	return got
}

// wantError fails unless the answer is that error in the form that all clients read.
func (got answer) wantError(t testing.TB, status int, code, message string) {
	t.Helper()
	var body map[string]string
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatalf("got %d with body %q: %v", got.status, got.body, err)
	}
	if got.status != status || body["Code"] != code || !strings.Contains(body["Message"], message) {
		t.Fatalf("got %d %s, want %d %s with %q", got.status, got.body, status, code, message)
	}
	if body["ErrorCode"] != code || body["ErrorMessage"] != body["Message"] || body["RequestId"] != got.header.Get("X-Fc-Request-Id") {
		t.Errorf("the error lacks something: %s", got.body)
	}
}

// wantEmpty fails unless the answer has that status and neither body nor type.
func (got answer) wantEmpty(t testing.TB, status int) {
	t.Helper()
	if got.status != status || got.body != "" || got.header["Content-Type"] != nil {
		t.Fatalf("got %d %q %v, want an empty %d", got.status, got.body, got.header, status)
	}
}

// wantRequestID fails unless the answer is JSON with nothing but the request id: the Python client
// reads JSON there.
func (got answer) wantRequestID(t testing.TB) {
	t.Helper()
	if body := got.json(t); len(body) != 1 || body["requestId"] != got.header.Get("X-Fc-Request-Id") {
		t.Fatalf("got %q", got.body)
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

// want compares members of an answer with JSON text; a member that is not named there may be anything.
func (got answer) want(t testing.TB, text string) map[string]any {
	t.Helper()
	body := got.json(t)
	var wanted map[string]any
	if err := json.Unmarshal([]byte(text), &wanted); err != nil {
		t.Fatal(err)
	}
	for key, value := range wanted {
		left, _ := json.Marshal(body[key])
		right, _ := json.Marshal(value)
		if string(left) != string(right) {
			t.Errorf("%s: got %s, want %s in %s", key, left, right, got.body)
		}
	}
	return body
}

// names picks one member of each item of a list.
func names(t testing.TB, list any, key string) string {
	t.Helper()
	var found []string
	items, ok := list.([]any)
	if !ok && list != nil {
		t.Fatalf("%v is no list", list)
	}
	for _, item := range items {
		text, _ := item.(map[string]any)[key].(string)
		found = append(found, text)
	}
	return strings.Join(found, " ")
}

const zip = `"code":{"zipFile":"UEs="}`

// hello makes the service and the function that most tests use.
func (s *server) hello(t testing.TB) {
	t.Helper()
	s.send(t, "POST", "/2016-08-15/services", `{"serviceName":"svc1"}`).json(t)
	s.send(t, "POST", "/2016-08-15/services/svc1/functions", `{"functionName":"f1","runtime":"python3.10","handler":"index.handler",`+zip+`}`).json(t)
}

// wantErrorStatus is wantError for errors whose code no source tells.
func (got answer) wantErrorStatus(t testing.TB, status int) {
	t.Helper()
	var body map[string]string
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || got.status != status || body["ErrorCode"] == "" || body["Code"] == "" {
		t.Fatalf("got %d %s, want %d (%v)", got.status, got.body, status, err)
	}
}

func sameJSON(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}
