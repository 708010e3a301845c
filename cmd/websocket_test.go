package cmd_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/certificate"
)

// webSockets is a project of functions that are reached over WebSockets.
type webSockets struct {
	*running
	folder, modules, address string
}

func newWebSockets(t *testing.T, args ...string) *webSockets {
	t.Helper()
	needs(t, "node")
	needs(t, "npm")
	packages := installed(t, "websocket", []string{"package.json", "package-lock.json"}, func(ctx context.Context, folder string) *exec.Cmd {
		return exec.CommandContext(ctx, "npm", "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund",
			"--fetch-retries=1", "--fetch-retry-mintimeout=2000")
	})
	w := &webSockets{folder: t.TempDir(), modules: filepath.Join(packages, "node_modules")}
	if err := os.CopyFS(filepath.Join(w.folder, "code"), os.DirFS(sdkFolder("websocket", "function"))); err != nil {
		t.Fatal(err)
	}
	project := "edition: 3.0.0\nname: sockets\nresources:\n"
	for name, limits := range map[string]string{
		"many": "timeout: 60, instanceConcurrency: 20", "single": "timeout: 60, instanceConcurrency: 1", "brief": "timeout: 1, instanceConcurrency: 20",
	} {
		project += fmt.Sprintf("  %s:\n    component: fc3\n    props: {region: cn-hangzhou, functionName: %s, runtime: custom.debian11, handler: h, code: ./code, %s, "+
			"environmentVariables: {NODE_PATH: %q}, customRuntimeConfig: {command: [node, index.js], port: 9000}, "+
			"triggers: [{triggerName: web, triggerType: http, triggerConfig: {authType: anonymous, methods: [GET, POST]}}]}\n", name, name, limits, w.modules)
	}
	write(t, w.folder, "s.yaml", project)
	w.running = startIn(t, w.folder, args...)
	address, err := os.ReadFile(filepath.Join(w.folder, "address"))
	if err != nil {
		t.Fatal(err)
	}
	w.address = strings.TrimPrefix(strings.TrimSpace(string(address)), "http://")
	return w
}

func (w *webSockets) client(t *testing.T, args ...string) *exec.Cmd {
	command := exec.CommandContext(t.Context(), "node", append([]string{sdkFolder("websocket", "client.js"), w.address}, args...)...)
	command.Env = append(os.Environ(), "NODE_PATH="+w.modules)
	return command
}

func TestWebSockets(t *testing.T) {
	w := newWebSockets(t)
	steps, err := w.client(t).CombinedOutput()
	t.Logf("%s", steps)
	if err != nil {
		t.Fatalf("%v\nthe emulator said:\n%s", err, w.output)
	}
	t.Run("half close", w.halfClose)
	t.Run("frames before the answer", w.early)
	t.Run("metrics", w.counted)
	t.Run("shutdown", w.shutdown)
}

// TestWebSocketsOverTLS takes the same steps on the port for HTTPS. The client trusts the authority.
func TestWebSocketsOverTLS(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	w := newWebSockets(t, "--https-port", "0")
	health, err := w.running.client.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder, err := daemon.AuthorityDir()
	if err != nil {
		t.Fatal(err)
	}
	w.address = health["httpsEndpoint"].(string)
	t.Setenv("NODE_EXTRA_CA_CERTS", certificate.Path(folder))
	if steps, err := w.client(t).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\nthe emulator said:\n%s", err, steps, w.output)
	}
	t.Run("shutdown", w.shutdown)
}

// dial asks for a WebSocket by hand and returns the connection behind the answer's header. more is
// sent in one packet with the request.
func (w *webSockets) dial(t *testing.T, more string) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", w.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(8 * time.Second)) // below the time that a half-open connection gets
	_, err = io.WriteString(conn, "GET /proxy/many/ HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"+more)
	if err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != 101 || answer.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" || answer.Header.Get("X-Fc-Request-Id") == "" {
		t.Fatalf("%s %v", answer.Status, answer.Header)
	}
	return conn.(*net.TCPConn), reader
}

// maskedX is a text frame of a client that says "x".
const maskedX = "\x81\x81\x00\x00\x00\x00x"

func (w *webSockets) early(t *testing.T) {
	_, reader := w.dial(t, maskedX)
	if echo, err := reader.Peek(3); string(echo) != "\x81\x01x" {
		t.Errorf("%q %v", echo, err)
	}
}

// halfClose says something, then that it will say no more, and still hears the answer.
func (w *webSockets) halfClose(t *testing.T) {
	conn, reader := w.dial(t, "")
	if _, err := io.WriteString(conn, maskedX); err != nil {
		t.Fatal(err)
	}
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if all, err := io.ReadAll(reader); !strings.HasPrefix(string(all), "\x81\x01x") || err != nil {
		t.Errorf("%q %v", all, err)
	}
}

// counted finds each connection as one invocation: one was cut at its time-out, one ended well.
func (w *webSockets) counted(t *testing.T) {
	text := w.metrics(t)
	for outcome, count := range map[string]int{"success": 1, "timeout": 1} {
		if line := fmt.Sprintf("fcemu_invocations_total{function=\"brief\",outcome=%q} %d\n", outcome, count); !strings.Contains(text, line) {
			t.Errorf("no %q in:\n%s", line, text)
		}
	}
}

func (w *webSockets) metrics(t *testing.T) string {
	t.Helper()
	answer, err := http.Get("http://" + w.address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shutdown ends the emulator under open connections.
func (w *webSockets) shutdown(t *testing.T) {
	client := w.client(t, "hold")
	said := &output{}
	client.Stdout, client.Stderr = said, said
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "the connections", func() bool { return strings.Contains(said.String(), "held") })
	began := time.Now()
	if err := w.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := w.command.Wait(); err != nil {
		t.Errorf("the emulator: %v\n%s", err, w.output)
	}
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("the end took %v", took)
	}
	if err := client.Wait(); err != nil || !strings.Contains(said.String(), "all ended") {
		t.Errorf("the client: %v\n%s", err, said)
	}
}
