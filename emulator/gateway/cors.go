package gateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// readCORS finds the door's corsConfig.
func (c *call) readCORS() *emulator.Error {
	if len(c.door.access.CORS) == 0 {
		return nil
	}
	cors, err := c.gateway.cors.get(c.door.access.CORS, emulator.ParseCORS)
	if err != nil {
		return refusalOf(err)
	}
	c.cors = cors
	return nil
}

// allowOrigin adds what other origins may do, where the function did not say so itself. A corsConfig
// outranks what the default domain lets them do without one. Source: FC 3.0 HTTP trigger overview.
func (c *call) allowOrigin(header map[string][]string) {
	origin := c.r.Header["Origin"]
	if len(origin) == 0 || origin[0] == "" {
		return
	}
	switch {
	case c.cors != nil:
		c.allowConfigured(header, origin[0])
	case c.door.crossed:
		addOrigin(header, origin[0], true)
		addAbsent(header, "Access-Control-Expose-Headers", "Date,x-fc-request-id")
	}
}

// allowConfigured adds the headers of a corsConfig, if it allows the origin.
func (c *call) allowConfigured(header map[string][]string, origin string) {
	allowed, anyOrigin := c.cors.Allows(origin)
	if !anyOrigin {
		header["Vary"] = append(slices.Clip(header["Vary"]), "Origin")
	}
	if !allowed {
		return
	}
	if anyOrigin {
		origin = "*"
	}
	addOrigin(header, origin, c.cors.AllowCredentials)
	if len(c.cors.ExposeHeaders) > 0 {
		addAbsent(header, "Access-Control-Expose-Headers", strings.Join(c.cors.ExposeHeaders, ","))
	}
}

// addOrigin leaves both headers to a function that sets the first.
func addOrigin(header map[string][]string, origin string, credentials bool) {
	if len(header["Access-Control-Allow-Origin"]) > 0 {
		return
	}
	header["Access-Control-Allow-Origin"] = []string{origin}
	if credentials {
		addAbsent(header, "Access-Control-Allow-Credentials", "true")
	}
}

func addAbsent(header map[string][]string, key, value string) {
	if len(header[key]) == 0 {
		header[key] = []string{value}
	}
}

// preflight answers instead of the function, where that is the platform's business, and tells
// whether it did.
func (c *call) preflight() bool {
	method := first(c.r.Header, "Access-Control-Request-Method")
	if c.r.Method != http.MethodOptions || method == "" {
		return false
	}
	if c.cors != nil {
		return c.preflightConfigured(method)
	}
	// The function sees OPTIONS requests only if its trigger lists the method.
	if !c.door.crossed || c.door.allows(http.MethodOptions) {
		return false
	}
	c.answerPreflight(http.StatusOK, strings.Join(slices.Sorted(slices.Values(c.door.methods)), ","))
	return true
}

// preflightConfigured answers a preflight that a corsConfig allows as a whole. Any other goes on to
// the function.
func (c *call) preflightConfigured(method string) bool {
	allowed, _ := c.cors.Allows(first(c.r.Header, "Origin"))
	if !allowed || !c.cors.AllowsRequest(method, first(c.r.Header, "Access-Control-Request-Headers"), c.door.methods) {
		return false
	}
	methods := c.cors.Methods(c.door.methods)
	if slices.Contains(methods, "*") {
		methods = []string{method} // with credentials, browsers do not take * for any
	}
	c.w.Header()["Access-Control-Max-Age"] = []string{strconv.Itoa(*c.cors.MaxAge)}
	c.answerPreflight(http.StatusNoContent, strings.Join(methods, ","))
	return true
}

func (c *call) answerPreflight(status int, methods string) {
	header := c.w.Header()
	c.allowOrigin(header)
	header["X-Fc-Request-Id"] = []string{c.requestID}
	header["Access-Control-Allow-Methods"] = []string{methods}
	if wanted := first(c.r.Header, "Access-Control-Request-Headers"); wanted != "" {
		header["Access-Control-Allow-Headers"] = []string{wanted}
	}
	c.writeStatus(status)
}
