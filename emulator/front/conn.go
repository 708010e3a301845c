package front

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
)

// What a connection is about, for Shutdown.
const (
	idle int32 = iota // it waits for a request, or reads its header
	busy
	closed
)

const (
	readBuffer = 4096
	// parting is how long a client gets to read the last answer of a connection on which it may still
	// be sending: what it sends to a closed one makes the kernel throw the answer away.
	parting = 500 * time.Millisecond
)

// conn is one connection of a client.
type conn struct {
	server  *Server
	rwc     net.Conn
	remote  string
	tls     *tls.ConnectionState
	in      reader
	buf     *bufio.Reader // of in
	out     []byte        // what is to be written next
	hold    []byte        // the beginning of a body whose length is not known yet
	date    []byte        // the line of the last answer
	dated   int64         // when that was, in Unix seconds
	state   atomic.Int32
	patient time.Time // when the read deadline is reached; zero: there is none
	watch   watch
}

// serve takes one request after another.
func (c *conn) serve() {
	defer c.leave()
	if secure, ok := c.rwc.(*tls.Conn); ok {
		state, err := c.server.handshake(secure)
		if err != nil {
			c.server.log(fmt.Sprintf("http: TLS handshake error from %s: %v", c.remote, err))
			return
		}
		c.tls = state
	}
	c.buf = bufio.NewReaderSize(&c.in, readBuffer)
	for limit := c.server.HeaderTimeout; c.await(limit); limit = c.server.IdleTimeout {
		w, err := c.read()
		if err != nil {
			c.refuse(err)
			return
		}
		if w == nil || !c.answer(w) {
			return
		}
	}
}

// leave ends the connection, also that of a handler that panicked: with http.ErrAbortHandler on purpose.
func (c *conn) leave() {
	if cause := recover(); cause != nil && cause != http.ErrAbortHandler {
		c.server.log(fmt.Sprintf("http: panic serving %s: %v\n%s", c.remote, cause, debug.Stack()))
	}
	c.watch.end(c)
	if c.state.Load() != closed {
		_ = c.rwc.Close()
		c.server.forget(c)
	}
}

// closeIdle ends a connection that has no request.
func (c *conn) closeIdle() {
	if c.state.CompareAndSwap(idle, closed) {
		_ = c.rwc.Close()
		delete(c.server.conns, c) // its lock is held
	}
}

// await waits for the next request to begin.
func (c *conn) await(limit time.Duration) bool {
	for { // empty lines before a request are passed over (RFC 9112, section 2.2)
		if c.buf.Buffered() == 0 {
			c.arm(limit)
		}
		first, err := c.buf.Peek(1)
		if err != nil {
			return false
		}
		if first[0] != '\r' && first[0] != '\n' {
			return true
		}
		_, _ = c.buf.Discard(1)
	}
}

// arm sets the read deadline, but does not bother to move one that has most of the time left.
func (c *conn) arm(limit time.Duration) {
	if limit == 0 {
		c.disarm()
		return
	}
	now := time.Now()
	if left := c.patient.Sub(now); left < limit*2/3 || left > limit {
		c.patient = now.Add(limit)
		_ = c.rwc.SetReadDeadline(c.patient)
	}
}

func (c *conn) disarm() {
	if !c.patient.IsZero() {
		c.patient = time.Time{}
		_ = c.rwc.SetReadDeadline(time.Time{})
	}
}

// read reads the header of a request and makes its answer: none where the server ends.
func (c *conn) read() (*response, error) {
	if !c.wholeHead() {
		c.arm(c.server.HeaderTimeout)
	}
	c.in.left = int64(c.server.MaxHeader)
	read, err := http.ReadRequest(c.buf)
	if err != nil {
		if c.in.left <= 0 {
			return nil, errTooLarge
		}
		return nil, err
	}
	c.in.left = -1
	if err := check(read); err != nil {
		return nil, err
	}
	if !c.state.CompareAndSwap(idle, busy) {
		return nil, nil
	}
	w := c.newResponse(read)
	// Others may see the end of such a body elsewhere: net/http hides that a chunked request had a
	// Content-Length too, that the size of a chunk was followed by a space, or that a request of HTTP/1.0
	// was said to be chunked. What comes next could be meant as part of the body (RFC 9112, section 6.1).
	w.closes = read.Close || len(read.TransferEncoding) > 0 || !read.ProtoAtLeast(1, 1) && read.ContentLength != 0
	return w, nil
}

// wholeHead tells whether all of a request's header has come.
func (c *conn) wholeHead() bool {
	head, _ := c.buf.Peek(c.buf.Buffered())
	return bytes.Contains(head, []byte("\r\n\r\n"))
}

// check holds the rules that net/http's server adds to those of its parser.
func check(r *http.Request) error {
	preface := r.ProtoMajor == 2 && r.ProtoMinor == 0 && r.Method == "PRI" && r.RequestURI == "*"
	if r.ProtoMajor != 1 && !preface {
		return statusError{http.StatusHTTPVersionNotSupported, "unsupported protocol version"}
	}
	if r.ProtoAtLeast(1, 1) && r.Host == "" && !preface && r.Method != http.MethodConnect {
		return statusError{http.StatusBadRequest, "missing required Host header"}
	}
	if !validHost(r.Host) {
		return statusError{http.StatusBadRequest, "malformed Host header"}
	}
	for name, values := range r.Header {
		if !validName(name) {
			return statusError{http.StatusBadRequest, "invalid header name"}
		}
		for _, value := range values {
			if !validValue(value) {
				return statusError{http.StatusBadRequest, "invalid header value"}
			}
		}
	}
	return nil
}

// answer has a request handled. It tells whether the connection can be used again.
func (c *conn) answer(w *response) bool {
	defer w.cancel(nil)
	switch expected := w.request.Header.Get("Expect"); {
	case expected == "":
	case !strings.EqualFold(expected, "100-continue"):
		w.header["Connection"] = []string{"close"}
		w.WriteHeader(http.StatusExpectationFailed)
		return c.finish(w)
	case w.request.ProtoAtLeast(1, 1) && w.request.ContentLength != 0:
		w.body.expected = true
	}
	if w.body.source == nil {
		c.watch.begin(c, w)
	} else if w.request.ContentLength < 0 || w.request.ContentLength > int64(c.buf.Buffered()) {
		c.disarm() // who reads the body says how long that may take
	}
	c.server.Handler.ServeHTTP(w, w.request)
	return c.finish(w)
}

// finish ends an answer, and waits for what belongs to the request still. It tells whether the
// connection can be used again.
func (c *conn) finish(w *response) bool {
	w.end()
	if w.hijacked {
		c.watch.end(c)
		return false
	}
	if !w.begun && !w.body.finish() {
		w.closes = true
	}
	again := w.finish()
	read := w.body.finish()
	c.watch.end(c)
	if w.deadlines {
		_ = c.rwc.SetDeadline(time.Time{})
		c.patient = time.Time{}
	}
	if !read || !again && c.buf.Buffered() > 0 {
		c.part()
	}
	// In this order: Shutdown ends those that are idle, and others see that it has begun.
	return read && again && c.state.CompareAndSwap(busy, idle) && !c.server.isClosing()
}

// appendDate writes the line of this second.
func (c *conn) appendDate() {
	now := time.Now()
	if second := now.Unix(); second != c.dated {
		c.dated = second
		c.date = append(now.UTC().AppendFormat(append(c.date[:0], "Date: "...), http.TimeFormat), "\r\n"...)
	}
	c.out = append(c.out, c.date...)
}

// part ends the connection of a client that may still be sending.
func (c *conn) part() {
	if half, ok := c.rwc.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_ = c.rwc.SetReadDeadline(time.Now().Add(parting))
		_, _ = io.Copy(io.Discard, c.rwc) // until it leaves, or for as long as that
	}
}

func (c *conn) newResponse(read *http.Request) *response {
	base := c.server.Base
	if base == nil {
		base = context.Background()
	}
	w := &response{conn: c, header: make(http.Header, 8), length: -1}
	var ctx context.Context
	ctx, w.cancel = context.WithCancelCause(base)
	r := read.WithContext(ctx)
	r.RemoteAddr, r.TLS = c.remote, c.tls
	w.request, w.body.response = r, w
	if read.Body != http.NoBody {
		w.body.source, w.body.read = read.Body, read
		r.Body = &w.body
	}
	return w
}

// statusError refuses what is no request to any handler.
type statusError struct {
	status int
	text   string
}

func (e statusError) Error() string { return e.text }

var errTooLarge = errors.New("the header is too large")

// refuse answers for a request that could not be read, in net/http's words.
func (c *conn) refuse(err error) {
	var known statusError
	var slow net.Error
	var broken *net.OpError
	var line, text string
	switch {
	case errors.Is(err, errTooLarge):
		line = "431 Request Header Fields Too Large"
	case errors.As(err, &known):
		line = fmt.Sprintf("%d %s: %s", known.status, http.StatusText(known.status), known.text)
	case errors.Is(err, io.EOF), errors.As(err, &broken), errors.As(err, &slow) && slow.Timeout():
		return // it has left, or said nothing
	case strings.Contains(err.Error(), "unsupported transfer encoding"):
		line, text = "501 Not Implemented", "Unsupported transfer encoding"
	default:
		line = "400 Bad Request"
	}
	if text == "" {
		text = line
	}
	_, _ = io.WriteString(c.rwc, "HTTP/1.1 "+line+"\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"+text)
	c.part()
}
