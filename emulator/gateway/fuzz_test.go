package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/jwt"
)

func FuzzResult(f *testing.F) {
	for _, seed := range []string{
		`{"statusCode":200,"headers":{"a":"b","c":["d",1,null]},"isBase64Encoded":true,"body":"aGk="}`,
		`{"statusCode":"2e2","body":{}}`, `{"statusCode":-1}`, `null`, `"`, `{"statusCode":200,"statusCode":null}`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		got, refusal := parseResult(payload)
		if refusal != nil {
			if refusal.Status != 502 || refusal.Code != "BadResponse" || !json.Valid(payload) {
				t.Errorf("%q: %v", payload, refusal)
			}
			return
		}
		if got.status < 200 || got.status > 599 || len(got.header["Content-Type"]) == 0 {
			t.Errorf("%q: %+v", payload, got)
		}
		if !json.Valid(payload) && !bytes.Equal(got.body, payload) {
			t.Errorf("%q became %q", payload, got.body)
		}
		w := httptest.NewRecorder()
		c := &call{gateway: New(Options{}), w: w, r: httptest.NewRequest("GET", "/", nil)}
		c.answer = answer{call: c}
		if refusal := c.answer.sendResult(payload); refusal != nil {
			t.Error(refusal)
		}
		if body := w.Body.Bytes(); !c.answer.discard && !c.answer.bare && !bytes.Equal(body, got.body) {
			t.Errorf("%q: sent %q", payload, body)
		}
	})
}

func FuzzEvent(f *testing.F) {
	f.Add("/a%20b?x=1&x=%32&;", "text/plain", "v\"\\\x00é", []byte("body\n\xff"))
	f.Add("/%zz?%", "image/png", "\xff", []byte{})
	f.Fuzz(func(t *testing.T, target, kind, value string, body []byte) {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header["Content-Type"], r.Header["X-Value"] = []string{kind}, []string{value, value}
		c := &call{gateway: New(Options{Account: "1", Region: "r"}), r: r, target: target, requestID: "id", now: time.Unix(1, 0), door: door{trigger: &emulator.Trigger{}}}
		event := c.appendEvent(nil, body)
		var got struct {
			RawPath         string
			Headers         map[string]string
			Body            string
			IsBase64Encoded bool
		}
		if err := json.Unmarshal(event, &got); err != nil || !utf8.Valid(event) {
			t.Fatalf("%v: %q", err, event)
		}
		rawPath, _, _ := strings.Cut(target, "?")
		if got.RawPath != strings.ToValidUTF8(rawPath, "\uFFFD") || got.Headers["X-Value"] != strings.ToValidUTF8(value+","+value, "\uFFFD") {
			t.Errorf("%q %q: %+v", target, value, got)
		}
		back := []byte(got.Body)
		if got.IsBase64Encoded {
			back, _ = base64.StdEncoding.DecodeString(got.Body)
		}
		if !bytes.Equal(back, body) {
			t.Errorf("%q became %q", body, back)
		}
	})
}

// FuzzToken: whatever a client sends, its own value of a mapped target never reaches the function,
// and a body without the field arrives as it was.
func FuzzToken(f *testing.F) {
	f.Add("/a?uid=1&%75id=2&x", "uid=root; a=b", "application/x-www-form-urlencoded", []byte("uid=1&a=b"), "ann")
	f.Add("/?;&=&&", "uid", `multipart/form-data; boundary="xx"`, []byte("--xx\r\nContent-Disposition: form-data; name=\"uid\"\r\n\r\nroot\r\n--xx--"), "a\r\nb; \"c")
	f.Add("/%zz?%75%", ";=;", "multipart/form-data; boundary=-", []byte("---\r\n---\r\n"), "\xff")
	mappings := []jwt.Mapping{{Position: jwt.Header, Claim: "c", Name: "X-Uid"}, {Position: jwt.Cookie, Claim: "c", Name: "uid"},
		{Position: jwt.Query, Claim: "c", Name: "uid"}, {Position: jwt.Form, Claim: "c", Name: "uid"}}
	f.Fuzz(func(t *testing.T, target, cookie, kind string, body []byte, value string) {
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.Header["Content-Type"], r.Header["Cookie"], r.Header["X_uid"] = []string{kind}, []string{cookie}, []string{"root"}
		if strings.ContainsAny(cookie, "\r\n") {
			return // net/http lets none in
		}
		c := &call{gateway: New(Options{}), r: r, target: target}
		policy := &jwt.Policy{Claims: mappings}
		form, refusal := c.tokenForm(policy)
		if refusal != nil {
			return
		}
		before := form.values("uid")
		c.passClaims(policy, jwt.Claims{}, form)
		_, query, _ := strings.Cut(c.target, "?")
		if found := pairsNamed(query, "uid"); len(found) > 0 || len(r.CookiesNamed("uid")) > 0 || len(form.values("uid")) > 0 || r.Header["X_uid"] != nil {
			t.Fatalf("left: query %q, cookies %q, form %q", found, r.CookiesNamed("uid"), form.values("uid"))
		}
		if passed, _ := io.ReadAll(r.Body); len(before) == 0 && (form == nil || !form.changed) && !bytes.Equal(passed, body) {
			t.Fatalf("%q became %q", body, passed)
		}
		for _, mapping := range mappings {
			c.setClaim(mapping, oneLine(value), form)
		}
		if got := r.Header.Get("X-Uid"); strings.ContainsAny(got, "\r\n") || strings.ContainsAny(r.Header.Get("Cookie"), "\r\n") {
			t.Fatalf("a line break passed: %q", r.Header)
		}
		if _, query, _ = strings.Cut(c.target, "?"); len(pairsNamed(query, "uid")) != 1 {
			t.Fatalf("target %q", c.target)
		}
		if form != nil && form.boundary == "" && len(form.values("uid")) != 1 {
			t.Fatalf("form %q", form.body)
		}
	})
}

// FuzzRequestHeader looks for a way past what a function does not get to see.
func FuzzRequestHeader(f *testing.F) {
	f.Add("Upgrade, x-one", "X-One", "websocket")
	f.Add("x-fc-Forged,,", "X-Fc-Forged", "\r\n")
	f.Fuzz(func(t *testing.T, connection, key, value string) {
		key = textproto.CanonicalMIMEHeaderKey(key)
		header := http.Header{"Connection": {connection}, "Upgrade": {value}, "Sec-Websocket-Key": {"k"}}
		header[key] = append(header[key], value)
		c := &call{r: &http.Request{Method: "GET", ProtoMajor: 1, ProtoMinor: 1, Header: header}}
		if protocol := c.upgrade(); protocol != "" && !strings.Contains(strings.ToLower(strings.Join(header["Upgrade"], ",")), protocol) {
			t.Errorf("%q: %q", header, protocol)
		}
		cleanRequest(header)
		for key := range spellOut(header) {
			if key == "Connection" || key == "Upgrade" || strings.HasPrefix(key, reserved) {
				t.Errorf("%q is left", key)
			}
		}
	})
}

// FuzzTarget sends paths through all three kinds of default domains: the function has to see them
// letter by letter.
func FuzzTarget(f *testing.F) {
	for _, seed := range []string{"//a%2Fb/../c?x=1&x=2", "?", "%E4", "/./..//?a?b", ";a=b", "/2016-08-15/proxy/a/b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, tail string) {
		path := "/" + tail
		for prefix, host := range map[string]string{"": "web.localhost", "/proxy/web.prod": "x"} {
			parsed, err := url.ParseRequestURI(prefix + path)
			if err != nil {
				continue // net/http refuses it
			}
			r := &http.Request{Method: "GET", Host: host, URL: parsed, RequestURI: prefix + path}
			route, ok := MatchRequest(r)
			if !ok || route.Function != "web" || route.target(rawTarget(r)) != path {
				t.Errorf("%q: %v %+v %q", prefix+path, ok, route, route.target(rawTarget(r)))
			}
		}
	})
}
