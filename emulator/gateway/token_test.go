package gateway_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	golangjwt "github.com/golang-jwt/jwt/v5"

	"github.com/fcemu/fcemu/emulator"
)

// tokens signs with the secret of guarded's key.
func tokens(t testing.TB, claims golangjwt.MapClaims) string {
	t.Helper()
	text, err := golangjwt.NewWithClaims(golangjwt.SigningMethodHS256, claims).SignedString([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// guarded makes a trigger ask for tokens.
func guarded(function, lookup, pass, more string) func(*world) {
	return trigger(function, func(c *emulator.HTTPTrigger) {
		c.AuthType = "jwt"
		text := `{"jwks":{"keys":[{"kty":"oct","alg":"HS256","k":"` + base64.RawURLEncoding.EncodeToString([]byte("secret")) + `"}]},"tokenLookup":"` +
			lookup + `","claimPassBy":"` + pass + `"` + more + `}`
		c.AuthConfig, _ = json.Marshal(text) // the API has it as a text
	})
}

func TestTokenLookup(t *testing.T) {
	good, bad := tokens(t, golangjwt.MapClaims{"sub": "ann"}), tokens(t, golangjwt.MapClaims{"exp": 1})
	const all = "header:Authorization:Bearer,cookie:token,query:token,form:token"
	urlencoded := "Content-Type: application/x-www-form-urlencoded; charset=utf-8"
	multi := "Content-Type: multipart/form-data; boundary=xx"
	part := func(name, value string) string {
		return "--xx\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	for name, c := range map[string]struct {
		lookup, method, target, body string
		headers                      []string
		code                         string
	}{
		"nowhere":                {all, "GET", "/proxy/web/a", "", nil, "JWTTokenIsMissing"},
		"header":                 {all, "GET", "/proxy/web/a", "", []string{"Authorization: Bearer " + good}, ""},
		"host":                   {all, "GET", "/a", "", []string{"Host: web.localhost", "Authorization: Bearer " + good}, ""},
		"header of another case": {"header:authorization:Bearer", "GET", "/proxy/web/a", "", []string{"AUTHORIZATION: Bearer " + good}, ""},
		"no prefix asked for":    {"header:X-Token", "GET", "/proxy/web/a", "", []string{"X-Token: " + good}, ""},
		"prefix is missing":      {all, "GET", "/proxy/web/a", "", []string{"Authorization: " + good}, "JWTTokenIsMissing"},
		"another prefix":         {all, "GET", "/proxy/web/a", "", []string{"Authorization: Basic " + good}, "JWTTokenIsMissing"},
		"only the prefix":        {all, "GET", "/proxy/web/a", "", []string{"Authorization: Bearer "}, "JWTTokenIsMissing"},
		"cookie":                 {all, "GET", "/proxy/web/a", "", []string{"Cookie: a=b; token=" + good}, ""},
		"query":                  {all, "GET", "/proxy/web/a?x=1&token=" + good, "", nil, ""},
		"query, encoded":         {all, "GET", "/proxy/web/a?%74oken=" + good, "", nil, ""},
		"form":                   {all, "POST", "/proxy/web/a", "a=b&token=" + good, []string{urlencoded}, ""},
		"multipart":              {all, "POST", "/proxy/web/a", part("a", "1") + part("token", good) + "--xx--\r\n", []string{multi}, ""},
		"form of another type":   {all, "POST", "/proxy/web/a", "token=" + good, []string{"Content-Type: text/plain"}, "JWTTokenIsMissing"},
		"broken multipart":       {all, "POST", "/proxy/web/a", "--xx\r\nhello", []string{multi}, "JWTTokenIsMissing"},
		"first found is judged":  {all, "GET", "/proxy/web/a?token=" + good, "", []string{"Authorization: Bearer " + bad}, "JWTTokenIsInvalid"},
		"in order":               {"query:token,header:Authorization:Bearer", "GET", "/proxy/web/a?token=" + good, "", []string{"Authorization: Bearer " + bad}, ""},
		"expired":                {all, "GET", "/proxy/web/a", "", []string{"Authorization: Bearer " + bad}, "JWTTokenIsInvalid"},
	} {
		t.Run(name, func(t *testing.T) {
			body := ""
			w := newWorld(t, func(_ context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome {
				if inv.HTTP.Body != nil {
					read, _ := io.ReadAll(inv.HTTP.Body)
					body = string(read)
				}
				_ = answer.Start(200, nil)
				return &emulator.Outcome{Streamed: true}
			}, guarded("web", c.lookup, "", ""))
			got := w.call(t, c.method, c.target, c.body, c.headers...)
			if c.code == "" {
				if got.status != 200 || body != c.body {
					t.Errorf("%d %s, body %q", got.status, got.body, body)
				}
				return
			}
			if code, _ := got.errorOf(t); code != c.code || got.status != 403 {
				t.Errorf("%d %s", got.status, got.body)
			}
			if len(w.notices) > 0 {
				t.Errorf("notices %q", w.notices)
			}
		})
	}
}

// The time of tokens is the emulator's; clock stands at 2023-09-05T06:41:11Z.
func TestTokensFollowTheClock(t *testing.T) {
	const now = 1693896071
	w := newWorld(t, answers(200, nil, ""), guarded("web", "query:t", "", ""))
	for name, c := range map[string]struct {
		claims golangjwt.MapClaims
		status int
	}{
		"good":    {golangjwt.MapClaims{"exp": now + 1, "nbf": now - 1}, 200},
		"expired": {golangjwt.MapClaims{"exp": now - 1}, 403},
		"too new": {golangjwt.MapClaims{"nbf": now + 1}, 403},
	} {
		if got := w.call(t, "GET", "/proxy/web?t="+tokens(t, c.claims), ""); got.status != c.status {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestClaimsReachTheFunction(t *testing.T) {
	var got emulator.HTTPRequest
	var body string
	const pass = "header:sub:X-User,header:admin:X-Admin,query:uid:uid,cookie:name:name,form:sub:user"
	w := newWorld(t, seen(&got, &body), guarded("web", "header:Authorization:Bearer", pass, `,"whitelist":["/open"]`))
	token := "Authorization: Bearer " + tokens(t, golangjwt.MapClaims{"sub": "ann\r\nX-Evil: 1", "uid": 7, "name": "A; B"})
	form := "Content-Type: application/x-www-form-urlencoded"
	forged := []string{"X-User: root", "X_user: root", "X-Admin: yes", "Cookie: name=root; keep=1; name=two"}

	answer := w.call(t, "POST", "/proxy/web/a?uid=1&keep=%20&%75id=2", "user=root&keep=+1", append(forged, token, form)...)
	if answer.status != 204 {
		t.Fatalf("%+v", answer)
	}
	if got.Target != "/a?keep=%20&uid=7" || body != "keep=+1&user=ann++X-Evil%3A+1" || got.Length != int64(len(body)) {
		t.Errorf("target %q, body %q, length %d", got.Target, body, got.Length)
	}
	header := http.Header(got.Header)
	if header.Get("X-User") != "ann  X-Evil: 1" || header["X_user"] != nil || header["X-Admin"] != nil || header.Get("Cookie") != "keep=1; name=A%3B%20B" {
		t.Errorf("headers %v", header)
	}

	// A path that needs no token gets nothing through either.
	body = ""
	if answer = w.call(t, "POST", "/proxy/web/open?uid=1", "user=root", append(forged, form)...); answer.status != 204 {
		t.Fatalf("%+v", answer)
	}
	header = http.Header(got.Header)
	if got.Target != "/open" || body != "" || header.Get("X-User") != "" || header.Get("Cookie") != "keep=1" {
		t.Errorf("target %q, body %q, headers %v", got.Target, body, header)
	}
}

func TestClaimsInMultipart(t *testing.T) {
	var got emulator.HTTPRequest
	var body string
	w := newWorld(t, seen(&got, &body), guarded("web", "form:token", "form:sub:user", ""))
	file := "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n\x00--xx\r\n\xff\r\n"
	token := "--xx\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + tokens(t, golangjwt.MapClaims{"sub": "ann"}) + "\r\n"
	forged := "--xx\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nroot\r\n"
	answer := w.call(t, "POST", "/proxy/web", "preamble\r\n"+forged+file+token+forged+"--xx--\r\n", "Content-Type: multipart/form-data; boundary=\"xx\"")
	want := "preamble\r\n--xx\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nann\r\n" + file + token + "--xx--\r\n"
	if answer.status != 204 || body != want {
		t.Errorf("%d\n%q\n%q", answer.status, body, want)
	}
}

// A built-in runtime sees the claims in its event, and an asynchronous call keeps them.
func TestClaimsInEventsAndTasks(t *testing.T) {
	w := newWorld(t, never(t), guarded("event", "header:Authorization:Bearer", "header:sub:X-User,query:sub:user", ""))
	w.call(t, "GET", "/proxy/event/a?user=root", "", "X-User: root", "X-Fc-Invocation-Type: Async", "Authorization: Bearer "+tokens(t, golangjwt.MapClaims{"sub": "ann"}))
	var event struct{ Headers, QueryParameters map[string]string }
	if len(w.queued) != 1 || json.Unmarshal(w.queued[0].inv.Event, &event) != nil || event.Headers["X-User"] != "ann" || event.QueryParameters["user"] != "ann" {
		t.Errorf("%+v %+v", w.queued, event)
	}
}

func TestBrokenPolicyLetsNobodyIn(t *testing.T) {
	for authType, config := range map[string]string{"jwt": `{}`, "bearer": `{}`} {
		w := newWorld(t, never(t), trigger("web", func(c *emulator.HTTPTrigger) { c.AuthType, c.AuthConfig = authType, json.RawMessage(config) }))
		if got := w.call(t, "GET", "/proxy/web", ""); got.status != 400 && got.status != 403 {
			t.Errorf("%s: %+v", authType, got)
		}
	}
}

func TestPathsOfFC20(t *testing.T) {
	w := newWorld(t, answers(200, nil, ""), guarded("svc/web", "query:t", "", `,"whitelist":["/open"]`))
	for target, want := range map[string]int{"/2016-08-15/proxy/svc/web/open": 200, "/2016-08-15/proxy/svc/web/shut": 403, "/2016-08-15/proxy/svc/web": 403} {
		if got := w.call(t, "GET", target, ""); got.status != want {
			t.Errorf("%s: %d %s", target, got.status, got.body)
		}
	}
	if got := w.call(t, "GET", "/open", "", "X-Fc-Invocation-Target: 2016-08-15/proxy/svc/web"); got.status != 200 {
		t.Errorf("by header: %d %s", got.status, strings.TrimSpace(got.body))
	}
}
