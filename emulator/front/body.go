package front

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// maxRest is how much of a body that nobody wanted is read, in bytes, so that the connection can be used
// again. A client that has more to send is left.
const maxRest = 256 << 10

// body is the body of a request. It asks for a body that waits to be asked for, and has its end told to
// the watch of the connection.
type body struct {
	response *response
	source   io.ReadCloser // net/http's; nil: there is none
	read     *http.Request // the one that source puts trailers into

	mu       sync.Mutex // a handler may have others read who go on after its end
	expected bool       // the client waits for "100 Continue"
	ended    bool       // all of it was read
	closed   bool       // nobody reads it any more
	finished bool
}

// Read reads the body.
func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	if b.expected {
		b.expected = false
		b.response.goOn()
	}
	n, err := b.source.Read(p)
	if err == io.EOF && !b.ended {
		b.ended = true
		b.response.request.Trailer = b.read.Trailer
		b.response.conn.watch.begin(b.response.conn, b.response)
	}
	if err != nil && b.response.conn.in.broken {
		b.response.cancel(b.response.conn.server.Gone)
	}
	return n, err
}

// Buffered is how many bytes of a body of known length can be read without waiting for the client, if
// none has been read yet.
func (b *body) Buffered() int { return b.response.conn.buf.Buffered() }

// Close ends reading.
func (b *body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}

// isComing tells whether the client may have more to send.
func (b *body) isComing() bool {
	if b.source == nil {
		return false
	}
	if !b.mu.TryLock() { // somebody reads
		return true
	}
	defer b.mu.Unlock()
	return !b.ended
}

// finish reads what the handler has left over. False: there is more than is worth reading, or the client
// waits to be asked for it.
func (b *body) finish() bool {
	if b.source == nil {
		return true
	}
	if !b.mu.TryLock() { // somebody reads still
		b.hurry()
		b.mu.Lock()
	}
	defer b.mu.Unlock()
	if !b.ended && !b.expected && !b.finished {
		b.hurry()
		_, err := io.CopyN(io.Discard, b.source, maxRest+1)
		b.ended = err == io.EOF
	}
	b.closed, b.finished = true, true
	return b.ended
}

// hurry is the server's own deadline, for which it is not too late when the request has been answered.
func (b *body) hurry() {
	b.response.deadlines = true
	_ = b.response.conn.rwc.SetReadDeadline(time.Now().Add(parting))
}
