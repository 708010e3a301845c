package gateway_test

import (
	"net/http"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// TestContentChoosesVersion: an alias sees headers, cookies and the query of the client's own request,
// and the answer tells the version, whether it is passed through or made of an event.
func TestContentChoosesVersion(t *testing.T) {
	item := func(kind, key, value string) emulator.PolicyItem {
		return emulator.PolicyItem{Type: kind, Key: key, Operator: "=", Value: value}
	}
	policy := &emulator.RoutePolicy{Condition: "OR", PolicyItems: []emulator.PolicyItem{
		item("Header", "x-test-uid", "11111"), item("Cookie", "group", "beta"), item("Param", "v", "2 b")}}
	for _, function := range []string{"web", "event"} {
		run := answers(200, http.Header{"Content-Length": {"2"}}, "ok")
		if function == "event" {
			run = returns(`"ok"`)
		}
		w := newWorld(t, run, func(w *world) { w.canary = policy })
		for _, c := range []struct{ query, header, version string }{
			{"", "X-Test-Uid: 11111", "2"}, {"", "X-Test-Uid: 1", "1"}, {"", "Accept: */*", "1"},
			{"", "Cookie: a=b; group=beta", "2"}, {"", "Cookie: group=alpha", "1"},
			{"?v=2%20b", "Accept: */*", "2"}, {"?w=2%20b", "Accept: */*", "1"}, {"?v=3&v=2%20b", "Accept: */*", "1"},
		} {
			got := w.call(t, "GET", "/proxy/"+function+".canary/"+c.query, "", c.header)
			if got.status != 200 || got.header.Get("X-Fc-Invocation-Service-Version") != c.version || got.header.Get("X-Fc-Invocation-Code-Version") != c.version {
				t.Errorf("%s with %q and %q: %d %v, want version %s", function, c.query, c.header, got.status, got.header, c.version)
			}
		}
	}
}
