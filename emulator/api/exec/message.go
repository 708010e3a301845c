package exec

import (
	"encoding/json"
	"math"
)

// Types of messages: the first byte of each. Source: the Go SDK for FC 2.0.
const (
	messageStdin       byte = 0 // by itself, which the SDKs never send: the end of the input
	messageStdout      byte = 1
	messageStderr      byte = 2
	messageServerError byte = 3 // text
	messageResize      byte = 4 // JSON: size
	messageServerClose byte = 5 // JSON: end; the last one
)

// size of a terminal in characters, in any of the words that clients of such protocols use.
type size struct{ Width, Columns, Cols, Height, Rows int }

// end is how a command ended.
type end struct {
	ExitCode int `json:"exitCode"`
}

// parse tells what a client's message is: input, or a new size of the terminal. The Go SDK marks
// input with its type; Serverless Devs sends key strokes as they are, among which those with the
// numbers of other types are Ctrl-A to Ctrl-E.
func parse(message []byte) (input []byte, columns, rows uint16) {
	if len(message) == 0 {
		return nil, 0, 0
	}
	switch message[0] {
	case messageStdin:
		return message[1:], 0, 0
	case messageResize:
		var s size
		if json.Unmarshal(message[1:], &s) == nil {
			width, height := max(s.Width, s.Columns, s.Cols), max(s.Height, s.Rows)
			if width > 0 && height > 0 && width <= math.MaxUint16 && height <= math.MaxUint16 {
				return nil, uint16(width), uint16(height)
			}
			return nil, 0, 0
		}
	}
	return message, 0, 0
}
