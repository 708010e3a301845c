package cmd_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

const hardPort = `#!/usr/bin/env python3
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = open("name").read().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *args): pass
ThreadingHTTPServer(("0.0.0.0", 9000), Handler).serve_forever()
`

// TestSixHardCodedPorts calls six functions at once that all listen on port 9000, while a stranger
// holds that port: each is answered by its own program.
func TestSixHardCodedPorts(t *testing.T) {
	needs(t, "python3")
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere it is one instance at a time for a port")
	}
	if stranger, err := net.Listen("tcp", ":9000"); err == nil {
		defer stranger.Close()
		go hold(stranger)
	} // else a stranger is there already
	folder, project := t.TempDir(), "edition: 3.0.0\nname: ports\nresources:\n"
	const functions = 6
	for i := range functions {
		name := fmt.Sprintf("six%d", i)
		write(t, folder, name+"/bootstrap", hardPort)
		write(t, folder, name+"/name", name)
		if err := os.Chmod(filepath.Join(folder, name, "bootstrap"), 0o755); err != nil {
			t.Fatal(err)
		}
		project += fmt.Sprintf("  %s:\n    component: fc3\n    props: {region: cn-hangzhou, functionName: %s, runtime: custom.debian11, handler: h, timeout: 30, code: ./%s}\n",
			name, name, name)
	}
	write(t, folder, "s.yaml", project)
	r := startIn(t, folder)
	var calls sync.WaitGroup
	for i := range functions * 3 {
		calls.Go(func() {
			name := fmt.Sprintf("six%d", i%functions)
			result, err := r.client.Invoke(t.Context(), client.Invocation{Reference: emulator.Reference{Name: emulator.Name{Function: name}}})
			if err != nil || string(result.Payload) != name {
				t.Errorf("%s: %v %+v", name, err, result)
			}
		})
	}
	calls.Wait()
}

// hold answers whoever comes with what none of ours would say.
func hold(stranger net.Listener) {
	for {
		connection, err := stranger.Accept()
		if err != nil {
			return
		}
		_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nstranger")
		_ = connection.Close()
	}
}

// TestInterrupted sends Ctrl-C to commands that wait: 130, and within the five seconds of a clean end.
func TestInterrupted(t *testing.T) {
	needs(t, "python3")
	folder := t.TempDir()
	write(t, folder, "s.yaml", crashProject)
	write(t, folder, "code/index.py", "import time\ndef handler(event, context):\n    print('begun', event.decode(), flush=True)\n    time.sleep(50)\n")
	r := startIn(t, folder)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, args := range [][]string{
		{"invoke", "work", "-e", "sync"},
		{"invoke", "work", "--async", "--task-id", "awaited", "--wait", "-e", "async"},
		{"logs", "-f"},
		{"wait", "--endpoint", "http://" + silent.Addr().String()},
	} {
		t.Run(strings.Join(args[:2], " "), func(t *testing.T) {
			command := exec.Command(binary, args...)
			command.Dir = folder
			out, err := command.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			switch args[0] {
			case "invoke":
				await(t, "the call to run", func() bool { return logged(t, r, "begun "+args[len(args)-1]) })
			case "logs":
				if _, err := out.Read(make([]byte, 1)); err != nil {
					t.Fatal(err)
				}
			default:
				conn, err := silent.Accept() // it asks: it is past its own start
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
			}
			began := time.Now()
			if err := command.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, out)
			var exit *exec.ExitError
			if err := command.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
				t.Errorf("%v: %v, want exit 130", args, err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%v: it took %v to end", args, took)
			}
		})
	}
	began := time.Now() // with calls in flight
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.command.Wait(); err != nil {
		t.Errorf("%v\n%s", err, r.output)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the emulator took %v to end", took)
	}
}

func logged(t *testing.T, r *running, text string) bool {
	t.Helper()
	for line, err := range r.client.Logs(t.Context(), client.LogFilter{Match: text}) {
		if err != nil {
			t.Fatal(err)
		}
		return line.Text == text
	}
	return false
}
