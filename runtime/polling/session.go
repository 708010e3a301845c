package polling

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/front"
	"github.com/fcemu/fcemu/runtime"
)

// lastWords is how long the answer of a program that has ended may still be on its way.
const lastWords = 20 * time.Millisecond

// maxHeader is how long the header of a poll or an answer may be, in bytes.
const maxHeader = 1 << 20

var (
	errEnded  = errors.New("the program ended without an answer")
	errClosed = errors.New("the instance is closed")
)

// session is the runtime API of one instance. It takes one call at a time.
type session struct {
	server front.Server
	common http.Header
	ended  <-chan struct{} // the process has
	closed chan struct{}
	close  sync.Once
	calls  chan *exchange // to the next poll; has room for the only call

	mu      sync.Mutex
	current *exchange
}

// exchange is one call and its answer.
type exchange struct {
	call   *runtime.Call
	body   []byte      // the event, or the body of the request
	answer chan answer // has room for one
}

type answer struct {
	reply runtime.Reply
	err   error
}

func newSession(listener net.Listener, common http.Header, ended <-chan struct{}) *session {
	s := &session{common: common, ended: ended, closed: make(chan struct{}), calls: make(chan *exchange, 1)}
	s.server.Handler, s.server.HeaderTimeout, s.server.MaxHeader = s.routes(), time.Minute, maxHeader
	go func() { _ = s.server.Serve(listener) }() // ends with Close
	return s
}

// Invoke hands the call to the next poll and waits for its answer. It doesn't watch ctx: who wants
// to end the call ends the process.
func (s *session) Invoke(_ context.Context, call runtime.Call, _ emulator.Answer) (runtime.Reply, error) {
	e := &exchange{call: &call, body: call.Event, answer: make(chan answer, 1)}
	if toHTTPHandler(&call) {
		var err error
		if e.body, err = runtime.HTTPBody(&call); err != nil {
			return runtime.Reply{}, err
		}
	}
	s.set(e)
	defer s.set(nil)
	s.calls <- e
	select {
	case a := <-e.answer:
		return a.reply, a.err
	case <-s.closed:
		return runtime.Reply{}, errClosed
	case <-s.ended:
	}
	select {
	case a := <-e.answer:
		return a.reply, a.err
	case <-time.After(lastWords):
		return runtime.Reply{}, errEnded
	}
}

// toHTTPHandler tells whether an HTTP handler of FC 2.0 is called.
func toHTTPHandler(call *runtime.Call) bool {
	return call.HTTP != nil && call.Hook == emulator.HookHandler
}

func (s *session) set(e *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = e
}

// take ends the call of that id. Only the first answer counts.
func (s *session) take(id string) *exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.current
	if e == nil || e.call.RequestID != id {
		return nil
	}
	s.current = nil
	return e
}

// Close ends the server and its connections.
func (s *session) Close() {
	s.close.Do(func() {
		close(s.closed)
		_ = s.server.Close()
	})
}
