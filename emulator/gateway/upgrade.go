package gateway

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// websocket is the one protocol that a client can be switched to. Source: FC 3.0 HTTP triggers.
const websocket = "websocket"

// upgrade is the protocol that the client asks for, of those that are passed on. Any other is left
// out, as RFC 9110 allows, and the answer is plain HTTP.
func (c *call) upgrade() string {
	if len(c.r.Header["Upgrade"]) == 0 || c.r.Method != http.MethodGet || !c.r.ProtoAtLeast(1, 1) || c.r.ContentLength != 0 ||
		!names(c.r.Header["Upgrade"], websocket) || !names(c.r.Header["Connection"], "upgrade") {
		return ""
	}
	return websocket
}

// names tells whether a list of words, over any number of lines, has the one that is looked for.
func names(lines []string, word string) bool {
	for _, line := range lines {
		for one := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(one), word) {
				return true
			}
		}
	}
	return false
}

// passOn is passThrough for a client that asks for another protocol. The function may switch to it,
// or give any other answer. Once it is switched, the server has nothing to do with the connection any
// more: the handler ends, so that its buffers are free, and the invocation goes on by itself.
func (c *call) passOn(inv *invocation, protocol string) *emulator.Error {
	c.setRequest(inv, nil, 0)
	inv.request.Upgrade, inv.request.Header = protocol, spellOut(c.r.Header)
	c.body.End()
	ctx, stop, cancel := outlive(c.r.Context())
	a := &switcher{answer: answer{call: c}, forget: stop, switched: make(chan struct{})}
	done := make(chan *emulator.Outcome, 1)
	go func() {
		out := c.gateway.Engine.Do(ctx, &inv.Invocation, a)
		stop()
		cancel(nil)
		c.record.Outcome = out
		if a.call == nil { // switched
			c.observe()
		}
		done <- out
	}()
	select {
	case <-a.switched:
		c.detached = true
		return nil
	case out := <-done:
		if a.call == nil { // switched, and over
			c.detached = true
			return nil
		}
		return a.finish(&inv.Invocation, out)
	}
}

// outlive is a request's context for a call that may go on after it: after stop it no longer follows.
func outlive(request context.Context) (ctx context.Context, stop func() bool, cancel context.CancelCauseFunc) {
	ctx, cancel = context.WithCancelCause(context.WithoutCancel(request))
	return ctx, context.AfterFunc(request, func() { cancel(context.Cause(request)) }), cancel
}

// switcher is an emulator.Switcher.
type switcher struct {
	answer
	forget   func() bool   // the request's context, which ends with the handler
	switched chan struct{} // closed when the connection is the function's
}

// Switch answers with status 101. It lets go of the request, so that the server can.
func (a *switcher) Switch(header map[string][]string) (net.Conn, []byte, error) {
	c := a.call
	if size := headerSize(header); size > maxAnswerHeader {
		return nil, nil, badResponse("the response headers have %d bytes in all (allowed: %d)", size, maxAnswerHeader)
	}
	conn, buffered, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		return nil, nil, emulator.ErrClientGone
	}
	early, _ := buffered.Reader.Peek(buffered.Reader.Buffered()) // they are there
	early = bytes.Clone(early)
	head := c.switching(header)
	a.forget()
	c.record.Status = http.StatusSwitchingProtocols
	a.call, c.w, c.r = nil, nil, nil
	close(a.switched)
	if _, err := conn.Write(head); err != nil {
		_ = conn.Close()
		return nil, nil, emulator.ErrClientGone
	}
	return conn, early, nil
}

// switching writes the answer that switches.
func (c *call) switching(header map[string][]string) []byte {
	to := http.Header{"Upgrade": {websocket}, "Connection": {"Upgrade"}}
	invoke.SetBegun(to, c.requestID, c.fn)
	for key, values := range spellOut(header) {
		if !withheld(key) {
			to[key] = values
		}
	}
	c.tellSession(to)
	var answer bytes.Buffer
	answer.WriteString("HTTP/1.1 101 Switching Protocols\r\n")
	_ = to.Write(&answer) // to memory; it leaves out what is no header and makes line ends spaces
	answer.WriteString("\r\n")
	return answer.Bytes()
}

// spellOut writes the names of WebSocket's own fields as everybody does, and not as net/textproto:
// small servers and clients compare them letter by letter.
func spellOut(header map[string][]string) map[string][]string {
	const theirs, ours = "Sec-Websocket-", "Sec-WebSocket-"
	spelled := make(map[string][]string, len(header))
	for key, values := range header {
		if rest, ok := strings.CutPrefix(key, theirs); ok {
			key = ours + rest
		}
		spelled[key] = values
	}
	return spelled
}
