package emulator

import "fmt"

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

// QualifierNotFound refuses an unknown version (a number) or alias.
func QualifierNotFound(ref Reference) *Error {
	scope, kind := ref.Function, "function"
	if ref.Service != "" {
		scope, kind = ref.Service, "service"
	}
	if isNumber(ref.Qualifier) {
		return Refuse(404, "VersionNotFound", "version '%s' of %s '%s' does not exist", ref.Qualifier, kind, scope)
	}
	return Refuse(404, "AliasNotFound", "alias '%s' of %s '%s' does not exist", ref.Qualifier, kind, scope)
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

// ResourceExhausted refuses a run because the function is at its instance limit.
func ResourceExhausted(name Name, limit int) *Error {
	return Refuse(429, "ResourceExhausted", "Reserve resource exceeded limit: function '%s' already has %d busy instances", name, limit)
}

// Internal wraps a fault of the emulator itself.
func Internal(err error) *Error {
	return Refuse(500, "InternalServerError", "an internal error has occurred. Please retry. (%v)", err)
}

func isNumber(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return text != ""
}
