package emulator_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// The first three of each kind are the examples of FC's page.
func TestRewrite(t *testing.T) {
	for _, c := range []struct{ config, from, want string }{
		{`{"equalRules":[{"match":"/old","replacement":"/new"}]}`, "/old", "/new"},
		{`{"equalRules":[{"match":"/old","replacement":"/new"}]}`, "/test/old", "/test/old"},
		{`{"equalRules":[{"match":"/old","replacement":"/new"}]}`, "/old?a=1", "/new?a=1"},
		{`{"wildcardRules":[{"match":"/old","replacement":"/new"}]}`, "/test/old", "/new"},
		{`{"wildcardRules":[{"match":"^/old","replacement":"/new"}]}`, "/test/old", "/test/old"},
		{`{"wildcardRules":[{"match":"/api/*","replacement":"/$1"}]}`, "/api/getX?q", "/getX?q"},
		{`{"wildcardRules":[{"match":"^/*/v(1)/*","replacement":"/$2/$1"}]}`, "/a/v(1)/b", "/b/a"},
		{`{"regexRules":[{"match":"^/api/.+?/(.*)","replacement":"/api/v2/$1"}]}`, "/api/v1/users/7", "/api/v2/users/7"},
		{`{"regexRules":[{"match":"^/u/([0-9]+)x?$","replacement":"/user?id=$1&n=$9$"}]}`, "/u/12?a", "/user?id=12&n=$&a"},
		{`{"regexRules":[{"match":"/a","replacement":"/regex"}],"wildcardRules":[{"match":"/a*","replacement":"/wild"}],"equalRules":[{"match":"/a","replacement":"/equal"}]}`, "/a", "/equal"},
		{`{"regexRules":[{"match":"/a","replacement":"/regex"}],"wildcardRules":[{"match":"/a*","replacement":"/a/again"}]}`, "/ab", "/a/again"},
		{`"{\"equalRules\":[{\"match\":\"/a\",\"replacement\":\"/b\"}]}"`, "/a", "/b"},
		{`null`, "/a", "/a"}, {`{}`, "/a?b", "/a?b"},
	} {
		rewrite, err := emulator.ParseRewrite(json.RawMessage(c.config))
		if err != nil {
			t.Errorf("%s: %v", c.config, err)
			continue
		}
		if got := rewrite.Apply(c.from); got != c.want {
			t.Errorf("%s: %s became %s, want %s", c.config, c.from, got, c.want)
		}
	}
	for _, config := range []string{"3", "[]", `{"regexRules":[{"match":"(","replacement":"/"}]}`, `{"regexRules":[{"match":"(?=a)","replacement":"/"}]}`,
		`{"equalRules":[{"replacement":"/"}]}`, `{"equalRules":[{"match":"/a","replacement":"b"}]}`,
		`{"equalRules":[` + strings.Repeat(`{"match":"/a","replacement":"/b"},`, 100) + `{"match":"/a","replacement":"/b"}]}`} {
		if _, err := emulator.ParseRewrite(json.RawMessage(config)); err == nil {
			t.Errorf("%.80s was taken", config)
		}
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add("/api/*", "/$1", "/api/x?y")
	f.Add("^*$", "$0$$1", "?")
	f.Fuzz(func(t *testing.T, match, replacement, target string) {
		for _, kind := range []string{"equalRules", "wildcardRules", "regexRules"} {
			raw, _ := json.Marshal(map[string][]map[string]string{kind: {{"match": match, "replacement": replacement}}})
			rewrite, err := emulator.ParseRewrite(raw)
			if err != nil {
				continue
			}
			if got := rewrite.Apply("/" + target); !strings.HasPrefix(got, "/") {
				t.Errorf("%q", got)
			}
		}
	})
}

// TestRoute holds the table of routes to its rule, told in another way: no route that fits is more
// particular than the one that is found.
func TestRoute(t *testing.T) {
	domain := &emulator.CustomDomain{}
	for _, path := range []string{"/*", "/a", "/login/*", "/login/a/*", "/login/a/b", "/lo*", "/A"} {
		domain.Routes = append(domain.Routes, emulator.DomainRoute{Path: path})
	}
	for path, want := range map[string]string{
		"/": "/*", "/a": "/a", "/a/": "/*", "/A": "/A", "/login": "/lo*", "/login/": "/login/*", "/login/a": "/login/*", "/login/a/": "/login/a/*",
		"/login/a/b": "/login/a/b", "/login/a/b/c": "/login/a/*", "/logout": "/lo*", "/%61": "/*", "/login/*": "/login/*",
	} {
		if got := domain.Route(path); got == nil || got.Path != want {
			t.Errorf("%s: %+v, want %s", path, got, want)
		}
	}
	if got := (&emulator.CustomDomain{Routes: domain.Routes[1:2]}).Route("/b"); got != nil {
		t.Errorf("%+v", got)
	}
}

func FuzzRoute(f *testing.F) {
	f.Add("/a/*", "/a", "/*", "/a/b")
	f.Fuzz(func(t *testing.T, one, two, three, path string) {
		domain := &emulator.CustomDomain{Routes: []emulator.DomainRoute{{Path: one}, {Path: two}, {Path: three}}}
		got := domain.Route(path)
		for _, route := range domain.Routes {
			prefix, wild := strings.CutSuffix(route.Path, "*")
			fits := route.Path == path || wild && strings.HasPrefix(path, prefix)
			if fits && (got == nil || route.Path == path && got.Path != path || got.Path != path && len(got.Path) < len(route.Path)) {
				t.Errorf("%q fits %q, found %+v", path, route.Path, got)
			}
		}
	})
}
