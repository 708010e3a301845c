package gateway

import (
	"net/http"
	"strings"

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
	if c.door.closed {
		return emulator.Refuse(http.StatusForbidden, "AccessDenied",
			"the public URL of function '%s' is disabled (disableURLInternet of %s)", c.fn.Name(), c.door.name())
	}
	if refusal := c.authorise(); refusal != nil {
		return refusal
	}
	if !c.door.allows(c.r.Method) {
		return emulator.Refuse(http.StatusForbidden, "AccessDenied", "method '%s' is not allowed by %s (allowed: %s)",
			c.r.Method, c.door.name(), strings.Join(c.door.methods, ", "))
	}
	return nil
}

// notify tells plainly what this release lets pass or leaves out, once for each function.
func (c *call) notify() {
	name, what := c.fn.Name(), "its HTTP trigger"
	if c.door.host != "" {
		what = c.door.name()
	}
	if c.gateway.Signed == nil {
		switch c.door.access.AuthType {
		case authFunction:
			c.gateway.tell(name, "auth", what+" has authType 'function': fcemu lets every request in; with --auth signature it verifies them")
		case "":
			c.gateway.tell(name, "auth", what+" has no authType, which means 'function': fcemu lets every request in; with --auth signature it verifies them")
		}
	}
	if c.door.secure && c.r.TLS == nil {
		c.gateway.tell(name, "https", what+" is for HTTPS only: fcemu serves it over HTTP too")
	}
	if !c.fn.Custom() && c.upgrade() != "" {
		c.gateway.tell(name, "websocket", "WebSocket connections reach custom runtimes only; this function gets a plain event")
	}
}
