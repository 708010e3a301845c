package journal

import (
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/jsontext"
)

// appendLine writes a line as JSON, as encoding/json would, with its end.
func appendLine(to []byte, line *emulator.LogLine) []byte {
	at := line.Time
	if year := at.Year(); year < 0 || year > 9999 {
		at = time.Time{} // RFC 3339 has no such year
	}
	to = append(to, `{"seq":`...)
	to = strconv.AppendInt(to, line.Sequence, 10)
	to = append(to, `,"time":"`...)
	to = at.AppendFormat(to, time.RFC3339Nano)
	to = append(to, `","functionName":`...)
	to = jsontext.AppendString(to, line.Function)
	to = appendMember(to, `,"qualifier":`, line.Qualifier)
	to = appendMember(to, `,"versionId":`, line.VersionID)
	to = appendMember(to, `,"instanceId":`, line.InstanceID)
	to = appendMember(to, `,"requestId":`, line.RequestID)
	to = appendMember(to, `,"taskId":`, line.TaskID)
	to = appendMember(to, `,"stream":`, line.Stream)
	to = append(to, `,"message":`...)
	to = jsontext.AppendString(to, line.Text)
	return append(to, '}', '\n')
}

// appendMember leaves empty ones out.
func appendMember(to []byte, key, value string) []byte {
	if value == "" {
		return to
	}
	return jsontext.AppendString(append(to, key...), value)
}
