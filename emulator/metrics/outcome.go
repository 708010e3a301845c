package metrics

import "github.com/fcemu/fcemu/emulator"

// outcome is one value of the label of that name.
type outcome int

const (
	succeeded outcome = iota
	functionError
	initializationError
	timedOut
	outOfMemory
	stopped
	canceled
	throttled
	refused
	outcomes // how many there are
)

func (o outcome) String() string {
	return [outcomes]string{"success", "function_error", "initialization_error", "timeout", "out_of_memory",
		"stopped", "canceled", "throttled", "refused"}[o]
}

// outcomeOf sorts an outcome: first by whether the platform ran the function at all, then by what
// ended the run, then by what the function made of it.
func outcomeOf(out *emulator.Outcome) outcome {
	if out.Refused != nil {
		if out.Refused.Status == 429 {
			return throttled
		}
		return refused
	}
	switch out.Cause {
	case emulator.CauseTimeout:
		return timedOut
	case emulator.CauseMemory:
		return outOfMemory
	case emulator.CauseStopped:
		return stopped
	case emulator.CauseCanceled, emulator.CauseShutdown:
		return canceled
	}
	switch {
	case out.ErrorType == emulator.InitializationError:
		return initializationError
	case out.Failed():
		return functionError
	}
	return succeeded
}
