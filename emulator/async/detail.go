package async

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// detail is what an event tells besides its state; it is stored as small JSON text, and a plain
// step has none. Error is FC's member, the others are read by Explain. Times are Unix ms.
type detail struct {
	Error   string `json:"Error,omitempty"`
	Message string `json:"Message,omitempty"` // the first line of what the function or the platform said
	Reason  reason `json:"Reason,omitempty"`
	Due     int64  `json:"Due,omitempty"`  // when the task may run, where that is not at once
	From    int64  `json:"From,omitempty"` // when it might have run before it was rescheduled
}

// reason tells steps apart that look the same in FC's states.
type reason string

const (
	refused        reason = "Refused"        // the platform could not make the run: a limit or a fault, not the function's code
	refusedTooOld  reason = "RefusedTooOld"  // and the event would be too old at the next try
	refusedTooLong reason = "RefusedTooLong" // and has been tried for throttleLimit
	eventAge       reason = "EventAge"       // attempts are left, but the event is too old
	crash          reason = "Crash"          // the emulator was killed during the run
	restart        reason = "Restart"        // the emulator ended in order, or before the run began
	rescheduled    reason = "Rescheduled"    // somebody gave it another due time
	runNow         reason = "RunNow"
)

// maxMessage bounds what an event keeps of a message: every step of the task writes its events.
const maxMessage = 200

// event makes one event.
func event(id int64, status emulator.TaskStatus, now time.Time, about detail) emulator.TaskEvent {
	made := emulator.TaskEvent{EventID: id, Status: status, Timestamp: now.UnixMilli()}
	if about == (detail{}) {
		return made
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // people read it
	if encoder.Encode(about) == nil {
		made.EventDetail = strings.TrimSpace(text.String())
	}
	return made
}

// detailOf reads what event wrote. The text of another program, or of an older release, is no
// detail of ours: it gives an empty one.
func detailOf(e emulator.TaskEvent) detail {
	var about detail
	if e.EventDetail != "" && json.Unmarshal([]byte(e.EventDetail), &about) != nil {
		return detail{}
	}
	return about
}

// messageOf reads the message of a failed run: a runtime's error object, or plain text.
func messageOf(payload []byte) string {
	var body struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}
	if json.Unmarshal(payload, &body) != nil || body.Message == "" && body.Type == "" {
		return firstLine(string(payload[:min(len(payload), 4*maxMessage)]))
	}
	if body.Type == "" || body.Type == body.Message {
		return firstLine(body.Message)
	}
	return firstLine(strings.TrimSuffix(body.Type+": "+body.Message, ": "))
}

// firstLine returns the first line that is not empty, cut to maxMessage characters.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.ToValidUTF8(strings.TrimSpace(line), "")
	count := 0
	for i := range line {
		if count++; count > maxMessage {
			return line[:i] + "…"
		}
	}
	return line
}
