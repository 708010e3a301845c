package custom

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// Three ways to the same echo server in another process: ours, the standard client, the standard
// reverse proxy with a large idle pool and a buffer pool.

// echoServer starts the test program's echo function and returns its address.
func echoServer(b *testing.B) string {
	b.Helper()
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := probe.Addr().(*net.TCPAddr)
	_ = probe.Close()
	command := exec.Command(os.Args[0], "function", "echo")
	command.Env = append(os.Environ(), "FC_SERVER_PORT="+strconv.Itoa(address.Port))
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	eventually(b, "the echo server listens", func() bool {
		conn, err := net.Dial("tcp", address.String())
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return address.String()
}

type discard struct{}

func (discard) Start(int, map[string][]string) error { return nil }
func (discard) Write(p []byte) (int, error)          { return len(p), nil }

// proxied is the cheapest http.ResponseWriter.
type proxied struct {
	discard
	header http.Header
	status int
}

func (w *proxied) Header() http.Header    { return w.header }
func (w *proxied) WriteHeader(status int) { w.status = status }

type buffers struct{ pool sync.Pool }

func (p *buffers) Get() []byte {
	if b, ok := p.pool.Get().(*[]byte); ok {
		return *b
	}
	return make([]byte, 32<<10)
}

func (p *buffers) Put(b []byte) { p.pool.Put(&b) }

func sizes(b *testing.B, run func(b *testing.B, body []byte)) {
	for name, size := range map[string]int{"128B": 128, "128KiB": 128 << 10} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			run(b, make([]byte, size))
		})
	}
}

func each(b *testing.B, parallel bool, do func() error) {
	if !parallel {
		for b.Loop() {
			if err := do(); err != nil {
				b.Fatal(err)
			}
		}
		return
	}
	b.SetParallelism(8) // 16 callers on two processors
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := do(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func modes(b *testing.B, do func(body []byte) error) {
	for name, parallel := range map[string]bool{"c=1": false, "c=16": true} {
		b.Run(name, func(b *testing.B) {
			sizes(b, func(b *testing.B, body []byte) { each(b, parallel, func() error { return do(body) }) })
		})
	}
}

func BenchmarkOurs(b *testing.B) {
	s := open(echoServer(b))
	defer s.Close()
	ctx := context.Background()
	modes(b, func(body []byte) error {
		call := eventCall(nil)
		call.HTTP = &emulator.HTTPRequest{Method: "POST", Target: "/", Body: bytes.NewReader(body), Length: int64(len(body))}
		_, err := s.Invoke(ctx, call, discard{})
		return err
	})
}

func BenchmarkOursEvent(b *testing.B) {
	s := open(echoServer(b))
	defer s.Close()
	ctx := context.Background()
	modes(b, func(body []byte) error {
		_, err := s.Invoke(ctx, eventCall(body), nil)
		return err
	})
}

func BenchmarkTransport(b *testing.B) {
	target := "http://" + echoServer(b)
	transport := &http.Transport{MaxIdleConnsPerHost: 1024}
	defer transport.CloseIdleConnections()
	modes(b, func(body []byte) error {
		request, err := http.NewRequest("POST", target, bytes.NewReader(body))
		if err != nil {
			return err
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		_, err = io.Copy(io.Discard, response.Body)
		return err
	})
}

func BenchmarkReverseProxy(b *testing.B) {
	target, err := url.Parse("http://" + echoServer(b))
	if err != nil {
		b.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 1024}
	proxy.BufferPool = &buffers{}
	modes(b, func(body []byte) error {
		request, err := http.NewRequest("POST", "http://web.example/", bytes.NewReader(body))
		if err != nil {
			return err
		}
		request.RemoteAddr = "127.0.0.1:1"
		w := &proxied{header: http.Header{}}
		proxy.ServeHTTP(w, request)
		if w.status != http.StatusOK {
			return errors.New(http.StatusText(w.status))
		}
		return nil
	})
}

// BenchmarkPool has all of it: admission, watching, logs, markers' bookkeeping.
func BenchmarkPool(b *testing.B) {
	bench := newBench(b, nil)
	fn := custom("echo", func(fn *emulator.Function) { fn.InstanceConcurrency = 100 })
	bench.do(fn, "x")
	ctx := context.Background()
	modes(b, func(body []byte) error {
		inv := &emulator.Invocation{RequestID: "1-abc", Function: fn, HTTP: &emulator.HTTPRequest{
			Method: "POST", Target: "/", Body: bytes.NewReader(body), Length: int64(len(body))}}
		if out := bench.Run(ctx, inv, discard{}); out.Failed() {
			b.Errorf("%+v", out)
		}
		return nil
	})
}

// BenchmarkColdStart is a start from nothing to the first answer, of a Go program of this size.
func BenchmarkColdStart(b *testing.B) {
	bench := newBench(b, nil)
	fn := custom("echo", nil)
	bench.do(fn, "x")
	for b.Loop() {
		bench.Retire(emulator.Reference{Name: fn.Name()})
		if out := bench.do(fn, "x"); out.Failed() || !out.ColdStart {
			b.Fatalf("%+v", out)
		}
	}
}
