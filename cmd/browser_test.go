package cmd_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	golangjwt "github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
)

// browserFunction is one function of the browser test: its name, then members of its triggerConfig.
const browserFunction = `  %[1]s:
    component: fc3
    props:
      functionName: %[1]s
      runtime: custom.debian11
      handler: index.handler
      code: ./code
      timeout: 60
      instanceConcurrency: 20
      customRuntimeConfig: {command: [python3, server.py], port: 9000}
      triggers:
        - {triggerName: http, triggerType: http, triggerConfig: {%[2]s}}
`

// browserDomain is an application's domain: an alias with a canary, a login, pages of one other origin.
const browserDomain = `  site:
    component: fc3-domain
    props:
      domainName: api.example.localhost
      protocol: HTTP
      routeConfig:
        routes:
          - {path: /v1/*, functionName: open, qualifier: prod, rewriteConfig: {wildcardRules: [{match: '^/v1/*', replacement: /$1}]}}
          - {path: /live/*, functionName: open, rewriteConfig: {wildcardRules: [{match: '^/live/*', replacement: /$1}]}}
      authConfig: {authType: jwt, authInfo: {%s, tokenLookup: 'header:Authorization:Bearer,query:token', claimPassBy: 'header:sub:X-User'}}
      corsConfig: {allowOrigins: ['%s'], allowHeaders: [Authorization], exposeHeaders: [X-Fc-Invocation-Service-Version]}
`

// publish makes two versions of the function open, and an alias that sends every tenth call to the
// second.
func publish(t *testing.T, r *running) {
	t.Helper()
	open := emulator.Name{Function: "open"}
	for range 2 {
		if _, err := r.client.PublishVersion(t.Context(), open, ""); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.client.PutFunction(t.Context(), open, map[string]any{"description": "another"}); err != nil {
			t.Fatal(err)
		}
	}
	canary := map[string]any{"aliasName": "prod", "versionId": "1", "additionalVersionWeight": map[string]float64{"2": 0.1}}
	if _, err := r.client.PutAlias(t.Context(), open, "prod", canary); err != nil {
		t.Fatal(err)
	}
}

// TestBrowser runs a page of another origin in a headless Chromium: what the browser lets the page
// do is what the CORS answers say, and events arrive while the function still sends.
func TestBrowser(t *testing.T) {
	needs(t, "python3")
	needs(t, "chromium")
	page := newPage(t)
	folder := t.TempDir()
	server, err := os.ReadFile("testdata/browser/server.py")
	if err != nil {
		t.Fatal(err)
	}
	write(t, folder, "code/server.py", string(server))
	const jwks = `jwks: {keys: [{kty: oct, alg: HS256, k: c2VjcmV0}]}`
	write(t, folder, "s.yaml", "edition: 3.0.0\nresources:\n"+
		fmt.Sprintf(browserFunction, "open", "authType: anonymous, methods: [GET, PUT, POST]")+
		fmt.Sprintf(browserFunction, "only", "authType: anonymous, methods: [GET, PUT, DELETE], corsConfig: {allowOrigins: ['"+page.URL+"'], allowMethods: [GET, PUT], allowHeaders: [X-A], exposeHeaders: [X-E]}")+
		fmt.Sprintf(browserFunction, "other", "authType: anonymous, methods: [GET], corsConfig: {allowOrigins: ['https://www.example.com']}")+
		fmt.Sprintf(browserFunction, "guarded", "authType: jwt, methods: [GET], authConfig: {"+jwks+", tokenLookup: 'header:Authorization:Bearer', claimPassBy: 'header:sub:X-User'}")+
		fmt.Sprintf(browserDomain, jwks, page.URL))
	r := startIn(t, folder, "--seed", "7")
	publish(t, r)
	address, err := os.ReadFile(filepath.Join(folder, "address"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := golangjwt.NewWithClaims(golangjwt.SigningMethodHS256, golangjwt.MapClaims{"sub": "ann"}).SignedString([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	port := address[strings.LastIndexByte(string(address), ':')+1:]
	values := map[string]string{"token": token}
	for _, name := range []string{"open", "only", "other", "guarded"} {
		values[name] = "http://" + name + ".localhost:" + strings.TrimSpace(string(port)) + "/"
	}
	values["api"] = "http://api.example.localhost:" + strings.TrimSpace(string(port)) + "/"
	want := map[string]any{
		"domain: no token": "JWTTokenIsMissing", "domain: token": "GET user ann", "domain: upload": "POST user ann, 20971520 bytes",
		"domain: stream": "one two three", "domain: no route": "TypeError", "domain: canary": "some",
		"simple": "GET user None", "request id is readable": true, "with credentials": "GET user None", "preflight": "PUT user None",
		"method that the trigger lacks": "TypeError", "stream": "one two three",
		"configured": "PUT user None", "configured: exposed": "e null", "configured: another method": "TypeError",
		"configured: another header": "TypeError", "configured: credentials": "TypeError", "another origin": "TypeError",
		"no token": "403 JWTTokenIsMissing", "token": "GET user ann",
	}
	if diff := cmp.Diff(want, page.visit(t, values)); diff != "" {
		t.Error(diff)
	}
}

// page is a web server of another origin. Its one page posts what it found.
type page struct {
	*httptest.Server
	values atomic.Pointer[map[string]string] // the browser's request comes by another process
	found  chan map[string]any
}

func newPage(t *testing.T) *page {
	t.Helper()
	text, err := template.ParseFiles("testdata/browser/page.html")
	if err != nil {
		t.Fatal(err)
	}
	p := &page{found: make(chan map[string]any, 1)}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/result" {
			w.Header().Set("Content-Type", "text/html")
			_ = text.Execute(w, *p.values.Load()) // a browser that is gone needs no page
			return
		}
		var found map[string]any
		if err := json.NewDecoder(r.Body).Decode(&found); err != nil {
			t.Error(err)
		}
		p.found <- found
	}))
	t.Cleanup(p.Close)
	return p
}

// visit opens the page in a browser and returns what it found.
func (p *page) visit(t *testing.T, values map[string]string) map[string]any {
	t.Helper()
	p.values.Store(&values)
	ctx, cancel := context.WithCancel(t.Context())
	browser := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--user-data-dir="+t.TempDir(), p.URL+"/")
	said := &output{}
	browser.Stdout, browser.Stderr, browser.WaitDelay = said, said, 10*time.Second
	browser.Cancel = func() error { return browser.Process.Signal(syscall.SIGTERM) } // so that it ends its own processes
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = browser.Wait() }()
	select {
	case found := <-p.found:
		return found
	case <-time.After(60 * time.Second):
		t.Fatalf("the page did not finish; the browser said:\n%s", said)
	}
	return nil
}
