package v20230330_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

const invocations = functions + "/hello/invocations"

func TestInvokeSync(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	got := s.send(t, "POST", invocations, "\x00\xff{}", "X-Fc-Trace-Id: my-own-request-id-of-some-length-12345")
	if got.status != 200 || got.body != "\x00\xff{}" {
		t.Errorf("got %d %q", got.status, got.body)
	}
	for key, want := range map[string]string{
		"Content-Type": "application/octet-stream", "X-Fc-Request-Id": "my-own-request-id-of-some-length-12345",
		"X-Fc-Invocation-Duration": "23", "X-Fc-Max-Memory-Usage": "66.61", "X-Fc-Instance-Id": "c-1", "X-Fc-Log-Result": "", "X-Fc-Error-Type": "",
		"X-Fcemu-Cold-Start": "true", "Access-Control-Allow-Origin": "",
	} {
		if value := got.header.Get(key); value != want {
			t.Errorf("%s: got %q, want %q", key, value, want)
		}
	}
}

func TestInvokeOutcomes(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	answerWith := func(outcome emulator.Outcome) answer {
		s.run = func(context.Context, *emulator.Invocation) *emulator.Outcome { return &outcome }
		return s.send(t, "POST", invocations, "x")
	}
	failed := answerWith(emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseTimeout, Payload: []byte(`{"errorMessage":"m"}`)})
	if failed.status != 200 || failed.header.Get("X-Fc-Error-Type") != "UnhandledInvocationError" || failed.body != `{"errorMessage":"m"}` {
		t.Errorf("got %+v", failed)
	}
	refused := answerWith(emulator.Outcome{Refused: emulator.ResourceThrottled(), InstanceID: "c-9"})
	refused.wantError(t, 429, "ResourceThrottled", "Reserve resource exceeded limit")
	if refused.header.Get("X-Fc-Error-Type") != "" || refused.header.Get("X-Fc-Instance-Id") != "c-9" {
		t.Errorf("got %v", refused.header)
	}
	answerWith(emulator.Outcome{Cause: emulator.CauseShutdown}).wantError(t, 500, "InternalServerError", "shutting down")
}

func TestBadInvocations(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	for header, message := range map[string]string{
		"X-Fc-Invocation-Type: Later": "InvocationType is set to an invalid value",
		"X-Fc-Log-Type: Head":         "LogType is set to an invalid value (allowed: Tail | None, actual: 'Head')",
	} {
		s.send(t, "POST", invocations, "", header).wantError(t, 400, "InvalidArgument", message)
	}
	async := "X-Fc-Invocation-Type: Async"
	s.send(t, "POST", invocations, "", async, "X-Fc-Log-Type: Tail").wantError(t, 400, "InvalidArgument", "LogType is set to an invalid value (allowed: None, actual: 'Tail')")
	for _, delay := range []string{"3601", "-1", "x", "1.5"} {
		s.send(t, "POST", invocations, "", async, "X-Fc-Async-Delay: "+delay).wantError(t, 400, "InvalidArgument", "Delay")
	}
	s.send(t, "POST", functions+"/nobody/invocations", "").wantError(t, 404, "FunctionNotFound", "function 'nobody' does not exist")
	s.send(t, "POST", invocations+"?qualifier=7", "").wantError(t, 404, "VersionNotFound", "")
	s.send(t, "GET", invocations, "").wantError(t, 400, "PathNotSupported", "")
	s.send(t, "POST", invocations, "", async, "x-fc-async-task-id: job")
	s.send(t, "POST", invocations, "", async, "x-fc-async-task-id: job").wantError(t, 409, "StatefulAsyncInvocationAlreadyExists", "")
}

func TestBodyLimits(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	s.run = func(_ context.Context, inv *emulator.Invocation) *emulator.Outcome {
		return &emulator.Outcome{Payload: fmt.Append(nil, len(inv.Event))}
	}
	const syncLimit, asyncLimit = 32 << 20, 128 << 10
	big := make([]byte, syncLimit+1)
	for _, inChunks := range []bool{false, true} {
		send := func(size int, header ...string) answer {
			t.Helper()
			request, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+invocations, bytes.NewReader(big[:size]))
			if inChunks {
				request, err = http.NewRequestWithContext(t.Context(), "POST", s.URL+invocations, chunked(big[:size]))
			}
			if err != nil {
				t.Fatal(err)
			}
			return s.do(t, request, header...)
		}
		if got := send(syncLimit); got.status != 200 || got.body != "33554432" {
			t.Errorf("in chunks %v, a body at the limit: %+v", inChunks, got)
		}
		send(syncLimit+1).wantError(t, 400, "EntityTooLarge", "payload size exceeds maximum allowed size (33554432 bytes)")
		if got := send(asyncLimit, "X-Fc-Invocation-Type: Async"); got.status != 202 {
			t.Errorf("in chunks %v, an asynchronous body at the limit: %+v", inChunks, got)
		}
		send(asyncLimit+1, "X-Fc-Invocation-Type: Async").wantError(t, 400, "EntityTooLarge", "(131072 bytes)")
		send(syncLimit+1, "X-Fc-Invocation-Type: Async").wantError(t, 400, "EntityTooLarge", "(131072 bytes)")
	}
}

// A client that goes away ends its call, and the run learns why.
func TestClientGone(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	began, ended := make(chan struct{}), make(chan error, 1)
	s.run = func(ctx context.Context, _ *emulator.Invocation) *emulator.Outcome {
		close(began)
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return &emulator.Outcome{Cause: emulator.CauseCanceled}
	}
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-began
		leave()
	}()
	request, err := http.NewRequestWithContext(ctx, "POST", s.URL+invocations, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	if response, err := s.Client().Do(request); err == nil {
		_ = response.Body.Close()
		t.Error("the call went through")
	}
	select {
	case cause := <-ended:
		if !errors.Is(cause, emulator.ErrClientGone) {
			t.Errorf("the cause is %v", cause)
		}
	case <-time.After(10 * time.Second):
		t.Error("the run was not cancelled")
	}
}

func TestAsyncTasks(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	async := "X-Fc-Invocation-Type: Async"
	plain := s.send(t, "POST", invocations, "no task", async)
	if plain.status != 202 || plain.header.Get("x-fc-async-task-id") != "" {
		t.Errorf("got %+v", plain)
	}
	path := functions + "/hello/async-tasks"
	// What is no task of task mode is not to be seen here, though it is kept.
	s.send(t, "GET", path+"/"+plain.header.Get("X-Fc-Request-Id"), "").wantError(t, 404, "AsyncTaskNotFound", "")
	s.send(t, "PUT", path+"/"+plain.header.Get("X-Fc-Request-Id")+"/stop", "").wantError(t, 404, "AsyncTaskNotFound", "")
	for i := range 3 {
		s.send(t, "POST", invocations, fmt.Sprintf("payload %d", i), async, fmt.Sprintf("X-Fc-Async-Task-Id: job-%d", i))
	}
	task := s.send(t, "GET", path+"/job-1", "").json(t)
	if task["taskId"] != "job-1" || task["status"] != "Enqueued" || task["endTime"] != 0.0 || task["startedTime"] != 1640966400000.0 ||
		task["taskPayload"] != "payload 1" || task["functionArn"] != "acs:fc:cn-hangzhou:123456789:functions/hello/LATEST" || task["events"] == nil {
		t.Errorf("got %v", task)
	}
	first := s.send(t, "GET", path+"?limit=2&includePayload=true", "").json(t)
	second := s.send(t, "GET", path+"?limit=2&nextToken="+first["nextToken"].(string), "").json(t)
	if rows := first["tasks"].([]any); len(rows) != 2 || rows[0].(map[string]any)["taskPayload"] != "payload 2" {
		t.Errorf("got %v", first)
	}
	if rows := second["tasks"].([]any); len(rows) != 1 || rows[0].(map[string]any)["taskPayload"] != nil || second["nextToken"] != nil {
		t.Errorf("got %v", second)
	}
	for _, bad := range []string{"limit=101", "status=Sleeping", "sortOrderByTime=up", "startedTimeBegin=x", "includePayload=7", "nextToken=eA"} {
		s.send(t, "GET", path+"?"+bad, "").wantError(t, 400, "InvalidArgument", strings.SplitN(bad, "=", 2)[0])
	}
	if got := s.send(t, "PUT", path+"/job-1/stop", ""); got.status != 204 || got.body != "" {
		t.Errorf("got %+v", got)
	}
	s.send(t, "PUT", path+"/job-1/stop", "").wantError(t, 400, "InvalidArgument", "has ended")
}

// quietWriter is a response that goes nowhere, so that only the handler is measured.
type quietWriter struct{ header http.Header }

func (w *quietWriter) Header() http.Header         { return w.header }
func (w *quietWriter) WriteHeader(int)             {}
func (w *quietWriter) Write(p []byte) (int, error) { return len(p), nil }

func BenchmarkInvokeSync(b *testing.B) {
	s := &server{queue: &tasks{}}
	s.run = func(_ context.Context, inv *emulator.Invocation) *emulator.Outcome {
		return &emulator.Outcome{Payload: inv.Event, InstanceID: "c-1", Duration: time.Millisecond, MemoryMB: 12.5}
	}
	handler := s.handler(b)
	create := httptest.NewRequest("POST", functions, strings.NewReader(`{"functionName":"hello","runtime":"python3.10","handler":"index.handler","code":{"zipFile":"UEs="}}`))
	create.Host = "127.0.0.1"
	handler.ServeHTTP(httptest.NewRecorder(), create)
	request := httptest.NewRequest("POST", invocations, nil)
	request.Host = "127.0.0.1:3236"
	request.ContentLength = 128
	body := bytes.NewReader(make([]byte, 128))
	request.Body = readCloser{body}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	request = request.WithContext(ctx)
	w := &quietWriter{}
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(body128)
		w.header = http.Header{}
		handler.ServeHTTP(w, request)
	}
	if got := w.header.Get("X-Fc-Instance-Id"); got != "c-1" {
		b.Fatalf("the call failed: %v", w.header)
	}
}

var body128 = make([]byte, 128)

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }
