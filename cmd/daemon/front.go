package daemon

import (
	"context"
	"net/http"
	"strings"
)

// handler is the one port: it tells requests apart in the order that docs/cli.md lists.
func (d *Daemon) handler(streams context.Context) http.Handler {
	trigger, openAPI := d.parts.gateway, d.parts.api
	own := endWith(streams, d.own())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case d.parts.isTrigger(r):
			trigger.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/_fcemu/"):
			own.ServeHTTP(w, r)
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
