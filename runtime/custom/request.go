package custom

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// request is what is sent to the server.
type request struct {
	method, target, host string
	control              string // x-fc-control-path; empty = none
	contentType          string
	header               map[string][]string
	body                 []byte
	stream               io.Reader                  // instead of body
	trailer              func() map[string][]string // of a stream of unknown length, when it is read; may be nil
	upgrade              string                     // the protocol that the client asks for; empty = none
	length               int64                      // -1 = unknown
	deadline             bool                       // the context's deadline is kept on the connection (health checks)
}

// safe tells whether FC repeats the request when the connection breaks.
func (r *request) safe() bool {
	switch r.method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return r.stream == nil && len(r.body) == 0
	}
	return false
}

// check refuses what would break the framing.
func (r *request) check() error {
	if !isToken(r.method) {
		return &runtime.BadAnswer{Reason: "the method of the request is malformed"}
	}
	for n := 0; n < len(r.target); n++ {
		if c := r.target[n]; c <= ' ' || c == 0x7f {
			return &runtime.BadAnswer{Reason: "the path of the request is malformed"}
		}
	}
	return nil
}

// appendHead writes the request line and the header.
func (r *request) appendHead(b []byte, s *session, call runtime.Call) []byte {
	b = append(b, r.method...)
	b = append(b, ' ')
	if r.target == "" {
		b = append(b, '/')
	}
	b = append(b, r.target...)
	b = append(b, " HTTP/1.1\r\n"...)
	host := r.host
	if host == "" {
		host = s.address
	}
	b = appendLine(b, "Host", host)
	for key, values := range r.header {
		if !isToken(key) || dropped(key) {
			continue
		}
		for _, value := range values {
			b = appendLine(b, key, value)
		}
	}
	if r.contentType != "" {
		b = appendLine(b, "Content-Type", r.contentType)
	}
	if r.upgrade != "" {
		b = append(b, "Connection: Upgrade\r\n"...)
		b = appendLine(b, "Upgrade", r.upgrade)
	}
	b = r.appendLength(b)
	b = appendCall(b, r.control, call)
	b = append(b, s.common...)
	b = append(b, s.keysFor(call.Credentials)...)
	return append(b, "\r\n"...)
}

func (r *request) appendLength(b []byte) []byte {
	switch {
	case r.length < 0:
		return append(b, "Transfer-Encoding: chunked\r\n"...)
	case r.length > 0 || r.method != http.MethodGet && r.method != http.MethodHead:
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, r.length, 10)
		return append(b, "\r\n"...)
	}
	return b
}

// appendCall writes the headers that differ from request to request.
// Source: FC custom runtime, common headers.
func appendCall(b []byte, control string, call runtime.Call) []byte {
	if control != "" {
		b = appendLine(b, "X-Fc-Control-Path", control)
	}
	if call.RequestID == "" {
		return b
	}
	b = appendLine(b, "X-Fc-Request-Id", call.RequestID)
	qualifier := call.Qualifier
	if qualifier == "" {
		qualifier = emulator.LatestVersion
	}
	b = appendLine(b, "X-Fc-Qualifier", qualifier)
	b = append(b, "X-Fc-Retry-Count: "...)
	b = strconv.AppendInt(b, int64(call.RetryCount), 10)
	return append(b, "\r\n"...)
}

// commonHeader makes the lines that are the same for the whole life of an instance.
func commonHeader(fn *emulator.Function, id identity) []byte {
	var b []byte
	add := func(key, value string) { b = appendLine(b, key, value) }
	add("X-Fc-Function-Name", fn.FunctionName)
	add("X-Fc-Function-Handler", fn.Handler)
	add("X-Fc-Function-Memory", strconv.Itoa(fn.MemorySize))
	add("X-Fc-Function-Timeout", strconv.Itoa(fn.Timeout))
	add("X-Fc-Region", id.region)
	add("X-Fc-Account-Id", id.account)
	add("X-Fc-Version-Id", fn.VersionID)
	if log := fn.LogConfig; log != nil {
		add("X-Fc-Service-Logproject", log.Project)
		add("X-Fc-Service-Logstore", log.Logstore)
	}
	if fn.Service != "" {
		add("X-Fc-Service-Name", fn.Service)
		addHooks(add, fn)
	}
	return b
}

// keyLines are the header lines of credentials.
type keyLines struct {
	of    *runtime.Credentials
	lines []byte
}

// keysFor returns the lines of credentials, which are made anew when those are others. A check of the
// instance's health has none of its own and goes with the last ones.
func (s *session) keysFor(c *runtime.Credentials) []byte {
	known := s.keys.Load()
	if known != nil && (c == nil || known.of == c) {
		return known.lines
	}
	if c == nil {
		return nil
	}
	b := appendLine(nil, "X-Fc-Access-Key-Id", c.AccessKeyID)
	b = appendLine(b, "X-Fc-Access-Key-Secret", c.AccessKeySecret)
	if c.SecurityToken != "" && s.fn.Runtime != "custom.debian11" { // there it is in the environment only
		b = appendLine(b, "X-Fc-Security-Token", c.SecurityToken)
	}
	s.keys.Store(&keyLines{c, b})
	return b
}

// addHooks adds the headers that exist in FC 2.0 only.
func addHooks(add func(key, value string), fn *emulator.Function) {
	if hook := fn.Initializer(); hook != nil {
		add("X-Fc-Function-Initializer", hook.Handler)
		add("X-Fc-Initialization-Timeout", strconv.Itoa(hook.Timeout))
	}
	if hook := fn.PreStop(); hook != nil {
		add("X-Fc-Instance-Lifecycle-Pre-Stop-Handler", hook.Handler)
	}
	if c := fn.InstanceLifecycleConfig; c != nil && c.PreFreeze != nil {
		add("X-Fc-Instance-Lifecycle-Pre-Freeze-Handler", c.PreFreeze.Handler)
	}
}

// appendLine writes one header line. Line ends inside a value become spaces.
func appendLine(b []byte, key, value string) []byte {
	b = append(b, key...)
	b = append(b, ": "...)
	if strings.ContainsAny(value, "\r\n\x00") {
		value = strings.Map(func(r rune) rune {
			if r == '\r' || r == '\n' || r == 0 {
				return ' '
			}
			return r
		}, value)
	}
	b = append(b, value...)
	return append(b, "\r\n"...)
}

// dropped names the header fields that belong to one connection, or to the platform.
func dropped(key string) bool {
	switch len(key) {
	case 2:
		return strings.EqualFold(key, "TE")
	case 4:
		return strings.EqualFold(key, "Host")
	case 6:
		return strings.EqualFold(key, "Expect")
	case 7:
		return strings.EqualFold(key, "Trailer") || strings.EqualFold(key, "Upgrade")
	case 10:
		return strings.EqualFold(key, "Connection") || strings.EqualFold(key, "Keep-Alive")
	case 14:
		return strings.EqualFold(key, "Content-Length")
	case 16:
		return strings.EqualFold(key, "Proxy-Connection")
	case 17:
		return strings.EqualFold(key, "Transfer-Encoding")
	}
	return len(key) > 5 && strings.EqualFold(key[:5], "x-fc-")
}

// isToken tells whether text may be a method or a field name. Source: RFC 9110, token.
func isToken(text string) bool {
	for n := 0; n < len(text); n++ {
		c := text[n]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return text != ""
}
