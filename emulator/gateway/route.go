package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

const (
	proxyPrefix   = "/proxy/"            // FC 3.0, for clients that cannot resolve *.localhost
	proxyPrefix20 = "/2016-08-15/proxy/" // FC 2.0 default domain
	hostSuffix    = ".localhost"
	maxName       = 128

	// headerTarget names an FC 2.0 function apart from the path: 2016-08-15/proxy/{service}/{function}.
	headerTarget = "X-Fc-Invocation-Target"
)

// Route is the function that a request is for.
type Route struct {
	emulator.Reference
	Path string // as the function sees it: still percent-encoded, without the query

	skip   int // bytes at the beginning of the request's path that the function does not see
	prefix int // bytes of the rest that an HTTP handler of a built-in runtime does not see either
}

// MatchRequest tells whether r is for an HTTP trigger, and whose.
func MatchRequest(r *http.Request) (Route, bool) {
	path, _, _ := strings.Cut(rawTarget(r), "?")
	if named := r.Header[headerTarget]; len(named) > 0 {
		if route, ok := matchHeader(named[0], path); ok {
			return route, true
		}
	}
	return Match(r.Host, path)
}

// Match tells whether a host (with or without a port) and a path, still encoded and without the
// query, are those of an HTTP trigger, and whose. It looks at nothing but the two texts: the
// function need not exist.
func Match(host, escapedPath string) (Route, bool) {
	if function, ok := functionOfHost(host); ok {
		return newRoute(emulator.Reference{Name: emulator.Name{Function: function}}, escapedPath, 0), true
	}
	if rest, ok := strings.CutPrefix(escapedPath, proxyPrefix); ok {
		segment, tail := cutSegment(rest)
		function, qualifier, ok := splitQualifier(segment)
		if !ok {
			return Route{}, false
		}
		ref := emulator.Reference{Name: emulator.Name{Function: function}, Qualifier: qualifier}
		return newRoute(ref, escapedPath, len(escapedPath)-len(tail)), true
	}
	if ref, tail, ok := match20(escapedPath); ok {
		route := newRoute(ref, escapedPath, 0)
		route.prefix = len(escapedPath) - len(tail)
		return route, true
	}
	return Route{}, false
}

// matchHeader is FC 2.0's way to give a custom runtime the path without the proxy prefix.
func matchHeader(named, path string) (Route, bool) {
	ref, _, ok := match20("/" + strings.TrimPrefix(named, "/"))
	if !ok {
		return Route{}, false
	}
	skip := 0
	if same, tail, ok := match20(path); ok && same == ref {
		skip = len(path) - len(tail)
	}
	return newRoute(ref, path, skip), true
}

// match20 reads /2016-08-15/proxy/{service}[.{qualifier}]/{function}[/…].
func match20(path string) (ref emulator.Reference, tail string, ok bool) {
	rest, ok := strings.CutPrefix(path, proxyPrefix20)
	if !ok {
		return ref, "", false
	}
	scope, rest := cutSegment(rest)
	function, tail := cutSegment(strings.TrimPrefix(rest, "/"))
	function = unescape(function)
	ref.Service, ref.Qualifier, ok = splitQualifier(scope)
	ref.Function = function
	return ref, tail, ok && validName(function)
}

func newRoute(ref emulator.Reference, path string, skip int) Route {
	route := Route{Reference: ref, Path: path[skip:], skip: skip}
	if route.Path == "" {
		route.Path = "/"
	}
	return route
}

// functionOfHost reads <function>.localhost[:port]. The case of the function's name is kept: curl
// sends it as typed, browsers send lower case.
func functionOfHost(host string) (string, bool) {
	host = hostname(host)
	name := len(host) - len(hostSuffix)
	if name <= 0 || !strings.EqualFold(host[name:], hostSuffix) {
		return "", false
	}
	return host[:name], validName(host[:name])
}

// splitQualifier reads {name}[.{qualifier}]; names have no dots.
func splitQualifier(segment string) (name, qualifier string, ok bool) {
	segment = unescape(segment)
	name, qualifier, dotted := strings.Cut(segment, ".")
	return name, qualifier, validName(name) && (!dotted || validName(qualifier))
}

// cutSegment cuts before the next slash, which stays with the tail.
func cutSegment(path string) (segment, tail string) {
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

func unescape(segment string) string {
	if strings.IndexByte(segment, '%') < 0 {
		return segment
	}
	if plain, err := url.PathUnescape(segment); err == nil {
		return plain
	}
	return segment
}

// validName accepts letters, digits, '_' and '-', as names of functions and services are.
func validName(name string) bool {
	if name == "" || len(name) > maxName {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return true
}

// rawTarget is path and query exactly as the client wrote them.
func rawTarget(r *http.Request) string {
	target := r.RequestURI
	if strings.HasPrefix(target, "/") {
		return target
	}
	if _, rest, ok := strings.Cut(target, "://"); ok { // as sent to a proxy: http://host/path
		if i := strings.IndexAny(rest, "/?"); i >= 0 && rest[i] == '/' {
			return rest[i:]
		} else if i >= 0 {
			return "/" + rest[i:]
		}
		return "/"
	}
	if r.URL != nil { // not from the wire, or "*"
		return r.URL.RequestURI()
	}
	return "/"
}

// target is path and query as the function sees them.
func (r Route) target(raw string) string {
	raw = raw[min(r.skip, len(raw)):]
	if !strings.HasPrefix(raw, "/") {
		return "/" + raw
	}
	return raw
}
