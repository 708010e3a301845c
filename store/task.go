package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// maxInline is how many bytes of a payload or a result are kept in the task's row; larger ones have
// a table of their own, so that the steps of the task don't write them again.
const maxInline = 4 << 10

// taskColumns are read by scanTask, in this order. The two bodies are last, and may be left out.
const taskColumns = `t.sequence, t.version, f.name, t.id, t.qualifier, t.request_id, t.task_mode,
	t.retry_attempts, t.event_age, t.on_success, t.on_failure, t.depth, t.enqueued_at, t.http,
	t.status, t.due_at, t.first_run_at, t.ended_at, t.attempts, t.throttles, t.events,
	t.instance_id, t.duration_ms, t.error, t.destination, t.version_id`

const taskBodies = `,
	coalesce(t.payload, (SELECT bytes FROM payload WHERE task = t.sequence)),
	coalesce(t.result, (SELECT bytes FROM result WHERE task = t.sequence))`

const (
	selectTask    = "SELECT " + taskColumns + taskBodies + fromTask
	selectOutline = "SELECT " + taskColumns + fromTask
	// CROSS keeps SQLite from beginning with the functions.
	fromTask = " FROM task t CROSS JOIN function f ON f.id = t.function "

	selectByKey  = selectTask + "WHERE t.id = ? AND t.function = (SELECT id FROM function WHERE name = ?)"
	selectByID   = selectTask + "WHERE t.id = ? ORDER BY t.sequence"
	selectInHand = selectTask + "WHERE t.status IN (3, 4, 5) ORDER BY +t.sequence"
)

// tasks runs a query that begins with selectTask or selectOutline.
func tasks(ctx context.Context, c *conn, text string, args ...any) ([]*emulator.Task, error) {
	var found []*emulator.Task
	err := c.each(ctx, text, args, func(r row) error {
		task, err := scanTask(r)
		found = append(found, task)
		return err
	})
	return found, err
}

func scanTask(r row) (*emulator.Task, error) {
	task := &emulator.Task{
		Sequence:  r.int(0),
		Version:   r.int(1),
		Key:       emulator.TaskKey{Function: emulator.ParseName(r.text(2)), ID: r.text(3)},
		Qualifier: r.text(4),
		RequestID: r.text(5),
		TaskMode:  r.int(6)&modeTask != 0,
		Policy: emulator.AsyncPolicy{
			TaskMode:      r.int(6)&modePolicy != 0,
			RetryAttempts: int(r.int(7)),
			EventAge:      time.Duration(r.int(8)),
			OnSuccess:     r.text(9),
			OnFailure:     r.text(10),
		},
		Depth:       int(r.int(11)),
		EnqueuedAt:  r.time(12),
		Status:      statusOf(r.int(14)),
		DueAt:       r.time(15),
		FirstRunAt:  r.time(16),
		EndedAt:     r.time(17),
		Attempts:    int(r.int(18)),
		Throttles:   int(r.int(19)),
		InstanceID:  r.text(21),
		DurationMs:  r.int(22),
		Error:       r.text(23),
		Destination: r.text(24),
		VersionID:   r.text(25),
	}
	if len(r) > 26 {
		task.Payload, task.Result = r.blob(26), r.blob(27)
	}
	if text := r.text(13); text != "" {
		if err := json.Unmarshal([]byte(text), &task.HTTP); err != nil {
			return nil, fmt.Errorf("the stored request of task %s: %w", task.Key.ID, err)
		}
	}
	later, err := decodeEvents(r.text(20))
	if err != nil {
		return nil, fmt.Errorf("the stored events of task %s: %w", task.Key.ID, err)
	}
	task.Events = append([]emulator.TaskEvent{firstEvent(task.EnqueuedAt, r.int(6))}, later...)
	return task, nil
}

// firstEvent is the event of acceptance. It is not stored: it follows from the time and the modes.
func firstEvent(at time.Time, modes int64) emulator.TaskEvent {
	event := emulator.TaskEvent{EventID: 1, Status: emulator.TaskEnqueued, Timestamp: at.UnixMilli()}
	if modes&modeDriven != 0 {
		event.Clock = emulator.ClockDriven
	}
	return event
}

// encodeEvents returns the stored form of all events but the first.
func encodeEvents(events []emulator.TaskEvent) (string, error) {
	if len(events) < 2 {
		return "", nil
	}
	text, err := json.Marshal(events[1:])
	return string(text), err
}

func decodeEvents(text string) ([]emulator.TaskEvent, error) {
	if text == "" {
		return nil, nil
	}
	var events []emulator.TaskEvent
	err := json.Unmarshal([]byte(text), &events)
	return events, err
}

// Bits of column task_mode: the task's own mode, its policy's, and whether enqueued_at is a driven clock's.
const (
	modeTask   = 1
	modePolicy = 2
	modeDriven = 4
)

func taskModes(task *emulator.Task) int64 {
	var modes int64
	if task.TaskMode {
		modes |= modeTask
	}
	if task.Policy.TaskMode {
		modes |= modePolicy
	}
	if len(task.Events) > 0 && task.Events[0].Clock == emulator.ClockDriven {
		modes |= modeDriven
	}
	return modes
}

// inline splits a body: what goes into the row (nil = NULL), and what into a table of its own.
func inline(body []byte) (row any, apart []byte) {
	if len(body) > maxInline {
		return nil, body
	}
	return solid(body), nil
}

// encodeHTTP returns nil for a plain event.
func encodeHTTP(request *emulator.HTTPRequest) (any, error) {
	if request == nil {
		return nil, nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(request); err != nil {
		return nil, err
	}
	return text.String(), nil
}
