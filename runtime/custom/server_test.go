package custom

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fcemu/fcemu/runtime/process"
)

// launcher is shared by the tests of the package.
var launcher = sync.OnceValue(func() process.Launcher {
	l, err := process.New(process.Options{})
	if err == nil {
		if warmer, ok := l.(process.Warmer); ok {
			err = warmer.Warm(context.Background())
		}
	}
	if err != nil {
		panic(err)
	}
	return l
})

// TestMain is also the guardian and the functions that the tests run.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == process.GuardianCommand {
		os.Exit(process.GuardianMain())
	}
	if len(os.Args) > 2 && os.Args[1] == "function" {
		os.Exit(function(os.Args[2]))
	}
	code := m.Run()
	_ = launcher().Close()
	os.Exit(code)
}

// function is a user's server.
func function(kind string) int {
	switch kind {
	case "exit":
		fmt.Fprintln(os.Stderr, "cannot go on")
		return 1
	case "deaf":
		time.Sleep(time.Minute)
	case "slow":
		time.Sleep(200 * time.Millisecond)
	}
	var healthy atomic.Bool
	healthy.Store(true)
	mux := http.NewServeMux()
	if kind == "echo" {
		echo := func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }
		_ = http.ListenAndServe(":"+os.Getenv("FC_SERVER_PORT"), http.HandlerFunc(echo))
		return 1
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	mux.HandleFunc("/invoke", func(w http.ResponseWriter, r *http.Request) {
		event, _ := io.ReadAll(r.Body)
		fmt.Println("invoke", string(event))
		act(w, r, string(event))
	})
	mux.HandleFunc("POST /initialize", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Println("initialize")
		w.WriteHeader(map[bool]int{true: 500, false: 200}[kind == "badinit"])
	})
	mux.HandleFunc("GET /pre-stop", func(http.ResponseWriter, *http.Request) { fmt.Println("pre-stop") })
	mux.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) {
		if !healthy.Load() {
			w.WriteHeader(500)
		}
	})
	mux.HandleFunc("/sick", func(http.ResponseWriter, *http.Request) { healthy.Store(false) })
	mux.HandleFunc("/sse", events)
	port := ":9000" // hard-coded, as most are
	if kind == "elsewhere" {
		port = ":8080"
	}
	listener, err := net.Listen("tcp", port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	_ = http.Serve(listener, mux)
	return 0
}

func act(w http.ResponseWriter, r *http.Request, event string) {
	switch event {
	case "pid":
		_, _ = io.WriteString(w, strconv.Itoa(os.Getpid()))
	case "sleep":
		select {
		case <-time.After(30 * time.Second):
		case <-r.Context().Done():
			fmt.Println("the connection is gone")
		}
	case "nap":
		time.Sleep(300 * time.Millisecond)
	case "crash":
		os.Exit(3)
	case "hangup":
		conn, _, _ := http.NewResponseController(w).Hijack()
		_ = conn.Close()
	case "garbage":
		conn, _, _ := http.NewResponseController(w).Hijack()
		_, _ = io.WriteString(conn, "what?\r\n\r\n")
		_ = conn.Close()
	default:
		_, _ = io.WriteString(w, event)
	}
}

func events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for n := 0; r.Context().Err() == nil; n++ {
		fmt.Fprintf(w, "data: %d\n\n", n)
		_ = http.NewResponseController(w).Flush()
		time.Sleep(20 * time.Millisecond)
	}
}
