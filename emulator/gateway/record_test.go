package gateway_test

import (
	"context"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// TestRecords: whatever the answer is, the request log has it.
func TestRecords(t *testing.T) {
	records := make(chan emulator.RequestRecord, 1)
	run := func(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		switch {
		case inv.HTTP != nil && inv.HTTP.Target == "/cut":
			_ = answer.Start(200, map[string][]string{"Content-Length": {"10"}})
			_, _ = answer.Write([]byte("half"))
			return &emulator.Outcome{Streamed: true, Cause: emulator.CauseTimeout, Payload: []byte("{}")}
		case inv.HTTP != nil && inv.HTTP.Target == "/left":
			_ = answer.Start(200, nil)
			return &emulator.Outcome{Streamed: true, Cause: emulator.CauseCanceled, Payload: []byte("{}")}
		case inv.HTTP != nil:
			_ = answer.Start(418, nil)
			return &emulator.Outcome{Streamed: true, InstanceID: "c-1"}
		}
		return &emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseUnhandled, Payload: []byte("{}")}
	}
	w := newWorld(t, run, domain("api.example.com", nil, to("/a", "web", "GET")), func(w *world) {
		w.options.Observe = func(r *emulator.RequestRecord) { records <- *r }
	})
	for _, c := range []struct {
		method, target string
		header         string
		status         int
		function       string
		outcome        bool
	}{
		{"GET", "/proxy/web/a?b", "", 418, "web", true},
		{"GET", "/proxy/event/", "", 502, "event", true},
		{"GET", "/proxy/none/", "", 404, "none", false},
		{"POST", "/proxy/web/", "X-Fc-Invocation-Type: Async", 202, "web", false},
		{"POST", "/a", apiHost, 403, "web", false},
		{"GET", "/b", apiHost, 404, "", false},
		{"OPTIONS", "/proxy/event/", "Access-Control-Request-Method: GET", 0, "event", true},
	} {
		headers := []string{}
		if c.header != "" {
			headers = append(headers, c.header)
		}
		w.call(t, c.method, c.target, "", headers...)
		got := <-records
		name := got.Function.String()
		if got.Method != c.method || got.URI != c.target || c.status != 0 && got.Status != c.status || name != c.function || c.status != 0 && (got.Outcome != nil) != c.outcome ||
			got.RequestID == "" || got.ClientIP != "127.0.0.1" || got.Operation != emulator.OperationHTTP {
			t.Errorf("%s %s: %+v", c.method, c.target, got)
		}
	}
	request := "GET /proxy/web/cut HTTP/1.1\r\nHost: x\r\n\r\n"
	w.raw(t, request)
	if got := <-records; got.Status != 200 || got.Outcome == nil || got.Outcome.Cause != emulator.CauseTimeout {
		t.Errorf("an answer that is cut: %+v", got)
	}
	w.raw(t, "GET /proxy/web/left HTTP/1.1\r\nHost: x\r\n\r\n")
	if got := <-records; got.Status != 499 {
		t.Errorf("an answer whose client left: status %d", got.Status)
	}
}
