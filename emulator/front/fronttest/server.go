// Package fronttest serves handlers in tests as the emulator serves them.
package fronttest

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/front"
)

// Server is a server on a port of this machine, used like an httptest.Server.
type Server struct {
	URL      string // http://host:port
	Listener net.Listener

	server front.Server
	client http.Client
}

// New serves handler until Close. It panics where no port can be had.
func New(handler http.Handler) *Server {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s := &Server{URL: "http://" + listener.Addr().String(), Listener: listener, client: http.Client{Transport: &http.Transport{}}}
	s.server.Handler, s.server.HeaderTimeout, s.server.MaxHeader, s.server.Gone = handler, 10*time.Second, 68<<10, emulator.ErrClientGone
	s.server.Log = func(line string) { fmt.Fprintln(os.Stderr, line) }
	go func() { _ = s.server.Serve(listener) }() // ends with Close
	return s
}

// Client keeps its connections for itself.
func (s *Server) Client() *http.Client { return &s.client }

// Close ends all connections.
func (s *Server) Close() {
	_ = s.server.Close()
	s.client.CloseIdleConnections()
}
