package gateway

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// farewell is how long the end of a call waits for a client that is still sending: one that is cut
// off at once may lose the answer.
const farewell = 500 * time.Millisecond

// maxDrained is how much a client may send in vain, in bytes.
const maxDrained = 4 * emulator.MaxSyncPayload

// requestBody is the body of a request as the function reads it. A body of unknown length is
// refused as soon as it is too long.
type requestBody struct {
	body     io.Reader
	w        http.ResponseWriter // of the same connection
	patience time.Duration       // how long a Read may take, 0 = as long as it likes
	left     int64               // bytes that are still allowed
	rest     int64               // bytes that are still to come, negative = unknown
	limit    int
	ended    atomic.Bool                    // the whole body was read, or nobody reads it any more
	refusal  atomic.Pointer[emulator.Error] // the client's fault: it is too long, or no body at all
}

// Read reads from the body. Beyond the limit the error is an *emulator.Error.
func (b *requestBody) Read(p []byte) (int, error) {
	if refusal := b.refusal.Load(); refusal != nil {
		return 0, refusal
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	if b.patience > 0 {
		b.hurry(b.patience)
	}
	n, err := b.body.Read(p)
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

// Close ends a Read that waits for the client, and all that follow.
func (b *requestBody) Close() error {
	b.hurry(0)
	b.ended.Store(true)
	return nil
}

// hurry lets reading fail after a while, unless there is nothing more to read: then the connection
// is the server's, which waits for its client to leave or to ask again.
func (b *requestBody) hurry(limit time.Duration) {
	if !b.ended.Load() {
		_ = http.NewResponseController(b.w).SetReadDeadline(time.Now().Add(limit)) // fails where it is closed already
	}
}

// drain reads what a client goes on sending although it was refused, within reason: many look for an
// answer only when they have sent everything. Those that wait to be asked (Expect) are not asked.
func (c *call) drain() {
	if c.r.ContentLength == 0 || c.body.ended.Load() || len(c.r.Header["Expect"]) > 0 {
		return
	}
	rest := requestBody{body: c.r.Body, w: c.w, patience: farewell, left: maxDrained, rest: c.r.ContentLength}
	_, _ = io.Copy(io.Discard, &rest) // whatever ends it, the answer has been given
}

// openBody checks the length of the body and makes it ready to be read.
func (c *call) openBody(limit int) *emulator.Error {
	if c.r.ContentLength > int64(limit) {
		return emulator.EntityTooLarge(limit)
	}
	c.body.body, c.body.w, c.body.left, c.body.rest, c.body.limit = c.r.Body, c.w, int64(limit), c.r.ContentLength, limit
	if c.r.ContentLength == 0 {
		c.body.ended.Store(true)
	}
	return nil
}

// bodyLimit is how long the body may be.
func (c *call) bodyLimit() int {
	if c.control.Async {
		return emulator.MaxAsyncPayload
	}
	return emulator.MaxSyncPayload
}

// readBody reads the whole body.
func (c *call) readBody(limit int) ([]byte, *emulator.Error) {
	refusal := c.openBody(limit)
	if refusal != nil || c.r.ContentLength == 0 {
		return nil, refusal
	}
	c.body.patience = c.gateway.Patience
	var body []byte
	var err error
	if c.r.ContentLength > 0 {
		body = make([]byte, c.r.ContentLength)
		_, err = io.ReadFull(&c.body, body)
	} else {
		body, err = io.ReadAll(&c.body)
	}
	c.body.patience = 0
	if err != nil {
		return nil, c.unreadable(err)
	}
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Time{}) // fails where the client has gone since
	return body, nil
}

// unreadable tells a client that has gone from one that sends nonsense, or nothing.
func (c *call) unreadable(err error) *emulator.Error {
	var broken net.Error
	if refusal := faultOf(err); refusal != nil {
		return refusal
	}
	if errors.As(err, &broken) && broken.Timeout() {
		return emulator.InvalidArgument("the request body could not be read: nothing came for %v", c.gateway.Patience)
	}
	return clientClosed()
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

const statusClientClosed = 499

// clientClosed is what nobody gets to read, but for the request log.
func clientClosed() *emulator.Error {
	return emulator.Refuse(statusClientClosed, "ClientClosedRequest", "the client closed the request")
}
