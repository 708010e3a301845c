package invoke

import (
	"encoding/base64"
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Headers of an answer, in canonical form. Source: FC 3.0 and FC 2.0 InvokeFunction.
const (
	HeaderRequestID      = "X-Fc-Request-Id"
	HeaderErrorType      = "X-Fc-Error-Type"
	HeaderInstanceID     = "X-Fc-Instance-Id"
	HeaderCodeChecksum   = "X-Fc-Code-Checksum"
	HeaderDuration       = "X-Fc-Invocation-Duration"        // ms, integer
	HeaderMaxMemory      = "X-Fc-Max-Memory-Usage"           // MB, two decimals
	HeaderServiceVersion = "X-Fc-Invocation-Service-Version" // FC 2.0
	HeaderCodeVersion    = "X-Fc-Invocation-Code-Version"
	HeaderLogResult      = "X-Fc-Log-Result" // base64 of the last 4 KB of the log
)

// maxLogResult is the bytes of log that X-Fc-Log-Result holds before base64.
const maxLogResult = 4 << 10

// SetHeaders tells in h how inv ended. A refused invocation gets its request id and, where it got
// that far, its instance and log; an error type is set by the caller then, since the API and HTTP
// triggers differ in it.
func SetHeaders(h map[string][]string, inv *emulator.Invocation, out *emulator.Outcome) {
	values := make([]string, 0, 9) // one array for all values: this is the warm path
	set := func(key, value string) {
		if value == "" {
			return
		}
		values = append(values, value)
		h[key] = values[len(values)-1 : len(values) : len(values)]
	}
	set(HeaderRequestID, inv.RequestID)
	set(HeaderInstanceID, out.InstanceID)
	if inv.LogTail {
		set(HeaderLogResult, logResult(out.LogTail))
	}
	if out.Refused != nil {
		return
	}
	set(HeaderErrorType, string(out.ErrorType))
	figures, split := appendFigures(out)
	set(HeaderDuration, figures[:split])
	set(HeaderMaxMemory, figures[split:])
	if fn := inv.Function; fn != nil {
		set(HeaderCodeChecksum, fn.Code.Checksum)
		set(HeaderServiceVersion, fn.VersionID)
		set(HeaderCodeVersion, fn.VersionID)
	}
}

// SetBegun is the part of SetHeaders that is known before the invocation has ended, for an answer that
// is passed on while it is made: its request id and which version runs.
func SetBegun(h map[string][]string, requestID string, fn *emulator.Function) {
	values := []string{requestID, ""}
	h[HeaderRequestID] = values[0:1:1]
	if fn == nil || fn.VersionID == "" {
		return
	}
	values[1] = fn.VersionID
	h[HeaderServiceVersion], h[HeaderCodeVersion] = values[1:2:2], values[1:2:2]
}

// SetAccepted tells in h that task was accepted: its request id and, in task mode, its id under
// the name that the function's generation uses.
func SetAccepted(h map[string][]string, task *emulator.Task) {
	values := []string{task.RequestID, task.Key.ID}
	h[HeaderRequestID] = values[0:1:1]
	if !task.TaskMode {
		return
	}
	key := HeaderAsyncTaskID
	if task.Key.Function.Service != "" {
		key = HeaderStatefulID
	}
	h[key] = values[1:2:2]
}

// appendFigures writes duration and memory side by side into one string; split is where the second begins.
func appendFigures(out *emulator.Outcome) (figures string, split int) {
	var room [48]byte
	text := strconv.AppendInt(room[:0], int64(max(out.Duration, 0)/time.Millisecond), 10)
	split = len(text)
	text = strconv.AppendFloat(text, max(out.MemoryMB, 0), 'f', 2, 64)
	return string(text), split
}

func logResult(tail []byte) string {
	if len(tail) > maxLogResult {
		tail = tail[len(tail)-maxLogResult:]
	}
	return base64.StdEncoding.EncodeToString(tail)
}
