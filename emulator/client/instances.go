package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/signature"
)

// Instances lists what runs; function "" is all.
func (c *Client) Instances(ctx context.Context, function string) ([]Object, error) {
	var answer struct{ Instances []Object }
	if err := c.call(ctx, "GET", own+"/instances", nil, nil, &answer); err != nil || function == "" {
		return answer.Instances, err
	}
	wanted := emulator.ParseName(function)
	var list []Object
	for _, one := range answer.Instances {
		if name, _ := one["functionName"].(string); emulator.ParseName(name) == wanted {
			list = append(list, one)
		}
	}
	return list, nil
}

// Types of messages of InstanceExec. Source: the Go SDK for FC 2.0.
const (
	messageStdin byte = iota
	messageStdout
	messageStderr
	messageServerError
	messageResize
	messageServerClose
)

// ExecIO is what a command in an instance reads and writes. In may be nil.
type ExecIO struct {
	In       io.Reader
	Out, Err io.Writer
	TTY      bool
	Size     func() (columns, rows int) // of the terminal; nil without one
}

// Exec runs a command in an instance and returns its exit code: InstanceExec.
func (c *Client) Exec(ctx context.Context, name emulator.Name, instance string, command []string, streams ExecIO) (int, error) {
	conn, err := c.dialExec(ctx, name, instance, command, streams)
	if err != nil {
		return 0, err
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 22)
	talk := &execTalk{conn: conn, streams: streams}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if streams.In != nil {
		go talk.feed(ctx) // ends with the program at the latest: a read of a terminal cannot be cut short
	}
	if streams.Size != nil {
		go talk.measure(ctx)
	}
	return talk.listen(ctx)
}

func (c *Client) dialExec(ctx context.Context, name emulator.Name, instance string, command []string, streams ExecIO) (*websocket.Conn, error) {
	query := url.Values{"command": command, "stdin": {strconv.FormatBool(streams.In != nil)}, "tty": {strconv.FormatBool(streams.TTY)},
		"stdout": {"true"}, "stderr": {"true"}, "idleTimeout": {"86400"}}
	target := c.endpoint + functionPath(name) + "/instances/" + url.PathEscape(instance) + "/exec?" + query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, err
	}
	signature.Sign(request, nil, c.key, time.Now().Add(time.Duration(c.skew.Load())))
	conn, response, err := websocket.Dial(ctx, target, &websocket.DialOptions{HTTPClient: c.http, HTTPHeader: request.Header})
	switch {
	case err == nil:
		return conn, nil
	case response != nil && response.StatusCode >= 400:
		return nil, readError(response)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	return nil, &UnreachableError{Endpoint: c.endpoint, Err: err}
}

// execTalk is the client's side of InstanceExec.
type execTalk struct {
	conn    *websocket.Conn
	streams ExecIO
	mu      sync.Mutex
}

func (t *execTalk) send(ctx context.Context, kind byte, data []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.conn.Write(ctx, websocket.MessageBinary, append([]byte{kind}, data...))
}

func (t *execTalk) feed(ctx context.Context) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := t.streams.In.Read(buffer)
		if n > 0 && t.send(ctx, messageStdin, buffer[:n]) != nil {
			return
		}
		if err != nil {
			if !t.streams.TTY {
				_ = t.send(ctx, messageStdin, nil) // the end of the input
			}
			return
		}
	}
}

// measure tells the size of the terminal as it changes. Looking does for every system.
func (t *execTalk) measure(ctx context.Context) {
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for width, height := 0, 0; ; {
		if w, h := t.streams.Size(); w > 0 && h > 0 && (w != width || h != height) {
			width, height = w, h
			text := fmt.Appendf(nil, `{"Width":%d,"Height":%d}`, w, h)
			if t.send(ctx, messageResize, text) != nil {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// listen passes output on until the program has ended.
func (t *execTalk) listen(ctx context.Context) (int, error) {
	for {
		_, message, err := t.conn.Read(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return 0, context.Cause(ctx)
			}
			return 0, fmt.Errorf("the connection to the instance broke: %w", err)
		}
		if len(message) == 0 {
			continue
		}
		switch body := message[1:]; message[0] {
		case messageStdout:
			_, err = t.streams.Out.Write(body)
		case messageStderr:
			_, err = t.streams.Err.Write(body)
		case messageServerClose:
			var end struct{ ExitCode int }
			err = json.Unmarshal(body, &end)
			return end.ExitCode, err
		}
		if err != nil {
			return 0, err
		}
	}
}
