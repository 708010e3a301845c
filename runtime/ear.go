package runtime

import (
	"bytes"
	"encoding/json"
	"net/textproto"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// maxEndpointEvent bounds what is read of a stream to find its endpoint event, in bytes.
const maxEndpointEvent = 16 << 10

// ear hears from a function's answer which session it has begun: MCP servers choose the ids
// themselves. It is an emulator.Answer before the client's.
type ear struct {
	emulator.Answer
	pool    *Pool
	session *session
	header  string // that carries the id; empty: the endpoint event of the stream does
	text    []byte // the beginning of the stream
	deaf    bool   // there is nothing to hear any more
}

// listen puts an ear before the answer where the session has no id yet.
func (p *Pool) listen(s *session, inv *emulator.Invocation, answer *emulator.Answer) *ear {
	if inv.Session.ID != "" {
		return nil
	}
	e := &ear{Answer: *answer, pool: p, session: s, header: inv.Function.Affinity.Header}
	if *answer != nil {
		*answer = e
	}
	return e
}

// Start looks for the header.
func (e *ear) Start(status int, header map[string][]string) error {
	if e.header != "" {
		e.learn(headerValue(header, e.header))
	}
	return e.Answer.Start(status, header)
}

func headerValue(header map[string][]string, key string) string {
	for name, values := range header {
		if textproto.CanonicalMIMEHeaderKey(name) == key && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// Write looks for the endpoint event. The session is known before the client gets to know it.
func (e *ear) Write(p []byte) (int, error) {
	if !e.deaf {
		e.text = append(e.text, p[:min(len(p), maxEndpointEvent-len(e.text))]...)
		if id, found := endpointSession(e.text); found {
			e.learn(id)
		} else if len(e.text) == maxEndpointEvent {
			e.learn("")
		}
	}
	return e.Answer.Write(p)
}

// learn is told once.
func (e *ear) learn(id string) {
	e.deaf, e.text = true, nil
	e.pool.sessions.learn(e.session, id)
}

// result looks for the header in what a built-in runtime returned for an HTTP trigger.
func (e *ear) result(out *emulator.Outcome) {
	if e == nil || e.deaf || e.header == "" || out.Streamed || len(out.Payload) == 0 {
		return
	}
	var result struct {
		Headers map[string]any `json:"headers"`
	}
	_ = json.Unmarshal(out.Payload, &result) // anything else has no header
	for name, value := range result.Headers {
		if id, ok := value.(string); ok && textproto.CanonicalMIMEHeaderKey(name) == e.header {
			e.learn(id)
		}
	}
}

// endpointSession reads the first whole endpoint event of an event stream.
// Source: MCP 2024-11-05, HTTP with SSE.
func endpointSession(stream []byte) (id string, found bool) {
	text := string(bytes.ReplaceAll(bytes.ReplaceAll(stream, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n")))
	for {
		event, rest, whole := strings.Cut(text, "\n\n")
		if !whole {
			return "", false
		}
		name, data := "", ""
		for line := range strings.SplitSeq(event, "\n") {
			key, value, _ := strings.Cut(line, ":")
			switch value = strings.TrimPrefix(value, " "); key {
			case "event":
				name = value
			case "data":
				data += value
			}
		}
		if name == "endpoint" {
			_, query, _ := strings.Cut(data, "?")
			return emulator.SessionOfQuery(query), true
		}
		text = rest
	}
}
