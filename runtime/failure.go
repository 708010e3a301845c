package runtime

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// failure is why a start or a call failed.
type failure struct {
	refused   *emulator.Error
	errorType emulator.ErrorType
	cause     emulator.Cause
	payload   []byte
	logText   string // for the End line
	tail      []byte // the log of a failed start
}

func (f *failure) outcome(i *instance, cold bool) *emulator.Outcome {
	return &emulator.Outcome{
		Refused: f.refused, ErrorType: f.errorType, Cause: f.cause, Payload: f.payload, LogTail: f.tail,
		InstanceID: i.id, ColdStart: cold, Started: time.Now(), MemoryMB: i.peakMB(),
	}
}

// shutdownOutcome is the end of a call that a closed pool was asked for.
func shutdownOutcome() *emulator.Outcome {
	return &emulator.Outcome{
		ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseShutdown,
		Payload: errorBody(emulator.ErrShutdown.Error()), Started: time.Now(),
	}
}

// interrupted is a call that the platform ended. limit is the call's time limit.
// Sources: FC "Error handling"; the 2.0 text of a time-out is from a real answer.
func (i *instance) interrupted(v verdict, duration, limit time.Duration) *failure {
	f := &failure{errorType: emulator.UnhandledInvocationError}
	ms, mb := duration.Milliseconds(), i.peakMB()
	switch v {
	case verdictTimeout:
		f.cause = emulator.CauseTimeout
		f.logText = i.timeoutText(limit, mb)
	case verdictMemory:
		i.logs.system(fmt.Sprintf("The instance was killed: it used %.0f MB, and memorySize is %d MB.", mb, i.fn.MemorySize))
		exit := i.processExited(duration)
		exit.cause = emulator.CauseMemory
		return exit
	case verdictCanceled:
		f.cause = emulator.CauseCanceled
		f.logText = fmt.Sprintf("Invocation canceled by client (duration: %dms, maxMemoryUsage: %.2fMB)", ms, mb)
	case verdictStopped:
		f.cause = emulator.CauseStopped
		f.logText = fmt.Sprintf("Invocation stopped (duration: %dms, maxMemoryUsage: %.2fMB)", ms, mb)
	default:
		f.cause = emulator.CauseShutdown
		f.logText = emulator.ErrShutdown.Error()
	}
	f.payload = errorBody(f.logText)
	return f
}

func (i *instance) timeoutText(limit time.Duration, mb float64) string {
	verb := "time"
	if i.fn.Service != "" {
		verb = "timed"
	}
	return fmt.Sprintf("Function %s out after %d seconds (maxMemoryUsage: %.2fMB)", verb, int(limit.Seconds()), mb)
}

// processExited is a call whose process ended under it. Bodies round the memory, log lines don't.
func (i *instance) processExited(duration time.Duration) *failure {
	const format = "Process exited unexpectedly before completing request (duration: %dms, maxMemoryUsage: %sMB)"
	ms, mb := duration.Milliseconds(), i.peakMB()
	cause := emulator.CauseUnhandled
	if i.process.Exit().OutOfMemory {
		cause = emulator.CauseMemory
	}
	return &failure{
		errorType: emulator.UnhandledInvocationError, cause: cause,
		payload: errorBody(fmt.Sprintf(format, ms, fmt.Sprintf("%.0f", mb))),
		logText: fmt.Sprintf(format, ms, fmt.Sprintf("%.2f", mb)),
	}
}

func badAnswer(err error) *failure {
	return &failure{
		errorType: emulator.UnhandledInvocationError, cause: emulator.CauseUnhandled,
		payload: errorBody(err.Error()), logText: err.Error(),
	}
}

// initializationFailed turns the failure of the initializer hook into the caller's answer.
func initializationFailed(f *failure) *failure {
	f.errorType = emulator.InitializationError
	if f.cause == emulator.CauseNone {
		f.cause = emulator.CauseUnhandled
	}
	return f
}

func refusal(err *emulator.Error) *failure { return &failure{refused: err} }

// serverExited: the user's server ended before it listened, or a program of the user's cannot be executed.
// Source: FC 3.0 CAExited.
func serverExited(command string, code int, logs string) *failure {
	status := fmt.Sprintf("code %d", code)
	if text := errnoText(code); text != "" {
		status += ", message:" + text
	}
	return refusal(emulator.Refuse(412, "CAExited", "Function instance exited unexpectedly(%s) with start command '%s'.\nLogs:%s",
		status, command, logs))
}

// serverNotListening: the port stayed closed, or the first health check failed.
func serverNotListening(port int, limit time.Duration, logs string) *failure {
	return refusal(emulator.Refuse(412, "FunctionNotStarted", "Function instance health check failed on port %d in %d seconds.\nLogs:%s",
		port, int(limit.Seconds()), logs))
}

// errnoText reads an exit status as an error number, as FC does. Unknown ones have no text.
func errnoText(code int) string {
	if code <= 0 || code > 133 {
		return ""
	}
	text := syscall.Errno(code).Error()
	if strings.HasPrefix(text, "errno ") {
		return ""
	}
	return text
}

func errorBody(message string) []byte {
	body, err := json.Marshal(map[string]string{"errorMessage": message})
	if err != nil {
		return []byte(`{"errorMessage":""}`)
	}
	return body
}

// suffix is what follows the request id on the End line. Source: FC logs, OBS of 2023.
func suffix(errorType emulator.ErrorType, fault *failure) string {
	switch {
	case fault != nil:
		return fault.logText
	case errorType == emulator.HandledInvocationError:
		return "Handled function error"
	case errorType != "":
		return "Unhandled function error"
	}
	return ""
}
