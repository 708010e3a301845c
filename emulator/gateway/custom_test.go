package gateway_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
)

// seen tells what reached the function.
func seen(got *emulator.HTTPRequest, body *string) script {
	return func(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		*got = *inv.HTTP
		if inv.HTTP.Body != nil {
			text, _ := io.ReadAll(inv.HTTP.Body)
			*body = string(text)
		}
		_ = answer.Start(204, nil)
		return &emulator.Outcome{Streamed: true}
	}
}

func TestRequestReachesFunctionUntouched(t *testing.T) {
	var got emulator.HTTPRequest
	var body string
	w := newWorld(t, seen(&got, &body))
	for _, c := range []struct{ request, target, body string }{
		{"GET /proxy/web//a/../b%2Fc/./?q=%20&q=1 HTTP/1.1\r\nHost: x\r\n\r\n", "//a/../b%2Fc/./?q=%20&q=1", ""},
		{"GET /proxy/web HTTP/1.1\r\nHost: x\r\n\r\n", "/", ""},
		{"GET /proxy/web?q HTTP/1.1\r\nHost: x\r\n\r\n", "/?q", ""},
		{"GET /a\"b|c HTTP/1.1\r\nHost: web.localhost\r\n\r\n", "/a\"b|c", ""},
		{"DELETE /2016-08-15/proxy/svc/web/a HTTP/1.1\r\nHost: x\r\n\r\n", "/2016-08-15/proxy/svc/web/a", ""},
		{"DELETE /2016-08-15/proxy/svc/web/a HTTP/1.1\r\nHost: x\r\nx-fc-invocation-target: 2016-08-15/proxy/svc/web\r\n\r\n", "/a", ""},
		{"POST http://web.localhost/a//b HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 3\r\n\r\nabc", "/a//b", "abc"},
		{"POST /x HTTP/1.1\r\nHost: web.localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "/x", "abc"},
	} {
		got, body = emulator.HTTPRequest{}, ""
		_, reader := w.raw(t, c.request)
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%q: %v", c.request, err)
		}
		if answer.StatusCode != 204 || got.Target != c.target || body != c.body || got.Method != strings.Fields(c.request)[0] {
			t.Errorf("%q: status %d, target %q, body %q, method %s", c.request, answer.StatusCode, got.Target, body, got.Method)
		}
		if length := int64(len(c.body)); got.Length != length && (got.Length != -1 || !strings.Contains(c.request, "chunked")) {
			t.Errorf("%q: length %d", c.request, got.Length)
		}
		if got.Remote != "127.0.0.1" {
			t.Errorf("remote %q", got.Remote)
		}
	}
}

func TestRequestHeadersAreCleaned(t *testing.T) {
	var got emulator.HTTPRequest
	var body string
	w := newWorld(t, seen(&got, &body))
	_, reader := w.raw(t, "POST /a HTTP/1.1\r\nHost: web.localhost\r\nX-Fc-Secret: 1\r\nx-fc-request-id: mine\r\nX_FC_Request_Id: mine\r\nx-fc_b: 1\r\nConnection: keep-alive, X-Hop\r\n"+
		"X-Hop: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\nAccept: a\r\nAccept: b\r\nCookie: c=d\r\nX-FCX: stays\r\nAuthorization: Bearer t\r\n\r\nhi")
	if _, err := http.ReadResponse(reader, nil); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"Accept": {"a", "b"}, "Cookie": {"c=d"}, "X-Fcx": {"stays"}, "Authorization": {"Bearer t"}}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Error(diff)
	}
	if got.Host != "web.localhost" || body != "hi" {
		t.Errorf("host %q, body %q", got.Host, body)
	}
}

func TestAnswerHeadersAreCleaned(t *testing.T) {
	w := newWorld(t, answers(201, map[string][]string{
		"X-Fc-Request-Id": {"forged"}, "x-fc-lower": {"1"}, "X-Fc-Status": {"200"}, "Connection": {"close"}, "Keep-Alive": {"1"}, "Server": {"gunicorn"},
		"Date": {"yesterday"}, "Upgrade": {"h2c"}, "Content-Disposition": {"attachment; filename=x"}, "Content-Length": {"2"},
		"Set-Cookie": {"a=1", "b=2"}, "x-lower": {"kept"}, "X-Custom": {"v"},
	}, "ok"))
	got := w.call(t, "GET", "/proxy/web/", "")
	date, id := got.header.Get("Date"), got.header.Get("X-Fc-Request-Id")
	if _, err := http.ParseTime(date); err != nil || !strings.HasPrefix(id, "1-") {
		t.Errorf("date %q, request id %q", date, id)
	}
	want := http.Header{"Date": {date}, "X-Fc-Request-Id": {id}, "X-Fc-Invocation-Service-Version": {"LATEST"}, "X-Fc-Invocation-Code-Version": {"LATEST"}, "Content-Disposition": {"attachment"}, "Content-Length": {"2"},
		"Set-Cookie": {"a=1", "b=2"}, "X-Lower": {"kept"}, "X-Custom": {"v"}}
	if diff := cmp.Diff(want, got.header); diff != "" || got.status != 201 || got.body != "ok" {
		t.Error(got.status, got.body, diff)
	}
}

func TestAllowInline(t *testing.T) {
	run := answers(200, map[string][]string{"Content-Disposition": {"attachment; filename=x"}}, "")
	w := newWorld(t, run, func(w *world) { w.options.AllowInline = true })
	if got := w.call(t, "GET", "/proxy/web", "").header.Get("Content-Disposition"); got != "attachment; filename=x" {
		t.Errorf("got %q", got)
	}
}

func TestStatusesWithoutBody(t *testing.T) {
	for _, c := range []struct {
		method string
		status int
		length string
		want   string
	}{
		{"GET", 204, "", ""}, {"GET", 304, "", ""}, {"HEAD", 200, "7", "7"}, {"HEAD", 200, "", ""}, {"GET", 200, "0", "0"},
	} {
		header := map[string][]string{"Etag": {"x"}}
		body := "surplus"
		if c.length != "" {
			header["Content-Length"] = []string{c.length}
		}
		w := newWorld(t, answers(c.status, header, body))
		_, reader := w.raw(t, c.method+" / HTTP/1.1\r\nHost: web.localhost\r\n\r\n"+c.method+" / HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
		for range 2 { // the second shows that the first left nothing behind
			answer, err := http.ReadResponse(reader, &http.Request{Method: c.method})
			if err != nil {
				t.Fatalf("%s %d: %v", c.method, c.status, err)
			}
			if answer.StatusCode != c.status || answer.Header.Get("Etag") != "x" || answer.Header.Get("Content-Length") != c.want {
				t.Errorf("%s %d: %d %v", c.method, c.status, answer.StatusCode, answer.Header)
			}
			if text, _ := io.ReadAll(answer.Body); len(text) > 0 {
				t.Errorf("%s %d: body %q", c.method, c.status, text)
			}
		}
	}
}

func TestInterimAnswersAreIgnored(t *testing.T) {
	w := newWorld(t, func(_ context.Context, _ *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		_ = answer.Start(103, map[string][]string{"Link": {"x"}})
		_ = answer.Start(200, map[string][]string{"X-A": {"1"}})
		_ = answer.Start(500, nil) // a second one is no answer
		return &emulator.Outcome{Streamed: true}
	})
	if got := w.call(t, "GET", "/proxy/web", ""); got.status != 200 || got.header.Get("X-A") != "1" || got.header.Get("Link") != "" {
		t.Errorf("got %+v", got)
	}
}

func TestFunctionThatFailsByItsOwnWordHasAnswered(t *testing.T) {
	w := newWorld(t, func(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		_ = answer.Start(404, map[string][]string{"X-Fc-Status": {"404"}})
		_, _ = io.WriteString(answer, "not here")
		return &emulator.Outcome{Streamed: true, ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseUnhandled}
	})
	got := w.call(t, "GET", "/proxy/web", "")
	if got.status != 404 || got.body != "not here" || got.header.Get("X-Fc-Status") != "" {
		t.Errorf("got %+v", got)
	}
}

func TestFailureBeforeAnswer(t *testing.T) {
	payload := `{"errorMessage":"Process exited unexpectedly before completing request (duration: 12ms, maxMemoryUsage: 0MB)"}`
	w := newWorld(t, failsWith(emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseUnhandled, Payload: []byte(payload), InstanceID: "c-1"}))
	for _, path := range []string{"/proxy/web", "/proxy/event"} {
		got := w.call(t, "POST", path, "x")
		if got.status != 502 || got.body != payload || got.header.Get("X-Fc-Error-Type") != "UnhandledInvocationError" ||
			got.header.Get("X-Fc-Request-Id") == "" || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

func TestRefusalsOfThePlatform(t *testing.T) {
	for _, refusal := range []*emulator.Error{
		emulator.Refuse(412, "CAExited", "Function instance exited unexpectedly(code 1, message:operation not permitted)"),
		emulator.Refuse(429, "ResourceThrottled", "full"),
		emulator.Refuse(499, "ClientClosedRequest", "gone"),
	} {
		w := newWorld(t, failsWith(emulator.Outcome{Refused: refusal, InstanceID: "c-1"}))
		for _, path := range []string{"/proxy/web", "/proxy/event"} {
			got := w.call(t, "GET", path, "")
			if code, message := got.errorOf(t); got.status != refusal.Status || code != refusal.Code || message != refusal.Message {
				t.Errorf("%s: %+v", path, got)
			}
		}
	}
}
