package front_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator/front"
)

func dial(t *testing.T, address string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn, bufio.NewReader(conn)
}

func send(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, from *bufio.Reader) string {
	t.Helper()
	response, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(response.StatusCode, " ", string(body))
}

// isEnded waits for the other side to end the connection.
func isEnded(t *testing.T, from *bufio.Reader) {
	t.Helper()
	if rest, err := io.ReadAll(from); err != nil || len(rest) > 0 {
		t.Errorf("the connection has %q and %v instead of its end", rest, err)
	}
}

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

func TestClientLeaves(t *testing.T) {
	for name, request := range map[string]string{
		"without a body": get,
		"with a body":    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
	} {
		t.Run(name, func(t *testing.T) {
			begun, cause := make(chan struct{}), make(chan error, 1)
			address := serveOurs(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				close(begun)
				<-r.Context().Done()
				cause <- context.Cause(r.Context())
			}))
			conn, _ := dial(t, address)
			send(t, conn, request)
			<-begun
			conn.Close()
			if err := <-cause; !errors.Is(err, errGone) {
				t.Errorf("the request ended with %v", err)
			}
		})
	}
}

// A client that sends its next request early has not left, and gets both answers.
func TestNextRequestComesWhileOneRuns(t *testing.T) {
	release := make(chan struct{}, 2)
	address := serveOurs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-release
		}
		fmt.Fprint(w, r.URL.Path, context.Cause(r.Context()))
	}))
	conn, from := dial(t, address)
	send(t, conn, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
	time.AfterFunc(50*time.Millisecond, func() { // somebody looks after the client by then
		_, _ = io.WriteString(conn, "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n")
		release <- struct{}{}
	})
	if got := receive(t, from); got != "200 /slow<nil>" {
		t.Error(got)
	}
	if got := receive(t, from); got != "200 /quick<nil>" {
		t.Error(got)
	}
}

func TestShutdown(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	s := &front.Server{MaxHeader: 1 << 16, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-release
		fmt.Fprint(w, "done")
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	_, idle := dial(t, listener.Addr().String())
	conn, from := dial(t, listener.Addr().String())
	send(t, conn, get)
	<-begun

	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown with a request in flight: %v", err)
	}
	isEnded(t, idle)
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve: %v", err)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("a connection is accepted after Shutdown")
	}
	close(release)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if got := receive(t, from); got != "200 done" {
		t.Error(got)
	}
	isEnded(t, from)
}

func TestCloseEndsRequestsInFlight(t *testing.T) {
	begun, cause := make(chan struct{}), make(chan error, 1)
	s := &front.Server{MaxHeader: 1 << 16, Gone: errGone, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		cause <- context.Cause(r.Context())
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(listener) }()
	conn, _ := dial(t, listener.Addr().String())
	send(t, conn, get)
	<-begun
	_ = s.Close()
	if err := <-cause; !errors.Is(err, errGone) {
		t.Errorf("the request ended with %v", err)
	}
}

func TestTimeouts(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "short") })
	for name, c := range map[string]struct{ request, answers string }{
		"no request":    {"", ""},
		"half a header": {"GET / HTTP/1.1\r\nHost: a", ""},
		"a second one":  {get + "GET / HTTP/1.1\r\nHost: a", "200 short"},
		"idle":          {get, "200 short"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &front.Server{Handler: handler, HeaderTimeout: 20 * time.Millisecond, IdleTimeout: 30 * time.Millisecond, MaxHeader: 1 << 16}
			address := serve(t, s.Serve, s.Shutdown)
			conn, from := dial(t, address)
			send(t, conn, c.request)
			if c.answers != "" {
				if got := receive(t, from); got != c.answers {
					t.Error(got)
				}
			}
			isEnded(t, from)
		})
	}
}

// The time limits of the connection itself are not those of a body or a handler.
func TestSlowBodyAndHandlerMayTakeTheirTime(t *testing.T) {
	s := &front.Server{HeaderTimeout: 20 * time.Millisecond, IdleTimeout: 20 * time.Millisecond, MaxHeader: 1 << 16,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			<-time.After(50 * time.Millisecond)
			fmt.Fprint(w, string(body), " ", err, " ", context.Cause(r.Context()))
		})}
	conn, from := dial(t, serve(t, s.Serve, s.Shutdown))
	send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
	<-time.After(60 * time.Millisecond) // beyond both limits, which is the point
	send(t, conn, "world")
	if got := receive(t, from); got != "200 helloworld <nil> <nil>" {
		t.Error(got)
	}
}

// An answer may begin before the request has been read, and go on beside it.
func TestAnswerWhileTheBodyComes(t *testing.T) {
	address := serveOurs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			fmt.Fprintln(w, strings.ToUpper(lines.Text()))
			_ = http.NewResponseController(w).Flush()
		}
	}))
	conn, from := dial(t, address)
	send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n")
	response, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer := bufio.NewReader(response.Body)
	for _, next := range []string{"4\r\ntwo\n\r\n", "0\r\n\r\n"} {
		if line, err := answer.ReadString('\n'); err != nil || (line != "ONE\n" && line != "TWO\n") {
			t.Errorf("%q %v", line, err)
		}
		send(t, conn, next)
	}
	if rest, err := io.ReadAll(answer); err != nil || len(rest) > 0 {
		t.Errorf("%q %v", rest, err)
	}
}

// Somebody whom the handler let read the body goes on after its end: the next request is not theirs.
func TestLateReaderGetsNothingOfTheNextRequest(t *testing.T) {
	got, read := make(chan string, 1), make(chan struct{})
	address := serveOurs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, "next")
			return
		}
		go func() {
			close(read)
			body, err := io.ReadAll(r.Body)
			got <- fmt.Sprint(len(body) <= 5, err != nil)
		}()
		<-read
		_, _ = w.Write([]byte("early"))
	}))
	conn, from := dial(t, address)
	send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nhello")
	if answer := receive(t, from); answer != "200 early" {
		t.Error(answer)
	}
	isEnded(t, from)
	if what := <-got; what != "true true" {
		t.Errorf("the late reader: %s", what)
	}
}

// What a handler is told to stop does not stop the next one.
func TestDeadlinesAreOfOneRequest(t *testing.T) {
	address := serveOurs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if err := control.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
			t.Error(err)
		}
		_, err := io.ReadAll(r.Body)
		fmt.Fprint(w, err != nil)
	}))
	conn, from := dial(t, address)
	for range 3 {
		send(t, conn, get)
		if got := receive(t, from); got != "200 false" {
			t.Error(got)
		}
	}
	send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
	if got := receive(t, from); got != "200 true" {
		t.Error(got)
	}
}

func TestWriteToOneWhoDoesNotRead(t *testing.T) {
	failed := make(chan error, 1)
	address := serveOurs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.AfterFunc(20*time.Millisecond, func() { _ = http.NewResponseController(w).SetWriteDeadline(time.Now()) })
		part := make([]byte, 1<<20)
		for {
			if _, err := w.Write(part); err != nil {
				failed <- context.Cause(r.Context())
				return
			}
		}
	}))
	conn, _ := dial(t, address)
	send(t, conn, get)
	if err := <-failed; !errors.Is(err, errGone) {
		t.Errorf("the request ended with %v", err)
	}
}

func TestHTTPS(t *testing.T) {
	var logged sync.Map
	s := &front.Server{MaxHeader: 1 << 16, HeaderTimeout: 10 * time.Second, Log: func(line string) { logged.Store(line, true) },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.TLS.ServerName, r.TLS.HandshakeComplete) })}
	own := httptest.NewUnstartedServer(nil) // for its certificate
	own.StartTLS()
	defer own.Close()
	address := serve(t, func(listener net.Listener) error { return s.Serve(newTLS(listener, own)) }, s.Shutdown)
	client := own.Client()
	response, err := client.Get("https://" + address + "/")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	response.Body.Close()
	client.CloseIdleConnections()
	if string(body) != "true" {
		t.Errorf("%q", body)
	}
	conn, from := dial(t, address)
	send(t, conn, get)
	if got := receive(t, from); !strings.Contains(got, "400 Client sent an HTTP request to an HTTPS server.") {
		t.Error(got)
	}
	count := 0
	logged.Range(func(line, _ any) bool { count++; return strings.Contains(line.(string), "TLS handshake error") })
	if count != 1 {
		t.Errorf("%d lines in the log", count)
	}
}

// Many clients at once, each with requests of all kinds one after another.
func TestManyClients(t *testing.T) {
	address := serveOurs(t, http.HandlerFunc(handle))
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			conn, from := dial(t, address)
			for i := range 200 {
				size := i * 37 % 9000
				fmt.Fprintf(conn, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
				response, err := http.ReadResponse(from, nil)
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(response.Body)
				if err != nil || strings.Count(string(body), "x") != size {
					t.Errorf("%d bytes came back as %d: %v", size, strings.Count(string(body), "x"), err)
				}
			}
		})
	}
	group.Wait()
}

// net/http lets these through.
func TestControlCharactersStayInside(t *testing.T) {
	answer := ask(t, serveOurs(t, http.HandlerFunc(handle)), "GET /control HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if !strings.Contains(answer, "\r\nX-Control: a b c\td\r\n") {
		t.Errorf("%q", answer)
	}
}
