package gateway_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// handles is an HTTP handler of a built-in runtime.
func handles(answer emulator.HTTPAnswer, body string, got *emulator.Invocation) script {
	return func(_ context.Context, inv *emulator.Invocation, listener emulator.Answer) *emulator.Outcome {
		if got != nil {
			*got = *inv
			request := *inv.HTTP
			got.HTTP = &request
		}
		if listener != nil {
			return &emulator.Outcome{Payload: []byte("nobody listens to the answer of a handler"), ErrorType: emulator.UnhandledInvocationError}
		}
		return &emulator.Outcome{HTTP: &answer, Payload: []byte(body), InstanceID: "c-1", LogTail: []byte("log")}
	}
}

func TestHandlersGetTheRequestWhole(t *testing.T) {
	var got emulator.Invocation
	w := newWorld(t, handles(emulator.HTTPAnswer{Status: 201}, "ok", &got))
	for _, c := range []struct{ target, header, wantTarget, prefix string }{
		{"/2016-08-15/proxy/svc/wsgi", "A: b", "/2016-08-15/proxy/svc/wsgi", "/2016-08-15/proxy/svc/wsgi"},
		{"/2016-08-15/proxy/svc/wsgi//a/..%2F?q=1", "A: b", "/2016-08-15/proxy/svc/wsgi//a/..%2F?q=1", "/2016-08-15/proxy/svc/wsgi"},
		{"/2016-08-15/proxy/svc.LATEST/wsgi/a", "A: b", "/2016-08-15/proxy/svc.LATEST/wsgi/a", "/2016-08-15/proxy/svc.LATEST/wsgi"},
		{"/2016-08-15/proxy/svc/wsgi/a", "X-Fc-Invocation-Target: 2016-08-15/proxy/svc/wsgi", "/a", ""},
	} {
		answer := w.call(t, "POST", c.target, "the body", c.header)
		if answer.status != 201 || answer.body != "ok" || answer.header.Get("X-Fc-Instance-Id") != "c-1" {
			t.Errorf("%s: %+v", c.target, answer)
		}
		if got.HTTP.Target != c.wantTarget || got.HTTP.Prefix != c.prefix || string(got.Event) != "the body" || got.HTTP.Length != 8 || got.HTTP.Body != nil {
			t.Errorf("%s: %+v with %q", c.target, got.HTTP, got.Event)
		}
	}
	if answer := w.call(t, "POST", "/2016-08-15/proxy/svc/wsgi/a?b", "later", "X-Fc-Invocation-Type: Async"); answer.status != 202 {
		t.Errorf("%+v", answer)
	}
	if q := w.queued[0]; q.inv.HTTP.Prefix != "/2016-08-15/proxy/svc/wsgi" || q.inv.HTTP.Target != "/2016-08-15/proxy/svc/wsgi/a?b" || q.body != "later" || q.inv.Event != nil {
		t.Errorf("queued %+v with %q", q.inv.HTTP, q.body)
	}
}

func TestAnswersOfHandlers(t *testing.T) {
	long := strings.Repeat("x", 8<<10)
	for name, c := range map[string]struct {
		method string
		answer emulator.HTTPAnswer
		status int
		body   string
		code   string
	}{
		"as it is":              {"GET", emulator.HTTPAnswer{Status: 418, Header: map[string][]string{"x-one": {"1"}, "X-One": {"2"}, "server": {"mine"}}}, 418, "body", ""},
		"HEAD":                  {"HEAD", emulator.HTTPAnswer{Status: 200}, 200, "", ""},
		"no content":            {"GET", emulator.HTTPAnswer{Status: 204}, 204, "", ""},
		"no status":             {"GET", emulator.HTTPAnswer{}, 502, "", "BadResponse"},
		"an interim status":     {"GET", emulator.HTTPAnswer{Status: 100}, 502, "", "BadResponse"},
		"a status of 4 digits":  {"GET", emulator.HTTPAnswer{Status: 1000}, 502, "", "BadResponse"},
		"long headers":          {"GET", emulator.HTTPAnswer{Status: 200, Header: map[string][]string{"A": {long}}}, 502, "", "BadResponse"},
		"elsewhere, by default": {"GET", emulator.HTTPAnswer{Status: 302, Header: map[string][]string{"Location": {"/x"}}}, 400, "", "ExternalRedirectForbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, handles(c.answer, "body", nil))
			got := w.call(t, c.method, "/2016-08-15/proxy/svc/wsgi/", "", "X-Fc-Log-Type: Tail")
			if c.code != "" {
				kind := "FCCommonError"
				if c.status == http.StatusBadGateway {
					kind = "UnhandledInvocationError"
				}
				if code, _ := got.errorOf(t); got.status != c.status || code != c.code || got.header.Get("X-Fc-Error-Type") != kind {
					t.Errorf("%+v", got)
				}
				return
			}
			if got.status != c.status || got.body != c.body || got.header.Get("X-Fc-Log-Result") != "bG9n" || got.header.Get("Server") != "" {
				t.Errorf("%+v", got)
			}
			if want := len(c.answer.Header["x-one"]) + len(c.answer.Header["X-One"]); len(got.header["X-One"]) != want {
				t.Errorf("headers of two spellings: %v", got.header)
			}
		})
	}
	w := newWorld(t, returns("no answer at all"))
	got := w.call(t, "GET", "/2016-08-15/proxy/svc/wsgi/", "")
	if code, message := got.errorOf(t); got.status != 502 || code != "BadResponse" || !strings.Contains(message, "python3 is no HTTP handler") {
		t.Errorf("%+v", got)
	}
}

// Every built-in runtime has HTTP handlers: what cannot be run is the runtime's to say.
func TestHandlersOfEveryLanguage(t *testing.T) {
	for _, runtime := range []string{"nodejs16", "python3.9", "java8", "php7.2", "go1", "dotnetcore3.1"} {
		var got emulator.Invocation
		w := newWorld(t, handles(emulator.HTTPAnswer{Status: 201}, "ok", &got), func(w *world) { w.add("svc", "app", runtime) })
		answer := w.call(t, "POST", "/2016-08-15/proxy/svc/app/a", "body")
		if answer.status != 201 || got.HTTP == nil || got.HTTP.Target != "/2016-08-15/proxy/svc/app/a" || string(got.Event) != "body" {
			t.Errorf("%s: %+v", runtime, answer)
		}
	}
}
