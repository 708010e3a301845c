package cmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

const destinationProject = `edition: 3.0.0
name: outcomes
vars:
  common: &common {region: cn-hangzhou, runtime: custom, handler: x, code: ./code, customRuntimeConfig: {command: [python3, server.py], port: 9000}}
resources:
  hooked:
    component: fc3
    props:
      <<: *common
      functionName: hooked
      asyncInvokeConfig: {asyncTask: true, destinationConfig: {onSuccess: {destination: "acs:mns:::/queues/Hooked/messages"}}}
  boxed:
    component: fc3
    props:
      <<: *common
      functionName: boxed
      asyncInvokeConfig: {asyncTask: true, destinationConfig: {onSuccess: {destination: "acs:eventbridge:cn-hangzhou:100:eventbus/boxed"}}}
`

const destinationCode = `from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
ThreadingHTTPServer(("0.0.0.0", 9000), Handler).serve_forever()
`

// receiver is a web server that lets callers hang while it is shut.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	open   bool
	asked  int            // requests, whether or not they were answered
	bodies map[string]int // payloads that were taken
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{bodies: map[string]int{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r.mu.Lock()
		r.asked++
		open := r.open
		r.mu.Unlock()
		if !open {
			<-request.Context().Done() // until the emulator is killed
			return
		}
		var outcome struct{ ResponsePayload string }
		if err := json.Unmarshal(body, &outcome); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.bodies[outcome.ResponsePayload]++
	}))
	t.Cleanup(r.CloseClientConnections)
	t.Cleanup(r.Close)
	return r
}

// TestKillBeforeDelivery kills the emulator when tasks have ended and their outcomes are on the way,
// and expects every outcome after the next start; those of the inbox, once.
func TestKillBeforeDelivery(t *testing.T) {
	needs(t, "python3")
	const tasks = 12
	hook := newReceiver(t)
	folder := t.TempDir()
	write(t, folder, "s.yaml", destinationProject)
	write(t, folder, "code/server.py", destinationCode)
	write(t, folder, "fcemu.yaml", fmt.Sprintf("destinations:\n  \"acs:mns:*:*:/queues/Hooked/messages\": {webhook: %q}\n", hook.URL))
	first := startIn(t, folder)
	for i := range tasks {
		for _, name := range []string{"hooked", "boxed"} {
			if _, err := first.client.Invoke(t.Context(), client.Invocation{
				Reference: emulator.Reference{Name: emulator.Name{Function: name}}, Event: fmt.Appendf(nil, "%d", i), Async: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	await(t, "a delivery to be under way", func() bool { hook.mu.Lock(); defer hook.mu.Unlock(); return hook.asked > 0 })
	await(t, "every task to have ended", func() bool { return count(t, first, "Succeeded") == 2*tasks })
	first.kill(t)
	hook.mu.Lock()
	hook.open = true
	hook.mu.Unlock()

	second := startIn(t, folder)
	await(t, "every outcome to be delivered", func() bool {
		rows, err := second.client.Tasks(t.Context(), client.TaskFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if row["destinationStatus"] != "Succeeded" {
				return false
			}
		}
		return len(rows) == 2*tasks
	})
	hook.mu.Lock()
	defer hook.mu.Unlock()
	if len(hook.bodies) != tasks {
		t.Errorf("the webhook has %v", hook.bodies)
	}
	inbox := map[string]int{}
	for message, err := range second.client.Inbox(t.Context(), client.InboxFilter{Function: "boxed"}) {
		if err != nil {
			t.Fatal(err)
		}
		inbox[message.RequestID]++
	}
	for id, times := range inbox {
		if times != 1 {
			t.Errorf("the outcome of %s arrived %d times", id, times)
		}
	}
	if len(inbox) != tasks {
		t.Errorf("the inbox has %d outcomes", len(inbox))
	}
}

// TestBadDestinationsAreRefused asks the three generations of the API to set destinations that are
// none, and expects a refusal that leaves the configuration as it was.
func TestBadDestinationsAreRefused(t *testing.T) {
	folder := t.TempDir()
	r := startIn(t, folder)
	code := `{"zipFile":"UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAABAAAAYVBLAQIUABQAAAAAAAAAIQAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAABhUEsFBgAAAAABAAEALwAAAB8AAAAAAA=="}`
	send := func(method, path, body string, want int) string {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, r.client.Endpoint()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		if response.StatusCode != want {
			t.Fatalf("%s %s: %s %s", method, path, response.Status, text)
		}
		return string(text)
	}
	fn := `{"functionName":"f","runtime":"python3.10","handler":"a.b","code":` + code + `}`
	send("POST", "/2023-03-30/functions", fn, 200)
	send("POST", "/2016-08-15/services", `{"serviceName":"s"}`, 200)
	send("POST", "/2016-08-15/services/s/functions", fn, 200)
	for _, generation := range []struct{ path, arn string }{
		{"/2023-03-30/functions/f/async-invoke-config", "acs:mns:::/queues/q/messages"},
		{"/2021-04-06/services/s/functions/f/async-invoke-config", "acs:mns:::/topics/q/messages"},
		{"/2016-08-15/services/s/functions/f/async-invoke-config", "acs:mq:::/instances/i/topic/t"},
	} {
		config := func(on, arn string) string {
			return fmt.Sprintf(`{"destinationConfig":{%q:{"destination":%q}}}`, on, arn)
		}
		send("PUT", generation.path, config("onFailure", generation.arn), 200)
		before := send("GET", generation.path, "", 200)
		for _, bad := range []string{"nonsense", "acs:log:::project/p/logstore/l", "acs:oss:::b", "acs:mns:::/queues/q", "acs:fc:::functions/", "acs:eventbridge:::bus/b", "acs:mq:::"} {
			for _, on := range []string{"onSuccess", "onFailure"} {
				if answer := send("PUT", generation.path, config(on, bad), 400); !strings.Contains(answer, "InvalidArgument") || !strings.Contains(answer, bad) {
					t.Errorf("%s: %s", bad, answer)
				}
			}
		}
		if after := send("GET", generation.path, "", 200); after != before {
			t.Errorf("a refused request changed %s to %s", before, after)
		}
	}
}

// TestFilesOfOutcomes writes every outcome as a line of the file that fcemu.yaml names, from
// another working folder too.
func TestFilesOfOutcomes(t *testing.T) {
	needs(t, "python3")
	folder := t.TempDir()
	write(t, folder, "deep/s.yaml", destinationProject)
	write(t, folder, "deep/code/server.py", destinationCode)
	write(t, folder, "fcemu.yaml", "destinations:\n  acs:mns:*: {file: out.jsonl}\n")
	r := startIn(t, filepath.Join(folder, "deep"))
	result, err := r.client.Invoke(t.Context(), client.Invocation{
		Reference: emulator.Reference{Name: emulator.Name{Function: "hooked"}}, Event: []byte("<&>"), Async: true})
	if err != nil {
		t.Fatal(err)
	}
	var line []byte
	await(t, "the outcome to be in the file", func() bool {
		line, _ = os.ReadFile(filepath.Join(folder, "out.jsonl"))
		return bytes.HasSuffix(line, []byte("\n"))
	})
	if !bytes.Contains(line, []byte(`"requestPayload":"<&>","responseContext":{"statusCode":200,"functionError":""},"responsePayload":"<&>"}`)) ||
		!bytes.Contains(line, []byte(result.TaskID)) {
		t.Errorf("got %s", line)
	}
}
