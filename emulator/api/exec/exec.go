// Package exec serves InstanceExec: a client runs a command inside an instance and talks to it over
// a WebSocket.
package exec

import (
	"context"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// defaultIdle is the idle time-out of a client that gives none. Serverless Devs uses 600 s.
const defaultIdle = 600 * time.Second

// Functions knows which functions there are.
type Functions interface {
	Resolve(ctx context.Context, ref emulator.Reference) (*emulator.Function, error)
}

// Command is one that runs.
type Command interface {
	io.Writer // input; blocks while the program does not read
	// CloseInput tells the program that no more comes. On a terminal, where a key says so, it does nothing.
	CloseInput()
	// Stdout and Stderr end with the program. They are nil where there is nothing to read.
	Stdout() io.Reader
	Stderr() io.Reader
	// Resize sets the size of the terminal in characters.
	Resize(columns, rows uint16) error
	// Wait returns the exit code.
	Wait() int
	// Kill ends the program.
	Kill()
	// Close is Kill, and frees what Wait and the readers need.
	Close()
}

// Server serves the operation.
type Server struct {
	Functions Functions
	// Start starts a command in an instance of a function. ctx bounds the start alone.
	Start func(ctx context.Context, name emulator.Name, instance string, what emulator.Exec) (Command, error)
}

// Serve runs one command. The path has the instance as {instance}. Refusals come before the
// handshake is answered, since that is where clients look for them.
func (s *Server) Serve(c *api.Call, ref emulator.Reference) error {
	ctx := c.Request.Context()
	if _, err := s.Functions.Resolve(ctx, ref); err != nil {
		return err
	}
	what, err := read(c)
	if err != nil {
		return err
	}
	if err := checkHandshake(c.Request); err != nil {
		return err
	}
	command, err := s.Start(ctx, ref.Name, c.Path("instance"), what)
	if err != nil {
		return err
	}
	defer command.Close()
	conn, err := websocket.Accept(c.Upgrade(), c.Request, nil)
	if err != nil {
		return nil // answered
	}
	defer conn.CloseNow()
	talk := &session{conn: conn, command: command, what: what}
	talk.run(context.WithoutCancel(ctx)) // the end of the request is the connection's own matter now
	return nil
}

// read takes the command from the query.
func read(c *api.Call) (emulator.Exec, error) {
	what := emulator.Exec{Command: c.Request.URL.Query()["command"], IdleTimeout: defaultIdle}
	if len(what.Command) == 0 || what.Command[0] == "" {
		return what, emulator.InvalidArgument("command is required but not provided")
	}
	for _, text := range what.Command {
		if strings.ContainsRune(text, 0) {
			return what, emulator.InvalidArgument("command is set to an invalid value (it has a zero byte)")
		}
	}
	for _, flag := range []struct {
		name  string
		value *bool
		unset bool
	}{{"stdin", &what.Stdin, false}, {"stdout", &what.Stdout, true}, {"stderr", &what.Stderr, true}, {"tty", &what.TTY, false}} {
		given, err := c.Flag(flag.name)
		if err != nil {
			return what, err
		}
		*flag.value = given || flag.unset && c.Query(flag.name) == ""
	}
	if text := c.Query("idleTimeout"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 1 || seconds > math.MaxInt32 {
			return what, emulator.InvalidArgument("idleTimeout is set to an invalid value (expected: seconds from 1, actual: '%s')", text)
		}
		what.IdleTimeout = time.Duration(seconds) * time.Second
	}
	return what, nil
}

// checkHandshake refuses what the WebSocket library would refuse, in FC's form.
func checkHandshake(r *http.Request) error {
	header := r.Header
	switch {
	case !hasToken(header["Connection"], "upgrade"), !hasToken(header["Upgrade"], "websocket"), !r.ProtoAtLeast(1, 1):
		return emulator.InvalidArgument("InstanceExec has to be called as a WebSocket: the request does not ask for that upgrade")
	case header.Get("Sec-Websocket-Version") != "13":
		return emulator.InvalidArgument("the version of the WebSocket protocol has to be 13")
	case len(header["Sec-Websocket-Key"]) != 1 || len(header.Get("Sec-Websocket-Key")) != 24:
		return emulator.InvalidArgument("Sec-WebSocket-Key has to be given once, as 16 bytes in base64")
	}
	// Unlike other answers, a WebSocket can be read by pages of any origin, such as those that
	// functions serve.
	for _, origin := range header["Origin"] {
		if page, err := url.Parse(origin); err != nil || !strings.EqualFold(page.Host, r.Host) {
			return emulator.Refuse(http.StatusForbidden, "AccessDenied", "the origin '%s' may not run commands", origin)
		}
	}
	return nil
}

func hasToken(lines []string, token string) bool {
	for _, line := range lines {
		for _, one := range strings.Split(line, ",") {
			if strings.EqualFold(strings.TrimSpace(one), token) {
				return true
			}
		}
	}
	return false
}
