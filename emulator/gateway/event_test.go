package gateway_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
)

// events is a function that keeps its event.
func events(last *string) script {
	return func(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
		*last = string(inv.Event)
		return &emulator.Outcome{}
	}
}

func TestEventGolden(t *testing.T) {
	var event string
	w := newWorld(t, events(&event))
	w.raw(t, "")
	conn, reader := w.raw(t, "POST /proxy/event/a%20b//%E4%BD%A0?x=1&y=%26&x=2&=&bad=%zz HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: curl/8\r\n"+
		"content-type: application/json\r\nX-Multi: a\r\nx-multi: b\r\nX-Fc-Trace-Id: 1-64f6cd87-1\r\nConnection: close\r\nContent-Length: 15\r\n\r\n{\"k\":\t\"\\\\v\x01é\"}")
	_ = conn
	if _, err := reader.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	const want = `{"version":"v1","rawPath":"/a%20b//%E4%BD%A0","headers":{"Content-Type":"application/json","User-Agent":"curl/8","X-Multi":"a,b"},` +
		`"queryParameters":{"":"","x":"1,2","y":"&"},"body":"{\"k\":\t\"\\\\v\u0001é\"}","isBase64Encoded":false,` +
		`"requestContext":{"accountId":"123456789","domainName":"f3d3a1d2-0f4b-4a5e-9d0c-8c7b6a594837.cn-hangzhou.fcapp.run",` +
		`"domainPrefix":"f3d3a1d2-0f4b-4a5e-9d0c-8c7b6a594837","http":{"method":"POST","path":"/a b//你","protocol":"HTTP/1.1","sourceIp":"127.0.0.1","userAgent":"curl/8"},` +
		`"requestId":"1-64f6cd87-1","time":"2023-09-05T06:41:11Z","timeEpoch":"1693896071503"},"triggerId":"f3d3a1d2-0f4b-4a5e-9d0c-8c7b6a594837"}`
	if diff := cmp.Diff(want, event); diff != "" {
		t.Error(diff)
	}
	if !json.Valid([]byte(event)) {
		t.Error("not JSON")
	}
}

func TestEventBody(t *testing.T) {
	var event string
	w := newWorld(t, events(&event))
	for _, c := range []struct {
		kind, body string
		encoded    bool
	}{
		{"", "", false}, {"", "text", false}, {"application/octet-stream", "text", false}, {"application/octet-stream", "\x00\xff", true},
		{"text/plain; charset=latin1", "caf\xe9", true}, {"image/png", "text", true}, {"IMAGE/PNG; x=y", "text", true}, {"image/png", "", false},
		{"application/pdf", "%PDF", true}, {"application/zip", "PK", true}, {"image/svg+xml", "<svg/>", false}, {"application/ld+json", "{}", false},
		{"application/x-www-form-urlencoded", "a=b", false}, {"multipart/form-data; boundary=x", "--x\r\n\x80", true},
	} {
		w.call(t, "POST", "/proxy/event", c.body, "Content-Type: "+c.kind)
		var got struct {
			Body            string
			IsBase64Encoded bool
		}
		if err := json.Unmarshal([]byte(event), &got); err != nil {
			t.Fatal(err)
		}
		want := c.body
		if c.encoded {
			want = base64.StdEncoding.EncodeToString([]byte(c.body))
		}
		if got.Body != want || got.IsBase64Encoded != c.encoded {
			t.Errorf("%s %q: %+v", c.kind, c.body, got)
		}
	}
}

func TestResults(t *testing.T) {
	long := strings.Repeat("x", 9000)
	for _, c := range []struct {
		result   string
		status   int
		kind     string
		body     string
		code     string
		anything string // a header line that must be there
	}{
		{`{"statusCode":200,"body":"hi"}`, 200, "application/json", "hi", "", ""},
		{`{"statusCode":201,"headers":{"content-type":"text/html","x-a":"1"},"isBase64Encoded":false,"body":"<p>"}`, 201, "text/html", "<p>", "", "X-A: 1"},
		{`{"statusCode":200,"headers":null,"isBase64Encoded":null,"body":null}`, 200, "application/json", "", "", ""},
		{`{"statusCode":200,"isBase64Encoded":true,"body":"AP8="}`, 200, "application/json", "\x00\xff", "", ""},
		{`{"statusCode":200,"isBase64Encoded":true,"body":"***"}`, 502, "", "", "BadResponse", ""},
		{`{"statusCode":200,"body":{"a":[1, 2]}}`, 200, "application/json", `{"a":[1, 2]}`, "", ""},
		{`{"statusCode":"404","body":"no"}`, 404, "application/json", "no", "", ""},
		{`{"statusCode":200.0,"body":1.5}`, 200, "application/json", "1.5", "", ""},
		{`{"statusCode":200,"headers":{"X-N":7,"X-L":["a","b"],"X-Null":null}}`, 200, "application/json", "", "", "X-N: 7"},
		{`{"statusCode":200,"headers":["x"]}`, 502, "", "", "BadResponse", ""},
		{`{"statusCode":0}`, 502, "", "", "BadResponse", ""},
		{`{"statusCode":99999999999}`, 502, "", "", "BadResponse", ""},
		{`{"statusCode":"soon"}`, 502, "", "", "BadResponse", ""},
		{`{"statusCode":[200]}`, 502, "", "", "BadResponse", ""},
		{`{"statusCode":200,"isBase64Encoded":"yes"}`, 502, "", "", "BadResponse", ""},
		{`{"statusCode":200,"headers":{"X-Big":"` + long + `"}}`, 502, "", "", "BadResponse", ""},
		{`{"statusCode":301,"headers":{"Location":"/x"}}`, 400, "", "", "ExternalRedirectForbidden", ""},
		{`{"statusCode":204,"body":"surplus"}`, 204, "application/json", "", "", ""},
		{`{"statusCode":200,"headers":{"Content-Length":"1","X-Fc-Request-Id":"forged","X-B":"2"},"body":"whole"}`, 200, "application/json", "whole", "", "X-B: 2"},
		{`{"message":"no status"}`, 200, "application/json", `{"message":"no status"}`, "", ""},
		{`{"statusCode":null,"body":"x"}`, 200, "application/json", `{"statusCode":null,"body":"x"}`, "", ""},
		{`plain text`, 200, "application/json", "plain text", "", ""},
		{`"a string"`, 200, "application/json", `"a string"`, "", ""},
		{`[1]`, 200, "application/json", "[1]", "", ""},
		{`null`, 200, "application/json", "null", "", ""},
		{"", 200, "application/json", "", "", ""},
		{"\x00\xff", 200, "application/json", "\x00\xff", "", ""},
	} {
		got := newWorld(t, returns(c.result)).call(t, "GET", "/proxy/event", "")
		if c.code != "" {
			if code, _ := got.errorOf(t); got.status != c.status || code != c.code {
				t.Errorf("%.80s: %d %s", c.result, got.status, code)
			}
			continue
		}
		if got.status != c.status || got.body != c.body || got.header.Get("Content-Type") != c.kind {
			t.Errorf("%.80s: %+v", c.result, got)
		}
		if name, value, ok := strings.Cut(c.anything, ": "); ok && got.header.Get(name) != value {
			t.Errorf("%.80s: %v", c.result, got.header)
		}
		if got.header.Get("X-Fc-Request-Id") == "forged" || got.header.Get("X-Fc-Instance-Id") != "c-1" || got.header.Get("X-Fc-Invocation-Duration") != "23" ||
			got.header.Get("X-Fc-Code-Checksum") != "42" || got.header.Get("Content-Disposition") != "attachment" {
			t.Errorf("%.80s: %v", c.result, got.header)
		}
	}
}

// Cookies are repeated by names that differ in case alone, since a JSON object has each name once.
func TestCookiesOfAResultKeepTheirOrder(t *testing.T) {
	w := newWorld(t, returns(`{"statusCode":200,"headers":{"set-cookie":"d","Set-Cookie":["b","c"],"SET-COOKIE":"a"}}`))
	handled := newWorld(t, failsWith(emulator.Outcome{HTTP: &emulator.HTTPAnswer{Status: 200, Header: map[string][]string{"set-cookie": {"d"}, "Set-Cookie": {"b", "c"}, "SET-COOKIE": {"a"}}}}))
	for range 20 {
		for _, got := range []reply{w.call(t, "GET", "/proxy/event", ""), handled.call(t, "GET", "/2016-08-15/proxy/svc/wsgi/", "")} {
			if cookies := got.header["Set-Cookie"]; got.status != 200 || strings.Join(cookies, "") != "abcd" {
				t.Fatalf("%d %v", got.status, cookies)
			}
		}
	}
}

func TestHeadOfBuiltIn(t *testing.T) {
	w := newWorld(t, returns(`{"statusCode":200,"body":"12345"}`))
	got := w.call(t, "HEAD", "/proxy/event", "")
	if got.status != 200 || got.body != "" || got.header.Get("Content-Length") != "5" {
		t.Errorf("got %+v", got)
	}
}
