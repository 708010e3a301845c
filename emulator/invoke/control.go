package invoke

import (
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Control headers of a request, in canonical form. Source: FC 3.0 and FC 2.0 InvokeFunction.
const (
	HeaderInvocationType = "X-Fc-Invocation-Type"
	HeaderLogType        = "X-Fc-Log-Type"
	HeaderAsyncDelay     = "X-Fc-Async-Delay"
	HeaderAsyncTaskID    = "X-Fc-Async-Task-Id"                // FC 3.0
	HeaderStatefulID     = "X-Fc-Stateful-Async-Invocation-Id" // FC 2.0
	HeaderStatefulEnable = "X-Fc-Stateful-Async-Invocation-Enable"
	HeaderTraceID        = "X-Fc-Trace-Id" // FC 2.0: the caller's own request id
)

// Control is what a caller asks of the platform beside the event itself.
type Control struct {
	Async     bool
	LogTail   bool          // the last 4 KB of the log are wanted with the answer
	TaskID    string        // as given; whether it is valid and used is the task queue's business
	TaskMode  bool          // task mode for this invocation, whatever the configuration says
	Delay     time.Duration // of an asynchronous invocation, whole seconds up to emulator.MaxDelay
	RequestID string        // chosen by the caller; empty = the platform makes one
}

// ParseControl reads the control headers. It refuses with FC's own 400s; headers that mean
// something to asynchronous invocations only are not even looked at in a synchronous one.
func ParseControl(header map[string][]string) (Control, *emulator.Error) {
	var control Control
	var refusal *emulator.Error
	kind := first(header, HeaderInvocationType)
	if control.Async, refusal = invocationType(kind); refusal != nil {
		return Control{}, refusal
	}
	if control.LogTail, refusal = logType(first(header, HeaderLogType), control.Async); refusal != nil {
		return Control{}, refusal
	}
	control.RequestID = requestID(first(header, HeaderTraceID))
	if !control.Async {
		return control, nil
	}
	if control.Delay, refusal = delay(first(header, HeaderAsyncDelay)); refusal != nil {
		return Control{}, refusal
	}
	if control.TaskMode, refusal = taskMode(first(header, HeaderStatefulEnable)); refusal != nil {
		return Control{}, refusal
	}
	control.TaskMode = control.TaskMode || strings.EqualFold(kind, typeTask)
	control.TaskID = first(header, HeaderAsyncTaskID)
	if control.TaskID == "" {
		control.TaskID = first(header, HeaderStatefulID)
	}
	return control, nil
}

// typeTask is what a tool passes on as an invocation type; nothing but task mode can be meant.
const typeTask = "Task"

func invocationType(text string) (async bool, refusal *emulator.Error) {
	switch {
	case text == "", strings.EqualFold(text, "Sync"):
		return false, nil
	case strings.EqualFold(text, "Async"), strings.EqualFold(text, typeTask):
		return true, nil
	}
	return false, emulator.InvalidArgument("InvocationType is set to an invalid value (allowed: Sync | Async, actual: '%s')", text)
}

func logType(text string, async bool) (tail bool, refusal *emulator.Error) {
	switch {
	case text == "", strings.EqualFold(text, "None"):
		return false, nil
	case !strings.EqualFold(text, "Tail"):
		return false, emulator.InvalidArgument("LogType is set to an invalid value (allowed: Tail | None, actual: '%s')", text)
	case async:
		return false, emulator.InvalidArgument("LogType is set to an invalid value (allowed: None, actual: '%s')", text)
	}
	return true, nil
}

func taskMode(text string) (on bool, refusal *emulator.Error) {
	switch {
	case text == "", strings.EqualFold(text, "false"):
		return false, nil
	case strings.EqualFold(text, "true"):
		return true, nil
	}
	return false, emulator.InvalidArgument("StatefulAsyncInvocationEnable is set to an invalid value (allowed: true | false, actual: '%s')", text)
}

// delay takes digits only: no sign, no fraction, no unit.
func delay(text string) (time.Duration, *emulator.Error) {
	const limit = int(emulator.MaxDelay / time.Second)
	seconds := 0
	for i := range len(text) {
		digit := int(text[i]) - '0'
		if digit < 0 || digit > 9 || seconds*10+digit > limit {
			return 0, emulator.InvalidArgument("AsyncDelay is set to an invalid value (allowed: whole seconds from 0 to %d, actual: '%s')", limit, text)
		}
		seconds = seconds*10 + digit
	}
	return time.Duration(seconds) * time.Second, nil
}

// requestID keeps a caller's id only if it can stand in headers, log lines and keys as it is.
func requestID(text string) string {
	if len(text) > 128 {
		return ""
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return ""
		}
	}
	return text
}

func first(header map[string][]string, key string) string {
	if values := header[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}
