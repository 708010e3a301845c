package invoke

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Patience is how long the platform waits for more of a body that it reads as a whole, where nothing
// else is said.
const Patience = time.Minute

// Farewell is how long the end of a call waits for a client that is still sending: one that is cut
// off at once may lose the answer.
const Farewell = 500 * time.Millisecond

// maxDrained is how much a client may send in vain, in bytes. It is more than a code package in JSON.
const maxDrained = 160 << 20

// StatusClientClosed is for calls whose client went away.
const StatusClientClosed = 499

// Body is the body of a request as it comes over its connection. One of unknown length is refused as
// soon as it is too long.
type Body struct {
	from     io.Reader
	w        http.ResponseWriter // of the same connection
	patience time.Duration       // how long a Read may take, 0 = as long as it likes
	left     int64               // bytes that are still allowed
	rest     int64               // bytes that are still to come, negative = unknown
	limit    int
	ended    atomic.Bool                    // the whole body was read, or nobody reads it any more
	refusal  atomic.Pointer[emulator.Error] // the client's fault: it is too long, or no body at all
}

// Open checks the length of a request's body and makes it ready to be read.
func (b *Body) Open(w http.ResponseWriter, r *http.Request, limit int) *emulator.Error {
	if r.ContentLength > int64(limit) {
		return emulator.EntityTooLarge(limit)
	}
	b.from, b.w, b.left, b.rest, b.limit = r.Body, w, int64(limit), r.ContentLength, limit
	if r.Body == nil {
		b.rest = 0
	}
	if b.rest == 0 {
		b.ended.Store(true)
	}
	return nil
}

// Read reads from the body. Beyond the limit the error is an *emulator.Error.
func (b *Body) Read(p []byte) (int, error) {
	if refusal := b.refusal.Load(); refusal != nil {
		return 0, refusal
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	if b.patience > 0 {
		b.Hurry(b.patience)
	}
	n, err := b.from.Read(p)
	if int64(n) > b.left {
		n = int(b.left)
		err = emulator.EntityTooLarge(b.limit)
	}
	if refusal := faultOf(err); refusal != nil {
		b.refusal.Store(refusal)
		err = refusal
	}
	b.left -= int64(n)
	b.rest -= int64(n)
	if err == io.EOF || b.rest == 0 {
		b.ended.Store(true)
	}
	return n, err
}

// ReadWhole reads the whole of an opened body. A client that sends nothing for longer than patience is
// refused, and so is one that has left.
func (b *Body) ReadWhole(patience time.Duration) (body []byte, refusal *emulator.Error) {
	if b.rest == 0 {
		return nil, nil
	}
	var err error
	if here, ok := b.from.(interface{ Buffered() int }); ok && b.rest > 0 && int64(here.Buffered()) >= b.rest {
		patience = 0 // as nearly always: moving the deadline would show in the time of a warm call
	}
	b.patience = patience
	if b.rest > 0 {
		body = make([]byte, b.rest)
		_, err = io.ReadFull(b, body)
	} else {
		body, err = io.ReadAll(b)
	}
	b.patience = 0
	if err != nil {
		return nil, unreadable(err, patience)
	}
	if patience > 0 {
		_ = http.NewResponseController(b.w).SetReadDeadline(time.Time{}) // fails where the client has gone since
	}
	return body, nil
}

// Close ends a Read that waits for the client, and all that follow.
func (b *Body) Close() error {
	b.Hurry(0)
	b.ended.Store(true)
	return nil
}

// Hurry lets reading fail after a while, unless there is nothing more to read: then the connection
// is the server's, which waits for its client to leave or to ask again.
func (b *Body) Hurry(limit time.Duration) {
	if !b.ended.Load() {
		_ = http.NewResponseController(b.w).SetReadDeadline(time.Now().Add(limit)) // fails where it is closed already
	}
}

// End says that nobody reads the rest, for a connection that is handed over.
func (b *Body) End() { b.ended.Store(true) }

// Ended tells whether nothing more of the body will be read.
func (b *Body) Ended() bool { return b.ended.Load() }

// Refusal is what the client did wrong in the part that was read, or nil.
func (b *Body) Refusal() *emulator.Error { return b.refusal.Load() }

// Drain reads what a client goes on sending although it is refused, within reason: many look for an
// answer only when they have sent everything. Those that wait to be asked (Expect) are not asked, and
// those that announce too much are refused at once.
func Drain(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.ContentLength == 0 || r.ContentLength > maxDrained || len(r.Header["Expect"]) > 0 {
		return
	}
	rest := Body{from: r.Body, w: w, patience: Farewell, left: maxDrained, rest: r.ContentLength}
	_, _ = io.Copy(io.Discard, &rest) // whatever ends it, the client is refused
}

// ClientClosed is the end of a call whose client went away. Nobody reads it but the request log.
func ClientClosed() *emulator.Error {
	return emulator.Refuse(StatusClientClosed, "ClientClosedRequest", "the client closed the request")
}

// unreadable tells a client that has gone from one that sends nonsense, or nothing.
func unreadable(err error, patience time.Duration) *emulator.Error {
	var broken net.Error
	if refusal := faultOf(err); refusal != nil {
		return refusal
	}
	if errors.As(err, &broken) && broken.Timeout() {
		return emulator.InvalidArgument("the request body could not be read: nothing came for %v", patience)
	}
	return ClientClosed()
}

// faultOf refuses what a client should not have sent. It is nil for what happens to connections.
func faultOf(err error) *emulator.Error {
	if err == nil || err == io.EOF { // nearly always, and errors.As costs memory
		return nil
	}
	var refusal *emulator.Error
	var broken net.Error
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &broken):
		return nil
	case errors.As(err, &refusal):
		return refusal
	}
	return emulator.InvalidArgument("the request body could not be read: %v", err)
}
