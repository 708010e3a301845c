package cmd_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

const limitsProject = `edition: 3.0.0
name: limits
resources:
  work:
    component: fc3
    props:
      region: cn-hangzhou
      functionName: work
      runtime: python3.10
      handler: index.handler
      timeout: 60
      code: ./code
      triggers:
        - triggerName: http
          triggerType: http
          triggerConfig: {authType: anonymous, methods: [GET, POST]}
      asyncInvokeConfig: {asyncTask: true}
`

const limitsCode = `import json
def handler(event, context):
    return {"statusCode": 200, "body": str(len(event))}
`

const (
	syncLimit  = 32 << 20
	asyncLimit = 128 << 10
)

// streamed hides the length of a body, so that it goes out in chunks.
type streamed struct{ io.Reader }

// request sends what a test asks for and returns status and body.
func request(t *testing.T, method, url string, body io.Reader, header map[string]string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		if r.Header.Set(name, value); name == "Host" {
			r.Host = value
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %.60s: %v", method, url, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

// refused expects Function Compute's error body.
func refused(t *testing.T, what string, status int, body string, wantStatus int, code string) {
	t.Helper()
	var answer struct{ Code, Message, RequestId string }
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Errorf("%s: %d, and no error body: %.200s", what, status, body)
		return
	}
	if status != wantStatus || answer.Code != code || answer.Message == "" || answer.RequestId == "" {
		t.Errorf("%s: %d %.300s; want %d %s", what, status, body, wantStatus, code)
	}
}

// TestLimits sends what is just within and just over each limit, with a length and in chunks, to
// the API and to an HTTP trigger.
func TestLimits(t *testing.T) {
	needs(t, "python3")
	folder := t.TempDir()
	write(t, folder, "s.yaml", limitsProject)
	write(t, folder, "code/index.py", limitsCode)
	base := startIn(t, folder).client.Endpoint()
	doors := map[string]string{"api": base + "/2023-03-30/functions/work/invocations", "trigger": base + "/proxy/work/"}
	zeros := make([]byte, syncLimit+1)
	for door, url := range doors {
		for _, c := range []struct {
			name   string
			size   int
			async  bool
			status int
		}{
			{"async at the limit", asyncLimit, true, 202}, {"async over it", asyncLimit + 1, true, 400},
			{"sync over it", syncLimit + 1, false, 400},
		} {
			header := map[string]string{}
			if c.async {
				header["X-Fc-Invocation-Type"] = "Async"
			}
			for transfer, body := range map[string]io.Reader{
				"length": bytes.NewReader(zeros[:c.size]), "chunked": streamed{bytes.NewReader(zeros[:c.size])}} {
				if door == "trigger" && c.status == 202 {
					continue // the event that a trigger makes of the body is longer than the body
				}
				what := door + ", " + c.name + ", " + transfer
				status, _, text := request(t, "POST", url, body, header)
				if c.status == 202 {
					if status != 202 {
						t.Errorf("%s: %d %s", what, status, text)
					}
					continue
				}
				refused(t, what, status, text, c.status, "EntityTooLarge")
			}
		}
		for _, delay := range []string{"-1", "3601", "1.5", "soon", "0x10", "+5", "99999999999999999999", "1e2"} {
			status, _, text := request(t, "POST", url, nil, map[string]string{"X-Fc-Invocation-Type": "Async", "X-Fc-Async-Delay": delay})
			refused(t, door+", delay "+delay, status, text, 400, "InvalidArgument")
		}
		status, _, text := request(t, "POST", url, nil, map[string]string{"X-Fc-Invocation-Type": "Perhaps"})
		refused(t, door+", invocation type", status, text, 400, "InvalidArgument")
	}
	status, _, text := request(t, "POST", doors["api"], bytes.NewReader(zeros[:syncLimit]), nil)
	if status != 200 || !strings.Contains(text, "33554432") {
		t.Errorf("the largest event: %d %.200s", status, text)
	}
	status, _, text = request(t, "GET", doors["trigger"], nil, map[string]string{"X-Long": strings.Repeat("a", 8<<10)})
	refused(t, "headers over 8 KB", status, text, 400, "InvalidArgument")
	status, _, text = request(t, "GET", doors["trigger"]+strings.Repeat("a", 4<<10), nil, nil)
	refused(t, "a path over 4 KB", status, text, 400, "InvalidArgument")
	status, _, text = request(t, "GET", doors["trigger"]+strings.Repeat("a", 4000), nil, map[string]string{"X-Long": strings.Repeat("a", 4000)})
	if status != 200 {
		t.Errorf("within the limits: %d %.200s", status, text)
	}
}

// TestUnknownOnes asks the API for what is not there, and sends what it cannot read.
func TestUnknownOnes(t *testing.T) {
	needs(t, "python3")
	folder := t.TempDir()
	write(t, folder, "s.yaml", limitsProject)
	write(t, folder, "code/index.py", limitsCode)
	base := startIn(t, folder).client.Endpoint()
	api := base + "/2023-03-30/functions"
	task := map[string]string{"X-Fc-Invocation-Type": "Async", "X-Fc-Async-Task-Id": "once"}
	if status, header, text := request(t, "POST", api+"/work/invocations", nil, task); status != 202 || header.Get("X-Fc-Async-Task-Id") != "once" {
		t.Fatalf("%d %s", status, text)
	}
	for _, c := range []struct {
		method, url, body string
		header            map[string]string
		status            int
		code              string
	}{
		{"POST", api + "/nobody/invocations", "", nil, 404, "FunctionNotFound"},
		{"GET", api + "/nobody", "", nil, 404, "FunctionNotFound"},
		{"DELETE", api + "/nobody", "", nil, 404, "FunctionNotFound"},
		{"POST", api + "/work/invocations?qualifier=prod", "", nil, 404, "AliasNotFound"},
		{"POST", api + "/work/invocations?qualifier=7", "", nil, 404, "VersionNotFound"},
		{"GET", api + "/work/async-tasks/none", "", nil, 404, "AsyncTaskNotFound"},
		{"PUT", api + "/work/async-tasks/none/stop", "", nil, 404, "AsyncTaskNotFound"},
		{"GET", api + "/work/async-tasks?limit=0", "", nil, 400, "InvalidArgument"},
		{"GET", api + "/work/async-tasks?limit=101", "", nil, 400, "InvalidArgument"},
		{"GET", api + "/work/async-tasks?status=Gone", "", nil, 400, "InvalidArgument"},
		{"GET", api + "/work/triggers/none", "", nil, 404, "TriggerNotFound"},
		{"POST", api + "/work/invocations", "", task, 409, "StatefulAsyncInvocationAlreadyExists"},
		{"POST", api, `{"functionName": "x`, nil, 400, "InvalidArgument"},
		{"POST", api, `{}`, nil, 400, "InvalidArgument"},
		{"POST", api, `[]`, nil, 400, "InvalidArgument"},
		{"PATCH", api, "", nil, 400, "PathNotSupported"},
		{"GET", base + "/proxy/nobody/", "", nil, 404, "FunctionNotFound"},
		{"GET", base + "/", "", map[string]string{"Host": "nobody.localhost"}, 404, "FunctionNotFound"},
	} {
		status, _, text := request(t, c.method, c.url, strings.NewReader(c.body), c.header)
		refused(t, c.method+" "+strings.TrimPrefix(c.url, base)+" "+c.body, status, text, c.status, c.code)
	}
}

// TestForeignersAreRefused: a web page of another site, or a name that was made to point here,
// reaches neither the API nor the emulator's own; functions are for everybody.
func TestForeignersAreRefused(t *testing.T) {
	needs(t, "python3")
	folder := t.TempDir()
	write(t, folder, "s.yaml", limitsProject)
	write(t, folder, "code/index.py", limitsCode)
	r := startIn(t, folder)
	base := r.client.Endpoint()
	if !strings.HasPrefix(base, "http://127.0.0.1:") {
		t.Fatalf("by default it listens on %s", base)
	}
	for _, header := range []map[string]string{
		{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost.evil.example"},
		{"Host": "evil.example"}, {"Host": "127.0.0.1.nip.io"}, {"Host": "work.localhost.evil.example:3236"},
	} {
		for _, c := range [][2]string{{"GET", "/_fcemu/health"}, {"POST", "/_fcemu/stop"}, {"GET", "/_fcemu/logs"},
			{"POST", "/2023-03-30/functions"}, {"POST", "/2023-03-30/functions/work/invocations"}} {
			status, _, text := request(t, c[0], base+c[1], nil, header)
			refused(t, c[1], status, text, 403, "AccessDenied")
		}
	}
	if status, _, text := request(t, "GET", base+"/proxy/work/", nil, map[string]string{"Origin": "https://shop.example"}); status != 200 {
		t.Errorf("a function called from a web page: %d %s", status, text)
	}
	if status, _, text := request(t, "GET", base+"/_fcemu/health", nil, map[string]string{"Host": "localhost:1"}); status != 200 {
		t.Errorf("by the name localhost: %d %s", status, text)
	}
	if _, err := r.client.Health(t.Context()); err != nil {
		t.Errorf("it is gone: %v", err)
	}
}
