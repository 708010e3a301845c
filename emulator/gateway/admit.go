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
	if c.gateway.Signed != nil && c.wantsSignature() {
		if refusal := c.gateway.Signed(c.r); refusal != nil {
			return refusal
		}
	}
	if !c.door.allows(c.r.Method) {
		return emulator.Refuse(http.StatusForbidden, "AccessDenied", "method '%s' is not allowed by %s (allowed: %s)",
			c.r.Method, c.door.name(), strings.Join(c.door.methods, ", "))
	}
	return nil
}

// wantsSignature holds for authType function, which is the default.
func (c *call) wantsSignature() bool {
	return c.door.access.AuthType == "function" || c.door.access.AuthType == ""
}

// notify tells plainly what this release lets pass or leaves out, once for each function.
func (c *call) notify() {
	name := c.fn.Name()
	switch authType := c.door.access.AuthType; {
	case authType == "anonymous", c.wantsSignature() && c.gateway.Signed != nil:
	case authType == "":
		c.gateway.tell(name, "auth", "its HTTP trigger has no authType, which means 'function': fcemu lets every request in; with --auth signature it verifies them")
	case authType == "function":
		c.gateway.tell(name, "auth", "its HTTP trigger has authType 'function': fcemu lets every request in; with --auth signature it verifies them")
	default:
		c.gateway.tell(name, "auth", "its HTTP trigger has authType '"+authType+"': fcemu does not verify it yet and lets every request in")
	}
	if len(c.door.access.CORS) > 0 && string(c.door.access.CORS) != "null" {
		c.gateway.tell(name, "cors", "corsConfig of its HTTP trigger is not applied yet; the default CORS answers of FC are sent")
	}
	if strings.EqualFold(first(c.r.Header, "Upgrade"), "websocket") {
		c.gateway.tell(name, "websocket", "WebSocket connections are not passed on yet; the function sees a plain GET")
	}
}
