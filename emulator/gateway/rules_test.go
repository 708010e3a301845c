package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
)

// never is a function that must not be called.
func never(t *testing.T) script {
	return func(context.Context, *emulator.Invocation, emulator.Answer) *emulator.Outcome {
		t.Error("the function was called")
		return &emulator.Outcome{}
	}
}

func TestRefusals(t *testing.T) {
	setMethods := trigger("web", func(c *emulator.HTTPTrigger) { c.Methods = []string{"GET", "HEAD"} })
	closed := trigger("web", func(c *emulator.HTTPTrigger) { c.DisableURLInternet = true })
	big := strings.Repeat("h", 8100)
	for name, c := range map[string]struct {
		change         func(*world)
		method, target string
		headers        []string
		body           string
		status         int
		code, message  string
	}{
		"no function":       {nil, "GET", "/proxy/nobody/x", nil, "", 404, "FunctionNotFound", "'nobody'"},
		"no FC 2.0":         {nil, "GET", "/2016-08-15/proxy/svc/nobody/x", nil, "", 404, "FunctionNotFound", "in service 'svc'"},
		"no alias":          {nil, "GET", "/proxy/web.prod/x", nil, "", 404, "AliasNotFound", "'prod'"},
		"no trigger":        {nil, "GET", "/proxy/plain/x", nil, "", 404, "TriggerNotFound", "plain"},
		"no trigger at all": {nil, "GET", "/elsewhere", nil, "", 400, "PathNotSupported", "/elsewhere"},
		"method":            {setMethods, "POST", "/proxy/web", nil, "x", 403, "AccessDenied", "'POST'"},
		"no public URL":     {closed, "GET", "/proxy/web", nil, "", 403, "AccessDenied", "disableURLInternet"},
		"headers":           {nil, "GET", "/proxy/web", []string{"X-Big: " + big, "X-More: " + strings.Repeat("h", 100)}, "", 400, "InvalidArgument", "allowed: 8192"},
		"path":              {nil, "GET", "/proxy/web/" + strings.Repeat("p", 4096), nil, "", 400, "InvalidArgument", "allowed: 4096"},
		"query":             {nil, "GET", "/proxy/web/?" + strings.Repeat("p", 4096), nil, "", 400, "InvalidArgument", "allowed: 4096"},
		"async body":        {nil, "POST", "/proxy/web", []string{"X-Fc-Invocation-Type: Async"}, strings.Repeat("b", 128<<10+1), 400, "EntityTooLarge", "131072"},
		"async event body":  {nil, "POST", "/proxy/event", []string{"X-Fc-Invocation-Type: Async"}, strings.Repeat("b", 128<<10+1), 400, "EntityTooLarge", "131072"},
		"sync body":         {nil, "POST", "/proxy/web", nil, strings.Repeat("b", 32<<20+1), 400, "EntityTooLarge", "33554432"},
		"sync event body":   {nil, "POST", "/proxy/event", nil, strings.Repeat("b", 32<<20+1), 400, "EntityTooLarge", "33554432"},
		"type":              {nil, "GET", "/proxy/web", []string{"X-Fc-Invocation-Type: Soon"}, "", 400, "InvalidArgument", "InvocationType"},
		"delay":             {nil, "GET", "/proxy/web", []string{"X-Fc-Invocation-Type: Async", "X-Fc-Async-Delay: 3601"}, "", 400, "InvalidArgument", "3600"},
	} {
		t.Run(name, func(t *testing.T) {
			change := c.change
			if change == nil {
				change = func(*world) {}
			}
			got := newWorld(t, never(t), change).call(t, c.method, c.target, c.body, c.headers...)
			code, message := got.errorOf(t)
			if got.status != c.status || code != c.code || !strings.Contains(message, c.message) {
				t.Errorf("%d %s %s", got.status, code, message)
			}
		})
	}
}

// The limits themselves are still allowed.
func TestAtTheLimits(t *testing.T) {
	w := newWorld(t, answers(200, nil, "ok"))
	headers := "Accept-Encoding: identity\r\nX-Big: "
	size := 8192 - len("Accept-Encoding"+"identity"+"X-Big")
	target := "/" + strings.Repeat("p", 4095)
	_, reader := w.raw(t, "GET /proxy/web"+target+" HTTP/1.1\r\nHost: a-long-host-does-not-count\r\n"+headers+strings.Repeat("h", size)+"\r\n\r\n")
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != 200 {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestChunkedBodyBeyondTheLimit(t *testing.T) {
	for _, path := range []string{"/proxy/web", "/proxy/event"} {
		w := newWorld(t, func(_ context.Context, inv *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
			n, err := io.Copy(io.Discard, inv.HTTP.Body)
			var refusal *emulator.Error
			if n != emulator.MaxSyncPayload || !errors.As(err, &refusal) {
				t.Errorf("read %d bytes, then %v", n, err)
			}
			return &emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Payload: []byte("{}")}
		})
		request, _ := http.NewRequest("POST", w.server.URL+path, io.LimitReader(zeros{}, emulator.MaxSyncPayload+1))
		got := w.send(t, request)
		if code, _ := got.errorOf(t); got.status != 400 || code != "EntityTooLarge" {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestChunkedBodyAtTheLimit(t *testing.T) {
	w := newWorld(t, func(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		n, err := io.Copy(io.Discard, inv.HTTP.Body)
		_ = answer.Start(200, nil)
		_, _ = fmt.Fprint(answer, n, err)
		return &emulator.Outcome{Streamed: true}
	})
	request, _ := http.NewRequest("POST", w.server.URL+"/proxy/web", io.LimitReader(zeros{}, emulator.MaxSyncPayload))
	if got := w.send(t, request); got.body != "33554432 <nil>" {
		t.Errorf("got %q", got.body)
	}
}

func TestAnswersThatFCRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		header map[string][]string
		want   int
		code   string
	}{
		"redirect":          {302, map[string][]string{"Location": {"/login"}}, 400, "ExternalRedirectForbidden"},
		"permanent":         {308, map[string][]string{"Location": {"https://example.com"}}, 400, "ExternalRedirectForbidden"},
		"headers too large": {200, map[string][]string{"X-Big": {strings.Repeat("h", 8190)}}, 502, "BadResponse"},
		"no status":         {0, nil, 502, "BadResponse"},
		"switching":         {101, nil, 502, "BadResponse"},
		"no such status":    {1000, nil, 502, "BadResponse"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, answers(c.status, c.header, "body of the function"))
			got := w.call(t, "GET", "/proxy/web", "")
			if code, _ := got.errorOf(t); got.status != c.want || code != c.code {
				t.Errorf("%d %s", got.status, code)
			}
		})
	}
}

func TestAllowRedirects(t *testing.T) {
	run := answers(302, map[string][]string{"Location": {"/login"}}, "")
	w := newWorld(t, run, func(w *world) { w.options.AllowRedirects = true })
	if got := w.call(t, "GET", "/proxy/web", ""); got.status != 302 || got.header.Get("Location") != "/login" {
		t.Errorf("got %+v", got)
	}
}

func TestCORS(t *testing.T) {
	run := answers(200, nil, "ok")
	own := answers(200, map[string][]string{"Access-Control-Allow-Origin": {"*"}}, "ok")
	cors := func(r reply) http.Header {
		h := http.Header{}
		for key, values := range r.header {
			if strings.HasPrefix(key, "Access-Control-") {
				h[key] = values
			}
		}
		return h
	}
	defaults := http.Header{"Access-Control-Allow-Origin": {"http://ui"}, "Access-Control-Allow-Credentials": {"true"},
		"Access-Control-Expose-Headers": {"Date,x-fc-request-id"}}

	for name, c := range map[string]struct {
		run     script
		target  string
		headers []string
		want    http.Header
	}{
		"no origin":       {run, "/proxy/web", nil, http.Header{}},
		"origin":          {run, "/proxy/web", []string{"Origin: http://ui"}, defaults},
		"a refusal too":   {run, "/proxy/web?" + strings.Repeat("q", 5000), []string{"Origin: http://ui"}, defaults},
		"a built-in too":  {returns("x"), "/proxy/event", []string{"Origin: http://ui"}, defaults},
		"an async one":    {run, "/proxy/web", []string{"Origin: http://ui", "X-Fc-Invocation-Type: Async"}, defaults},
		"function's wins": {own, "/proxy/web", []string{"Origin: http://ui"}, http.Header{"Access-Control-Allow-Origin": {"*"}, "Access-Control-Expose-Headers": {"Date,x-fc-request-id"}}},
	} {
		got := newWorld(t, c.run).call(t, "GET", c.target, "", c.headers...)
		if diff := cmp.Diff(c.want, cors(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}

	preflight := []string{"Origin: http://ui", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: X-A,X-B"}
	w := newWorld(t, never(t), trigger("web", func(c *emulator.HTTPTrigger) { c.Methods = []string{"PUT", "GET"} }))
	got := w.call(t, "OPTIONS", "/proxy/web", "", preflight...)
	want := defaults.Clone()
	want.Set("Access-Control-Allow-Methods", "GET,PUT")
	want.Set("Access-Control-Allow-Headers", "X-A,X-B")
	if diff := cmp.Diff(want, cors(got)); diff != "" || got.status != 200 || got.header.Get("X-Fc-Request-Id") == "" {
		t.Error(got.status, diff)
	}
	if got := w.call(t, "OPTIONS", "/proxy/web", ""); got.status != 403 {
		t.Errorf("OPTIONS that is no preflight: %d", got.status)
	}
	w = newWorld(t, run, trigger("web", func(c *emulator.HTTPTrigger) { c.Methods = []string{"OPTIONS"} }))
	if got := w.call(t, "OPTIONS", "/proxy/web", "", preflight...); got.body != "ok" {
		t.Errorf("the function lists OPTIONS, but got %+v", got)
	}
}

func TestAuthIsToldOnce(t *testing.T) {
	for authType, want := range map[string]string{"anonymous": "", "": "'function'", "function": "authType 'function'"} {
		w := newWorld(t, answers(200, nil, ""), trigger("web", func(c *emulator.HTTPTrigger) { c.AuthType = authType }))
		for range 3 {
			if got := w.call(t, "GET", "/proxy/web", ""); got.status != 200 {
				t.Errorf("%s: %+v", authType, got)
			}
		}
		if want == "" && len(w.notices) > 0 || want != "" && (len(w.notices) != 1 || !strings.HasPrefix(w.notices[0], "web: ") || !strings.Contains(w.notices[0], want)) {
			t.Errorf("authType %q: notices %q", authType, w.notices)
		}
	}
}

// TestSignedTriggers: with verification on, only triggers that ask for signatures get them checked.
func TestSignedTriggers(t *testing.T) {
	signed := func(w *world) {
		w.options.Signed = func(r *http.Request) (bool, *emulator.Error) {
			if r.Header.Get("Authorization") == "good" {
				return false, nil
			}
			return false, emulator.Refuse(403, "SignatureNotMatch", "no")
		}
	}
	for authType, want := range map[string]int{"anonymous": 200, "": 403, "function": 403} {
		w := newWorld(t, answers(200, nil, ""), signed, trigger("web", func(c *emulator.HTTPTrigger) { c.AuthType = authType }))
		if got := w.call(t, "GET", "/proxy/web", ""); got.status != want {
			t.Errorf("authType %q: %+v", authType, got)
		}
		if got := w.call(t, "GET", "/proxy/web", "", "Authorization: good"); got.status != 200 {
			t.Errorf("authType %q, signed: %+v", authType, got)
		}
		if len(w.notices) > 0 {
			t.Errorf("authType %q: notices %q", authType, w.notices)
		}
	}
}

func TestAsync(t *testing.T) {
	w := newWorld(t, never(t), func(w *world) { w.mode = true })
	got := w.call(t, "PUT", "/proxy/web//a?q=%20", "the body", "X-Fc-Invocation-Type: Async", "X-Fc-Async-Delay: 200",
		"X-Fc-Async-Task-Id: my-task", "X-Fc-Trace-Id: my-request", "X-Mine: 1")
	if got.status != 202 || got.body != "" || got.header.Get("X-Fc-Request-Id") != "my-request" || got.header.Get("X-Fc-Async-Task-Id") != "my-task" {
		t.Errorf("got %+v", got)
	}
	if typed := got.header.Get("Content-Type"); typed != "" {
		t.Errorf("an empty body of type %s", typed)
	}
	q := w.queued[0]
	if q.delay != 200*time.Second || !q.inv.Async || q.inv.TaskID != "my-task" || q.inv.RequestID != "my-request" || q.inv.Qualifier != "LATEST" || q.inv.Event != nil {
		t.Errorf("queued %+v", q)
	}
	if h := q.inv.HTTP; h.Method != "PUT" || h.Target != "//a?q=%20" || h.Length != 8 || q.body != "the body" || h.Header["X-Mine"] == nil || h.Header["X-Fc-Async-Delay"] != nil {
		t.Errorf("queued %+v with %q", h, q.body)
	}

	w.call(t, "GET", "/proxy/event/a", "", "X-Fc-Invocation-Type: async")
	if q := w.queued[1]; q.inv.HTTP != nil || !strings.HasPrefix(string(q.inv.Event), `{"version":"v1","rawPath":"/a"`) {
		t.Errorf("queued %+v %s", q.inv, q.inv.Event)
	}

	got = w.call(t, "GET", "/2016-08-15/proxy/svc/web/a", "", "X-Fc-Invocation-Type: Async")
	if got.status != 202 || got.header.Get("X-Fc-Stateful-Async-Invocation-Id") != got.header.Get("X-Fc-Request-Id") {
		t.Errorf("FC 2.0: %+v", got)
	}

	w.taskErr = emulator.TaskExists(emulator.TaskKey{ID: "my-task"})
	got = w.call(t, "GET", "/proxy/web", "", "X-Fc-Invocation-Type: Async")
	if code, _ := got.errorOf(t); got.status != 409 || code != "StatefulAsyncInvocationAlreadyExists" {
		t.Errorf("got %+v", got)
	}
	w.taskErr = errors.New("disk full")
	if got = w.call(t, "GET", "/proxy/web", "", "X-Fc-Invocation-Type: Async"); got.status != 500 {
		t.Errorf("got %+v", got)
	}
}
