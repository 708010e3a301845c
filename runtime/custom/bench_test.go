package custom

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// The three ways to the same echo server: ours, the standard client, the standard reverse proxy.
// Run with -cpu to see them share the machine.

func echoServer(b *testing.B) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	}))
	b.Cleanup(server.Close)
	return server
}

type discard struct{}

func (discard) Start(int, map[string][]string) error { return nil }
func (discard) Write(p []byte) (int, error)          { return len(p), nil }

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
	s := open(echoServer(b).Listener.Addr().String())
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
	s := open(echoServer(b).Listener.Addr().String())
	defer s.Close()
	ctx := context.Background()
	modes(b, func(body []byte) error {
		_, err := s.Invoke(ctx, eventCall(body), nil)
		return err
	})
}

func BenchmarkTransport(b *testing.B) {
	target := echoServer(b).URL
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
	target, err := url.Parse(echoServer(b).URL)
	if err != nil {
		b.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 1024}
	modes(b, func(body []byte) error {
		request := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		proxy.ServeHTTP(httptest.NewRecorder(), request)
		return nil
	})
}

// BenchmarkPool has all of it: admission, watching, logs, markers' bookkeeping.
func BenchmarkPool(b *testing.B) {
	bench := newBench(b, nil)
	fn := custom("server", func(fn *emulator.Function) { fn.InstanceConcurrency = 100 })
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
