package front

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// holdSize is how much of a body is kept, in bytes, to find out its length: net/http's number.
	holdSize = 2048
	// outSize is how much is gathered, in bytes, before it is sent without being asked.
	outSize = 4096
)

var errOver = errors.New("the request has been answered")

// response is the answer to one request. It is an http.ResponseWriter that can be flushed, hijacked and
// given deadlines through an http.ResponseController. It is full duplex without being asked.
type response struct {
	conn    *conn
	request *http.Request
	cancel  context.CancelCauseFunc
	body    body // of the request
	header  http.Header

	status   int
	length   int64 // as announced; -1: not
	written  int64
	fault    error // of the connection
	begun    bool  // how the body ends is settled
	chunked  bool
	closes   bool // the connection ends with this answer
	hijacked bool

	talk   sync.Mutex
	spoken bool // guarded by talk: WriteHeader was called

	done      atomic.Bool // the handler has ended
	limits    sync.Mutex  // held while a handler sets a deadline, and where done is set
	deadlines bool        // guarded by limits until done: one was set
}

func (w *response) Header() http.Header { return w.header }

// WriteHeader settles status and fields. Interim answers are passed over.
func (w *response) WriteHeader(status int) {
	if w.status != 0 || w.hijacked || status < 200 && status != http.StatusSwitchingProtocols {
		return
	}
	w.speak()
	w.status = status
	if announced := w.header["Content-Length"]; len(announced) > 0 && allowsBody(status) {
		if length, err := strconv.ParseInt(announced[0], 10, 64); err == nil && length >= 0 {
			w.length = length
		} else {
			delete(w.header, "Content-Length")
		}
	}
	w.conn.out = appendHead(w.conn.out, w.request, status, w.header)
	if _, given := w.header["Date"]; !given {
		w.conn.appendDate()
	}
}

// speak ends asking for the body.
func (w *response) speak() {
	w.talk.Lock()
	defer w.talk.Unlock()
	w.spoken = true
}

// goOn asks for the body, unless the answer has begun already.
func (w *response) goOn() {
	w.talk.Lock()
	defer w.talk.Unlock()
	if !w.spoken {
		_, _ = w.conn.rwc.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
	}
}

// Write adds to the body.
func (w *response) Write(p []byte) (int, error) {
	switch {
	case w.hijacked:
		return 0, http.ErrHijacked
	case w.done.Load():
		return 0, errOver
	}
	w.WriteHeader(http.StatusOK) // unless it was called
	switch {
	case len(p) == 0:
		return 0, nil
	case !allowsBody(w.status):
		return 0, http.ErrBodyNotAllowed
	case w.length >= 0 && w.written+int64(len(p)) > w.length:
		return 0, http.ErrContentLength
	}
	w.written += int64(len(p))
	if len(w.conn.hold)+len(p) <= holdSize {
		w.conn.hold = append(w.conn.hold, p...)
		return len(p), nil
	}
	w.pass(p)
	if w.fault != nil {
		return 0, w.fault
	}
	return len(p), nil
}

// pass lets go of what is held, and of p behind it.
func (w *response) pass(p []byte) {
	held := w.conn.hold
	w.conn.hold = held[:0]
	if !w.begun {
		w.begin(held, p, false)
	}
	size := len(held) + len(p)
	if size == 0 || w.request.Method == http.MethodHead {
		return
	}
	if w.chunked {
		w.conn.out = append(strconv.AppendInt(w.conn.out, int64(size), 16), "\r\n"...)
	}
	w.conn.out = append(w.conn.out, held...)
	w.send(p)
	if w.chunked {
		w.conn.out = append(w.conn.out, "\r\n"...)
	}
}

// send adds p to what is sent next, or sends both.
func (w *response) send(p []byte) {
	if len(w.conn.out)+len(p) <= outSize {
		w.conn.out = append(w.conn.out, p...)
		return
	}
	if w.fault == nil {
		both := net.Buffers{w.conn.out, p}
		_, err := both.WriteTo(w.conn.rwc)
		w.broke(err)
	}
	w.conn.out = w.conn.out[:0]
}

func (w *response) flush() {
	if len(w.conn.out) > 0 && w.fault == nil {
		_, err := w.conn.rwc.Write(w.conn.out)
		w.broke(err)
	}
	w.conn.out = w.conn.out[:0]
}

// broke keeps the error of a connection, which then is of no use to the request either.
func (w *response) broke(err error) {
	if err != nil {
		w.fault = err
		w.cancel(w.conn.server.Gone)
	}
}

// begin settles how the client finds the end of the body. The body begins with held and p; final tells
// that this is all of it.
func (w *response) begin(held, p []byte, final bool) {
	w.begun = true
	out, r, head := w.conn.out, w.request, w.request.Method == http.MethodHead
	allowed, first := allowsBody(w.status), held
	if len(held) == 0 {
		first = p
	}
	if final && allowed && w.length < 0 && (!head || len(first) > 0) && !hasTrailers(w.header) {
		w.length = int64(len(held) + len(p))
		out = append(strconv.AppendInt(append(out, "Content-Length: "...), w.length, 10), "\r\n"...)
	}
	if _, known := w.header["Content-Type"]; allowed && !known && len(first) > 0 && w.header.Get("Content-Encoding") == "" {
		out = append(append(append(out, "Content-Type: "...), http.DetectContentType(first)...), "\r\n"...)
	}
	ends := head || !allowed || w.length >= 0
	w.chunked = !ends && r.ProtoAtLeast(1, 1)
	// Of a request that is still coming nobody can tell how much will be left over.
	w.closes = w.closes || !final && w.body.isComing() || !ends && !w.chunked || w.header.Get("Connection") == "close" || w.conn.server.isClosing()
	out = w.appendConnection(out)
	if w.chunked {
		out = append(out, "Transfer-Encoding: chunked\r\n"...)
	}
	w.conn.out = append(out, "\r\n"...)
}

func (w *response) appendConnection(out []byte) []byte {
	switch given := w.header["Connection"]; {
	case w.closes && w.request.ProtoAtLeast(1, 1):
		return append(out, "Connection: close\r\n"...)
	case w.closes:
		return out
	case len(given) > 0:
		return appendField(out, "Connection", given)
	case !w.request.ProtoAtLeast(1, 1):
		return append(out, "Connection: keep-alive\r\n"...)
	}
	return out
}

// finish ends the answer. It tells whether the connection is good for another.
func (w *response) finish() bool {
	w.WriteHeader(http.StatusOK) // unless it was called
	if !w.begun {
		held := w.conn.hold
		w.begin(held, nil, true)
	}
	w.pass(nil)
	if w.chunked {
		w.conn.out = appendTrailers(append(w.conn.out, "0\r\n"...), w.header)
	}
	w.flush()
	if cap(w.conn.out) > 4*outSize {
		w.conn.out = nil
	}
	short := w.length >= 0 && w.written != w.length && allowsBody(w.status) && w.request.Method != http.MethodHead
	return w.fault == nil && !w.closes && !short
}

// Flush is FlushError for an http.Flusher.
func (w *response) Flush() { _ = w.FlushError() }

// FlushError sends what there is.
func (w *response) FlushError() error {
	switch {
	case w.hijacked:
		return http.ErrHijacked
	case w.done.Load():
		return errOver
	}
	w.WriteHeader(http.StatusOK) // unless it was called
	w.pass(nil)
	w.flush()
	return w.fault
}

// SetReadDeadline is about the request's body.
func (w *response) SetReadDeadline(at time.Time) error {
	return w.limit(w.conn.rwc.SetReadDeadline, at)
}

// SetWriteDeadline is about the answer.
func (w *response) SetWriteDeadline(at time.Time) error {
	return w.limit(w.conn.rwc.SetWriteDeadline, at)
}

// limit sets a deadline, but never one of the next request.
func (w *response) limit(set func(time.Time) error, at time.Time) error {
	w.limits.Lock()
	defer w.limits.Unlock()
	if w.done.Load() {
		return errOver
	}
	w.deadlines = true
	return set(at)
}

// end is the end of the handler: who goes on after it can do nothing more.
func (w *response) end() {
	w.limits.Lock()
	defer w.limits.Unlock()
	w.done.Store(true)
}

// Hijack hands the connection over. What has come on it already is in the reader's buffer.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c := w.conn
	switch {
	case w.hijacked:
		return nil, nil, http.ErrHijacked
	case w.done.Load():
		return nil, nil, errOver
	}
	w.hijacked = true
	w.speak()
	c.state.Store(closed) // from here on no watch begins
	c.watch.end(c)
	c.server.forget(c)
	if w.status != 0 { // the handler has answered the handshake
		w.pass(nil)
		w.flush()
	}
	_ = c.rwc.SetDeadline(time.Time{})
	if len(c.in.early) > 0 {
		_, _ = c.buf.Peek(c.buf.Buffered() + 1)
	}
	return c.rwc, bufio.NewReadWriter(c.buf, bufio.NewWriter(c.rwc)), nil
}
