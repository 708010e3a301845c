package custom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

const (
	inlineBody  = 256 << 10 // a longer or endless body is sent beside the reading of the answer
	copyBody    = 4 << 10   // a shorter body travels behind the header in one buffer
	bufferSize  = 64 << 10
	maxInterims = 16
)

// errOver is what an exchange returns when the pool has given the call up.
var errOver = errors.New("the call is over")

// exchange sends r and hands the answer to dst. It repeats a request once where nothing of it can
// have been carried out.
func (s *session) exchange(ctx context.Context, call runtime.Call, r *request, dst receiver) (*head, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	for repeated := false; ; repeated = true {
		c, reused, err := s.take(ctx)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", runtime.ErrNotSent, err)
		}
		c.hangs = wires{c.net, r.stream, dst}
		if !call.Attach(&c.hangs) {
			_ = c.net.Close()
			return nil, errOver
		}
		if deadline, ok := ctx.Deadline(); ok && r.deadline {
			_ = c.net.SetDeadline(deadline)
		}
		t := trip{session: s, call: call, request: r, conn: c}
		head, err := t.run(dst)
		open := call.Detach()
		c.hangs = wires{}
		if err == nil {
			t.keep(head, open)
			return head, nil
		}
		_ = c.net.Close()
		if open && !t.answered && r.stream == nil && s.away(ctx, err) {
			continue
		}
		if !open || repeated || !t.repeatable(err, reused) {
			return nil, err
		}
	}
}

// wires are what a request hangs on: its connection, a client that may never send the rest of its body,
// and a listener that may never read.
type wires struct {
	server net.Conn
	client io.Reader
	answer receiver
}

// Close cuts them all.
func (w *wires) Close() error {
	if client, ok := w.client.(io.Closer); ok {
		_ = client.Close()
	}
	w.answer.cut()
	return w.server.Close()
}

// trip is one request on one connection.
type trip struct {
	*session
	call     runtime.Call
	request  *request
	conn     *conn
	sent     int64 // bytes written, as far as we know
	answered bool  // a byte of the answer has come
	upload   *upload
}

func (t *trip) run(dst receiver) (*head, error) {
	if err := t.send(); err != nil {
		if errors.Is(err, emulator.ErrClientGone) {
			return nil, err
		}
		// A server may answer and close before it has read everything.
		if h, readErr := t.receive(dst); readErr == nil {
			h.close = true
			return h, nil
		} else if t.answered || errors.Is(readErr, emulator.ErrClientGone) {
			return nil, readErr
		}
		return nil, err
	}
	h, err := t.receive(dst)
	if err != nil && t.upload != nil && t.upload.finished() {
		err = errors.Join(t.upload.bodyErr, err)
	}
	return h, err
}

// repeatable tells whether the request can be sent again: FC repeats GET, HEAD, OPTIONS and TRACE,
// and anything may be repeated of which nothing was sent.
func (t *trip) repeatable(err error, reused bool) bool {
	var bad *runtime.BadAnswer
	if t.answered || errors.As(err, &bad) || errors.Is(err, emulator.ErrClientGone) {
		return false
	}
	return t.request.safe() || reused && t.sent == 0 && t.request.stream == nil
}

// send writes the header and the body, or starts to write the body.
func (t *trip) send() error {
	r, c := t.request, t.conn
	c.out = r.appendHead(c.out[:0], t.session, t.call)
	switch {
	case r.stream == nil && len(r.body) <= copyBody:
		c.out = append(c.out, r.body...)
		return t.write(c.out)
	case r.stream == nil:
		return t.writeBoth(c.out, r.body)
	case r.length < 0 || r.length > inlineBody:
		if err := t.write(c.out); err != nil {
			return err
		}
		t.upload = &upload{done: make(chan struct{}), buffers: t.buffers}
		go t.upload.run(c.net, r)
		return nil
	}
	return t.sendInline()
}

// sendInline sends a body of known, moderate length, its first part together with the header.
func (t *trip) sendInline() error {
	buffer := t.buffers.Get().(*[]byte)
	defer t.buffers.Put(buffer)
	head, left := t.conn.out, t.request.length
	for {
		part := (*buffer)[:min(left, int64(len(*buffer)))]
		if _, err := io.ReadFull(t.request.stream, part); err != nil {
			return clientGone(err)
		}
		if err := t.writeBoth(head, part); err != nil {
			return err
		}
		left -= int64(len(part))
		head = nil
		if left == 0 {
			return nil
		}
	}
}

func (t *trip) write(p []byte) error {
	n, err := t.conn.net.Write(p)
	t.sent += int64(n)
	return err
}

// writeBoth writes header and body with one system call and no copy.
func (t *trip) writeBoth(head, body []byte) error {
	if len(head) == 0 {
		return t.write(body)
	}
	c := t.conn
	c.room = [2][]byte{head, body}
	c.vec = c.room[:]
	n, err := c.vec.WriteTo(c.net)
	t.sent += n
	c.room = [2][]byte{}
	return err
}

// receive reads the answer, skipping interim ones.
func (t *trip) receive(dst receiver) (*head, error) {
	for range maxInterims {
		block, err := t.conn.block()
		if err != nil {
			t.answered = t.answered || t.conn.end > t.conn.start
			return nil, err
		}
		t.answered = true
		if !t.spoken.Load() {
			t.spoken.Store(true)
		}
		h, err := parseHead(block, dst.wantsHeader())
		if err != nil {
			return nil, err
		}
		if h.status == http.StatusSwitchingProtocols {
			return h, t.switchOver(h, dst)
		}
		if h.status < 200 {
			continue
		}
		if err := dst.start(h); err != nil {
			return nil, err
		}
		return h, t.body(h, dst)
	}
	return nil, malformed("the sequence of interim answers")
}

func (t *trip) body(h *head, dst receiver) error {
	c := t.conn
	switch {
	case h.bodiless(t.request.method):
		return nil
	case h.length > int64(len(c.in)) && !dst.wantsHeader():
		if all, ok := dst.(*collector); ok && h.length <= int64(all.limit) {
			return all.readExactly(c, h.length)
		}
		fallthrough
	case h.chunked, h.length > int64(len(c.in)):
		buffer := t.buffers.Get().(*[]byte)
		defer t.buffers.Put(buffer)
		if h.chunked {
			trailer, err := c.copyChunked(dst, buffer)
			if trailer != nil && err == nil {
				dst.trail(trailer)
			}
			return err
		}
		return c.copyLength(dst, h.length, buffer)
	case h.length >= 0:
		return c.copyLength(dst, h.length, nil)
	}
	h.close = true
	return c.copyAll(dst)
}

// keep returns the connection to the pool if both sides are done with it.
func (t *trip) keep(h *head, open bool) {
	whole := t.upload == nil || t.upload.finished() && t.upload.whole
	if h.close || !open || !whole || t.conn.start != t.conn.end {
		_ = t.conn.net.Close()
		return
	}
	if t.request.deadline {
		_ = t.conn.net.SetDeadline(time.Time{})
	}
	t.put(t.conn)
}
