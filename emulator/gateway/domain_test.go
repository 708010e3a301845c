package gateway_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/gateway"
)

// domain adds a custom domain with routes to the functions of the world.
func domain(host string, stored map[string]json.RawMessage, routes ...emulator.DomainRoute) func(*world) {
	return func(w *world) {
		if w.domains == nil {
			w.domains = map[string]*emulator.CustomDomain{}
		}
		w.domains[host] = &emulator.CustomDomain{DomainName: host, Protocol: "HTTP", Routes: routes, Stored: stored}
	}
}

func to(path, function string, methods ...string) emulator.DomainRoute {
	return emulator.DomainRoute{Path: path, Function: emulator.ParseName(function), Methods: methods}
}

// shows answers with what the function got to see.
func shows(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
	text := inv.Function.Name().String() + "@" + inv.Function.VersionID + " "
	if inv.HTTP != nil {
		text += inv.HTTP.Target + " " + inv.HTTP.Host
	} else {
		text += string(inv.Event)
	}
	_ = answer.Start(302, map[string][]string{"Location": {"/x"}, "Content-Disposition": {"inline"}})
	_, _ = answer.Write([]byte(text))
	return &emulator.Outcome{Streamed: true, InstanceID: "c-1"}
}

const apiHost = "Host: API.example.com:3236"

func TestDomainRoutes(t *testing.T) {
	routes := []emulator.DomainRoute{to("/*", "web"), to("/v1/*", "web"), to("/v1/users", "svc/web"), to("/old/*", "web", "GET"), to("/none", "missing"), to("/plain", "svc/gone")}
	routes[1].RewriteConfig = json.RawMessage(`{"wildcardRules":[{"match":"^/v1/*","replacement":"/$1?v=1"}]}`)
	routes[3].Qualifier = "canary"
	w := newWorld(t, shows, domain("api.example.com", nil, routes...), domain("narrow.example.com", nil, routes[2]))
	w.canary = &emulator.RoutePolicy{}
	for target, want := range map[string]string{
		"/a//b/../c%2F?x=1&x=2": "web@LATEST /a//b/../c%2F?x=1&x=2 API.example.com:3236",
		"/v1/cart?a":            "web@LATEST /cart?v=1&a API.example.com:3236",
		"/v1/users?q":           "svc/web@LATEST /v1/users?q API.example.com:3236",
		"/old/":                 "web@1 /old/ API.example.com:3236",
		// what is an address of ours elsewhere is a path like any other here
		"/proxy/event/a":                 "web@LATEST /proxy/event/a API.example.com:3236",
		"/2016-08-15/proxy/svc/wsgi/a?b": "web@LATEST /2016-08-15/proxy/svc/wsgi/a?b API.example.com:3236",
		"/_fcemu/health":                 "web@LATEST /_fcemu/health API.example.com:3236",
	} {
		got := w.call(t, "GET", target, "", apiHost)
		if got.status != 302 || got.body != want || got.header.Get("Content-Disposition") != "inline" || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %+v, want %s", target, got, want)
		}
	}
	for _, c := range []struct {
		method, target, host string
		status               int
		code, text           string
	}{
		{"POST", "/old/x", "api.example.com", 403, "AccessDenied", "by route '/old/*' of domain 'api.example.com' (allowed: GET)"},
		{"GET", "/none", "api.example.com", 404, "FunctionNotFound", "missing"},
		{"GET", "/plain", "api.example.com", 404, "FunctionNotFound", "gone"},
		{"GET", "/other", "narrow.example.com.", 404, "DomainRouteNotFound", "no route for path '/other'; its routes: /v1/users to svc/web"},
	} {
		got := w.call(t, c.method, c.target, "", "Host: "+c.host)
		if code, message := got.errorOf(t); got.status != c.status || code != c.code || !strings.Contains(message, c.text) {
			t.Errorf("%s %s: %+v", c.method, c.target, got)
		}
	}
}

// In FC 2.0 a domain leads to the HTTP trigger of a function, whose rules hold.
func TestDomainOfAService(t *testing.T) {
	auth := map[string]json.RawMessage{"authConfig": json.RawMessage(`{"authType":"anonymous"}`)}
	w := newWorld(t, shows, domain("a.example.com", nil, to("/*", "svc/web")), domain("open.example.com", auth, to("/*", "svc/web", "PUT")),
		trigger("svc/web", func(c *emulator.HTTPTrigger) { c.AuthType, c.Methods = "function", []string{"GET"} }),
		func(w *world) { delete(w.triggers, emulator.ParseName("svc/wsgi")) },
		domain("untriggered.example.com", nil, to("/*", "svc/wsgi")))
	w.call(t, "GET", "/", "", "Host: a.example.com")
	if want := "svc/web: route '/*' of domain 'a.example.com' has authType 'function'"; len(w.notices) != 1 || !strings.HasPrefix(w.notices[0], want) {
		t.Errorf("%q", w.notices)
	}
	if got := w.call(t, "POST", "/", "", "Host: a.example.com"); got.status != 403 {
		t.Errorf("%+v", got)
	}
	if got := w.call(t, "PUT", "/", "", "Host: open.example.com"); got.status != 302 || len(w.notices) != 1 {
		t.Errorf("%+v %q", got, w.notices)
	}
	got := w.call(t, "GET", "/", "", "Host: untriggered.example.com")
	if code, _ := got.errorOf(t); got.status != 404 || code != "TriggerNotFound" {
		t.Errorf("%+v", got)
	}
}

func TestEventOfADomain(t *testing.T) {
	var event string
	w := newWorld(t, func(_ context.Context, inv *emulator.Invocation, _ emulator.Answer) *emulator.Outcome {
		event = string(inv.Event)
		return &emulator.Outcome{Payload: []byte(`{"statusCode":301,"headers":{"Location":"https://example.org/"}}`)}
	}, domain("*.example.com", nil, to("/*", "event")), func(w *world) { w.domains["shop.example.com"] = w.domains["*.example.com"] })
	if got := w.call(t, "GET", "/x", "", "Host: Shop.example.com:80"); got.status != 301 {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(event, `"domainName":"shop.example.com","domainPrefix":"shop"`) || strings.Contains(event, "triggerId") || !json.Valid([]byte(event)) {
		t.Error(event)
	}
}

func TestDomainAccess(t *testing.T) {
	key := base64.RawURLEncoding.EncodeToString([]byte("secret"))
	info, _ := json.Marshal(`{"jwks":{"keys":[{"kty":"oct","alg":"HS256","k":"` + key + `"}]},"tokenLookup":"header:T","whitelist":["/open"]}`)
	stored := map[string]json.RawMessage{
		"authConfig": json.RawMessage(`{"authType":"jwt","authInfo":` + string(info) + `}`),
		"corsConfig": json.RawMessage(`{"allowOrigins":["https://a.test"],"allowMethods":["PUT"]}`),
	}
	w := newWorld(t, shows, domain("api.example.com", stored, to("/*", "web")))
	if got := w.call(t, "GET", "/open", "", apiHost, "Origin: https://a.test"); got.status != 302 || got.header.Get("Access-Control-Allow-Origin") != "https://a.test" {
		t.Errorf("%+v", got)
	}
	for _, target := range []string{"/closed", "/2016-08-15/proxy/svc/web/open", "/proxy/web/open"} {
		got := w.call(t, "GET", target, "", apiHost)
		if code, _ := got.errorOf(t); got.status != 403 || code != "JWTTokenIsMissing" {
			t.Errorf("%s: %+v", target, got)
		}
	}
	if got := w.call(t, "OPTIONS", "/closed", "", apiHost, "Origin: https://a.test", "Access-Control-Request-Method: PUT"); got.status != 204 {
		t.Errorf("%+v", got)
	}
}

func TestAsyncOnADomain(t *testing.T) {
	w := newWorld(t, shows, domain("api.example.com", nil, to("/*", "web")))
	if got := w.call(t, "POST", "/job?n=1", "body", apiHost, "X-Fc-Invocation-Type: Async", "X-Fc-Async-Delay: 5"); got.status != 202 {
		t.Errorf("%+v", got)
	}
	if q := w.queued[0]; q.inv.HTTP.Target != "/job?n=1" || q.body != "body" || q.delay.Seconds() != 5 {
		t.Errorf("%+v", q)
	}
}

func TestServesDomain(t *testing.T) {
	w := newWorld(t, shows, domain("api.example.com", nil))
	g := gateway.New(w.options)
	for host, want := range map[string]bool{"api.example.com": true, "API.EXAMPLE.COM.:80": true, "example.com": false, "127.0.0.1:3236": false, "[::1]:3236": false, "": false} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		if g.ServesDomain(r) != want {
			t.Errorf("%q", host)
		}
	}
}
