package gateway_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/gateway"
)

const handshake = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: k\r\n"

// switches is a function that takes the connection over and repeats what it hears, three bytes at a time.
func switches(ended chan<- error) script {
	return func(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		conn, early, err := answer.(emulator.Switcher).Switch(map[string][]string{
			"Sec-Websocket-Accept": {"a"}, "Sec-Websocket-Protocol": {"chat"}, "X-Fc-Own": {"no"}, "Set-Cookie": {"a=1", "b=2"}, "X-Bad": {"x\r\nInjected: 1"}})
		if err != nil {
			ended <- err
			return &emulator.Outcome{}
		}
		defer conn.Close()
		_, _ = conn.Write(early)
		for {
			part := make([]byte, 3)
			if _, err = io.ReadFull(conn, part); err != nil {
				break
			}
			_, _ = conn.Write(part)
		}
		ended <- ctx.Err() // the end of the handler is not the end of the call
		return &emulator.Outcome{Streamed: true}
	}
}

// The session of a WebSocket is told where that of any other answer is.
func TestSwitchTellsTheSession(t *testing.T) {
	ended := make(chan error, 1)
	w := newWorld(t, switches(ended), func(w *world) {
		w.functions[emulator.Name{Function: "web"}].Affinity = &emulator.Affinity{Type: emulator.AffinityCookie}
	})
	conn, reader := w.raw(t, "GET /proxy/web/ HTTP/1.1\r\nHost: x\r\n"+handshake+"\r\n")
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cookies := strings.Join(answer.Header["Set-Cookie"], " "); answer.StatusCode != 101 || !strings.Contains(cookies, "a=1 b=2 fc-session-id=") {
		t.Errorf("%s %v", answer.Status, answer.Header)
	}
	_ = conn.Close()
	<-ended
}

func TestSwitch(t *testing.T) {
	for _, target := range []string{"/a%2Fb?x=1", "/proxy/web/a%2Fb?x=1", "/2016-08-15/proxy/svc/web/a%2Fb?x=1"} {
		ended := make(chan error, 1)
		var request *emulator.HTTPRequest
		run := switches(ended)
		w := newWorld(t, func(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
			request = inv.HTTP
			return run(ctx, inv, answer)
		})
		conn, reader := w.raw(t, "GET "+target+" HTTP/1.1\r\nHost: web.localhost\r\nOrigin: http://elsewhere.example\r\nX-Fc-Own: forged\r\n"+handshake+"\r\none")
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		header := answer.Header
		if answer.StatusCode != 101 || header.Get("Upgrade") != "websocket" || header.Get("Connection") != "Upgrade" || header.Get("Sec-WebSocket-Protocol") != "chat" ||
			header.Get("X-Fc-Request-Id") == "" || header.Get("X-Fc-Invocation-Service-Version") != "LATEST" || header.Get("X-Fc-Own")+header.Get("Injected")+header.Get("Content-Disposition") != "" || len(header["Set-Cookie"]) != 2 {
			t.Errorf("%s: %s %v", target, answer.Status, header)
		}
		for _, word := range []string{"one", "two"} {
			if word == "two" {
				_, _ = io.WriteString(conn, word)
			}
			if got, err := reader.Peek(3); string(got) != word {
				t.Fatalf("%q %v", got, err)
			}
			_, _ = reader.Discard(3)
		}
		_ = conn.Close()
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", target, err)
		}
		if h := request.Header; request.Upgrade != "websocket" || len(h["Sec-WebSocket-Key"]) != 1 || len(h["Upgrade"])+len(h["Connection"])+len(h["X-Fc-Own"]) > 0 || len(h["Origin"]) != 1 {
			t.Errorf("%s: the function saw %+v", target, request)
		}
	}
}

// Any other answer to the wish for a WebSocket is an answer like all.
func TestSwitchNot(t *testing.T) {
	for name, c := range map[string]struct {
		run    script
		status int
	}{
		"refused by the function": {answers(426, nil, "no"), 426},
		"a page instead":          {answers(200, map[string][]string{"Content-Length": {"2"}}, "no"), 200},
		"a stream instead":        {answers(200, nil, "no"), 200},
		"failed":                  {failsWith(emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Payload: []byte("no")}), 502},
		"a long header": {func(_ context.Context, _ *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
			_, _, err := answer.(emulator.Switcher).Switch(map[string][]string{"X": {strings.Repeat("x", 9000)}})
			return &emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Payload: []byte(err.Error()[:0] + "no")}
		}, 502},
	} {
		w := newWorld(t, c.run)
		_, reader := w.raw(t, "GET / HTTP/1.1\r\nHost: web.localhost\r\n"+handshake+"\r\n")
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if body, err := io.ReadAll(answer.Body); answer.StatusCode != c.status || string(body) != "no" || err != nil {
			t.Errorf("%s: %s %q %v", name, answer.Status, body, err)
		}
	}
}

// What is no proper wish for a WebSocket is a plain request, as it is for built-in runtimes.
func TestNoSwitch(t *testing.T) {
	plain := func(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		if inv.HTTP == nil {
			return &emulator.Outcome{Payload: []byte(`{"statusCode":200,"body":"plain"}`)}
		}
		if _, ok := answer.(emulator.Switcher); ok || inv.HTTP.Upgrade != "" || len(inv.HTTP.Header["Upgrade"]) > 0 {
			return &emulator.Outcome{ErrorType: emulator.UnhandledInvocationError}
		}
		return answers(200, nil, "plain")(context.Background(), inv, answer)
	}
	for name, request := range map[string]string{
		"POST":             "POST /proxy/web HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" + handshake,
		"HTTP/1.0":         "GET /proxy/web HTTP/1.0\r\nHost: x\r\n" + handshake,
		"not in the list":  "GET /proxy/web HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nUpgrade: websocket\r\n",
		"another protocol": "GET /proxy/web HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n",
		"a body":           "GET /proxy/web HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" + handshake,
		"built-in runtime": "GET /proxy/event HTTP/1.1\r\nHost: x\r\n" + handshake,
	} {
		w := newWorld(t, plain)
		text := request + "\r\n"
		if name == "a body" {
			text += "b"
		}
		_, reader := w.raw(t, text)
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if answer.StatusCode != 200 {
			t.Errorf("%s: %s", name, answer.Status)
		}
		if noticed := len(w.notices) > 0; noticed != (name == "built-in runtime") {
			t.Errorf("%s: notices %q", name, w.notices)
		}
	}
}

// Who may not come in does not reach the function.
func TestSwitchAfterAuthentication(t *testing.T) {
	w := newWorld(t, never(t), trigger("web", func(c *emulator.HTTPTrigger) { c.AuthType = "function" }), func(w *world) {
		w.options = gateway.Options{Clock: clock{}, Signed: func(*http.Request) (bool, *emulator.Error) {
			return false, emulator.Refuse(403, "AccessDenied", "not signed")
		}}
	})
	_, reader := w.raw(t, "GET / HTTP/1.1\r\nHost: web.localhost\r\n"+handshake+"\r\n")
	if answer, err := http.ReadResponse(reader, nil); err != nil || answer.StatusCode != 403 {
		t.Errorf("%+v %v", answer, err)
	}
}

// A client that leaves before the function has decided ends the call.
func TestClientGoneBeforeTheSwitch(t *testing.T) {
	started, ended := make(chan struct{}), make(chan error, 1)
	w := newWorld(t, func(ctx context.Context, _ *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
		close(started)
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return &emulator.Outcome{Cause: emulator.CauseCanceled, ErrorType: emulator.UnhandledInvocationError}
	})
	conn, _ := w.raw(t, "GET / HTTP/1.1\r\nHost: web.localhost\r\n"+handshake+"\r\n")
	<-started
	_ = conn.Close()
	select {
	case cause := <-ended:
		if cause != emulator.ErrClientGone {
			t.Error(cause)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the call goes on")
	}
}
