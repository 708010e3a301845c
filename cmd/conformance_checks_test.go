package cmd_test

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func (c *conformer) cold() {
	c.t.Helper()
	result := c.ask("main", "ready")
	c.expect(result, "the first call", "yes")
	if !result.ColdStart {
		c.t.Error("the first call is no cold start")
	}
	c.goldenLog("cold", result)
}

// bytes sends events that no text conversion survives.
func (c *conformer) bytes() {
	c.t.Helper()
	random := make([]byte, 5<<20)
	_, _ = rand.New(rand.NewSource(3)).Read(random)
	all := make([]byte, 256)
	for n := range all {
		all[n] = byte(n)
	}
	text := []byte("{\"do\": \"echo\", \"text\": \"héllo 中 <&> \\u0000\"}\n")
	for _, event := range [][]byte{text, {}, []byte("no JSON"), {0}, []byte("\r\n"), {0xff, 0xfe}, all, random[:65521], random} {
		c.expect(c.call("main", event), fmt.Sprintf("%d bytes", len(event)), event)
	}
}

// facts looks at the context and the environment.
func (c *conformer) facts() {
	c.t.Helper()
	var env map[string]string
	result := c.ask("main", "env")
	if err := json.Unmarshal(result.Payload, &env); err != nil {
		c.t.Fatalf("%v: %s", err, result.Payload)
	}
	c.goldenEnv(result, env)

	var got map[string]any
	result = c.ask("main", "facts")
	if err := json.Unmarshal(result.Payload, &got); err != nil {
		c.t.Fatalf("%v: %s", err, result.Payload)
	}
	want := map[string]any{"requestId": result.RequestID, "function": "main", "handler": c.hooks[0], "memory": "512", "timeout": "60",
		"region": "cn-hangzhou", "account": env["FC_ACCOUNT_ID"], "retryCount": "0", "service": "", "logProject": "my-project", "logStore": "my-store",
		"qualifier": "LATEST", "version": "LATEST", "cwd": strings.TrimSuffix(env["FC_FUNC_CODE_PATH"], "/"),
		"keys": []any{env["ALIBABA_CLOUD_ACCESS_KEY_ID"], env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"], env["ALIBABA_CLOUD_SECURITY_TOKEN"]}}
	for _, name := range c.lacks {
		delete(want, name)
		if got[name] == nil || got[name] == "" {
			delete(got, name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("the context: %s", diff)
	}
}

func (c *conformer) logs() {
	c.t.Helper()
	result := c.ask("main", "log")
	c.expect(result, "log", "ok")
	var journal strings.Builder
	for _, line := range c.lines(result) {
		journal.WriteString(line.Text + "\n")
	}
	if string(result.Log) != journal.String() {
		c.t.Errorf("the tail is %q, the log is %q", result.Log, journal.String())
	}
	c.goldenLog("log", result)

	result = c.ask("main", "much")
	c.expect(result, "much", "ok")
	if n := len(result.Log); n > 4096 || n < 4000 {
		c.t.Errorf("the tail of a long log has %d bytes", n)
	}
	if lines := c.lines(result); len(lines) < 200 || !strings.HasSuffix(string(result.Log), lines[len(lines)-1].Text+"\n") {
		c.t.Errorf("of %d lines the tail ends with %q", len(lines), result.Log[max(0, len(result.Log)-200):])
	}
}

func (c *conformer) failures() {
	c.t.Helper()
	before := c.ask("main", "throw")
	if before.StatusCode != 200 || before.ErrorType != "UnhandledInvocationError" || !strings.Contains(string(before.Payload), "thrown on purpose") {
		c.t.Errorf("throw: %d %s %s", before.StatusCode, before.ErrorType, before.Payload)
	}
	c.goldenPayload("throw", before)
	c.goldenLog("throw log", before)
	after := c.ask("main", "ready")
	if c.expect(after, "after throw", "yes"); after.InstanceID != before.InstanceID {
		c.t.Error("an error of the function cost its instance")
	}
	gone := c.fails("main", "exit", "Process exited unexpectedly before completing request (duration: ")
	c.goldenPayload("exit", gone)
	await(c.t, "the exit to be told", func() bool { return c.hasTold(gone.InstanceID, "^The process exited with code 3.$") })
}

// hasTold looks for a line in the log of an instance.
func (c *conformer) hasTold(instance, match string) bool {
	c.t.Helper()
	for line, err := range c.client.Logs(c.t.Context(), client.LogFilter{Match: match}) {
		if err != nil {
			c.t.Fatal(err)
		}
		if line.InstanceID == instance {
			return true
		}
	}
	return false
}

func (c *conformer) limits() {
	c.t.Helper()
	began := time.Now()
	late := c.fails("brief", "sleep", "Function time out after 1 seconds (maxMemoryUsage: ")
	if late.DurationMs < 1000 || late.DurationMs > 5000 {
		c.t.Errorf("a second took %v ms (%v with the start)", late.DurationMs, time.Since(began))
	}
	c.goldenPayload("sleep", late)
	c.goldenLog("sleep log", late)
	big := c.fails("small", "hog", "Process exited unexpectedly before completing request (duration: ")
	for _, line := range c.lines(big) {
		if line.Stream == "system" && strings.Contains(line.Text, "memorySize is 256 MB") {
			return
		}
	}
	c.t.Errorf("the log does not tell of the memory: %s", big.Log)
}

// concurrency makes ten calls at once: each gets the answer to its own event, with its own request id.
func (c *conformer) concurrency() {
	c.t.Helper()
	var calls sync.WaitGroup
	for n := range 10 {
		calls.Go(func() {
			for round := range 5 {
				id := fmt.Sprintf("%d.%d", n, round)
				result, err := c.client.Invoke(c.t.Context(), client.Invocation{Reference: emulator.Reference{Name: emulator.Name{Function: "main"}},
					Event: fmt.Appendf(nil, `{"do":"who","id":%q}`, id)})
				if err != nil {
					c.t.Error(err)
					return
				}
				c.expect(result, "call "+id, id+" "+result.RequestID)
			}
		})
	}
	calls.Wait()
}

// httpEvent is what the test looks at in the event of a trigger.
type httpEvent struct {
	Version, RawPath, Body   string
	QueryParameters, Headers map[string]string
	RequestContext           struct {
		RequestID string
		HTTP      struct{ Method, Path string }
	}
}

// trigger sends HTTP requests through the trigger of FC 3.0.
func (c *conformer) trigger() {
	c.t.Helper()
	base := c.client.Endpoint() + "/proxy/main"
	status, header, body := request(c.t, http.MethodPost, base+"/heard/a%20b?q=1&q=%2B2&e=", strings.NewReader("the body"), map[string]string{"X-Test": "v"})
	if status != 201 || header.Get("X-Conform") != "yes" || header.Get("Content-Type") != "text/plain" || header.Get("X-Fc-Request-Id") == "" {
		c.t.Errorf("heard: %d %v", status, header)
	}
	var event httpEvent
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		c.t.Fatalf("%v: %s", err, body)
	}
	got := []string{event.RawPath, event.Body, event.QueryParameters["q"], event.Headers["X-Test"], event.RequestContext.HTTP.Method, event.RequestContext.RequestID}
	want := []string{"/heard/a%20b", "the body", "1,+2", "v", "POST", header.Get("X-Fc-Request-Id")}
	if !c.custom {
		got = append(got, event.Version, event.RequestContext.HTTP.Path)
		want = append(want, "v1", "/heard/a b")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("what it heard: %s", diff)
	}

	status, header, body = request(c.t, http.MethodGet, base+"/bytes", nil, nil)
	if status != 200 || header.Get("Content-Type") != "image/png" || len(body) != 256 || body[255] != 255 || body[128] != 128 {
		c.t.Errorf("bytes: %d %v %q", status, header, body)
	}
	status, header, body = request(c.t, http.MethodGet, base+"/bare", nil, nil)
	if status != 200 || header.Get("Content-Type") != "application/json" || body != c.told("bare") {
		c.t.Errorf("bare: %d %v %q", status, header, body)
	}
	wantStatus, wantType := http.StatusBadGateway, "UnhandledInvocationError"
	if c.custom { // a server has answered for itself
		wantStatus, wantType = http.StatusNotFound, ""
	}
	status, header, body = request(c.t, http.MethodGet, base+"/throw", nil, nil)
	if status != wantStatus || header.Get("X-Fc-Error-Type") != wantType || !strings.Contains(body, "thrown on purpose") {
		c.t.Errorf("throw: %d %v %q", status, header, body)
	}
}

// stop deletes the function: the preStop hook runs.
func (c *conformer) stop() {
	c.t.Helper()
	last := c.ask("brief", "ready")
	if err := c.client.DeleteFunction(c.t.Context(), emulator.Name{Function: "brief"}); err != nil {
		c.t.Fatal(err)
	}
	ended := "^FC PreStop End"
	if strings.HasPrefix(c.runtime, "custom") { // the platform writes no lines between theirs
		ended = "^preStop ran$"
	}
	await(c.t, "the preStop hook to end", func() bool { return c.hasTold(last.InstanceID, ended) })
	var text strings.Builder
	for line, err := range c.client.Logs(c.t.Context(), client.LogFilter{Function: "brief", Match: "(?i)prestop"}) {
		if err != nil {
			c.t.Fatal(err)
		}
		if line.InstanceID == last.InstanceID {
			last.RequestID = line.RequestID // the hook has one of its own
			fmt.Fprintf(&text, "%s: %s\n", line.Stream, line.Text)
		}
	}
	c.golden("preStop", text.String(), last)
}
