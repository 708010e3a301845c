package custom

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// rawServer answers every request with the same bytes and then closes or not.
func rawServer(t testing.TB, handle func(conn net.Conn, request *http.Request)) (*session, *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var connections atomic.Int64
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					request, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, request.Body)
					handle(conn, request)
				}
			}()
		}
	}()
	s := open(listener.Addr().String())
	t.Cleanup(func() { s.Close(); _ = listener.Close() })
	return s, &connections
}

func TestAnswersAsTheyComeInTheWild(t *testing.T) {
	for _, c := range []struct {
		name, method, answer, body string
		status                     int
		closes                     bool
	}{
		{"plain", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", 200, false},
		{"bare line feeds", "GET", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", "hi", 200, false},
		{"no reason", "GET", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", "hi", 200, false},
		{"until close", "GET", "HTTP/1.1 200 OK\r\n\r\nhi there", "hi there", 200, true},
		{"HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", 200, false},
		{"chunked", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\nA \r\n0123456789\r\n0\r\nT: 1\r\n\r\n", "hi0123456789", 200, false},
		{"both lengths", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "hi", 200, false},
		{"interim", "GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", "", 201, false},
		{"no content", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n", "", 204, false},
		{"not modified", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", "", 304, false},
		{"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "", 200, false},
		{"folded", "GET", "HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nContent-Length: 2\r\n\r\nhi", "hi", 200, false},
		{"same length twice", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", "hi", 200, false},
		{"rubbish after it", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 500 no", "hi", 200, false},
		{"large header", "GET", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 100_000) + "\r\nContent-Length: 2\r\n\r\nhi", "hi", 200, false},
	} {
		s, _ := rawServer(t, func(conn net.Conn, _ *http.Request) {
			for _, part := range []string{c.answer[:len(c.answer)/2], c.answer[len(c.answer)/2:]} {
				_, _ = io.WriteString(conn, part)
				time.Sleep(time.Millisecond)
			}
			if c.closes {
				_ = conn.Close()
			}
		})
		for range 2 { // the second time perhaps on the same connection
			out := &sink{}
			_, err := s.Invoke(context.Background(), httpCall(c.method, "/", nil, 0), out)
			if err != nil || out.status != c.status || out.body.String() != c.body {
				t.Errorf("%s: %v, status %d, body %q", c.name, err, out.status, out.body.String())
			}
		}
	}
}

func TestGarbageIsABadAnswer(t *testing.T) {
	for name, answer := range map[string]string{
		"no HTTP":            "SSH-2.0-OpenSSH_9.2\r\n\r\n",
		"HTTP/2":             "HTTP/2 200 OK\r\n\r\n",
		"status":             "HTTP/1.1 abc OK\r\n\r\n",
		"negative status":    "HTTP/1.1 -20 OK\r\n\r\n",
		"no colon":           "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
		"space before colon": "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n",
		"carriage return":    "HTTP/1.1 200 OK\r\nX: 1\rY: 2\r\nContent-Length: 0\r\n\r\n",
		"zero byte":          "HTTP/1.1 200 OK\r\nX: 1\x00\r\nContent-Length: 0\r\n\r\n",
		"length":             "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
		"signed length":      "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
		"two lengths":        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		"coding":             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
		"chunk size":         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
		"empty chunk size":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
		"huge chunk size":    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
		"chunk end":          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhixx\r\n0\r\n\r\n",
		"upgrade":            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
		"endless header":     "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 300_000),
		"endless interims":   strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100),
	} {
		s, _ := rawServer(t, func(conn net.Conn, _ *http.Request) { _, _ = io.WriteString(conn, answer) })
		var bad *runtime.BadAnswer
		if _, err := s.Invoke(context.Background(), eventCall([]byte("x")), nil); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCutOffAnswersAreErrors(t *testing.T) {
	for _, answer := range []string{
		"", "HTTP", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhel",
	} {
		s, connections := rawServer(t, func(conn net.Conn, _ *http.Request) {
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		})
		if _, err := s.Invoke(context.Background(), eventCall([]byte("x")), nil); err == nil {
			t.Errorf("%q: no error", answer)
		}
		if n := connections.Load(); n != 1 {
			t.Errorf("%q: a POST was sent %d times", answer, n)
		}
	}
}

func TestSafeMethodsAreRepeatedOnce(t *testing.T) {
	for method, want := range map[string]int64{"GET": 2, "HEAD": 2, "OPTIONS": 2, "POST": 1, "PUT": 1, "DELETE": 1} {
		s, connections := rawServer(t, func(conn net.Conn, _ *http.Request) { _ = conn.Close() })
		if _, err := s.Invoke(context.Background(), httpCall(method, "/", nil, 0), &sink{}); err == nil {
			t.Errorf("%s: no error", method)
		}
		if n := connections.Load(); n != want {
			t.Errorf("%s was sent %d times", method, n)
		}
	}
}

func TestMalformedRequestsAreNotSent(t *testing.T) {
	s, connections := rawServer(t, func(net.Conn, *http.Request) {})
	for _, call := range []runtime.Call{httpCall("GET /x HTTP/1.1\r\nA:", "/", nil, 0), httpCall("GET", "/ HTTP/1.1\r\nHost: evil", nil, 0)} {
		if _, err := s.Invoke(context.Background(), call, &sink{}); err == nil {
			t.Errorf("%q %q was sent", call.HTTP.Method, call.HTTP.Target)
		}
	}
	if connections.Load() != 0 {
		t.Error("a connection was opened")
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Fc-Status: 404\r\n\r\n"))
	f.Add([]byte("HTTP/1.0 404\nA: b\n c\nTransfer-Encoding: chunked\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := headEnd(data)
		if n < 0 {
			return
		}
		if n > len(data) {
			t.Fatal("the header ends behind the data")
		}
		h, err := parseHead(data[:n], true)
		if err != nil {
			return
		}
		if h.status < 100 || h.status > 999 || h.chunked && h.length >= 0 {
			t.Errorf("%+v", h)
		}
		for key, values := range h.header {
			if !isToken(key) || strings.ContainsAny(strings.Join(values, ""), "\n") {
				t.Errorf("%q: %q", key, values)
			}
		}
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"), true)
	f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), false)
	f.Fuzz(func(t *testing.T, data []byte, event bool) {
		ours, theirs := net.Pipe()
		go func() {
			_, _ = theirs.Write(data)
			_ = theirs.Close()
		}()
		defer ours.Close()
		trip := trip{session: open("127.0.0.1:1"), conn: newConn(ours), request: &request{method: "GET"}}
		var dst receiver = &forwarder{answer: &sink{}}
		if event {
			dst = &collector{limit: emulator.MaxReturnPayload, strict: true}
		}
		h, err := trip.receive(dst)
		if err == nil && h.status < 200 {
			t.Errorf("%+v", h)
		}
	})
}
