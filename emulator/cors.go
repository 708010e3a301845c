package emulator

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Limits of a corsConfig. Source: FC 3.0 HTTP trigger overview.
const (
	maxOrigins       = 100
	maxOrigin        = 256 // characters
	maxCORSHeaders   = 50
	maxPreflightAge  = 86400 // seconds
	defaultFlightAge = 3600  // seconds
)

// CORS is a corsConfig: which pages of other origins may call.
type CORS struct {
	AllowOrigins     []string `json:"allowOrigins"`
	AllowMethods     []string `json:"allowMethods,omitempty"` // none = those of the trigger or route
	AllowHeaders     []string `json:"allowHeaders,omitempty"`
	ExposeHeaders    []string `json:"exposeHeaders,omitempty"`
	AllowCredentials bool     `json:"allowCredentials,omitempty"`
	MaxAge           *int     `json:"maxAge,omitempty"` // seconds that a preflight holds
}

// ParseCORS reads a corsConfig. It is nil where there is none. The errors are refusals with
// InvalidArgument.
func ParseCORS(raw json.RawMessage) (*CORS, error) {
	raw = bytes.TrimSpace(raw)
	if text := ""; len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
		raw = bytes.TrimSpace([]byte(text))
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	c := &CORS{}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, InvalidArgument("CORSConfig is set to an invalid value: %v", err)
	}
	if c.empty() {
		return nil, nil
	}
	for i, method := range c.AllowMethods {
		c.AllowMethods[i] = strings.ToUpper(method)
	}
	if c.MaxAge == nil {
		age := defaultFlightAge
		c.MaxAge = &age
	}
	if refusal := c.check(); refusal != nil {
		return nil, refusal
	}
	return c, nil
}

// empty holds for what an SDK makes of a corsConfig that was not set.
func (c *CORS) empty() bool {
	return len(c.AllowOrigins)+len(c.AllowMethods)+len(c.AllowHeaders)+len(c.ExposeHeaders) == 0 && !c.AllowCredentials &&
		(c.MaxAge == nil || *c.MaxAge == 0)
}

func (c *CORS) check() *Error {
	switch {
	case len(c.AllowOrigins) == 0:
		return InvalidArgument("CORSConfig.AllowOrigins is not specified")
	case len(c.AllowOrigins) > maxOrigins:
		return InvalidArgument("CORSConfig.AllowOrigins contains too many values (max: %d, actual: %d)", maxOrigins, len(c.AllowOrigins))
	case *c.MaxAge < 0 || *c.MaxAge > maxPreflightAge:
		return InvalidArgument("CORSConfig.MaxAge is set to an invalid value (min: 0, max: %d, actual: %d)", maxPreflightAge, *c.MaxAge)
	case c.AllowCredentials && slices.Contains(c.AllowOrigins, "*"):
		return InvalidArgument("CORSConfig.AllowOrigins cannot have '*' together with AllowCredentials")
	}
	for _, origin := range c.AllowOrigins {
		if len(origin) > maxOrigin || !isOriginPattern(origin) {
			return InvalidArgument("CORSConfig.AllowOrigins is set to an invalid value (expected: *, https://* or an origin such as https://www.example.com, actual: '%s')", Clip(origin))
		}
	}
	for _, method := range c.AllowMethods {
		if allowed := corsMethods(); method != "*" && !slices.Contains(allowed, method) {
			return InvalidArgument("CORSConfig.AllowMethods is set to an invalid value (allowed: * | %s, actual: '%s')", strings.Join(allowed, " | "), Clip(method))
		}
	}
	if refusal := checkHeaderNames("AllowHeaders", c.AllowHeaders); refusal != nil {
		return refusal
	}
	return checkHeaderNames("ExposeHeaders", c.ExposeHeaders)
}

// corsMethods leaves OPTIONS out: it is the preflight itself.
func corsMethods() []string { return []string{"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"} }

func checkHeaderNames(field string, names []string) *Error {
	if len(names) > maxCORSHeaders {
		return InvalidArgument("CORSConfig.%s contains too many values (max: %d, actual: %d)", field, maxCORSHeaders, len(names))
	}
	for _, name := range names {
		if name == "" || len(name) > maxOrigin || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("()<>@,;:\\\"/[]?={}", r) }) {
			return InvalidArgument("CORSConfig.%s is set to an invalid value (expected: * or a header's name, actual: '%s')", field, Clip(name))
		}
	}
	return nil
}

// isOriginPattern accepts *, https://* and origins. A "*" may not stand for a part of a host.
func isOriginPattern(text string) bool {
	if text == "*" || text == "https://*" {
		return true
	}
	parsed, err := url.Parse(text)
	return err == nil && parsed.Scheme != "" && parsed.Host != "" && !strings.ContainsAny(text, "* ") && text == parsed.Scheme+"://"+parsed.Host
}

// Allows tells whether an origin may call, and whether any may.
func (c *CORS) Allows(origin string) (allowed, any bool) {
	for _, pattern := range c.AllowOrigins {
		switch {
		case pattern == "*":
			return true, true
		case pattern == "https://*" && strings.HasPrefix(origin, "https://"), strings.EqualFold(pattern, origin):
			return true, false
		}
	}
	return false, false
}

// AllowsRequest tells whether a preflight's method and headers (a list with commas) are allowed.
// methods are those of the trigger or route, none meaning all.
func (c *CORS) AllowsRequest(method, headers string, methods []string) bool {
	if list := c.Methods(methods); !slices.Contains(list, "*") && !slices.Contains(list, method) {
		return false
	}
	if slices.Contains(c.AllowHeaders, "*") {
		return true
	}
	for name := range strings.SplitSeq(headers, ",") {
		name = strings.TrimSpace(name)
		if name != "" && !slices.ContainsFunc(c.AllowHeaders, func(allowed string) bool { return strings.EqualFold(allowed, name) }) {
			return false
		}
	}
	return true
}

// Methods are those that pages of other origins may use.
func (c *CORS) Methods(methods []string) []string {
	if len(c.AllowMethods) > 0 {
		return c.AllowMethods
	}
	if len(methods) == 0 {
		return corsMethods()
	}
	return slices.DeleteFunc(slices.Clone(methods), func(method string) bool { return method == "OPTIONS" })
}
