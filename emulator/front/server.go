// Package front is the HTTP/1.1 server of the emulator's ports. It takes net/http's handlers, reads
// requests with net/http's parser and answers as net/http's server does, which its tests compare byte
// by byte; it leaves out what that server does for every request and an invocation seldom needs: a
// goroutine that listens for a client who leaves. Here one is started only for requests that last.
// docs/design/0009-front.md says what this gains.
package front

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server serves HTTP/1.1 on any number of listeners. Handler is required; the rest has the zero
// value's meaning. It must not be copied or changed after the first Serve.
type Server struct {
	Handler http.Handler

	// HeaderTimeout is how long a client may take for the header of a request once it has begun, for its
	// first request to begin, and for the TLS handshake. 0 = as long as it likes.
	HeaderTimeout time.Duration
	// IdleTimeout is how long a connection may wait for its next request; it ends between two thirds of
	// this and this. 0 = for ever.
	IdleTimeout time.Duration
	// MaxHeader is the size of a request's header, in bytes, from which it is refused with status 431.
	MaxHeader int
	// Base is the parent of all requests' contexts; context.Background() by default. Its end and cause
	// are theirs. A client that leaves ends its request's context with the cause Gone.
	Base context.Context
	// Gone is the cause with which a request's context ends when its client has left.
	Gone error
	// Log takes one line about what no client gets to know: a failed handshake, a panic. May be nil.
	Log func(line string)

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	conns     map[*conn]struct{}
	closing   bool
	empty     chan struct{} // closed when the last connection has ended; nil before closing
	settled   bool          // it is closed
}

// Serve accepts connections until the listener is closed; then it returns http.ErrServerClosed if that
// was this server's doing.
func (s *Server) Serve(listener net.Listener) error {
	if !s.addListener(listener) {
		return http.ErrServerClosed
	}
	var pause time.Duration
	for {
		rwc, err := listener.Accept()
		if err == nil {
			pause = 0
			s.accept(rwc)
			continue
		}
		if s.isClosing() {
			return http.ErrServerClosed
		}
		var passing interface{ Temporary() bool } // too many open files, or a client that was too fast
		if !errors.As(err, &passing) || !passing.Temporary() {
			return err
		}
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		time.Sleep(pause)
	}
}

func (s *Server) addListener(listener net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		_ = listener.Close()
		return false
	}
	if s.listeners == nil {
		s.listeners, s.conns = map[net.Listener]struct{}{}, map[*conn]struct{}{}
	}
	s.listeners[listener] = struct{}{}
	return true
}

func (s *Server) accept(rwc net.Conn) {
	c := &conn{server: s, rwc: rwc, remote: rwc.RemoteAddr().String()}
	c.in.conn, c.in.left = rwc, -1
	s.mu.Lock()
	closing := s.closing
	if !closing {
		s.conns[c] = struct{}{}
	}
	s.mu.Unlock()
	if closing {
		_ = rwc.Close()
		return
	}
	go c.serve()
}

// forget is the end of a connection, or of its being the server's.
func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.settle()
}

// settle tells those who wait when the last connection has ended: after it there is no other.
func (s *Server) settle() {
	if s.empty != nil && len(s.conns) == 0 && !s.settled {
		close(s.empty)
		s.settled = true
	}
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// Shutdown accepts no more connections or requests and waits until the requests in flight are answered.
// The error is ctx's, when that ends first. It may be called again. Hijacked connections are not waited
// for.
func (s *Server) Shutdown(ctx context.Context) error {
	empty := s.close((*conn).closeIdle)
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends all connections at once.
func (s *Server) Close() error {
	s.close(func(c *conn) { _ = c.rwc.Close() })
	return nil
}

// close ends listeners, and connections in the given way. The channel is closed when none is left.
func (s *Server) close(end func(*conn)) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for listener := range s.listeners {
		_ = listener.Close()
	}
	s.listeners = nil
	for c := range s.conns {
		end(c)
	}
	if s.empty == nil {
		s.empty = make(chan struct{})
	}
	s.settle()
	return s.empty
}

func (s *Server) log(line string) {
	if s.Log != nil {
		s.Log(line)
	}
}

// handshake makes a TLS connection ready. It answers a client that speaks plain HTTP in kind.
func (s *Server) handshake(secure *tls.Conn) (*tls.ConnectionState, error) {
	if s.HeaderTimeout > 0 {
		_ = secure.SetDeadline(time.Now().Add(s.HeaderTimeout))
		defer secure.SetDeadline(time.Time{})
	}
	err := secure.Handshake()
	if err == nil {
		state := secure.ConnectionState()
		return &state, nil
	}
	var plain tls.RecordHeaderError
	if errors.As(err, &plain) && plain.Conn != nil && looksLikeHTTP(string(plain.RecordHeader[:])) {
		_, _ = plain.Conn.Write([]byte("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"))
		err = errors.New("client sent an HTTP request to an HTTPS server")
	}
	return nil, err
}

func looksLikeHTTP(head string) bool {
	switch head {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO":
		return true
	}
	return false
}
