package gateway_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/gateway"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		host, path string
		want       string // service/function.qualifier path; empty = no match
	}{
		{"hello.localhost", "/", "/hello. /"},
		{"hello.localhost:3236", "/a//b/../c%2Fd", "/hello. /a//b/../c%2Fd"},
		{"Hello_World-1.LocalHost.", "/x", "/Hello_World-1. /x"},
		{"hello.localhost", "/2023-03-30/functions", "/hello. /2023-03-30/functions"},
		{"hello.localhost", "/proxy/other/", "/hello. /proxy/other/"},
		{"localhost:3236", "/", ""},
		{".localhost", "/", ""},
		{"a.b.localhost", "/", ""},
		{"hello.localhost.example.com", "/", ""},
		{"127.0.0.1:3236", "/", ""},
		{"[::1]:3236", "/proxy/hello", "/hello. /"},
		{"", "/proxy/hello", "/hello. /"},
		{"localhost", "/proxy/hello/", "/hello. /"},
		{"localhost", "/proxy/hello//a/../b", "/hello. //a/../b"},
		{"localhost", "/proxy/hello.prod/a", "/hello.prod /a"},
		{"localhost", "/proxy/hello.LATEST", "/hello.LATEST /"},
		{"localhost", "/proxy/h%65llo/a%20b", "/hello. /a%20b"},
		{"localhost", "/proxy/hello./a", ""},
		{"localhost", "/proxy/hello.a.b/", ""},
		{"localhost", "/proxy/", ""},
		{"localhost", "/proxy", ""},
		{"localhost", "/proxy//a", ""},
		{"localhost", "/proxy/a%2Fb/c", ""},
		{"localhost", "/proxy/" + strings.Repeat("a", 129) + "/", ""},
		{"localhost", "/2016-08-15/proxy/svc/fn", "svc/fn. /2016-08-15/proxy/svc/fn"},
		{"localhost", "/2016-08-15/proxy/svc.prod/fn//a", "svc/fn.prod /2016-08-15/proxy/svc.prod/fn//a"},
		{"localhost", "/2016-08-15/proxy/svc", ""},
		{"localhost", "/2016-08-15/proxy/svc/", ""},
		{"localhost", "/2016-08-15/proxy//fn", ""},
		{"localhost", "/2016-08-15/services/svc", ""},
		{"localhost", "", ""},
	} {
		route, ok := gateway.Match(c.host, c.path)
		got := ""
		if ok {
			got = route.Service + "/" + route.Function + "." + route.Qualifier + " " + route.Path
		}
		if got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.host, c.path, got, c.want)
		}
	}
}

func TestMatchByHeader(t *testing.T) {
	for _, c := range []struct{ target, header, want string }{
		{"/a/b?q=1", "2016-08-15/proxy/svc/fn", "svc/fn /a/b"},
		{"/a/b", "/2016-08-15/proxy/svc/fn", "svc/fn /a/b"},
		{"/2016-08-15/proxy/svc/fn/a", "2016-08-15/proxy/svc/fn", "svc/fn /a"},
		{"/2016-08-15/proxy/svc/fn", "2016-08-15/proxy/svc/fn", "svc/fn /"},
		{"/2016-08-15/proxy/svc/other/a", "2016-08-15/proxy/svc/fn", "svc/fn /2016-08-15/proxy/svc/other/a"},
		{"/proxy/hello/a", "nonsense", "/hello /a"},
		{"http://hello.localhost:1/a//b?c", "", "/hello /a//b"},
		{"http://hello.localhost:1?c", "", "/hello /"},
	} {
		r := httptest.NewRequest("GET", c.target, nil)
		if c.header != "" {
			r.Header.Set("X-Fc-Invocation-Target", c.header)
		}
		route, ok := gateway.MatchRequest(r)
		if got := route.Name.Service + "/" + route.Name.Function + " " + route.Path; !ok || got != c.want {
			t.Errorf("%s with %q: got %q, want %q", c.target, c.header, got, c.want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("hello.localhost:80", "/proxy/hello.prod/a%2F?")
	f.Add("localhost", "/2016-08-15/proxy/svc.q/fn//..")
	f.Fuzz(func(t *testing.T, host, path string) {
		route, ok := gateway.Match(host, path)
		if !ok {
			if route != (gateway.Route{}) {
				t.Errorf("no match, but %+v", route)
			}
			return
		}
		if !strings.HasSuffix(path, route.Path) && route.Path != "/" {
			t.Errorf("path %q became %q", path, route.Path)
		}
		for _, name := range []string{route.Function, "x" + route.Service, "x" + route.Qualifier} {
			if name == "" || strings.ContainsAny(name, "/.%?# ") {
				t.Errorf("%q names %q", path, name)
			}
		}
		if again, ok := gateway.Match(host, path); !ok || again.Name != (emulator.Name{Service: route.Service, Function: route.Function}) {
			t.Error("not the same twice")
		}
	})
}
