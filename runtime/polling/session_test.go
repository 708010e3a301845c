package polling

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// api is the runtime API of one instance, and a program that the test plays.
type api struct {
	t *testing.T
	*session
	base  string
	ended chan struct{}
	fn    *emulator.Function
}

func open(t *testing.T) *api {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fn := &emulator.Function{FunctionName: "shop", Handler: "main", MemorySize: 128, Timeout: 3, VersionID: "LATEST"}
	fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{Initializer: &emulator.LifecycleHook{Handler: "prepare"}}
	kind := New("123", "cn-hangzhou")
	ended := make(chan struct{})
	a := &api{t, newSession(listener, kind.header(fn), ended), "http://" + listener.Addr().String() + root, ended, fn}
	t.Cleanup(a.Close)
	return a
}

type outcome struct {
	runtime.Reply
	err error
}

// invoke sends a call in the background.
func (a *api) invoke(id string, hook emulator.Hook, event string) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		call := runtime.Call{Hook: hook, Credentials: &runtime.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"},
			Deadline:   time.UnixMilli(1800000000123),
			Invocation: &emulator.Invocation{RequestID: id, Function: a.fn, Qualifier: "prod", Event: []byte(event), RetryCount: 2}}
		reply, err := a.Invoke(context.Background(), call, nil)
		done <- outcome{reply, err}
	}()
	return done
}

func (a *api) poll(ctx context.Context) (*http.Response, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"next", nil)
	if err != nil {
		a.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

func (a *api) post(path string, body io.Reader) int {
	a.t.Helper()
	response, err := http.Post(a.base+path, "application/json", body)
	if err != nil {
		a.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return response.StatusCode
}

func TestACallHasTheHeadersOfTheLibrary(t *testing.T) {
	a := open(t)
	done := a.invoke("req-1", emulator.HookHandler, "hello")
	response, event, err := a.poll(t.Context())
	if err != nil || response.StatusCode != 200 || event != "hello" || response.ContentLength != 5 {
		t.Fatalf("%v %q %v", response, event, err)
	}
	for name, want := range map[string]string{
		"x-fc-request-id": "req-1", "x-fc-function-deadline": "1800000000123", "x-fc-function-timeout": "3",
		"x-fc-function-type": "0", "x-fc-function-name": "shop", "x-fc-function-handler": "main",
		"x-fc-function-memory": "128", "x-fc-access-key-id": "id", "x-fc-access-key-secret": "secret",
		"x-fc-security-token": "token", "x-fc-region": "cn-hangzhou", "x-fc-account-id": "123",
		"x-fc-qualifier": "prod", "x-fc-version-id": "LATEST", "x-fc-retry-count": "2",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if status := a.post("req-1/response", strings.NewReader("null")); status != 200 {
		t.Errorf("status %d", status)
	}
	if got := <-done; got.err != nil || got.ErrorType != "" || string(got.Payload) != "null" {
		t.Errorf("%+v", got)
	}
	if status := a.post("req-1/response", strings.NewReader("again")); status != 400 {
		t.Errorf("a second answer: status %d", status)
	}
}

func TestErrorsAndHooks(t *testing.T) {
	a := open(t)
	for _, c := range []struct {
		hook    emulator.Hook
		handler string
		path    string
		want    emulator.ErrorType
	}{
		{emulator.HookInitializer, "prepare", "/error", emulator.InitializationError},
		{emulator.HookInitializer, "prepare", "/response", ""},
		{emulator.HookPreStop, "main", "/error", emulator.UnhandledInvocationError},
		{emulator.HookHandler, "main", "/error", emulator.UnhandledInvocationError},
	} {
		done := a.invoke("req", c.hook, "")
		response, _, err := a.poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := response.Header.Get("x-fc-function-type") + response.Header.Get("x-fc-function-handler"); got != strconv.Itoa(int(c.hook))+c.handler {
			t.Errorf("type and handler %q", got)
		}
		a.post("req"+c.path, strings.NewReader("{}"))
		if got := <-done; got.err != nil || got.ErrorType != c.want || string(got.Payload) != "{}" {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

// head is what the header of an HTTP handler holds.
func head(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func TestHTTPHandlersGetHeadAndBody(t *testing.T) {
	for _, c := range []struct {
		params, body string
		status       int
		broken       bool
	}{
		{head(`{"status":201,"headersMap":{"A":["1","2"]}}`), "hi", 201, false},
		{head(`{}`), "", 0, false}, // the handler wrote nothing
		{"", "event", -1, false},   // an event handler
		{"no base64", "", -1, true},
		{head("no JSON"), "", -1, true},
	} {
		a := open(t)
		done := make(chan outcome, 1)
		go func() {
			request := &emulator.HTTPRequest{Method: "PUT", Target: "/proxy/a%20b?q=1", Host: "here", Remote: "::1", Prefix: "/proxy",
				Header: map[string][]string{"X": {"y"}}, Body: strings.NewReader("later"), Length: 5}
			reply, err := a.Invoke(context.Background(), runtime.Call{Invocation: &emulator.Invocation{RequestID: "req", Function: a.fn, HTTP: request}}, nil)
			done <- outcome{reply, err}
		}()
		response, body, err := a.poll(t.Context())
		if err != nil || body != "later" || response.ContentLength != 5 {
			t.Fatalf("%q %v", body, err)
		}
		got, err := base64.StdEncoding.DecodeString(response.Header.Get("x-fc-http-params"))
		if want := `{"method":"PUT","path":"/a b","rawPath":"/a%20b","requestURI":"/proxy/a%20b?q=1","clientIP":"::1","host":"here",` +
			`"queriesMap":{"q":["1"]},"headersMap":{"Content-Length":["5"],"X":["y"]}}`; err != nil || string(got) != want {
			t.Errorf("%s %v", got, err)
		}
		answer, err := http.NewRequest(http.MethodPost, a.base+"req/response", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		answer.Header.Set("x-fc-http-params", c.params)
		if response, err := http.DefaultClient.Do(answer); err != nil || response.Body.Close() != nil {
			t.Fatal(err)
		}
		reply, status := <-done, -1
		if reply.HTTP != nil {
			status = reply.HTTP.Status
		}
		if status != c.status && !c.broken || (reply.err != nil) != c.broken || reply.err == nil && string(reply.Payload) != c.body {
			t.Errorf("%+v: %+v", c, reply)
		}
	}
}

// A hook of a function with an HTTP handler is a hook like any other.
func TestHooksOfHTTPFunctionsHaveNoHead(t *testing.T) {
	a := open(t)
	done := make(chan outcome, 1)
	go func() {
		call := runtime.Call{Hook: emulator.HookInitializer, Invocation: &emulator.Invocation{RequestID: "req", Function: a.fn, HTTP: &emulator.HTTPRequest{}}}
		reply, err := a.Invoke(context.Background(), call, nil)
		done <- outcome{reply, err}
	}()
	response, _, err := a.poll(t.Context())
	if err != nil || response.Header.Get("x-fc-http-params") != "" || response.Header.Get("x-fc-function-type") != "1" {
		t.Fatalf("%v %v", response, err)
	}
	a.post("req/response", strings.NewReader(""))
	if got := <-done; got.err != nil || got.HTTP != nil || got.ErrorType != "" {
		t.Errorf("%+v", got)
	}
}

// The library polls before it answers: the poll is held until a call comes, and one that was given
// up takes none.
func TestAPollIsHeldAndTakesNoCallWhenGivenUp(t *testing.T) {
	a := open(t)
	held := make(chan string, 1)
	go func() {
		_, event, _ := a.poll(t.Context())
		held <- event
	}()
	done := a.invoke("req-1", emulator.HookHandler, "one")
	if event := <-held; event != "one" {
		t.Fatalf("%q", event)
	}
	a.post("req-1/response", strings.NewReader("1"))
	if got := <-done; string(got.Payload) != "1" {
		t.Errorf("%+v", got)
	}
	done = a.invoke("req-2", emulator.HookHandler, "two")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 { // which of two ready channels is taken is left to chance
		a.next(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodGet, "/", nil))
	}
	if _, event, err := a.poll(t.Context()); err != nil || event != "two" {
		t.Fatalf("%q %v", event, err)
	}
	a.post("req-2/response", strings.NewReader("2"))
	if got := <-done; string(got.Payload) != "2" {
		t.Errorf("%+v", got)
	}
}

func TestTheEndOfTheProgramEndsTheCall(t *testing.T) {
	a := open(t)
	done := a.invoke("req-1", emulator.HookHandler, "")
	close(a.ended)
	if got := <-done; got.err == nil {
		t.Errorf("%+v", got)
	}
	b := open(t)
	done = b.invoke("req-1", emulator.HookHandler, "")
	b.Close()
	b.Close()
	if got := <-done; got.err == nil {
		t.Errorf("%+v", got)
	}
}

func TestAnAnswerThatIsTooLargeIsAnError(t *testing.T) {
	a := open(t)
	done := a.invoke("req-1", emulator.HookHandler, "")
	if _, _, err := a.poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	large := bytes.NewReader(make([]byte, emulator.MaxSyncPayload+1))
	if response, err := http.Post(a.base+"req-1/response", "", io.MultiReader(large)); err == nil {
		_ = response.Body.Close()
	}
	if got := <-done; got.ErrorType != emulator.UnhandledInvocationError || !strings.Contains(string(got.Payload), "larger than") {
		t.Errorf("%.100s %v", got.Payload, got.err)
	}
}

func TestProgramsThatCannotBeStarted(t *testing.T) {
	dir := t.TempDir()
	arm := append([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00"), 21, 0)
	for name, text := range map[string][]byte{"power": arm, "text": []byte("just some text that is long enough")} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for handler, want := range map[string]string{
		"": "not exist", "none": "not exist", "../x": "not exist", "power": "linux on another processor", "text": "no system that is known",
	} {
		_, err := New("", "").Prepare(&emulator.Function{Handler: handler}, runtime.Place{CodeDir: dir})
		var refused *emulator.Error
		if !errors.As(err, &refused) || refused.Status != 412 || !strings.Contains(refused.Message, want) {
			t.Errorf("%q: %v", handler, err)
		}
	}
}
