// Package emulator holds the words of Function Compute as fcemu uses them: functions,
// triggers, invocations, tasks, errors, and the pure rules about them.
//
// It imports nothing of ours and nothing that touches the outside world, so that every other
// package can speak these words without knowing its neighbours. Names and JSON keys are those of
// the FC 3.0 API (2023-03-30) unless a comment says otherwise.
package emulator
