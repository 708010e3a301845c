package gateway

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/fcemu/fcemu/emulator"
)

// requestBody is the body of a request as the function reads it. A body of unknown length is
// refused as soon as it is too long.
type requestBody struct {
	body     io.Reader
	left     int64 // bytes that are still allowed
	rest     int64 // bytes that are still to come, negative = unknown
	limit    int
	ended    atomic.Bool // the whole body was read
	exceeded atomic.Bool
}

// Read reads from the body. Beyond the limit the error is an *emulator.Error.
func (b *requestBody) Read(p []byte) (int, error) {
	if b.exceeded.Load() {
		return 0, emulator.EntityTooLarge(b.limit)
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if int64(n) > b.left {
		n = int(b.left)
		b.exceeded.Store(true)
		err = emulator.EntityTooLarge(b.limit)
	}
	b.left -= int64(n)
	b.rest -= int64(n)
	if err == io.EOF || b.rest == 0 {
		b.ended.Store(true)
	}
	return n, err
}

// openBody checks the length of the body and makes it ready to be read.
func (c *call) openBody(limit int) *emulator.Error {
	if c.r.ContentLength > int64(limit) {
		return emulator.EntityTooLarge(limit)
	}
	c.body.body, c.body.left, c.body.rest, c.body.limit = c.r.Body, int64(limit), c.r.ContentLength, limit
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
	var body []byte
	var err error
	if c.r.ContentLength > 0 {
		body = make([]byte, c.r.ContentLength)
		_, err = io.ReadFull(&c.body, body)
	} else {
		body, err = io.ReadAll(&c.body)
	}
	if c.body.exceeded.Load() {
		return nil, emulator.EntityTooLarge(limit)
	}
	var refused *emulator.Error
	if errors.As(err, &refused) {
		return nil, refused
	}
	if err != nil {
		return nil, emulator.InvalidArgument("the request body could not be read: %v", err)
	}
	return body, nil
}
