package daemon

import (
	"context"
	"net/http"
	"strings"

	"github.com/fcemu/fcemu/emulator/gateway"
)

// handler is the one port: it tells requests apart in the order that docs/cli.md lists.
func (d *Daemon) handler(streams context.Context) http.Handler {
	openAPI, own := d.openAPI(), endWith(streams, d.own())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := gateway.MatchRequest(r); ok {
			d.parts.gateway.ServeHTTP(w, r)
			return
		}
		switch {
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
