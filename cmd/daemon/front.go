package daemon

import (
	"context"
	"net/http"
	"strings"

	"github.com/fcemu/fcemu/emulator/gateway"
	"github.com/fcemu/fcemu/emulator/oss"
)

// handler is the one port: it tells requests apart in the order that docs/cli.md lists.
func (d *Daemon) handler(streams context.Context) http.Handler {
	openAPI, own, objects, metrics := d.openAPI(), endWith(streams, d.own()), d.objectStore(), d.metrics()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.parts.gateway.ServesDomain(r) {
			d.parts.gateway.ServeHTTP(w, r)
			return
		}
		if oss.Match(r) { // first: its hosts are its own, and an object may be called proxy/…
			objects.ServeHTTP(w, r)
			return
		}
		if _, ok := gateway.MatchRequest(r); ok {
			d.parts.gateway.ServeHTTP(w, r)
			return
		}
		switch {
		case strings.HasPrefix(r.URL.Path, "/_fcemu/"):
			own.ServeHTTP(w, r)
		case r.URL.Path == "/metrics":
			metrics.ServeHTTP(w, r)
		default:
			openAPI.ServeHTTP(w, r)
		}
	})
}

// endWith ends requests also when ctx ends, so that a log follower does not hold up the end.
func endWith(ctx context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		joined, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		next.ServeHTTP(w, r.WithContext(joined))
	})
}
