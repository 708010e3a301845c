package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
)

// Limits of JSON bodies.
const (
	// MaxJSON holds any request but one with code in it, in bytes.
	MaxJSON = 1 << 20
	// MaxCodeJSON holds a request with a code package of FC's limit of 100 MB in base64, in bytes.
	MaxCodeJSON = 150 << 20

	maxDepth = 64 // of nested JSON objects and arrays; FC's own stay below 10
)

// drainLimit bounds what is read of a refused body, so that clients which send all before they
// listen get to read the refusal. In bytes.
const drainLimit = 64 << 20

// Body reads the whole body. One of more than limit bytes is refused as EntityTooLarge, whether or
// not its length was announced.
func (c *Call) Body(limit int) ([]byte, error) {
	r := c.Request
	switch {
	case r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0:
		return nil, nil
	case r.ContentLength > int64(limit):
		return nil, c.tooLarge(limit)
	case r.ContentLength > 0:
		body := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, body)
		return body, unreadable(err)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if err == nil && len(body) > limit {
		return nil, c.tooLarge(limit)
	}
	return body, unreadable(err)
}

func (c *Call) tooLarge(limit int) error {
	// A client that waits for "100 Continue" has not begun to send, and one that announces more than
	// is worth reading is refused at once.
	if c.Request.Header.Get("Expect") == "" && c.Request.ContentLength <= drainLimit {
		_, _ = io.CopyN(io.Discard, c.Request.Body, drainLimit)
	}
	return emulator.EntityTooLarge(limit)
}

func unreadable(err error) error {
	var refusal *emulator.Error // of a body that is not the one which was signed
	if err == nil || errors.As(err, &refusal) {
		return err
	}
	return emulator.InvalidArgument("the request body could not be read: %v", err)
}

// Decode reads a JSON object of at most limit bytes. Keys are matched in any case, null means "not
// given", unknown keys are passed over, no body is an empty object.
func (c *Call) Decode(limit int, into any) error {
	body, err := c.Body(limit)
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return err
	}
	if tooDeep(body) {
		return emulator.InvalidArgument("the request body is nested more than %d levels deep", maxDepth)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return malformed(err)
	}
	return nil
}

// malformed says what is wrong with a JSON body, in its sender's words.
func malformed(err error) error {
	var mistyped *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &mistyped) && mistyped.Field == "":
		return emulator.InvalidArgument("the request body is not a JSON object (it is of type %s)", mistyped.Value)
	case errors.As(err, &mistyped):
		return emulator.InvalidArgument("%s is set to an invalid value (expected: %s, actual type: %s)", mistyped.Field, mistyped.Type, mistyped.Value)
	case errors.As(err, &syntax):
		return emulator.InvalidArgument("the request body is not valid JSON (at byte %d: %v)", syntax.Offset, syntax)
	}
	return emulator.InvalidArgument("the request body is not valid: %v", err)
}

// tooDeep tells whether JSON text is nested deeper than maxDepth.
func tooDeep(text []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{', b == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case b == '}', b == ']':
			depth--
		}
	}
	return false
}
