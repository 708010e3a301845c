package gateway

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"net/textproto"

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
	var number json.Number
	if json.Unmarshal(raw, &number) != nil {
		return 0, false
	}
	value, err := number.Float64()
	if err != nil || value != math.Trunc(value) || value < 200 || value > 599 {
		return 0, false
	}
	return int(value), true
}

// headersOf takes strings and, leniently, lists of them and other scalars.
func headersOf(raw json.RawMessage) (map[string][]string, bool) {
	header := map[string][]string{}
	if !absent(raw) {
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil {
			return nil, false
		}
		for name, value := range members {
			var list []json.RawMessage
			if json.Unmarshal(value, &list) != nil {
				list = []json.RawMessage{value}
			}
			key := textproto.CanonicalMIMEHeaderKey(name)
			for _, item := range list {
				if !absent(item) {
					header[key] = append(header[key], textOf(item))
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
		return base64.StdEncoding.DecodeString(text)
	}
	return []byte(text), nil
}

// textOf is the inside of a JSON string, or the JSON text of any other value.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}
