package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// unfinished are requests whose bodies do not come to their end.
var unfinished = map[string]string{
	"known length":    "Content-Length: 10\r\n\r\nabc",
	"great length":    "Content-Length: 1000000\r\n\r\nabc",
	"chunks":          "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
	"nothing at all":  "Content-Length: 10\r\n\r\n",
	"half of a chunk": "Transfer-Encoding: chunked\r\n\r\n3\r\na",
}

// A client that stops sending must not hold an invocation that is over, and gets its answer.
func TestClientThatStopsSendingIsAnswered(t *testing.T) {
	failed := &emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseTimeout, Payload: []byte(`{"errorMessage":"over"}`)}
	for name, body := range unfinished {
		for _, closes := range []bool{true, false} {
			reads := make(chan error, 1)
			w := newWorld(t, func(_ context.Context, inv *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
				go func() {
					_, err := io.Copy(io.Discard, inv.HTTP.Body)
					reads <- err
				}()
				if closes {
					_ = inv.HTTP.Body.(io.Closer).Close()
				}
				return failed
			})
			conn, reader := w.raw(t, "POST / HTTP/1.1\r\nHost: web.localhost\r\n"+body)
			answer, err := http.ReadResponse(reader, nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if text, _ := io.ReadAll(answer.Body); answer.StatusCode != 502 || string(text) != `{"errorMessage":"over"}` || !answer.Close {
				t.Errorf("%s: %d %q, close %v", name, answer.StatusCode, text, answer.Close)
			}
			if err := <-reads; err == nil {
				t.Errorf("%s: the body was taken for whole", name)
			}
			_ = conn.Close()
		}
	}
}

// A body that the platform reads as a whole has to go on coming.
func TestBodyThatStopsComing(t *testing.T) {
	w := newWorld(t, never(t), func(w *world) { w.options.Patience = 10 * time.Millisecond })
	for name, body := range unfinished {
		for _, target := range []string{"/proxy/event/", "/2016-08-15/proxy/svc/wsgi/"} {
			_, reader := w.raw(t, "POST "+target+" HTTP/1.1\r\nHost: x\r\n"+body)
			answer, err := http.ReadResponse(reader, nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			text, _ := io.ReadAll(answer.Body)
			if code, message := (reply{answer.StatusCode, answer.Header, string(text)}).errorOf(t); answer.StatusCode != 400 || code != "InvalidArgument" || !strings.Contains(message, "nothing came for 10ms") {
				t.Errorf("%s: %d %s %s", name, answer.StatusCode, code, message)
			}
			if _, err := reader.ReadByte(); err == nil {
				t.Errorf("%s: the connection is open", name)
			}
		}
	}
}

// Patience is for the body: the function may take longer, and so may the next request.
func TestPatienceEndsWithTheBody(t *testing.T) {
	const patience = 10 * time.Millisecond
	w := newWorld(t, func(ctx context.Context, inv *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
		select {
		case <-ctx.Done():
			t.Errorf("the client was taken for gone: %v", context.Cause(ctx))
		case <-time.After(5 * patience):
		}
		return &emulator.Outcome{Payload: inv.Event}
	}, func(w *world) { w.options.Patience = patience })
	request := "POST /proxy/event/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
	conn, reader := w.raw(t, request)
	for n := range 2 {
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != 200 || !strings.Contains(string(text), "abc") {
			t.Errorf("%d %q %v", answer.StatusCode, text, err)
		}
		if n == 0 {
			_, _ = io.WriteString(conn, request)
		}
	}
}

// Some clients send all before they read anything; what refuses them must reach them all the same.
func TestRefusedWhileSending(t *testing.T) {
	w := newWorld(t, never(t), trigger("web", func(c *emulator.HTTPTrigger) { c.Methods = []string{"POST"} }))
	great := strings.Repeat("b", emulator.MaxSyncPayload+10<<20)
	for _, c := range []struct {
		method, head, body string
		status             int
	}{
		{"POST", "Content-Length: " + strconv.Itoa(len(great)), great, 400},
		{"POST", "Transfer-Encoding: chunked\r\nX-Fc-Invocation-Type: Async", strconv.FormatInt(int64(len(great)), 16) + "\r\n" + great + "\r\n0\r\n\r\n", 400},
		{"PUT", "Content-Length: " + strconv.Itoa(len(great)), great, 403},
		{"POST", "Content-Length: " + strconv.Itoa(len(great)) + "\r\nExpect: 100-continue", "", 400}, // and nothing is read
	} {
		_, reader := w.raw(t, c.method+" /proxy/web/ HTTP/1.1\r\nHost: x\r\n"+c.head+"\r\n\r\n"+c.body)
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%s %s: %v", c.method, c.head, err)
		}
		if _, err := io.ReadAll(answer.Body); answer.StatusCode != c.status || err != nil {
			t.Errorf("%s %s: %s %v", c.method, c.head, answer.Status, err)
		}
	}
}

// TestClientThatLeavesWhileItSends: it closed the request, whatever would have read the body.
func TestClientThatLeavesWhileItSends(t *testing.T) {
	records := make(chan emulator.RequestRecord, 1)
	w := newWorld(t, never(t), func(w *world) {
		w.options.Observe = func(r *emulator.RequestRecord) { records <- *r }
	})
	for name, body := range unfinished {
		for _, target := range []string{"/proxy/event/", "/2016-08-15/proxy/svc/wsgi/"} {
			conn, _ := w.raw(t, "POST "+target+" HTTP/1.1\r\nHost: x\r\n"+body)
			_ = conn.Close()
			if got := <-records; got.Status != 499 {
				t.Errorf("%s %s: status %d", target, name, got.Status)
			}
		}
	}
}

// A client that does not even wait for its function to be found is no fault of the emulator.
func TestClientThatLeavesAtOnce(t *testing.T) {
	w := newWorld(t, never(t), func(w *world) { w.broken = fmt.Errorf("store: %w", context.Canceled) })
	if got := w.call(t, "GET", "/proxy/web/", ""); got.status != 499 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// A body that is none is not taken for a client that left.
func TestMalformedBody(t *testing.T) {
	w := newWorld(t, func(_ context.Context, inv *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
		if _, err := io.Copy(io.Discard, inv.HTTP.Body); err == nil {
			t.Error("the body was taken for whole")
		}
		return &emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseCanceled}
	})
	for _, target := range []string{"/proxy/event/", "/2016-08-15/proxy/svc/wsgi/", "/proxy/web/"} {
		_, reader := w.raw(t, "POST "+target+" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		text, _ := io.ReadAll(answer.Body)
		if code, _ := (reply{answer.StatusCode, answer.Header, string(text)}).errorOf(t); answer.StatusCode != 400 || code != "InvalidArgument" {
			t.Errorf("%s: %d %s", target, answer.StatusCode, text)
		}
	}
}
