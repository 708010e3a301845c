package custom

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// sink is an emulator.Answer that keeps everything.
type sink struct {
	status int
	header http.Header
	mu     sync.Mutex
	body   bytes.Buffer
	wrote  func(p []byte) error
}

func (s *sink) Start(status int, header map[string][]string) error {
	s.status, s.header = status, header
	return nil
}

func (s *sink) Write(p []byte) (int, error) {
	if s.wrote != nil {
		if err := s.wrote(p); err != nil {
			return 0, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.body.Write(p)
}

func testFunction() *emulator.Function {
	return &emulator.Function{
		FunctionName: "web", VersionID: "LATEST", Runtime: "custom.debian10", Handler: "index.handler",
		MemorySize: 512, Timeout: 3, InstanceConcurrency: 10,
	}
}

func open(address string) *session {
	k := New("1234", "cn-test", nil)
	return newSession(address, testFunction(), k.identity)
}

func serve(t testing.TB, handler http.HandlerFunc) *session {
	t.Helper()
	server := httptest.NewServer(handler)
	s := open(server.Listener.Addr().String())
	t.Cleanup(func() { s.Close(); server.Close() })
	return s
}

func eventCall(event []byte) runtime.Call {
	keys := &runtime.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"}
	return runtime.Call{Credentials: keys, Invocation: &emulator.Invocation{
		RequestID: "1-abc", Function: testFunction(), Qualifier: "prod", Event: event, RetryCount: 2}}
}

func httpCall(method, target string, body io.Reader, length int64) runtime.Call {
	return runtime.Call{Invocation: &emulator.Invocation{RequestID: "1-abc", Function: testFunction(), HTTP: &emulator.HTTPRequest{
		Method: method, Target: target, Host: "web.example", Body: body, Length: length,
		Header: map[string][]string{"X-One": {"a", "b"}, "Connection": {"close"}, "X-Fc-Request-Id": {"forged"}, "Evil": {"x\r\nInjected: 1"}},
	}}}
}

func TestEventRequest(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for key, want := range map[string]string{
			"Content-Type": "application/octet-stream", "X-Fc-Request-Id": "1-abc", "X-Fc-Control-Path": "/invoke",
			"X-Fc-Qualifier": "prod", "X-Fc-Retry-Count": "2", "X-Fc-Function-Name": "web", "X-Fc-Function-Memory": "512",
			"X-Fc-Function-Handler": "index.handler", "X-Fc-Function-Timeout": "3", "X-Fc-Region": "cn-test",
			"X-Fc-Account-Id": "1234", "X-Fc-Version-Id": "LATEST", "X-Fc-Access-Key-Id": "id",
			"X-Fc-Access-Key-Secret": "secret", "X-Fc-Security-Token": "token", "X-Fc-Service-Name": "",
		} {
			if got := r.Header.Get(key); got != want {
				t.Errorf("%s: %q, want %q", key, got, want)
			}
		}
		if r.Method != "POST" || r.RequestURI != "/invoke" {
			t.Errorf("%s %s", r.Method, r.RequestURI)
		}
		w.WriteHeader(500) // the status is lost
		_, _ = w.Write(body)
	})
	for _, size := range []int{0, 1, 4096, 4097, 128 << 10, 5 << 20} {
		event := make([]byte, size)
		_, _ = rand.Read(event)
		reply, err := s.Invoke(context.Background(), eventCall(event), nil)
		if err != nil || reply.ErrorType != "" || !bytes.Equal(reply.Payload, event) {
			t.Errorf("%d bytes: %v, %d bytes back", size, err, len(reply.Payload))
		}
	}
}

func TestFunctionStatus(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Fc-Status", "404")
		_, _ = io.WriteString(w, "bad")
	})
	reply, err := s.Invoke(context.Background(), eventCall(nil), nil)
	if err != nil || reply.ErrorType != emulator.UnhandledInvocationError || string(reply.Payload) != "bad" {
		t.Errorf("event: %+v %v", reply, err)
	}
	out := &sink{}
	reply, err = s.Invoke(context.Background(), httpCall("GET", "/", nil, 0), out)
	if err != nil || reply.ErrorType != emulator.UnhandledInvocationError || !reply.Streamed || out.header.Get("X-Fc-Status") != "" {
		t.Errorf("http: %+v %v %v", reply, err, out.header)
	}
}

func TestPassThrough(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "web.example" || r.RequestURI != "/a%2Fb//c?x=1&y" || fmt.Sprint(r.Header["X-One"]) != "[a b]" ||
			r.Header.Get("X-Fc-Control-Path") != "/http-invoke" || r.Header.Get("X-Fc-Request-Id") != "1-abc" ||
			r.Header.Get("Injected") != "" {
			t.Errorf("%s %v", r.RequestURI, r.Header)
		}
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("X-Method", r.Method)
		w.WriteHeader(418)
		_, _ = io.Copy(w, r.Body)
	})
	for _, method := range []string{"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"} {
		out := &sink{}
		var body io.Reader
		length := int64(0)
		if method == "POST" || method == "PUT" || method == "PATCH" {
			body, length = strings.NewReader("hello"), 5
		}
		reply, err := s.Invoke(context.Background(), httpCall(method, "/a%2Fb//c?x=1&y", body, length), out)
		if err != nil || !reply.Streamed || out.status != 418 || out.header.Get("X-Method") != method ||
			fmt.Sprint(out.header["Set-Cookie"]) != "[a=1 b=2]" {
			t.Errorf("%s: %+v %v %d %v", method, reply, err, out.status, out.header)
		}
		if want := strings.Repeat("hello", int(length/5)); out.body.String() != want {
			t.Errorf("%s: body %q", method, out.body.String())
		}
	}
}

func TestBodiesOfEveryLength(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/length" {
			w.Header().Set("Content-Length", r.Header.Get("X-Length"))
		}
		_ = http.NewResponseController(w).EnableFullDuplex()
		_, _ = io.Copy(w, r.Body)
	})
	for _, size := range []int{0, 1, 8191, 8192, 8193, 65536, 200_000, 300_000, 5 << 20} {
		data := make([]byte, size)
		_, _ = rand.Read(data)
		for _, known := range []bool{true, false} {
			out := &sink{}
			call := httpCall("POST", "/length", bytes.NewReader(data), int64(size))
			if !known {
				call.HTTP.Length = -1
				call.HTTP.Target = "/chunked"
			}
			call.HTTP.Header["X-Length"] = []string{strconv.Itoa(size)}
			if _, err := s.Invoke(context.Background(), call, out); err != nil || !bytes.Equal(out.body.Bytes(), data) {
				t.Errorf("%d bytes, length known %v: %v, %d back", size, known, err, out.body.Len())
			}
		}
	}
}

func TestStreamsBothWays(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex()
		_ = control.Flush()
		buffer := make([]byte, 100)
		for {
			n, err := r.Body.Read(buffer)
			_, _ = w.Write(bytes.ToUpper(buffer[:n]))
			_ = control.Flush()
			if err != nil {
				return
			}
		}
	})
	reader, writer := io.Pipe()
	parts := make(chan string, 10)
	out := &sink{wrote: func(p []byte) error { parts <- string(p); return nil }}
	done := make(chan error)
	go func() {
		_, err := s.Invoke(context.Background(), httpCall("POST", "/", reader, -1), out)
		done <- err
	}()
	for _, word := range []string{"one", "two", "three"} {
		_, _ = io.WriteString(writer, word)
		select {
		case got := <-parts:
			if got != strings.ToUpper(word) {
				t.Errorf("%q came back as %q", word, got)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("nothing came back while the request was open")
		}
	}
	_ = writer.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	s := open(server.Listener.Addr().String())
	defer s.Close()
	for range 20 {
		if _, err := s.Invoke(context.Background(), eventCall([]byte("x")), nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
	server.CloseClientConnections() // as a keep-alive limit does
	if _, err := s.Invoke(context.Background(), eventCall([]byte("x")), nil); err != nil {
		t.Errorf("after the server closed the idle connection: %v", err)
	}
}

func TestHooks(t *testing.T) {
	status := 200
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Fc-Control-Path") != r.URL.Path || r.ContentLength > 0 {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, r.Method+` said "no"`)
	})
	for _, c := range []struct {
		hook   emulator.Hook
		status int
		want   string
	}{
		{emulator.HookInitializer, 200, ""},
		{emulator.HookInitializer, 204, ""},
		{emulator.HookInitializer, 404, `{"errorMessage":"/initialize answered with status 404: POST said \"no\""}`},
		{emulator.HookPreStop, 200, ""},
		{emulator.HookPreStop, 500, `{"errorMessage":"/pre-stop answered with status 500: GET said \"no\""}`},
		{emulator.HookPreFreeze, 200, ""},
	} {
		status = c.status
		call := eventCall(nil)
		call.Hook = c.hook
		reply, err := s.Invoke(context.Background(), call, nil)
		if err != nil || string(reply.Payload) != c.want || (c.want == "") != (reply.ErrorType == "") {
			t.Errorf("hook %d, status %d: %+v %s %v", c.hook, c.status, reply, reply.Payload, err)
		}
	}
}

func TestHealthCheck(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow":
			<-r.Context().Done()
		case "/moved":
			w.WriteHeader(302)
		case "/sick":
			w.WriteHeader(503)
		}
	})
	for path, healthy := range map[string]bool{"/": true, "ready": true, "/moved": true, "/sick": false, "/slow": false} {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		if err := s.Check(ctx, path); (err == nil) != healthy {
			t.Errorf("%s: %v", path, err)
		}
		cancel()
	}
}

func TestAsyncHTTPKeepsTheResult(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(make([]byte, emulator.MaxReturnPayload+5000))
	})
	reply, err := s.Invoke(context.Background(), httpCall("GET", "/", nil, 0), nil)
	if err != nil || len(reply.Payload) != emulator.MaxReturnPayload || reply.Streamed {
		t.Errorf("%d bytes, %v", len(reply.Payload), err)
	}
}

func TestListenerLeaves(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) })
	out := &sink{wrote: func([]byte) error { return errors.New("broken pipe") }}
	if reply, err := s.Invoke(context.Background(), httpCall("GET", "/", nil, 0), out); !errors.Is(err, emulator.ErrClientGone) || !reply.Streamed {
		t.Errorf("%+v %v", reply, err)
	}
	for _, length := range []int64{100, 1 << 20, -1} {
		body := io.MultiReader(strings.NewReader("part"), errorReader{})
		if _, err := s.Invoke(context.Background(), httpCall("POST", "/", body, length), &sink{}); !errors.Is(err, emulator.ErrClientGone) && length > 0 {
			t.Errorf("length %d: %v", length, err)
		}
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errors.New("the client broke off") }

func TestAnswerBeforeTheBodyIsRead(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(413)
		_, _ = io.WriteString(w, "too much")
	})
	for _, length := range []int64{200 << 10, 50 << 20} {
		out := &sink{}
		_, err := s.Invoke(context.Background(), httpCall("POST", "/", io.LimitReader(zeros{}, length), length), out)
		if err != nil || out.status != 413 {
			t.Errorf("%d bytes: %v, status %d", length, err, out.status)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
