package store

import (
	"fmt"

	"github.com/fcemu/fcemu/emulator"
)

// statusCode returns the number that stands for a state in the task table. Migrations rely on the
// numbers: 1…2 wait for their due time, 3…5 are in hand, 6…10 have ended.
func statusCode(status emulator.TaskStatus) (int64, error) {
	for code := int64(1); code <= 10; code++ {
		if statusOf(code) == status {
			return code, nil
		}
	}
	return 0, fmt.Errorf("unknown task status %q", status)
}

// movesTo returns the states from which a task may be saved as status, itself among them: bit n
// stands for the state with number n. The rule is emulator's; a trigger in the schema would hold a
// second copy of it and cost each save about a tenth more.
func movesTo(status emulator.TaskStatus) int64 {
	var moves int64
	for code := int64(1); code <= 10; code++ {
		if from := statusOf(code); from == status || from.CanBecome(status) {
			moves |= 1 << code
		}
	}
	return moves
}

func statusOf(code int64) emulator.TaskStatus {
	switch code {
	case 1:
		return emulator.TaskEnqueued
	case 2:
		return emulator.TaskRetrying
	case 3:
		return emulator.TaskDequeued
	case 4:
		return emulator.TaskRunning
	case 5:
		return emulator.TaskStopping
	case 6:
		return emulator.TaskSucceeded
	case 7:
		return emulator.TaskFailed
	case 8:
		return emulator.TaskStopped
	case 9:
		return emulator.TaskExpired
	case 10:
		return emulator.TaskInvalid
	}
	return ""
}
