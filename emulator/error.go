package emulator

import (
	"fmt"
	"strings"
)

// Error is a refusal by the platform: what the API answers instead of running or storing something.
// Codes, statuses and messages are Function Compute's own.
type Error struct {
	Status  int // HTTP status
	Code    string
	Message string
}

// Error returns code and message in one line.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Refuse makes an Error. The message is formatted.
func Refuse(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// InvalidArgument refuses a value that is out of the documented range.
func InvalidArgument(format string, args ...any) *Error {
	return Refuse(400, "InvalidArgument", format, args...)
}

// FunctionNotFound refuses a function that does not exist.
func FunctionNotFound(name Name) *Error {
	if name.Service != "" {
		return Refuse(404, "FunctionNotFound", "function '%s' does not exist in service '%s'", name.Function, name.Service)
	}
	return Refuse(404, "FunctionNotFound", "function '%s' does not exist", name.Function)
}

// ServiceNotFound refuses a service that does not exist.
func ServiceNotFound(service string) *Error {
	return Refuse(404, "ServiceNotFound", "service '%s' does not exist", service)
}

// QualifierNotFound refuses an unknown version (a number) or alias.
func QualifierNotFound(ref Reference) *Error {
	if IsVersion(ref.Qualifier) {
		return Refuse(404, "VersionNotFound", "version '%s' of %s does not exist", ref.Qualifier, ref.Scope().owner())
	}
	return Refuse(404, "AliasNotFound", "alias '%s' of %s does not exist", ref.Qualifier, ref.Scope().owner())
}

// IfMatch holds a change to the ETag that its caller saw; no ETag given holds to nothing.
func IfMatch(given, present string) error {
	if given == "" || given == present || given == `"`+present+`"` || given == "*" {
		return nil
	}
	return Refuse(412, "PreconditionFailed", "the resource being modified has been changed")
}

// TriggerNotFound refuses an unknown trigger.
func TriggerNotFound(name Name, trigger string) *Error {
	return Refuse(404, "TriggerNotFound", "trigger '%s' does not exist in function '%s'", trigger, name)
}

// TaskNotFound refuses an unknown task id.
func TaskNotFound(key TaskKey) *Error {
	return Refuse(404, "AsyncTaskNotFound", "async task '%s' does not exist in function '%s'", key.ID, key.Function)
}

// TaskExists refuses a task id that was used before.
func TaskExists(key TaskKey) *Error {
	return Refuse(409, "StatefulAsyncInvocationAlreadyExists", "async task '%s' already exists in function '%s'", key.ID, key.Function)
}

// EntityTooLarge refuses a payload. limit is in bytes.
func EntityTooLarge(limit int) *Error {
	return Refuse(400, "EntityTooLarge", "payload size exceeds maximum allowed size (%d bytes)", limit)
}

// InvocationDisabled refuses an invocation of a function whose invocations were switched off.
// No source names FC's code for it; AccessDenied is the documented one for what may not be done.
func InvocationDisabled(name Name, reason string) *Error {
	if reason != "" {
		reason = ": " + reason
	}
	return Refuse(403, "AccessDenied", "the invocation of function '%s' is disabled%s", name, reason)
}

// ResourceThrottled refuses a run because a limit of instances, sessions or requests is reached.
// Source: FC 3.0 FAQ; the status is that of all throttling.
func ResourceThrottled() *Error {
	return Refuse(429, "ResourceThrottled", "Reserve resource exceeded limit")
}

// Internal wraps a fault of the emulator itself.
func Internal(err error) *Error {
	return Refuse(500, "InternalServerError", "an internal error has occurred. Please retry. (%v)", err)
}

// IsVersion tells whether a qualifier is the number of a version.
func IsVersion(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return text != "" && text[0] != '0' // "01" would be another name of the same version
}

// Clip keeps an overlong value out of an error message.
func Clip(text string) string {
	const limit = 80
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
