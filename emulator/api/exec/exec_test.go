package exec_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/runtime/process"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == process.GuardianCommand {
		os.Exit(process.GuardianMain())
	}
	// The race detector would let every guardian linger for a second at its end.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	os.Exit(m.Run())
}

const handler = `
import os
open('pid', 'w').write(str(os.getpid()))
def handler(event, context):
    return os.environ['FC_INSTANCE_ID']
`

// emulated is a whole emulator with one instance of svc/f.
type emulated struct {
	t        *testing.T
	daemon   *daemon.Daemon
	instance string
}

func start(t *testing.T) *emulated {
	t.Helper()
	d, err := daemon.Start(t.Context(), daemon.Options{Host: "127.0.0.1", Ephemeral: true, Isolation: "auto", Account: "123456789", Region: "cn-hangzhou",
		AsyncWorkers: 1, Notice: func(text string) { t.Log(text) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Stop() })
	e := &emulated{t: t, daemon: d}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	file, _ := archive.Create("index.py")
	_, _ = io.WriteString(file, handler)
	_ = archive.Close()
	e.post("/services", `{"serviceName":"svc"}`)
	e.post("/services/svc/functions", `{"functionName":"f","runtime":"python3","handler":"index.handler","code":{"zipFile":"`+
		base64.StdEncoding.EncodeToString(packed.Bytes())+`"}}`)
	e.instance = e.post("/services/svc/functions/f/invocations", "")
	return e
}

func (e *emulated) post(path, body string) string {
	e.t.Helper()
	answer, err := http.Post(e.daemon.Endpoint+"/2016-08-15"+path, "application/json", strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != 200 {
		e.t.Fatalf("%s: %d %s", path, answer.StatusCode, text)
	}
	return string(text)
}

// address is that of InstanceExec; query has what follows the commands.
func (e *emulated) address(query string, command ...string) string {
	values := url.Values{"command": command}.Encode()
	return e.daemon.Endpoint + "/2016-08-15/services/svc/functions/f/instances/" + e.instance + "/exec?" + values + "&" + query
}

func (e *emulated) dial(query string, command ...string) *websocket.Conn {
	e.t.Helper()
	conn, _, err := websocket.Dial(e.t.Context(), e.address(query, command...), nil)
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

// transcript is what the server said until it closed, by types of messages.
type transcript struct {
	out, err, fault, last string
	close                 websocket.CloseError
}

func read(t *testing.T, conn *websocket.Conn, seen func(out string)) (got transcript) {
	t.Helper()
	for {
		kind, message, err := conn.Read(t.Context())
		if err != nil {
			if closed, ok := err.(interface{ Unwrap() error }); ok {
				got.close.Code = websocket.CloseStatus(closed.Unwrap())
			}
			return got
		}
		if text := kind == websocket.MessageText; text != utf8.Valid(message) || got.last != "" {
			t.Errorf("%s message %q after %q", kind, message, got.last)
		}
		switch text := string(message[1:]); message[0] {
		case 1:
			got.out += text
			if seen != nil {
				seen(got.out)
			}
		case 2:
			got.err += text
		case 3:
			got.fault += text
		case 5:
			got.last = text
		default:
			t.Errorf("message of type %d", message[0])
		}
	}
}

func send(t *testing.T, conn *websocket.Conn, kind websocket.MessageType, message string) {
	t.Helper()
	if err := conn.Write(t.Context(), kind, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

func TestOutputsAndExitCode(t *testing.T) {
	e := start(t)
	got := read(t, e.dial("stdin=false&stdout=true&stderr=true&tty=false&idleTimeout=120", "sh", "-c", "echo $FC_INSTANCE_ID $FC_SERVICE_NAME; ls; echo bad >&2; exit 3"), nil)
	want := transcript{out: e.instance + " svc\nindex.py\npid\n", err: "bad\n", fault: "command terminated with exit code 3", last: `{"exitCode":3}`,
		close: websocket.CloseError{Code: 1000}}
	got.out = strings.ReplaceAll(got.out, "__pycache__\n", "")
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	got = read(t, e.dial("stdout=false", "echo", "a b"), nil)
	if got.out != "" || got.fault != "" || got.last != `{"exitCode":0}` {
		t.Errorf("got %+v", got)
	}
	got = read(t, e.dial("", "head", "-c", "10000000", "/dev/zero"), nil)
	if len(got.out) != 10000000 || got.last != `{"exitCode":0}` {
		t.Errorf("got %d bytes, %s", len(got.out), got.last)
	}
}

func TestInput(t *testing.T) {
	e := start(t)
	conn := e.dial("stdin=true", "sh", "-c", "head -c 13")
	send(t, conn, websocket.MessageText, "\x00marked\n")  // the Go SDK
	send(t, conn, websocket.MessageBinary, "\x03keys\n")  // Serverless Devs
	send(t, conn, websocket.MessageBinary, "\x04{broken") // no size: keys
	if got := read(t, conn, nil); got.out != "marked\n\x03keys\n" {
		t.Errorf("got %+v", got)
	}
	conn = e.dial("stdin=false", "sh", "-c", "cat; echo end")
	send(t, conn, websocket.MessageText, "\x00ignored\n")
	if got := read(t, conn, nil); got.out != "end\n" {
		t.Errorf("got %+v", got)
	}
}

// The other generations: Serverless Devs calls the newest one.
func TestGenerations(t *testing.T) {
	e := start(t)
	for _, path := range []string{"/2021-04-06/services/svc/functions/f/", "/2023-03-30/functions/svc$f/"} {
		address := strings.Replace(e.address("qualifier=&FC_INSTANCE_EXEC_TIMEOUT=600", "echo", "hi"), "/2016-08-15/services/svc/functions/f/", path, 1)
		conn, _, err := websocket.Dial(t.Context(), address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, conn, nil); got.out != "hi\n" {
			t.Errorf("%s: got %+v", path, got)
		}
	}
}

func TestTerminal(t *testing.T) {
	e := start(t)
	conn := e.dial("stdin=true&tty=true&stderr=false", "sh", "-c", "stty size; echo ready >&2; while read x; do echo got $x; stty size; done; exit 4")
	stage := 0
	got := read(t, conn, func(out string) {
		switch {
		case stage == 0 && strings.Contains(out, "ready"):
			stage++
			send(t, conn, websocket.MessageBinary, "\x04"+`{"Width":100,"Height":50}`)
			send(t, conn, websocket.MessageText, "\x00one\r")
		case stage == 1 && strings.Contains(out, "got one\r\n50 100"):
			stage++
			send(t, conn, websocket.MessageBinary, "\x04"+`{"cols":70,"rows":20}`)
			send(t, conn, websocket.MessageBinary, "two\r")
		case stage == 2 && strings.Contains(out, "got two\r\n20 70"):
			stage++
			send(t, conn, websocket.MessageBinary, "\x04") // Ctrl-D
		}
	})
	if stage != 3 || !strings.HasPrefix(got.out, "24 80\r\n") || got.last != `{"exitCode":4}` {
		t.Errorf("stage %d, %+v", stage, got)
	}
}

func TestRefusals(t *testing.T) {
	e := start(t)
	good := e.address("", "ls")
	for _, c := range []struct {
		address, header, value string
		status                 int
		code, message          string
	}{
		{strings.Replace(good, e.instance, "c-unknown", 1), "", "", 404, "InstanceNotFound", "c-unknown"},
		{strings.Replace(good, "/f/", "/g/", 1), "", "", 404, "FunctionNotFound", "'g'"},
		{strings.Replace(good, "/svc/", "/svc.nope/", 1), "", "", 404, "AliasNotFound", "nope"},
		{e.address("tty=maybe", "ls"), "", "", 400, "InvalidArgument", "tty"},
		{e.address("idleTimeout=0", "ls"), "", "", 400, "InvalidArgument", "idleTimeout"},
		{e.address(""), "", "", 400, "InvalidArgument", "command"},
		{e.address("", "no-such-command"), "", "", 400, "InvalidArgument", "no-such-command"},
		{good, "Sec-Websocket-Version", "8", 400, "InvalidArgument", "13"},
		{good, "Sec-Websocket-Key", "short", 400, "InvalidArgument", "Sec-WebSocket-Key"},
		{good, "Upgrade", "h2c", 400, "InvalidArgument", "WebSocket"},
		{good, "Connection", "close", 400, "InvalidArgument", "WebSocket"},
		{good, "Origin", "http://fn.localhost", 403, "AccessDenied", "fn.localhost"},
		{good, "Origin", "https://evil.example", 403, "AccessDenied", "evil.example"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", c.address, nil)
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-Websocket-Version": "13",
			"Sec-Websocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", c.header: c.value} {
			if key != "" {
				request.Header.Set(key, value)
			}
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var body map[string]string
		err = json.NewDecoder(answer.Body).Decode(&body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != c.status || body["ErrorCode"] != c.code || !strings.Contains(body["ErrorMessage"], c.message) {
			t.Errorf("%s %s: %s: %d %v %v", c.header, c.value, c.address, answer.StatusCode, body, err)
		}
	}
	// The same origin is not another one: some clients name it by default.
	conn, _, err := websocket.Dial(t.Context(), good, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {e.daemon.Endpoint}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, conn, nil); got.last != `{"exitCode":0}` {
		t.Errorf("got %+v", got)
	}
}

// Whatever takes the client or the instance away ends the command with its children.
func TestEnds(t *testing.T) {
	e := start(t)
	for name, end := range map[string]func(*websocket.Conn){
		"close": func(c *websocket.Conn) { _ = c.Close(websocket.StatusNormalClosure, "") },
		"lost":  func(c *websocket.Conn) { _ = c.CloseNow() },
		"input full": func(c *websocket.Conn) {
			send(t, c, websocket.MessageText, strings.Repeat("x", 1<<19))
			_ = c.CloseNow()
		},
		"too big": func(c *websocket.Conn) { send(t, c, websocket.MessageText, strings.Repeat("x", 2<<20)) },
	} {
		mark := mark()
		conn := e.dial("stdin=true", "sh", "-c", "sleep "+mark+" & echo ready; exec 2>/dev/null; wait")
		if _, _, err := conn.Read(t.Context()); err != nil || !running(mark) {
			t.Fatalf("%s: not running: %v", name, err)
		}
		end(conn)
		gone(t, name, mark)
	}
	began := time.Now()
	conn := e.dial("stdin=true&tty=true&idleTimeout=1", "cat")
	ctx, stopPings := context.WithCancel(t.Context())
	go func() { // what keeps the line alive does not keep the command
		for ctx.Err() == nil {
			_ = conn.Ping(ctx)
			time.Sleep(50 * time.Millisecond)
		}
	}()
	got := read(t, conn, nil)
	stopPings()
	if took := time.Since(began); !strings.Contains(got.fault, "nothing went in or out for 1 seconds") || got.last != `{"exitCode":137}` || took < time.Second || took > 5*time.Second {
		t.Errorf("after %s: %+v", took, got)
	}

	conn = e.dial("stdin=true", "sh", "-c", "kill -9 $(cat pid); sleep 1000")
	if got := read(t, conn, nil); got.last != `{"exitCode":137}` {
		t.Errorf("the instance has ended: %+v", got)
	}
}

// A stop of the emulator is not held up by a command, and ends it.
func TestStop(t *testing.T) {
	e := start(t)
	mark := mark()
	conn := e.dial("stdin=true", "sh", "-c", "echo ready; sleep "+mark+"; true")
	if _, _, err := conn.Read(t.Context()); err != nil || !running(mark) {
		t.Fatalf("not running: %v", err)
	}
	began := time.Now()
	if err := e.daemon.Stop(); err != nil || time.Since(began) > 4*time.Second {
		t.Errorf("stopped in %s: %v", time.Since(began), err)
	}
	gone(t, "stop", mark)
}

// mark is a time to sleep that no other command line on this machine has: numbers of processes are
// not the same inside an instance.
func mark() string { return fmt.Sprintf("1000.%d", time.Now().UnixNano()) }

// running tells whether a process has the mark on its command line.
func running(mark string) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	return slices.ContainsFunc(files, func(file string) bool {
		line, _ := os.ReadFile(file) // one that has ended meanwhile is not running
		return strings.Contains(string(line), mark)
	})
}

func gone(t *testing.T, what, mark string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); running(mark); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("%s: it still runs", what)
			return
		}
	}
}
