package gateway

import (
	"net/textproto"
	"strings"
)

const reserved = "X-Fc-"

// cleanRequest drops what a function does not get to see: the platform's own headers, and those
// that belong to one connection. Content-Length is dropped as well, since the length of the body
// travels beside the headers.
func cleanRequest(header map[string][]string) {
	for _, value := range header["Connection"] {
		for token := range strings.SplitSeq(value, ",") {
			delete(header, textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(token)))
		}
	}
	for key := range header {
		if isReserved(key) {
			delete(header, key)
			continue
		}
		switch key {
		case "Connection", "Keep-Alive", "Proxy-Connection", "Content-Length", "Transfer-Encoding", "Trailer", "Expect", "Upgrade":
			delete(header, key)
		}
	}
}

// isReserved tells whether a header of a request is the platform's. CGI and WSGI take X_Fc_… for the same.
func isReserved(key string) bool {
	return strings.HasPrefix(key, reserved) ||
		strings.IndexByte(key, '_') >= 0 && len(key) >= len(reserved) && strings.EqualFold(strings.ReplaceAll(key[:len(reserved)], "_", "-"), reserved)
}

// cleanAnswer copies the headers of a function's answer that a client gets to see.
func (c *call) cleanAnswer(to, from map[string][]string) {
	for name, values := range from {
		key := textproto.CanonicalMIMEHeaderKey(name)
		if withheld(key) || key == "Content-Disposition" && !c.door.inline {
			continue
		}
		if same, ok := to[key]; ok { // written in another case
			values = append(same[:len(same):len(same)], values...)
		}
		to[key] = values
	}
	if !c.door.inline {
		to["Content-Disposition"] = attachment
	}
	if _, ok := to["Content-Type"]; !ok {
		to["Content-Type"] = nil // keeps the server from guessing one
	}
}

// withheld names, in canonical form, what no client gets to see of an answer.
func withheld(key string) bool {
	switch key {
	case "Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding", "Trailer", "Date", "Server", "Upgrade":
		return true
	}
	return strings.HasPrefix(key, reserved)
}

// attachment is shared by all answers and never changed.
var attachment = []string{"attachment"}

// headerSize counts the bytes of all keys and values.
func headerSize(header map[string][]string) int {
	size := 0
	for key, values := range header {
		for _, value := range values {
			size += len(key) + len(value)
		}
	}
	return size
}

func first(header map[string][]string, key string) string {
	if values := header[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}
