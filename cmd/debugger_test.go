package cmd_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

const debuggedProject = `edition: 3.0.0
resources:
  shop:
    component: fc3
    props: {functionName: shop, runtime: nodejs20, handler: index.handler, code: ./code, timeout: 1,
      environmentVariables: {NODE_OPTIONS: '--inspect=%s'}}
`

const debuggedCode = `exports.handler = async (event) => {
  const answer = 41 + Number(event);
  return 'answer ' + answer;
};
`

// TestADebuggerStepsThroughAFunction: Node's inspector is reached from this machine, answers between
// calls too, and a call that stands at a breakpoint outlives its time-out.
func TestADebuggerStepsThroughAFunction(t *testing.T) {
	needs(t, "node")
	address := freeAddress(t)
	folder := t.TempDir()
	write(t, folder, "s.yaml", fmt.Sprintf(debuggedProject, address))
	write(t, folder, "code/index.js", debuggedCode)
	r := startIn(t, folder, "--no-timeout=shop")
	call := func(event string) string {
		result, err := r.client.Invoke(t.Context(), client.Invocation{Reference: emulator.Reference{Name: emulator.Name{Function: "shop"}}, Event: []byte(event)})
		if err != nil {
			return err.Error()
		}
		return result.ErrorType + string(result.Payload)
	}
	if got := call("0"); got != "answer 41" {
		t.Fatalf("%s\n%s", got, r.output)
	}
	d := attach(t, address)
	d.ask("Debugger.enable", nil)
	d.ask("Debugger.setBreakpointByUrl", map[string]any{"urlRegex": ".*/index.js", "lineNumber": 2})
	answer := make(chan string, 1)
	go func() { answer <- call("1") }()
	frame := d.await("Debugger.paused").Params.CallFrames[0].ID
	stopped := time.Now()
	await(t, "the time limit to pass", func() bool { return time.Since(stopped) > 1200*time.Millisecond })
	if got := d.ask("Debugger.evaluateOnCallFrame", map[string]any{"callFrameId": frame, "expression": "answer"}).Result.Result.Value; got != 42.0 {
		t.Errorf("answer is %v", got)
	}
	d.ask("Debugger.resume", nil)
	if got := <-answer; got != "answer 42" {
		t.Errorf("%s\n%s", got, r.output)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// debugger speaks the protocol of Node's inspector.
type debugger struct {
	t     *testing.T
	line  *websocket.Conn
	asked int
}

// said is what the inspector says that the test looks at.
type said struct {
	ID     int
	Method string
	Params struct {
		CallFrames []struct {
			ID string `json:"callFrameId"`
		}
	}
	Result struct{ Result struct{ Value any } }
}

func attach(t *testing.T, address string) *debugger {
	t.Helper()
	response, err := http.Get("http://" + address + "/json/list")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var targets []struct{ WebSocketDebuggerURL string }
	if err := json.NewDecoder(response.Body).Decode(&targets); err != nil || len(targets) != 1 {
		t.Fatalf("%v %v", targets, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	line, _, err := websocket.Dial(ctx, targets[0].WebSocketDebuggerURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	line.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = line.CloseNow() })
	return &debugger{t: t, line: line}
}

// ask sends a command and returns its result.
func (d *debugger) ask(method string, params any) said {
	d.t.Helper()
	d.asked++
	text, err := json.Marshal(map[string]any{"id": d.asked, "method": method, "params": params})
	if err == nil {
		err = d.line.Write(d.t.Context(), websocket.MessageText, text)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return d.next(func(s said) bool { return s.ID == d.asked })
}

// await waits for an event.
func (d *debugger) await(method string) said {
	d.t.Helper()
	return d.next(func(s said) bool { return s.Method == method })
}

func (d *debugger) next(wanted func(said) bool) said {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 30*time.Second)
	defer cancel()
	for {
		_, text, err := d.line.Read(ctx)
		if err != nil {
			d.t.Fatal(err)
		}
		var s said
		if json.Unmarshal(text, &s) == nil && wanted(s) {
			return s
		}
	}
}
