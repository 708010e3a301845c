package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"sync"
)

// helper runs a baseline in a process of its own, as the real thing would be.
func helper(kind string, args []string) int {
	var handler http.Handler
	address := "127.0.0.1:0"
	switch kind {
	case "__proxy": // a plain reverse proxy in front of args[0]
		handler = proxy(args[0])
	case "__echo": // the raw server; as a custom runtime it listens where FC says
		handler = http.HandlerFunc(echo)
		if port := os.Getenv("FC_SERVER_PORT"); port != "" {
			address = "0.0.0.0:" + port
		}
	default:
		fmt.Fprintln(os.Stderr, "unknown helper", kind)
		return 2
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(listener.Addr()) // the parent reads this line
	fmt.Fprintln(os.Stderr, http.Serve(listener, handler))
	return 1
}

func echo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "" {
		echoSocket(w)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(body)
}

// echoSocket switches to a protocol in which what is said comes back.
func echoSocket(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	_, _ = io.Copy(conn, conn)
}

// proxy is httputil.ReverseProxy at its best: many idle connections and pooled buffers.
func proxy(to string) http.Handler {
	base, _ := url.Parse("http://" + to)
	return &httputil.ReverseProxy{
		Rewrite:    func(r *httputil.ProxyRequest) { r.SetURL(base) },
		Transport:  &http.Transport{MaxIdleConns: 1024, MaxIdleConnsPerHost: 1024, DisableCompression: true},
		BufferPool: &buffers{sync.Pool{New: func() any { buffer := make([]byte, 32<<10); return &buffer }}},
	}
}

// buffers keeps pointers, or each Put would allocate a slice header.
type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte { return *b.pool.Get().(*[]byte) }

func (b *buffers) Put(buffer []byte) { b.pool.Put(&buffer) }
