package cmd_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// spoken is a language whose HTTP handlers keep the contract of testdata/handlers/README.md. A new
// one is a line here and a folder there.
type spoken struct {
	folder      string
	runtime     string
	handler     string
	initializer string
	needs       string                            // program
	build       func(t *testing.T, folder string) // of the code, in place; may be nil
}

func languages() []spoken {
	return []spoken{
		{"node", "nodejs16", "index.handler", "index.initialize", "node", nil},
		{"node", "nodejs20", "index.handler", "index.initialize", "node", nil},
		{"python", "python3.10", "index.handler", "index.initialize", "python3", nil},
		{"java", "java11", "App::handleRequest", "App::initialize", "java", buildJava},
		{"php", "php7.2", "index.handler", "index.initialize", "php", nil},
		{"dotnet", "dotnetcore3.1", "Code::App::HandleRequest", "Code::App::Initialize", "cc", buildDotnet},
		{"go", "go1", "main", "main", "go", buildGo},
	}
}

// buildDotnet compiles against ASP.NET Core, which the function then takes from the machine.
func buildDotnet(t *testing.T, folder string) {
	t.Helper()
	t.Setenv("WEB", "1")
	compileDotnet(t, folder)
	write(t, folder, "Code.runtimeconfig.json", `{"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "3.1.0"}}}`)
}

// buildJava compiles against the official interfaces, which come with the code.
func buildJava(t *testing.T, folder string) {
	t.Helper()
	jar := filepath.Join(javaLibraries(t), "fc-java-core-1.4.1.jar")
	inFolder(t, folder, "javac", "--release", "8", "-Xlint:-options", "-cp", jar, "App.java")
	text, err := os.ReadFile(jar)
	if err != nil {
		t.Fatal(err)
	}
	write(t, folder, "lib/core.jar", string(text))
}

// javaLibraries is the folder of the official jars for functions, with those of Tomcat.
func javaLibraries(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"java", "javac", "mvn"} {
		needs(t, tool)
	}
	return filepath.Join(installed(t, "tomcat", []string{"pom.xml"}, func(ctx context.Context, folder string) *exec.Cmd {
		return exec.CommandContext(ctx, "mvn", "-q", "-B", "-f", folder, "dependency:copy-dependencies",
			"-DincludeScope=runtime", "-DoutputDirectory="+filepath.Join(folder, "lib"))
	}), "lib")
}

// buildGo builds with the official library.
func buildGo(t *testing.T, folder string) {
	t.Helper()
	inFolder(t, folder, "env", "CGO_ENABLED=0", "GOFLAGS=", "go", "build", "-o", "main", ".")
}

func inFolder(t *testing.T, folder, program string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Dir = folder
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, output)
	}
}

const handlerProject = `edition: 1.0.0
name: handlers
services:
  app:
    component: fc
    props:
      region: cn-hangzhou
      service: {name: svc}
      function:
        name: app
        runtime: %s
        handler: %s
        initializer: %s
        initializationTimeout: 10
        codeUri: ./code
        timeout: 30
        memorySize: 512
      triggers:
        - {name: http, type: http, config: {authType: anonymous, methods: [GET, POST, PUT, DELETE, HEAD, OPTIONS]}}
`

// TestHTTPHandlers holds every language to one contract, through HTTP triggers of the real binary.
func TestHTTPHandlers(t *testing.T) {
	for _, language := range languages() {
		t.Run(language.runtime, func(t *testing.T) {
			needs(t, language.needs)
			folder := t.TempDir()
			if err := os.CopyFS(filepath.Join(folder, "code"), os.DirFS(filepath.Join("testdata/handlers", language.folder))); err != nil {
				t.Fatal(err)
			}
			if language.build != nil {
				language.build(t, filepath.Join(folder, "code"))
			}
			write(t, folder, "s.yaml", fmt.Sprintf(handlerProject, language.runtime, language.handler, language.initializer))
			r := startIn(t, folder, "-t", "s.yaml")
			h := &handlers{running: r, t: t, base: r.client.Endpoint() + "/2016-08-15/proxy/svc/app"}
			h.facts()
			h.answers()
			h.binary()
			h.failures()
			h.async()
		})
	}
}

// handlers is one function that keeps the contract.
type handlers struct {
	*running
	t    *testing.T
	base string
}

func (h *handlers) get(path string) (int, http.Header, string) {
	h.t.Helper()
	return request(h.t, http.MethodGet, h.base+path, nil, nil)
}

func (h *handlers) facts() {
	h.t.Helper()
	host := strings.TrimPrefix(h.client.Endpoint(), "http://")
	for _, c := range []struct {
		method, address, path, uri, query, body string
		header                                  map[string]string
	}{
		{"GET", h.base, "/", "/2016-08-15/proxy/svc/app", "", "", nil},
		{"GET", h.base + "/facts/a%20b/%E4%B8%AD//..?q=1&q=%2B2", "/facts/a b/中//..", "/2016-08-15/proxy/svc/app/facts/a%20b/%E4%B8%AD//..?q=1&q=%2B2", "1++2", "", nil},
		{"POST", h.base + "/facts?q=", "/facts", "/2016-08-15/proxy/svc/app/facts?q=", "", "four", map[string]string{"X-Test": "v"}},
		{"DELETE", h.client.Endpoint() + "/2016-08-15/proxy/svc.LATEST/app/facts", "/facts", "/2016-08-15/proxy/svc.LATEST/app/facts", "", "", nil},
		{"PUT", h.client.Endpoint() + "/facts?x=1", "/facts", "/facts?x=1", "", "", map[string]string{"X-Fc-Invocation-Target": "2016-08-15/proxy/svc/app"}},
	} {
		status, header, body := request(h.t, c.method, c.address, strings.NewReader(c.body), c.header)
		got := map[string]any{}
		if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
			h.t.Fatalf("%s %s: %d %s", c.method, c.address, status, body)
		}
		want := map[string]any{"method": c.method, "path": c.path, "uri": c.uri, "ip": "127.0.0.1", "query": c.query,
			"header": nil, "host": host, "length": float64(len(c.body)), "id": header.Get("X-Fc-Request-Id"),
			"function": "svc/app", "ready": true}
		if v := c.header["X-Test"]; v != "" {
			want["header"] = v
		} else if got["header"] == nil {
			got["header"] = nil // absent, or null
		}
		if diff := cmp.Diff(want, got); diff != "" {
			h.t.Errorf("%s %s: %s", c.method, c.address, diff)
		}
		if header.Get("X-Fc-Invocation-Duration") == "" || header.Get("X-Fc-Max-Memory-Usage") == "" {
			h.t.Errorf("headers of the invocation are missing: %v", header)
		}
	}
}

func (h *handlers) answers() {
	h.t.Helper()
	for _, status := range []int{201, 204, 304, 404, 500, 599} {
		want := "status"
		if status == 204 || status == 304 {
			want = ""
		}
		if got, _, body := h.get(fmt.Sprintf("/status/%d", status)); got != status || body != want {
			h.t.Errorf("status %d came as %d %q", status, got, body)
		}
	}
	_, header, _ := h.get("/headers")
	if got := strings.Join(header["Set-Cookie"], " ") + header.Get("X-One") + header.Get("X-Gone") + header.Get("Server") + header.Get("X-Fc-Own"); got != "a=1 b=21" {
		h.t.Errorf("headers: %v", header)
	}
	if header.Get("Content-Disposition") != "attachment" {
		h.t.Errorf("the default domain answers as an attachment: %v", header)
	}
	status, header, body := request(h.t, http.MethodHead, h.base+"/status/200", nil, nil)
	if status != 200 || body != "" || header.Get("Content-Length") != "6" {
		h.t.Errorf("HEAD: %d %q %v", status, body, header)
	}
	_, header, body = request(h.t, http.MethodGet, h.base+"/print", nil, map[string]string{"X-Fc-Log-Type": "Tail"})
	log, err := base64.StdEncoding.DecodeString(header.Get("X-Fc-Log-Result"))
	id := header.Get("X-Fc-Request-Id")
	if err != nil || body != "ok" || !inOrder(string(log), "FC Invoke Start RequestId: "+id, "printed by the function", "FC Invoke End RequestId: "+id) {
		h.t.Errorf("log of the answer %q: %s", body, log)
	}
}

func inOrder(text string, parts ...string) bool {
	for _, part := range parts {
		_, rest, ok := strings.Cut(text, part)
		if !ok {
			return false
		}
		text = rest
	}
	return true
}

func (h *handlers) binary() {
	h.t.Helper()
	whole := make([]byte, 32<<20)
	_, _ = rand.New(rand.NewSource(2)).Read(whole)
	for _, size := range []int{0, 1, 65521, 5 << 20, len(whole)} {
		for _, body := range []io.Reader{bytes.NewReader(whole[:size]), streamed{bytes.NewReader(whole[:size])}} {
			status, header, got := request(h.t, http.MethodPost, h.base+"/echo", body, map[string]string{"Content-Type": "image/png"})
			if status != 200 || got != string(whole[:size]) || header.Get("Content-Type") != "image/png" {
				h.t.Errorf("%d bytes came back as %d: %d %v", size, len(got), status, header)
			}
		}
	}
	status, _, body := request(h.t, http.MethodPost, h.base+"/echo", streamed{io.MultiReader(bytes.NewReader(whole), strings.NewReader("x"))}, nil)
	refused(h.t, "one byte more than 32 MiB", status, body, 400, "EntityTooLarge")
}

func (h *handlers) failures() {
	h.t.Helper()
	function := h.client.Endpoint() + "/2016-08-15/services/svc/functions/app"
	if status, _, body := request(h.t, http.MethodPut, function, strings.NewReader(`{"timeout": 2}`), nil); status != http.StatusOK {
		h.t.Fatalf("a shorter time-out: %d %s", status, body)
	}
	for _, c := range []struct{ path, kind, text string }{
		{"/throw", "UnhandledInvocationError", "thrown on purpose"},
		{"/exit", "UnhandledInvocationError", "Process exited unexpectedly before completing request"},
		{"/sleep", "UnhandledInvocationError", "out after 2 seconds"},
		{"/bad-status", "UnhandledInvocationError", "BadResponse"},
		{"/large-headers", "UnhandledInvocationError", "BadResponse"},
	} {
		status, header, body := h.get(c.path)
		if status != http.StatusBadGateway || header.Get("X-Fc-Error-Type") != c.kind || !strings.Contains(body, c.text) {
			h.t.Errorf("%s: %d %v %s", c.path, status, header, body)
		}
		if status, _, body := h.get("/status/200"); status != 200 || body != "status" {
			h.t.Errorf("after %s: %d %s", c.path, status, body)
		}
	}
	status, header, _ := request(h.t, http.MethodPatch, h.base+"/facts", nil, nil)
	if status != http.StatusForbidden || header.Get("X-Fc-Error-Type") != "FCCommonError" {
		h.t.Errorf("a method that the trigger lacks: %d %v", status, header)
	}
	status, header, body := request(h.t, http.MethodPost, function+"/invocations", strings.NewReader("{}"), nil)
	if status != http.StatusOK || header.Get("X-Fc-Error-Type") == "" {
		h.t.Errorf("an event for an HTTP handler is a function error: %d %v %s", status, header, body)
	}
}

func (h *handlers) async() {
	h.t.Helper()
	status, header, body := request(h.t, http.MethodPost, h.base+"/print?q=1", strings.NewReader("later"), map[string]string{"X-Fc-Invocation-Type": "Async"})
	id := header.Get("X-Fc-Request-Id")
	if status != http.StatusAccepted || id == "" || body != "" {
		h.t.Fatalf("%d %v %s", status, header, body)
	}
	await(h.t, "the task to end", func() bool { return logged(h.t, h.running, "FC Invoke End RequestId: "+id) })
	status, _, body = request(h.t, http.MethodPost, h.base+"/echo", bytes.NewReader(make([]byte, 128<<10+1)), map[string]string{"X-Fc-Invocation-Type": "Async"})
	refused(h.t, "a long asynchronous body", status, body, 400, "EntityTooLarge")
}

const flaskProgram = `from flask import Flask, Response, request
app = Flask(__name__)
@app.route('/hello/<name>', methods=['GET', 'POST'])
def hello(name):
    print('flask says hello')
    return {'name': name, 'q': request.args.getlist('q'), 'form': request.form.get('f'), 'where': request.full_path}
@app.route('/stream')
def stream():
    return Response((chunk for chunk in ('a', 'b', 'c')), mimetype='text/plain', headers={'Set-Cookie': 'a=1'})
@app.route('/broken')
def broken():
    return 1 / 0
`

// TestFlask runs a whole framework as an HTTP handler: handler: index.app.
func TestFlask(t *testing.T) {
	needs(t, "python3")
	const install = `python3 -m venv "$0/venv" && "$0/venv/bin/python" -m pip install --quiet --target "$0/packages" --requirement "$0/requirements.txt"`
	packages := installed(t, "flask", []string{"requirements.txt"}, func(ctx context.Context, folder string) *exec.Cmd {
		return exec.CommandContext(ctx, "sh", "-c", install, folder)
	})
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "code"), os.DirFS(filepath.Join(packages, "packages"))); err != nil {
		t.Fatal(err)
	}
	write(t, folder, "code/index.py", flaskProgram)
	write(t, folder, "s.yaml", strings.NewReplacer("        initializer: %s\n", "", "        initializationTimeout: 10\n", "",
		"runtime: %s", "runtime: python3.10", "handler: %s", "handler: index.app").Replace(handlerProject))
	r := startIn(t, folder, "-t", "s.yaml")
	base := r.client.Endpoint() + "/2016-08-15/proxy/svc/app"

	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	status, header, body := request(t, http.MethodPost, base+"/hello/%E4%B8%AD?q=1&q=2", strings.NewReader("f=a+b"), form)
	if status != 200 || header.Get("Content-Type") != "application/json" ||
		body != `{"form":"a b","name":"\u4e2d","q":["1","2"],"where":"/hello/\u4e2d?q=1&q=2"}`+"\n" {
		t.Errorf("%d %v %s", status, header, body)
	}
	status, header, body = request(t, http.MethodGet, base+"/stream", nil, nil)
	if status != 200 || body != "abc" || header.Get("Set-Cookie") != "a=1" {
		t.Errorf("%d %v %s", status, header, body)
	}
	if status, _, body = request(t, http.MethodGet, base+"/broken", nil, nil); status != 500 || !strings.Contains(body, "Internal Server Error") {
		t.Errorf("the framework's own error page: %d %s", status, body)
	}
	if status, _, _ = request(t, http.MethodGet, base+"/nowhere", nil, nil); status != 404 {
		t.Errorf("the framework's own 404: %d", status)
	}
}

// TestTomcat runs a web application on Tomcat as an HTTP handler, with the official loader of such.
func TestTomcat(t *testing.T) {
	libraries := javaLibraries(t)
	folder, app := t.TempDir(), t.TempDir()
	for to, from := range map[string]string{filepath.Join(folder, "code", "lib"): libraries, app: sdkFolder("tomcat", "app")} {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	jars := filepath.Join(folder, "code", "lib", "*")
	inFolder(t, sdkFolder("tomcat"), "javac", "--release", "8", "-proc:none", "-Xlint:-options", "-cp", jars, "-d", filepath.Join(folder, "code"), "App.java")
	inFolder(t, sdkFolder("tomcat"), "javac", "--release", "8", "-proc:none", "-Xlint:-options", "-cp", jars, "-d", filepath.Join(app, "WEB-INF", "classes"), "Page.java")
	zipFolder(t, app, filepath.Join(folder, "code", "app.war"))
	write(t, folder, "s.yaml", fmt.Sprintf(handlerProject, "java8", "App::handleRequest", "App::initialize"))
	r := startIn(t, folder, "-t", "s.yaml")
	base := r.client.Endpoint() + "/2016-08-15/proxy/svc/app"

	status, header, body := request(t, http.MethodGet, base+"/page/x%20y?q=1%2B2", nil, nil)
	if status != 200 || body != "/page /x y 1+2 中" || header.Get("Content-Type") != "text/plain;charset=UTF-8" {
		t.Errorf("%d %v %s", status, header, body)
	}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if status, _, body = request(t, http.MethodPost, base+"/page/", strings.NewReader("f=%E4%B8%AD"), form); status != 201 || body != "中" {
		t.Errorf("%d %s", status, body)
	}
	if status, _, body = request(t, http.MethodGet, base+"/hello.jsp?name=Ada", nil, nil); status != 200 || !strings.Contains(body, "<p>Ada, true</p>") {
		t.Errorf("%d %s", status, body)
	}
	if status, _, _ = request(t, http.MethodGet, base+"/nowhere", nil, nil); status != 404 {
		t.Errorf("the container's own 404: %d", status)
	}
}
