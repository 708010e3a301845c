// A web server that runs as a custom runtime of Function Compute. It needs the standard library only.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sync/atomic"
)

func main() {
	log.SetFlags(0) // the platform adds the time
	server := &server{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /initialize", server.initialize)
	mux.HandleFunc("POST /invoke", server.invoke)
	mux.HandleFunc("GET /hello/{name}", server.hello)
	mux.HandleFunc("/", server.echo)

	port := cmp.Or(os.Getenv("FC_SERVER_PORT"), "9000")
	log.Printf("listening on port %s", port)
	log.Fatal(http.ListenAndServe(":"+port, mux))
}

type server struct {
	ready atomic.Bool
}

// initialize is called once, before the first request, because s.yaml names an initializer.
func (s *server) initialize(w http.ResponseWriter, r *http.Request) {
	s.ready.Store(true)
	log.Printf("initialized, request %s", r.Header.Get("x-fc-request-id"))
}

// invoke receives events: from `fcemu invoke`, an SDK, the task queue.
func (s *server) invoke(w http.ResponseWriter, r *http.Request) {
	event, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	log.Printf("event of %d bytes, request %s", len(event), r.Header.Get("x-fc-request-id"))
	answer(w, map[string]any{"event": string(event), "initialized": s.ready.Load()})
}

// hello and echo receive what comes through the HTTP trigger, as it was sent.
func (s *server) hello(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "Hello, %s!\n", r.PathValue("name"))
}

func (s *server) echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer(w, map[string]any{
		"method": r.Method, "path": r.URL.Path, "query": r.URL.Query(), "body": string(body),
	})
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Printf("answering: %v", err)
	}
}
