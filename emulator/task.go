package emulator

import (
	"slices"
	"time"
)

// TaskStatus is the state of an asynchronous invocation.
// Source: FC 3.0 AsyncTask.status; "Dequeued" is in the list filter only.
type TaskStatus string

// The ten states of a task.
const (
	TaskEnqueued  TaskStatus = "Enqueued"
	TaskDequeued  TaskStatus = "Dequeued"
	TaskRunning   TaskStatus = "Running"
	TaskRetrying  TaskStatus = "Retrying"
	TaskSucceeded TaskStatus = "Succeeded"
	TaskFailed    TaskStatus = "Failed"
	TaskStopping  TaskStatus = "Stopping"
	TaskStopped   TaskStatus = "Stopped"
	TaskExpired   TaskStatus = "Expired"
	TaskInvalid   TaskStatus = "Invalid"
)

// taskMoves lists, for each state, the states that may follow it. Terminal states have none.
// Running and Dequeued may fall back to Retrying or Enqueued when a run was throttled or the
// emulator ended under it. Dequeued fails when the event grew too old between two runs; Running
// turns out Invalid when the instance could not be started. A task that waits stays in its state
// when it is given another due time.
func taskMoves(from TaskStatus) []TaskStatus {
	switch from {
	case TaskEnqueued:
		return []TaskStatus{TaskEnqueued, TaskDequeued, TaskStopping, TaskExpired}
	case TaskDequeued:
		return []TaskStatus{TaskRunning, TaskEnqueued, TaskRetrying, TaskStopping, TaskExpired, TaskInvalid, TaskFailed}
	case TaskRunning:
		return []TaskStatus{TaskSucceeded, TaskFailed, TaskRetrying, TaskEnqueued, TaskStopping, TaskInvalid}
	case TaskRetrying:
		return []TaskStatus{TaskRetrying, TaskDequeued, TaskRunning, TaskFailed, TaskStopping}
	case TaskStopping:
		return []TaskStatus{TaskStopped}
	}
	return nil
}

// TaskStatuses lists every state, in the order of a task's life.
func TaskStatuses() []TaskStatus {
	return []TaskStatus{TaskEnqueued, TaskDequeued, TaskRunning, TaskRetrying, TaskSucceeded, TaskFailed,
		TaskStopping, TaskStopped, TaskExpired, TaskInvalid}
}

// CanBecome tells whether a task in state s may go to next.
func (s TaskStatus) CanBecome(next TaskStatus) bool { return slices.Contains(taskMoves(s), next) }

// Terminal tells whether the task has ended.
func (s TaskStatus) Terminal() bool {
	switch s {
	case TaskSucceeded, TaskFailed, TaskStopped, TaskExpired, TaskInvalid:
		return true
	}
	return false
}

// Known tells whether s is one of the ten states.
func (s TaskStatus) Known() bool { return slices.Contains(TaskStatuses(), s) }

// TaskKey names a task: ids are unique per function, any qualifier.
type TaskKey struct {
	Function Name
	ID       string
}

// Task is one accepted asynchronous invocation, whether or not task mode shows it to the API.
type Task struct {
	Sequence  int64 // position in the order of acceptance; set by the store
	Version   int64 // grows with every save; a save of an older version loses
	Key       TaskKey
	Qualifier string
	VersionID string // chosen for it at acceptance, where the qualifier is an alias; else empty
	RequestID string
	TaskMode  bool // asyncTask was on: visible to GetAsyncTask and ListAsyncTasks
	Policy    AsyncPolicy

	Payload []byte       // the event, or the body of an HTTP request
	HTTP    *HTTPRequest // set when the invocation came through an HTTP trigger of a custom runtime; its Body is Payload
	Depth   int          // how many destinations led here; bounds recursion

	Status      TaskStatus
	EnqueuedAt  time.Time
	DueAt       time.Time // when it may run next; enqueue time plus delay at first
	FirstRunAt  time.Time // zero until it ran
	EndedAt     time.Time // zero while unfinished
	Attempts    int       // runs begun that count against RetryAttempts (function errors, crashes)
	Throttles   int       // runs refused by a limit or a system error; they use up no attempt
	Events      []TaskEvent
	InstanceID  string
	DurationMs  int64
	Error       string // taskErrorMessage: the error type, e.g. UnhandledInvocationError
	Result      []byte // returnPayload, at most MaxReturnPayload
	Destination string // destinationStatus: "", Succeeded or Failed
}

// TaskEvent is one step in a task's life. Source: FC 3.0 AsyncTaskEvent.
type TaskEvent struct {
	EventID     int64      `json:"eventId"` // from 1
	Status      TaskStatus `json:"status"`
	Timestamp   int64      `json:"timestamp"` // Unix ms
	EventDetail string     `json:"eventDetail"`
	Clock       string     `json:"clock,omitempty"` // ClockDriven where that is what Timestamp was read from
}

// TaskStep is one step of the story of a task, told to people.
type TaskStep struct {
	Time  time.Time // may be zero (not known) or to come
	Clock string    // ClockDriven where that is what Time was read from
	Text  string
	Rule  string // why it is so, in fcemu's words; may be empty
	Page  string // the title of FC's page behind the rule; empty where FC has none and the rule is fcemu's own
}

// TaskQuery selects tasks. Zero values select all.
type TaskQuery struct {
	Function       *Name // nil = all functions
	Qualifier      string
	Prefix         string
	Statuses       []TaskStatus
	Begin, End     time.Time // bounds on EnqueuedAt, inclusive
	Ascending      bool      // default is newest first
	After          int64     // Sequence of the last task of the page before; 0 = first page
	Limit          int
	IncludePayload bool
	TaskModeOnly   bool
}

// Delivery is the outcome of a task on its way to a destination.
type Delivery struct {
	ID          int64
	Task        TaskKey
	RequestID   string
	Destination string // ARN
	Body        []byte // the documented envelope, JSON
	Depth       int
	DueAt       time.Time
	Attempts    int
}
