package custom

import (
	"bytes"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/runtime"
)

// head is the status line and header of an answer.
type head struct {
	status         int
	header         map[string][]string // nil when nobody wants it
	length         int64               // Content-Length, -1 = not told
	chunked        bool
	close          bool   // the connection ends with this answer
	functionStatus string // x-fc-status
}

// parseHead reads a whole block of lines, with or without the empty line at its end.
func parseHead(block []byte, wantHeader bool) (*head, error) {
	text := string(block) // one allocation for all names and values
	line, rest, _ := strings.Cut(text, "\n")
	h, err := parseStatus(strings.TrimSuffix(line, "\r"))
	if err != nil {
		return nil, err
	}
	var values []string
	if wantHeader {
		count := strings.Count(rest, "\n") + 1
		h.header = make(map[string][]string, count)
		values = make([]string, 0, count)
	}
	for rest != "" {
		line, rest, _ = strings.Cut(rest, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			break
		}
		line, rest = unfold(line, rest)
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isToken(name) || strings.IndexByte(value, '\r') >= 0 || strings.IndexByte(value, 0) >= 0 { // Source: RFC 9110 §5.5
			return nil, malformed("a header line")
		}
		value = strings.Trim(value, " \t")
		forward, err := h.note(name, value)
		if err != nil {
			return nil, err
		}
		if forward && wantHeader {
			values = h.add(textproto.CanonicalMIMEHeaderKey(name), value, values)
		}
	}
	return h, h.finish()
}

// parseStatus reads "HTTP/1.1 200 OK"; the words at the end may be missing.
func parseStatus(line string) (*head, error) {
	proto, rest, ok := strings.Cut(line, " ")
	minor, isHTTP := strings.CutPrefix(proto, "HTTP/1.")
	if !ok || !isHTTP || minor != "0" && minor != "1" {
		return nil, malformed("the status line")
	}
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if err != nil || len(code) != 3 || status < 100 {
		return nil, malformed("the status code")
	}
	return &head{status: status, length: -1, close: minor == "0"}, nil
}

// unfold joins the old form of a value that goes on in the next line.
func unfold(line, rest string) (string, string) {
	for rest != "" && (rest[0] == ' ' || rest[0] == '\t') {
		var more string
		more, rest, _ = strings.Cut(rest, "\n")
		line += " " + strings.Trim(more, " \t\r")
	}
	return line, rest
}

// note takes in the fields that steer the connection. True means that the field is for the client.
func (h *head) note(name, value string) (bool, error) {
	switch len(name) {
	case 7:
		return !strings.EqualFold(name, "Trailer") && !strings.EqualFold(name, "Upgrade"), nil
	case 10:
		if strings.EqualFold(name, "Connection") {
			h.noteConnection(value)
			return false, nil
		}
		return !strings.EqualFold(name, "Keep-Alive"), nil
	case 14:
		if strings.EqualFold(name, "Content-Length") {
			first := h.length < 0 // a repeated header is not passed on twice
			return first, h.noteLength(value)
		}
	case 16:
		return !strings.EqualFold(name, "Proxy-Connection"), nil
	case 17:
		if strings.EqualFold(name, "Transfer-Encoding") {
			return false, h.noteEncoding(value)
		}
	}
	if len(name) > 5 && strings.EqualFold(name[:5], "x-fc-") {
		if strings.EqualFold(name, "x-fc-status") {
			h.functionStatus = value
		}
		return false, nil
	}
	return true, nil
}

func (h *head) noteConnection(value string) {
	for word := range strings.SplitSeq(value, ",") {
		switch word = strings.TrimSpace(word); {
		case strings.EqualFold(word, "close"):
			h.close = true
		case strings.EqualFold(word, "keep-alive"):
			h.close = false
		}
	}
}

func (h *head) noteLength(value string) error {
	for part := range strings.SplitSeq(value, ",") { // some servers repeat it
		length, err := strconv.ParseUint(strings.TrimSpace(part), 10, 63)
		if err != nil || h.length >= 0 && h.length != int64(length) {
			return malformed("Content-Length")
		}
		h.length = int64(length)
	}
	return nil
}

func (h *head) noteEncoding(value string) error {
	switch {
	case strings.EqualFold(value, "chunked") && !h.chunked:
		h.chunked = true
	case strings.EqualFold(value, "identity"):
	default:
		return malformed("Transfer-Encoding")
	}
	return nil
}

// finish applies the rules that need all fields. Source: RFC 9112 §6.3.
func (h *head) finish() error {
	if h.chunked && h.length >= 0 {
		h.length, h.close = -1, true // two lengths: believe the chunks, and nothing after them
		delete(h.header, "Content-Length")
	}
	return nil
}

func (h *head) add(key, value string, values []string) []string {
	if old, ok := h.header[key]; ok {
		h.header[key] = append(old, value)
		return values
	}
	values = append(values, value)
	h.header[key] = values[len(values)-1 : len(values) : len(values)]
	return values
}

// bodiless tells whether no body follows, whatever the header says.
func (h *head) bodiless(method string) bool {
	return method == http.MethodHead || h.status < 200 || h.status == http.StatusNoContent || h.status == http.StatusNotModified
}

// headEnd returns the length of the block with its empty line, or -1 when it is not complete.
func headEnd(data []byte) int {
	for from := 0; ; {
		n := bytes.IndexByte(data[from:], '\n')
		if n < 0 {
			return -1
		}
		from += n + 1
		switch rest := data[from:]; {
		case len(rest) > 0 && rest[0] == '\n':
			return from + 1
		case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
			return from + 2
		}
	}
}

func malformed(what string) error { return &runtime.BadAnswer{Reason: what + " is malformed"} }
