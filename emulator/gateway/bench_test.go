package gateway_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/gateway"
)

// sink is a ResponseWriter that costs nothing.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Flush()                      {}
func (s *sink) EnableFullDuplex() error     { return nil }

var body128 = strings.Repeat("x", 128)

// echo is what a warm custom runtime costs the gateway: nothing but the answer.
func echo(b testing.TB) *world {
	header := map[string][]string{"Content-Type": {"application/octet-stream"}, "Content-Length": {"128"}, "X-Powered-By": {"Express"}}
	payload, out := []byte(body128), &emulator.Outcome{Streamed: true, InstanceID: "c-1"}
	return newWorld(b, func(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		var request [128]byte
		_, _ = io.ReadFull(inv.HTTP.Body, request[:])
		_ = answer.Start(200, header)
		_, _ = answer.Write(payload)
		return out
	})
}

func benchmarkHandler(b *testing.B, w *world, path string) {
	handler := gateway.New(w.options)
	payload := strings.NewReader(body128)
	body := io.NopCloser(payload)
	b.ReportAllocs()
	for b.Loop() {
		payload.Reset(body128)
		r := http.Request{Method: "POST", RequestURI: path, Host: "127.0.0.1:3236", Proto: "HTTP/1.1", ContentLength: 128, Body: body, RemoteAddr: "127.0.0.1:40000",
			Header: http.Header{"Content-Type": {"application/octet-stream"}, "User-Agent": {"bench"}, "Accept": {"*/*"}, "Content-Length": {"128"}}}
		handler.ServeHTTP(&sink{http.Header{}}, r.WithContext(b.Context()))
	}
}

// BenchmarkRequestAlone is what the benchmarks below spend on making their request.
func BenchmarkRequestAlone(b *testing.B) {
	body := io.NopCloser(strings.NewReader(body128))
	b.ReportAllocs()
	for b.Loop() {
		r := http.Request{Method: "POST", Body: body,
			Header: http.Header{"Content-Type": {"application/octet-stream"}, "User-Agent": {"bench"}, "Accept": {"*/*"}, "Content-Length": {"128"}}}
		(&sink{http.Header{}}).Header()["X"] = r.WithContext(b.Context()).Header["Accept"]
	}
}

func BenchmarkPassThrough(b *testing.B) { benchmarkHandler(b, echo(b), "/proxy/web/a?b=c") }

func BenchmarkEvent(b *testing.B) {
	out := &emulator.Outcome{InstanceID: "c-1", Payload: []byte(`{"statusCode":200,"headers":{"Content-Type":"text/plain"},"body":"` + body128 + `"}`)}
	w := newWorld(b, func(context.Context, *emulator.Invocation, emulator.Answer) *emulator.Outcome { return out })
	benchmarkHandler(b, w, "/proxy/event/a?b=c")
}

func benchmarkSocket(b *testing.B, url string) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for b.Loop() {
		answer, err := client.Post(url, "application/octet-stream", strings.NewReader(body128))
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, answer.Body); n != 128 || err != nil {
			b.Fatal(n, err)
		}
		_ = answer.Body.Close()
	}
}

// BenchmarkSocket compares the gateway with a bare handler behind the same kind of listener.
func BenchmarkSocket(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, body128)
		}))
		defer server.Close()
		benchmarkSocket(b, server.URL)
	})
	b.Run("gateway", func(b *testing.B) { benchmarkSocket(b, echo(b).server.URL+"/proxy/web") })
}
