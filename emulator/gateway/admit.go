package gateway

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/fcemu/fcemu/emulator"
)

// Limits of a request and of its answer, in bytes. Source: FC 3.0 HTTP trigger overview.
const (
	maxRequestHeader = 8 << 10 // keys and values
	maxTarget        = 4 << 10 // path and query
	maxAnswerHeader  = 8 << 10 // keys and values
)

// admit holds the rules that need neither the body nor the function.
func (c *call) admit() *emulator.Error {
	if size := headerSize(c.r.Header); size > maxRequestHeader {
		return emulator.InvalidArgument("the request headers have %d bytes in all (allowed: %d)", size, maxRequestHeader)
	}
	if size := len(c.target); size > maxTarget {
		return emulator.InvalidArgument("the request path with its query has %d bytes (allowed: %d)", size, maxTarget)
	}
	if c.config.DisableURLInternet {
		return emulator.Refuse(http.StatusForbidden, "AccessDenied",
			"the public URL of function '%s' is disabled (disableURLInternet of trigger '%s')", c.fn.Name(), c.trigger.TriggerName)
	}
	if !c.config.Allows(c.r.Method) {
		return emulator.Refuse(http.StatusForbidden, "AccessDenied", "method '%s' is not allowed by trigger '%s' (allowed: %s)",
			c.r.Method, c.trigger.TriggerName, strings.Join(c.config.Methods, ", "))
	}
	return nil
}

// notify tells plainly what this release lets pass or leaves out, once for each function.
func (c *call) notify() {
	name := c.fn.Name()
	switch authType := c.config.AuthType; authType {
	case "anonymous":
	case "":
		c.gateway.tell(name, "auth", "its HTTP trigger has no authType, which means 'function': fcemu does not verify signatures of HTTP triggers yet and lets every request in")
	default:
		c.gateway.tell(name, "auth", "its HTTP trigger has authType '"+authType+"': fcemu does not verify it yet and lets every request in")
	}
	if len(c.config.CORSConfig) > 0 && string(c.config.CORSConfig) != "null" {
		c.gateway.tell(name, "cors", "corsConfig of its HTTP trigger is not applied yet; the default CORS answers of FC are sent")
	}
	if strings.EqualFold(first(c.r.Header, "Upgrade"), "websocket") {
		c.gateway.tell(name, "websocket", "WebSocket connections are not passed on yet; the function sees a plain GET")
	}
}

// body is what a custom runtime reads: never more than limit bytes.
func (c *call) body(limit int) (io.Reader, *emulator.Error) {
	if c.r.ContentLength > int64(limit) {
		return nil, emulator.EntityTooLarge(limit)
	}
	if c.r.ContentLength >= 0 {
		return c.r.Body, nil
	}
	return &boundedBody{body: c.r.Body, left: limit, limit: limit}, nil
}

// readBody reads the whole body.
func (c *call) readBody(limit int) ([]byte, *emulator.Error) {
	reader, refusal := c.body(limit)
	if refusal != nil || c.r.ContentLength == 0 {
		return nil, refusal
	}
	var body []byte
	var err error
	if c.r.ContentLength > 0 {
		body = make([]byte, c.r.ContentLength)
		_, err = io.ReadFull(reader, body)
	} else {
		body, err = io.ReadAll(reader)
	}
	if bounded, ok := reader.(*boundedBody); ok && bounded.exceeded.Load() {
		return nil, emulator.EntityTooLarge(limit)
	}
	if err != nil {
		return nil, emulator.InvalidArgument("the request body could not be read: %v", err)
	}
	return body, nil
}

// boundedBody refuses a body of unknown length as soon as it is too long.
type boundedBody struct {
	body     io.Reader
	left     int
	limit    int
	exceeded atomic.Bool
}

// Read reads from the body. Beyond the limit the error is an *emulator.Error.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.exceeded.Load() {
		return 0, emulator.EntityTooLarge(b.limit)
	}
	if len(p) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if n > b.left {
		n = b.left
		b.exceeded.Store(true)
		err = emulator.EntityTooLarge(b.limit)
	}
	b.left -= n
	return n, err
}
