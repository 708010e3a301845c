package front_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator/front"
)

// The tests in this file hold what was once wrong, or could easily be.

// start serves as long as the test wants, and leaves the end to it.
func start(t *testing.T, s *front.Server) (address string) {
	t.Helper()
	s.MaxHeader, s.Gone = 1<<16, errGone
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() { _ = s.Close() })
	return listener.Addr().String()
}

// shutdown waits for all connections, but not for a client's next word.
func shutdown(t *testing.T, s *front.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
}

// The client of an answer that went ahead is not waited for when it sends no more of its body.
func TestAnswerThatWentAheadEnds(t *testing.T) {
	for name, read := range map[string]bool{"nobody reads": false, "somebody reads": true} {
		t.Run(name, func(t *testing.T) {
			over := make(chan struct{})
			address := serveOurs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if read {
					reading := make(chan struct{})
					go func() {
						defer close(over)
						_, _ = r.Body.Read(make([]byte, 5))
						close(reading)
						_, _ = io.Copy(io.Discard, r.Body)
					}()
					<-reading
				} else {
					close(over)
				}
				_, _ = io.WriteString(w, "ahead")
				_ = http.NewResponseController(w).Flush()
			}))
			conn, from := dial(t, address)
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
			if got := receive(t, from); got != "200 ahead" {
				t.Error(got)
			}
			isEnded(t, from)
			<-over
		})
	}
}

// A request that ends while Shutdown begins does not leave a connection that nobody ends.
func TestShutdownWhileRequestsEnd(t *testing.T) {
	for range 200 {
		s := &front.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
		address := start(t, s)
		conn, from := dial(t, address)
		send(t, conn, get)
		receive(t, from) // the server has yet to find that it may wait for another request
		shutdown(t, s)
		isEnded(t, from)
	}
}

// Shutdown does not wait for what has only begun to become a request.
func TestShutdownWithHalfARequest(t *testing.T) {
	for name, half := range map[string]string{"header": "GET / HTTP/1.1\r\n", "empty line": "\r\n"} {
		t.Run(name, func(t *testing.T) {
			s := &front.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
			address := start(t, s)
			conn, from := dial(t, address)
			send(t, conn, get+half)
			receive(t, from)
			shutdown(t, s)
			isEnded(t, from)
		})
	}
}

// counter is a context that counts who waits for its end.
type counter struct {
	context.Context
	waiting atomic.Int32
}

func (c *counter) Done() <-chan struct{} { return make(chan struct{}) }

func (c *counter) Value(any) any { return nil }

func (c *counter) AfterFunc(func()) func() bool {
	c.waiting.Add(1)
	return func() bool { c.waiting.Add(-1); return true }
}

// A request leaves nothing behind at the context that is the parent of all.
func TestContextsEnd(t *testing.T) {
	base := &counter{Context: context.Background()}
	s := &front.Server{Base: base, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			panic(http.ErrAbortHandler)
		}
	})}
	address := start(t, s)
	for _, text := range []string{get, "PUT / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nExpect: gold\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"} {
		conn, from := dial(t, address)
		send(t, conn, text)
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.ReadAll(from)
	}
	shutdown(t, s)
	if n := base.waiting.Load(); n != 0 {
		t.Errorf("%d contexts are left", n)
	}
}

// Deadlines that somebody sets when the handler has ended are not those of the next request.
func TestLateDeadlines(t *testing.T) {
	var late sync.WaitGroup
	address := serveOurs(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		control, set := http.NewResponseController(w), make(chan struct{})
		for i := range 2 {
			late.Go(func() {
				for n := 0; control.SetReadDeadline(time.Now().Add(-time.Second)) == nil; n++ {
					if i == 0 && n == 0 {
						close(set)
					}
				}
			})
		}
		<-set
	}))
	conn, from := dial(t, address)
	for range 300 {
		send(t, conn, get)
		if got := receive(t, from); got != "200 " {
			t.Fatal(got)
		}
	}
	late.Wait()
}

// A client that leaves in the middle of its body ends the request's context.
func TestClientLeavesWithinTheBody(t *testing.T) {
	for name, header := range map[string]string{"length": "Content-Length: 10\r\n\r\nhello", "chunks": "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"} {
		t.Run(name, func(t *testing.T) {
			begun, cause := make(chan struct{}), make(chan error, 1)
			address := serveOurs(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadFull(r.Body, make([]byte, 5))
				close(begun)
				_, err := io.ReadAll(r.Body)
				if err == nil {
					t.Error("the body seems whole")
				}
				select {
				case <-r.Context().Done():
					cause <- context.Cause(r.Context())
				case <-time.After(5 * time.Second):
					cause <- errors.New("nothing")
				}
			}))
			conn, _ := dial(t, address)
			send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\n"+header)
			<-begun
			conn.Close()
			if err := <-cause; !errors.Is(err, errGone) {
				t.Errorf("the request ended with %v", err)
			}
		})
	}
}

// A connection that is handed over is the handler's alone, whatever the request still had.
func TestHijackedConnectionIsTheHandlers(t *testing.T) {
	address := serveOurs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/flushed" {
			_ = http.NewResponseController(w).Flush()
		}
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		body, err := io.ReadAll(r.Body)
		<-time.After(50 * time.Millisecond) // somebody would look after the client by then
		fmt.Fprintf(conn, "%s %v\n", body, err)
		line, _ := buffered.ReadString('\n')
		fmt.Fprintf(conn, "%s", line)
	}))
	conn, from := dial(t, address)
	send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello")
	if line, _ := from.ReadString('\n'); line != "hello <nil>\n" {
		t.Errorf("%q", line)
	}
	send(t, conn, "mine\n")
	if rest, _ := io.ReadAll(from); string(rest) != "mine\n" {
		t.Errorf("%q", rest)
	}

	conn, from = dial(t, address)
	send(t, conn, "GET /flushed HTTP/1.1\r\nHost: a\r\n\r\nmine\n")
	answer, _ := io.ReadAll(from)
	if n := strings.Count(string(answer), "\r\n\r\n"); n != 1 {
		t.Errorf("%q", answer)
	}
}

// A handler's goroutine that ends takes the connection along.
func TestHandlerThatExits(t *testing.T) {
	s := &front.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { runtime.Goexit() })}
	conn, from := dial(t, start(t, s))
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	send(t, conn, get)
	isEnded(t, from)
	shutdown(t, s)
}

// A client that sends its next request behind one which ends the connection reads the answer to the first.
func TestAnswerBeforeWhatIsNotRead(t *testing.T) {
	address := serveOurs(t, http.HandlerFunc(handle))
	for range 20 {
		conn, from := dial(t, address)
		next := "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100000)
		go func() { _, _ = io.WriteString(conn, exchanges["chunks"]+next) }() // ends with the connection
		if got := receive(t, from); !strings.HasSuffix(got, "\nhello") {
			t.Fatal(got)
		}
		isEnded(t, from)
	}
}
