package emulator

import "time"

// Backlog is what the queue holds of one function at one moment.
type Backlog struct {
	Function  Name
	Waiting   int64     // Enqueued, Retrying or Dequeued: accepted, and not running
	Running   int64     // Running or Stopping
	OldestDue time.Time // when the first of the waiting was or will be due; zero without any
}
