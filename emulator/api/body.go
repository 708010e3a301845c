package api

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// Limits of JSON bodies.
const (
	// MaxJSON holds any request but one with code in it, in bytes.
	MaxJSON = 1 << 20
	// MaxCodeJSON holds a request with a code package of FC's limit of 100 MB in base64, in bytes.
	MaxCodeJSON = 150 << 20

	maxDepth = 64 // of nested JSON objects and arrays; FC's own stay below 10
)

// Body reads the whole body. One of more than limit bytes is refused as EntityTooLarge, whether or
// not its length was announced; one that stops coming, after the handler's patience.
func (c *Call) Body(limit int) ([]byte, error) {
	refusal := c.body.Open(c.writer, c.Request, limit)
	var whole []byte
	if refusal == nil {
		whole, refusal = c.body.ReadWhole(c.patience)
	}
	switch {
	case refusal == nil:
		return whole, nil
	case refusal.Code == codeTooLarge:
		invoke.Drain(c.writer, c.Request)
	}
	return nil, refusal
}

const codeTooLarge = "EntityTooLarge"

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
