package emulator

import (
	"regexp"
	"time"
)

// LogLine is one line that an instance wrote, or that the platform wrote for it.
type LogLine struct {
	Sequence   int64     `json:"seq"` // cursor: grows by one a line
	Time       time.Time `json:"time"`
	Function   string    `json:"functionName"`
	Qualifier  string    `json:"qualifier,omitempty"` // that was called; of what belongs to no call, the version
	VersionID  string    `json:"versionId,omitempty"` // that ran
	InstanceID string    `json:"instanceId,omitempty"`
	RequestID  string    `json:"requestId,omitempty"`
	TaskID     string    `json:"taskId,omitempty"`
	Stream     string    `json:"stream,omitempty"` // stdout, stderr or system
	Text       string    `json:"message"`          // without the line end
}

// LogQuery selects log lines. Zero values select all.
type LogQuery struct {
	Function  string // as Name.String()
	Qualifier string // a version, whatever it was called by, or an alias that was called
	RequestID string
	TaskID    string
	Since     time.Time
	Match     *regexp.Regexp
	Tail      int   // only the last n lines; 0 = all
	After     int64 // only lines with a greater Sequence
}

// Admits tells whether the line is selected; Tail is the reader's business.
func (q *LogQuery) Admits(line *LogLine) bool {
	switch {
	case q.Function != "" && line.Function != q.Function,
		q.Qualifier != "" && line.Qualifier != q.Qualifier && line.VersionID != q.Qualifier,
		q.RequestID != "" && line.RequestID != q.RequestID,
		q.TaskID != "" && line.TaskID != q.TaskID,
		line.Sequence <= q.After,
		!q.Since.IsZero() && line.Time.Before(q.Since):
		return false
	}
	return q.Match == nil || q.Match.MatchString(line.Text)
}

// InvocationRecord is one finished invocation, for the request log and for metrics.
// Source: the FCRequestMetrics log fields.
type InvocationRecord struct {
	Invocation *Invocation
	Outcome    *Outcome
	Began      time.Time // on the machine's clock
}
