package gateway_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Every chunk has to be with the client before the function writes the next one.
func TestAnswerStreams(t *testing.T) {
	for name, length := range map[string]string{"chunked": "", "known length": "20"} {
		t.Run(name, func(t *testing.T) {
			next := make(chan string)
			w := newWorld(t, func(_ context.Context, _ *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
				header := map[string][]string{"Content-Type": {"text/event-stream"}}
				if length != "" {
					header["Content-Length"] = []string{length}
				}
				_ = answer.Start(200, header)
				for text := range next {
					_, _ = io.WriteString(answer, text)
				}
				if length != "" { // the last bytes come with the end
					_, _ = io.WriteString(answer, "..")
				}
				return &emulator.Outcome{Streamed: true}
			})
			if name == "known length" { // its headers come with the first bytes
				go func() { next <- "data 1" }()
			}
			answer, err := w.server.Client().Get(w.server.URL + "/proxy/web") // returns when the headers are there
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			for i := range 3 {
				want := fmt.Sprintf("data %d", i+1)
				if i > 0 || name == "chunked" {
					next <- want
				}
				got := make([]byte, len(want))
				if _, err := io.ReadFull(answer.Body, got); err != nil || string(got) != want {
					t.Fatalf("got %q %v", got, err)
				}
			}
			close(next)
			if rest, err := io.ReadAll(answer.Body); err != nil || strings.Trim(string(rest), ".") != "" {
				t.Errorf("at the end %q %v", rest, err)
			}
		})
	}
}

func TestRequestBodyStreams(t *testing.T) {
	w := newWorld(t, func(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		_ = answer.Start(200, nil)
		for reader := bufio.NewReader(inv.HTTP.Body); ; {
			line, err := reader.ReadString('\n')
			if err != nil {
				return &emulator.Outcome{Streamed: true}
			}
			_, _ = io.WriteString(answer, "echo "+line)
		}
	})
	conn, reader := w.raw(t, "POST / HTTP/1.1\r\nHost: web.localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
	write := func(chunk string) {
		if _, err := fmt.Fprintf(conn, "%x\r\n%s\r\n", len(chunk), chunk); err != nil {
			t.Fatal(err)
		}
	}
	write("one\n")
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(answer.Body)
	for _, word := range []string{"one", "two", "three"} {
		if word != "one" {
			write(word + "\n")
		}
		if line, err := lines.ReadString('\n'); err != nil || line != "echo "+word+"\n" {
			t.Fatalf("got %q %v", line, err)
		}
	}
	write("")
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Errorf("at the end %q %v", rest, err)
	}
}

func TestBrokenAnswerIsNotTakenForWhole(t *testing.T) {
	for name, header := range map[string]map[string][]string{"chunked": nil, "known length": {"Content-Length": {"100"}}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(_ context.Context, _ *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
				_ = answer.Start(200, header)
				_, _ = io.WriteString(answer, "half")
				return &emulator.Outcome{Streamed: true, ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseTimeout,
					Payload: []byte(`{"errorMessage":"Function time out after 3 seconds"}`)}
			})
			answer, err := w.server.Client().Get(w.server.URL + "/proxy/web")
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if text, err := io.ReadAll(answer.Body); !errors.Is(err, io.ErrUnexpectedEOF) || string(text) != "half" {
				t.Errorf("got %q %v", text, err)
			}
		})
	}
}

func TestClientGoneEndsTheRun(t *testing.T) {
	for _, path := range []string{"/proxy/web", "/proxy/event"} {
		started, ended := make(chan struct{}), make(chan error, 1)
		w := newWorld(t, func(ctx context.Context, _ *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
			close(started)
			<-ctx.Done()
			ended <- context.Cause(ctx)
			return &emulator.Outcome{Cause: emulator.CauseCanceled, ErrorType: emulator.UnhandledInvocationError}
		})
		conn, _ := w.raw(t, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
		<-started
		_ = conn.Close()
		select {
		case cause := <-ended:
			if !errors.Is(cause, emulator.ErrClientGone) {
				t.Errorf("%s: cause %v", path, cause)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: the run goes on", path)
		}
	}
}

// With the log asked for, the headers wait for the end of the run.
func TestTailLog(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	for _, body := range []string{"", "short", long} {
		for _, failing := range []bool{false, true} {
			w := newWorld(t, func(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
				_ = answer.Start(200, map[string][]string{"X-A": {"1"}})
				_, _ = io.WriteString(answer, body)
				out := &emulator.Outcome{Streamed: true, LogTail: []byte("the log\n"), InstanceID: "c-1"}
				if failing {
					out.ErrorType, out.Payload = emulator.UnhandledInvocationError, []byte(`{"errorMessage":"broke"}`)
				}
				return out
			})
			request, _ := http.NewRequest("GET", w.server.URL+"/proxy/web", nil)
			request.Header.Set("X-Fc-Log-Type", "Tail")
			answer, err := w.server.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			log := answer.Header.Get("X-Fc-Log-Result")
			switch {
			case body == long: // too long to wait for
				if log != "" || (err != nil) != failing || !failing && len(got) != len(long) {
					t.Errorf("long, failing %v: log %q, %d bytes, %v", failing, log, len(got), err)
				}
			case failing:
				if answer.StatusCode != 502 || string(got) != `{"errorMessage":"broke"}` || log != "dGhlIGxvZwo=" || answer.Header.Get("X-A") != "" {
					t.Errorf("failing: %d %q %v", answer.StatusCode, got, answer.Header)
				}
			default:
				if answer.StatusCode != 200 || string(got) != body || log != "dGhlIGxvZwo=" || answer.Header.Get("X-A") != "1" || answer.ContentLength != int64(len(body)) {
					t.Errorf("%q: %d %q %v", body, answer.StatusCode, got, answer.Header)
				}
			}
		}
	}
}

func TestConnectionIsKept(t *testing.T) {
	w := newWorld(t, func(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		text, _ := io.ReadAll(inv.HTTP.Body)
		_ = answer.Start(200, map[string][]string{"Content-Length": {fmt.Sprint(len(text))}})
		_, _ = answer.Write(text)
		return &emulator.Outcome{Streamed: true}
	})
	const request = "POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 3\r\n\r\nabc"
	_, reader := w.raw(t, request+request+request)
	for range 3 {
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(answer.Body); string(text) != "abc" || err != nil || answer.Close {
			t.Errorf("got %q %v, close %v", text, err, answer.Close)
		}
	}
}

// A function may answer without reading the request; the client still gets the whole answer.
func TestAnswerBeforeTheBodyIsRead(t *testing.T) {
	w := newWorld(t, answers(200, map[string][]string{"Content-Length": {"2"}}, "ok"))
	for _, size := range []int{1, 100, 100 << 10, 1 << 20} {
		for range 5 {
			if got := w.call(t, "POST", "/proxy/web", strings.Repeat("b", size)); got.status != 200 || got.body != "ok" {
				t.Errorf("%d bytes: %+v", size, got)
			}
		}
	}
}
