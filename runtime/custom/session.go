package custom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// session speaks HTTP/1.1 to one instance. Its requests are independent of one another.
type session struct {
	pool
	fn      *emulator.Function
	buffers *sync.Pool
	common  []byte // the header lines that are the same for every request
	keys    atomic.Pointer[keyLines]
}

func newSession(address string, fn *emulator.Function, id identity) *session {
	return &session{pool: newPool(address), fn: fn, buffers: id.buffers, common: commonHeader(fn, id)}
}

// Multiplexed marks the session; see runtime.Multiplexed.
func (s *session) Multiplexed() {}

// Close closes the connections.
func (s *session) Close() { s.closeAll() }

// Invoke runs one request: an event as POST /invoke, an HTTP request as it came, a hook on its path.
func (s *session) Invoke(ctx context.Context, call runtime.Call, answer emulator.Answer) (runtime.Reply, error) {
	switch {
	case call.Hook == emulator.HookInitializer:
		return s.hook(ctx, call, http.MethodPost, "/initialize")
	case call.Hook == emulator.HookPreStop:
		return s.hook(ctx, call, http.MethodGet, "/pre-stop")
	case call.Hook == emulator.HookPreFreeze:
		return s.hook(ctx, call, http.MethodGet, "/pre-freeze")
	case call.HTTP != nil:
		return s.pass(ctx, call, answer)
	}
	return s.event(ctx, call)
}

// event runs an API call. The server's status and headers are lost, but for x-fc-status.
func (s *session) event(ctx context.Context, call runtime.Call) (runtime.Reply, error) {
	payload := &collector{limit: emulator.MaxSyncPayload, strict: true}
	head, err := s.exchange(ctx, call, &request{
		method: http.MethodPost, target: "/invoke", control: "/invoke",
		contentType: "application/octet-stream", body: call.Event, length: int64(len(call.Event)),
	}, payload)
	if err != nil {
		return runtime.Reply{}, err
	}
	return runtime.Reply{ErrorType: errorType(head), Payload: payload.bytes()}, nil
}

// pass passes an HTTP request through. Without a listener the body is kept, up to the limit of a
// task's result.
func (s *session) pass(ctx context.Context, call runtime.Call, answer emulator.Answer) (runtime.Reply, error) {
	r := &request{
		method: call.HTTP.Method, target: call.HTTP.Target, host: call.HTTP.Host, control: "/http-invoke",
		header: call.HTTP.Header, stream: call.HTTP.Body, length: call.HTTP.Length, trailer: call.HTTP.Trailer,
		upgrade: call.HTTP.Upgrade,
	}
	if r.stream == nil || r.length == 0 {
		r.stream, r.length = nil, 0
	}
	if answer == nil {
		kept := &collector{limit: emulator.MaxReturnPayload}
		head, err := s.exchange(ctx, call, r, kept)
		if err != nil {
			return runtime.Reply{}, err
		}
		return runtime.Reply{ErrorType: errorType(head), Payload: kept.bytes()}, nil
	}
	out := &forwarder{answer: answer}
	head, err := s.exchange(ctx, call, r, out)
	if err != nil {
		return runtime.Reply{Streamed: out.started}, err
	}
	return runtime.Reply{ErrorType: errorType(head), Streamed: true}, nil
}

// hook calls a lifecycle hook: 2xx is success.
func (s *session) hook(ctx context.Context, call runtime.Call, method, path string) (runtime.Reply, error) {
	body := &collector{limit: 4096}
	head, err := s.exchange(ctx, call, &request{method: method, target: path, control: path}, body)
	if err != nil {
		return runtime.Reply{}, err
	}
	if head.status >= 200 && head.status < 300 && head.functionStatus != "404" {
		return runtime.Reply{}, nil
	}
	text := fmt.Sprintf("%s answered with status %d", path, head.status)
	if len(body.data) > 0 {
		text += ": " + string(body.data)
	}
	return runtime.Reply{
		ErrorType: emulator.UnhandledInvocationError,
		Payload:   []byte(`{"errorMessage":` + strconv.Quote(text) + `}`),
	}, nil
}

// Check asks for path. Success is an answer with 200 ≤ status < 400. Source: FC health check.
func (s *session) Check(ctx context.Context, path string) error {
	call := runtime.Call{Invocation: &emulator.Invocation{Function: s.fn}}
	if len(path) == 0 || path[0] != '/' {
		path = "/" + path
	}
	head, err := s.exchange(ctx, call, &request{method: http.MethodGet, target: path, deadline: true}, &collector{limit: 1})
	if err == nil && (head.status < 200 || head.status >= 400) {
		err = fmt.Errorf("health check: status %d", head.status)
	}
	return err
}

// errorType reads the function's own word about its success.
func errorType(head *head) emulator.ErrorType {
	if head.functionStatus == "404" {
		return emulator.UnhandledInvocationError
	}
	return ""
}

// receiver takes an answer as it arrives.
type receiver interface {
	start(head *head) error
	wantsHeader() bool
	io.Writer
	trail(trailer map[string][]string)
	cut() // ends a Write that waits for the listener, from another goroutine
}

// collector keeps the body in memory.
type collector struct {
	limit  int
	strict bool // more than limit is an error, not cut off
	data   []byte
}

func (c *collector) wantsHeader() bool { return false }

func (c *collector) trail(map[string][]string) {}

func (c *collector) cut() {}

func (c *collector) start(head *head) error {
	if head.length > int64(c.limit) && c.strict {
		return errTooLarge
	}
	if head.length > 0 {
		c.data = make([]byte, 0, min(head.length, int64(c.limit)))
	}
	return nil
}

func (c *collector) Write(p []byte) (int, error) {
	room := c.limit - len(c.data)
	if len(p) > room && c.strict {
		return 0, errTooLarge
	}
	c.data = append(c.data, p[:min(len(p), room)]...)
	return len(p), nil
}

// readExactly reads a body of known length without a buffer in between.
func (c *collector) readExactly(from *conn, n int64) error {
	c.data = c.data[:n]
	got := copy(c.data, from.in[from.start:from.end])
	from.start += got
	_, err := io.ReadFull(from.net, c.data[got:])
	return unexpected(err)
}

func (c *collector) bytes() []byte {
	if c.data == nil {
		return []byte{}
	}
	return c.data
}

var errTooLarge error = &runtime.BadAnswer{Reason: "the body is larger than " + strconv.Itoa(emulator.MaxSyncPayload) + " bytes"}

// forwarder passes the answer on.
type forwarder struct {
	answer  emulator.Answer
	started bool
}

func (f *forwarder) wantsHeader() bool { return true }

func (f *forwarder) start(head *head) error {
	f.started = true
	return clientGone(f.answer.Start(head.status, head.header))
}

func (f *forwarder) Write(p []byte) (int, error) {
	n, err := f.answer.Write(p)
	return n, clientGone(err)
}

func (f *forwarder) trail(trailer map[string][]string) {
	if answer, ok := f.answer.(emulator.Trailed); ok {
		answer.Trail(trailer)
	}
}

func (f *forwarder) cut() {
	if answer, ok := f.answer.(io.Closer); ok {
		_ = answer.Close()
	}
}

// clientGone tells the pool that the listener left, not the function.
func clientGone(err error) error {
	if err == nil || errors.Is(err, emulator.ErrClientGone) {
		return err
	}
	return fmt.Errorf("%w: %w", emulator.ErrClientGone, err)
}
