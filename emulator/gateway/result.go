package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fcemu/fcemu/emulator"
)

// result is the HTTP answer that a built-in runtime's return value describes.
type result struct {
	status int
	header map[string][]string
	body   []byte
}

// sendResult answers with what a built-in runtime returned.
func (a *answer) sendResult(payload []byte) *emulator.Error {
	result, refusal := parseResult(payload)
	if refusal != nil {
		return refusal
	}
	if a.begin(result.status, result.header, int64(len(result.body))) == nil {
		_, _ = a.Write(result.body) // a client that is gone needs no answer
	}
	return nil
}

// parseResult reads {statusCode, headers, isBase64Encoded, body}. Anything else, JSON or not, is a
// body by itself. Source: the response rules of FC 3.0 HTTP triggers.
func parseResult(payload []byte) (result, *emulator.Error) {
	var raw struct {
		StatusCode      json.RawMessage `json:"statusCode"`
		Headers         json.RawMessage `json:"headers"`
		IsBase64Encoded json.RawMessage `json:"isBase64Encoded"`
		Body            json.RawMessage `json:"body"`
	}
	if json.Unmarshal(payload, &raw) != nil || absent(raw.StatusCode) {
		return inferResult(payload), nil
	}
	status, ok := statusOf(raw.StatusCode)
	if !ok {
		return result{}, badResponse("the function returned statusCode %s (allowed: 200 to 599)", raw.StatusCode)
	}
	header, ok := headersOf(raw.Headers)
	if !ok {
		return result{}, badResponse("the function returned headers that are no object")
	}
	encoded := false
	if !absent(raw.IsBase64Encoded) && json.Unmarshal(raw.IsBase64Encoded, &encoded) != nil {
		return result{}, badResponse("the function returned isBase64Encoded %s (allowed: true, false)", raw.IsBase64Encoded)
	}
	body, err := bodyOf(raw.Body, encoded)
	if err != nil {
		return result{}, badResponse("the function returned isBase64Encoded true with a body that is not base64: %v", err)
	}
	return result{status, header, body}, nil
}

// inferResult is the answer for a return value that does not describe one.
func inferResult(payload []byte) result {
	return result{200, map[string][]string{"Content-Type": {"application/json"}}, payload}
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// statusOf takes 200, 200.0 and "200".
func statusOf(raw json.RawMessage) (int, bool) {
	value, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || value != math.Trunc(value) || value < 200 || value > 599 {
		return 0, false
	}
	return int(value), true
}

// headersOf takes strings and, leniently, lists of them and other scalars. Names that differ in case
// alone, which is how cookies are repeated, come in the order of their spelling.
func headersOf(raw json.RawMessage) (map[string][]string, bool) {
	header := map[string][]string{}
	if !absent(raw) {
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil {
			return nil, false
		}
		names := make([]string, 0, 24)
		for name := range members {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			value := members[name]
			list := []json.RawMessage{value}
			if value[0] == '[' {
				list = nil
				_ = json.Unmarshal(value, &list) // it is a list, and anything may be in it
			}
			key := textproto.CanonicalMIMEHeaderKey(name)
			for _, item := range list {
				if !absent(item) {
					header[key] = append(header[key], string(textOf(item)))
				}
			}
		}
	}
	if len(header["Content-Type"]) == 0 {
		header["Content-Type"] = []string{"application/json"}
	}
	return header, true
}

func bodyOf(raw json.RawMessage, encoded bool) ([]byte, error) {
	if absent(raw) {
		return nil, nil
	}
	text := textOf(raw)
	if encoded {
		return base64.StdEncoding.AppendDecode(nil, text)
	}
	return text, nil
}

// textOf is the inside of a JSON string, or the JSON text of any other value. A string without
// escapes, as base64 is, is not copied.
func textOf(raw json.RawMessage) []byte {
	if raw[0] != '"' {
		return raw
	}
	if plain := raw[1 : len(raw)-1]; bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
		return plain
	}
	var text string
	_ = json.Unmarshal(raw, &text) // it is a valid string
	return []byte(text)
}
