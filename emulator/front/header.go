package front

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func allowsBody(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// appendHead writes the status line and the fields, sorted. Which fields end the header depends on the
// body and is settled later.
func appendHead(out []byte, r *http.Request, status int, header http.Header) []byte {
	out = append(out, "HTTP/1.1 "...)
	if !r.ProtoAtLeast(1, 1) {
		out[len(out)-2] = '0'
	}
	out = append(strconv.AppendInt(out, int64(status), 10), ' ')
	if text := http.StatusText(status); text != "" {
		out = append(out, text...)
	} else {
		out = strconv.AppendInt(append(out, "status code "...), int64(status), 10)
	}
	out = append(out, "\r\n"...)
	var room [24]string
	for _, key := range sortedKeys(room[:0], header) {
		if left(key, status) {
			continue
		}
		out = appendField(out, key, header[key])
	}
	return out
}

// left tells which fields are not written as the handler has set them.
func left(key string, status int) bool {
	switch key {
	case "Connection", "Transfer-Encoding":
		return true
	case "Content-Length":
		return !allowsBody(status)
	case "Content-Type":
		return status == http.StatusNotModified
	}
	return strings.HasPrefix(key, http.TrailerPrefix) || !validName(key)
}

func sortedKeys(keys []string, header http.Header) []string {
	for key := range header {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// appendField writes a field. What may not stand in one, as the beginning of another, becomes a space.
func appendField(out []byte, key string, values []string) []byte {
	for _, value := range values {
		out = append(append(out, key...), ": "...)
		if !validValue(value) {
			value = strings.Map(spaceForControl, value)
		}
		out = append(append(out, strings.Trim(value, " \t")...), "\r\n"...)
	}
	return out
}

func spaceForControl(r rune) rune {
	if r < ' ' && r != '\t' || r == 0x7f {
		return ' '
	}
	return r
}

// appendTrailers writes the fields behind a chunked body.
func appendTrailers(out []byte, header http.Header) []byte {
	if hasTrailers(header) {
		for _, key := range sortedKeys(nil, header) {
			if name, is := strings.CutPrefix(key, http.TrailerPrefix); is && validName(name) {
				out = appendField(out, name, header[key])
			}
		}
	}
	return append(out, "\r\n"...)
}

func hasTrailers(header http.Header) bool {
	for key := range header {
		if strings.HasPrefix(key, http.TrailerPrefix) {
			return true
		}
	}
	return false
}

// validName holds RFC 9110's rule of field names.
func validName(name string) bool {
	const digits, upper, lower = (1<<10 - 1) << '0', (1<<26 - 1) << ('A' - 64), (1<<26 - 1) << ('a' - 64)
	const low = digits | 1<<'!' | 1<<'#' | 1<<'$' | 1<<'%' | 1<<'&' | 1<<'\'' | 1<<'*' | 1<<'+' | 1<<'-' | 1<<'.'
	const high = upper | lower | 1<<('^'-64) | 1<<('_'-64) | 1<<('`'-64) | 1<<('|'-64) | 1<<('~'-64)
	for i := range len(name) {
		c := name[i]
		if uint64(low)>>c&1|uint64(high)>>(c-64)&1 == 0 { // a shift by more than 63 leaves 0
			return false
		}
	}
	return name != ""
}

// validValue holds RFC 9110's rule of field values.
func validValue(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// validHost holds net/http's rule of hosts, which allows what a URL may have there.
func validHost(host string) bool {
	for i := range len(host) {
		c := host[i]
		word := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !word && strings.IndexByte("!$%&'()*+,-.:;=[]_~", c) < 0 {
			return false
		}
	}
	return true
}
