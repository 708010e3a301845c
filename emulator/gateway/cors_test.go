package gateway_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
)

func withCORS(config string) func(*world) {
	return trigger("web", func(c *emulator.HTTPTrigger) {
		c.Methods, c.CORSConfig = []string{"GET", "PUT", "OPTIONS"}, []byte(config)
	})
}

// corsOf are the headers that a browser looks at.
func corsOf(r reply) map[string]string {
	found := map[string]string{}
	for key, values := range r.header {
		if short, ok := strings.CutPrefix(key, "Access-Control-"); ok || key == "Vary" {
			found[short] = strings.Join(values, "|")
		}
	}
	return found
}

// TestConfiguredPreflight: status 204 is the platform's answer, 200 the function's.
func TestConfiguredPreflight(t *testing.T) {
	type headers = map[string]string
	full := headers{"Allow-Origin": "https://ui", "Allow-Methods": "GET,PUT", "Max-Age": "3600", "Vary": "Origin"}
	with := func(base headers, more headers) headers {
		out := headers{}
		for _, from := range []headers{base, more} {
			for key, value := range from {
				out[key] = value
			}
		}
		return out
	}
	basic := headers{"Allow-Origin": "https://ui", "Vary": "Origin"}
	refused := headers{"Vary": "Origin"}
	for name, c := range map[string]struct {
		config, origin, method, headers string
		status                          int
		want                            headers
	}{
		"exact":                {`{"allowOrigins":["https://a","https://ui"]}`, "https://ui", "PUT", "", 204, full},
		"any https":            {`{"allowOrigins":["https://*"]}`, "https://ui", "GET", "", 204, full},
		"any https, not http":  {`{"allowOrigins":["https://*"]}`, "http://ui", "GET", "", 200, refused},
		"any":                  {`{"allowOrigins":["*"]}`, "http://x:1", "GET", "", 204, headers{"Allow-Origin": "*", "Allow-Methods": "GET,PUT", "Max-Age": "3600"}},
		"origin of another":    {`{"allowOrigins":["https://ui"]}`, "https://ui.evil", "GET", "", 200, refused},
		"another port":         {`{"allowOrigins":["https://ui"]}`, "https://ui:8443", "GET", "", 200, refused},
		"method not allowed":   {`{"allowOrigins":["https://ui"],"allowMethods":["GET"]}`, "https://ui", "PUT", "", 200, basic},
		"any method":           {`{"allowOrigins":["https://ui"],"allowMethods":["*"]}`, "https://ui", "PUT", "", 204, with(full, headers{"Allow-Methods": "PUT"})},
		"methods":              {`{"allowOrigins":["https://ui"],"allowMethods":["put"]}`, "https://ui", "PUT", "", 204, with(full, headers{"Allow-Methods": "PUT"})},
		"header":               {`{"allowOrigins":["https://ui"],"allowHeaders":["X-A","authorization"]}`, "https://ui", "GET", "x-a, Authorization", 204, with(full, headers{"Allow-Headers": "x-a, Authorization"})},
		"header not allowed":   {`{"allowOrigins":["https://ui"],"allowHeaders":["X-A"]}`, "https://ui", "GET", "x-a,x-b", 200, basic},
		"headers by default":   {`{"allowOrigins":["https://ui"]}`, "https://ui", "GET", "x-a", 200, basic},
		"any header":           {`{"allowOrigins":["https://ui"],"allowHeaders":["*"]}`, "https://ui", "GET", "x-a", 204, with(full, headers{"Allow-Headers": "x-a"})},
		"credentials":          {`{"allowOrigins":["https://ui"],"allowCredentials":true,"maxAge":0}`, "https://ui", "GET", "", 204, with(full, headers{"Allow-Credentials": "true", "Max-Age": "0"})},
		"credentials, partial": {`{"allowOrigins":["https://ui"],"allowCredentials":true,"exposeHeaders":["X-E","X-F"],"allowMethods":["GET"]}`, "https://ui", "PUT", "", 200, with(basic, headers{"Allow-Credentials": "true", "Expose-Headers": "X-E,X-F"})},
		"an empty one is none": {`{}`, "https://ui", "GET", "", 200, headers{"Allow-Origin": "https://ui", "Allow-Credentials": "true", "Expose-Headers": "Date,x-fc-request-id"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, answers(200, nil, "function"), withCORS(c.config))
			lines := []string{"Origin: " + c.origin, "Access-Control-Request-Method: " + c.method}
			if c.headers != "" {
				lines = append(lines, "Access-Control-Request-Headers: "+c.headers)
			}
			got := w.call(t, "OPTIONS", "/proxy/web", "", lines...)
			if diff := cmp.Diff(c.want, corsOf(got)); got.status != c.status || diff != "" || (got.body == "function") == (c.status == 204) {
				t.Errorf("%d %q %s", got.status, got.body, diff)
			}
		})
	}
}

func TestConfiguredAnswers(t *testing.T) {
	const config = `{"allowOrigins":["https://ui"],"allowMethods":["GET"],"exposeHeaders":["X-E"]}`
	w := newWorld(t, answers(200, http.Header{"Vary": {"Accept"}}, ""), withCORS(config))
	// A simple request is judged by its origin alone.
	got := corsOf(w.call(t, "PUT", "/proxy/web", "", "Origin: https://ui"))
	if diff := cmp.Diff(map[string]string{"Allow-Origin": "https://ui", "Expose-Headers": "X-E", "Vary": "Accept|Origin"}, got); diff != "" {
		t.Error(diff)
	}
	if got = corsOf(w.call(t, "GET", "/proxy/web", "", "Origin: https://other")); got["Allow-Origin"] != "" {
		t.Errorf("another origin: %v", got)
	}
	if got = corsOf(w.call(t, "GET", "/proxy/web", "")); len(got) != 1 {
		t.Errorf("no origin: %v", got)
	}
	// A refusal can be read by the page too.
	if got = corsOf(w.call(t, "POST", "/proxy/web", "", "Origin: https://ui")); got["Allow-Origin"] != "https://ui" {
		t.Errorf("refusal: %v", got)
	}
	w = newWorld(t, answers(200, http.Header{"Access-Control-Allow-Origin": {"https://own"}}, ""), withCORS(config))
	if got = corsOf(w.call(t, "GET", "/proxy/web", "", "Origin: https://ui")); got["Allow-Origin"] != "https://own" {
		t.Errorf("the function's own: %v", got)
	}
}

// A preflight carries no token, and needs none.
func TestPreflightBeforeAuthorisation(t *testing.T) {
	w := newWorld(t, never(t), guarded("web", "header:Authorization:Bearer", "", ""), trigger("web", func(c *emulator.HTTPTrigger) { c.Methods = []string{"GET"} }))
	if got := w.call(t, "OPTIONS", "/proxy/web", "", "Origin: https://ui", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization"); got.status != 200 {
		t.Errorf("%+v", got)
	}
	if got := w.call(t, "GET", "/proxy/web", "", "Origin: https://ui"); got.status != 403 || got.header.Get("Access-Control-Allow-Origin") != "https://ui" {
		t.Errorf("%+v", got)
	}
}

func TestCORSConfigurations(t *testing.T) {
	many := func(n int, format string) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`"`+format+`"`, i)
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	for config, want := range map[string]string{
		`{"allowOrigins":` + many(100, "https://h%d") + `}`:               "",
		`{"allowOrigins":` + many(101, "https://h%d") + `}`:               "max: 100",
		`{"allowOrigins":["http://` + strings.Repeat("a", 249) + `"]}`:    "",
		`{"allowOrigins":["http://` + strings.Repeat("a", 250) + `"]}`:    "AllowOrigins",
		`{"allowOrigins":["*.example.com"]}`:                              "AllowOrigins",
		`{"allowOrigins":["https://ui/"]}`:                                "AllowOrigins",
		`{"allowOrigins":["ui"]}`:                                         "AllowOrigins",
		`{"allowOrigins":["http://*"]}`:                                   "AllowOrigins",
		`{"allowOrigins":["*"],"allowMethods":["GET","OPTIONS"]}`:         "OPTIONS",
		`{"allowOrigins":["*"],"allowMethods":["TRACE"]}`:                 "TRACE",
		`{"allowOrigins":["*"],"allowHeaders":` + many(50, "X-%d") + `}`:  "",
		`{"allowOrigins":["*"],"allowHeaders":` + many(51, "X-%d") + `}`:  "AllowHeaders",
		`{"allowOrigins":["*"],"exposeHeaders":` + many(51, "X-%d") + `}`: "ExposeHeaders",
		`{"allowOrigins":["*"],"exposeHeaders":["a b"]}`:                  "ExposeHeaders",
		`{"allowOrigins":["*"],"allowCredentials":true}`:                  "AllowCredentials",
		`{"allowOrigins":["https://*"],"allowCredentials":true}`:          "",
		`{"allowOrigins":["*"],"maxAge":86400}`:                           "",
		`{"allowOrigins":["*"],"maxAge":86401}`:                           "MaxAge",
		`{"allowOrigins":["*"],"maxAge":-1}`:                              "MaxAge",
		`{"allowOrigins":["*"],"maxAge":"1h"}`:                            "CORSConfig",
		`[]`:                                                              "CORSConfig",
	} {
		_, err := emulator.ParseCORS([]byte(config))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "InvalidArgument")) {
			t.Errorf("%.80s: %v", config, err)
		}
	}
}
