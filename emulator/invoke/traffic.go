package invoke

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
)

// Traffic shows a request to the content-based routing of an alias. It reads nothing before it is
// asked, and costs nothing where no alias asks.
func Traffic(r *http.Request) emulator.Traffic { return (*traffic)(r) }

type traffic http.Request

// Lookup is that of emulator.Traffic; of several values it is the first.
func (t *traffic) Lookup(kind, key string) (string, bool) {
	r := (*http.Request)(t)
	switch kind {
	case emulator.RouteHeader:
		return firstOf(r.Header.Values(key))
	case emulator.RouteCookie:
		if cookie, err := r.Cookie(key); err == nil {
			return cookie.Value, true
		}
	case emulator.RouteParam:
		return firstOf(r.URL.Query()[key])
	}
	return "", false
}

func firstOf(values []string) (string, bool) {
	if len(values) == 0 {
		return "", false
	}
	return values[0], true
}
