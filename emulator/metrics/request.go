package metrics

import (
	"strconv"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/jsontext"
)

// requestLog is the stream of request records in a journal.
const requestLog = "metrics"

// RequestLog writes request records. It is safe for concurrent use.
type RequestLog struct {
	append  func(emulator.LogLine)
	buffers sync.Pool // of *[]byte: it is on the way of every request
}

// NewRequestLog writes into append, which must not block.
func NewRequestLog(append func(emulator.LogLine)) *RequestLog {
	return &RequestLog{append: append, buffers: sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}}
}

// Observe takes one record.
func (l *RequestLog) Observe(r *emulator.RequestRecord) {
	buffer := l.buffers.Get().(*[]byte)
	line := requestLine(r, (*buffer)[:0], buffer)
	l.buffers.Put(buffer)
	l.append(line)
}

// requestLine writes a request as the FCRequestMetrics record of FC's log service, a JSON object.
// It is on the way of every request, so that it is written by hand. Source: FC's "Request-level
// metric logs". Times are Unix milliseconds, latencies milliseconds.
func requestLine(r *emulator.RequestRecord, to []byte, grown *[]byte) emulator.LogLine {
	line := emulator.LogLine{Time: r.Began, RequestID: r.RequestID, Stream: requestLog}
	f := fields{text: to}
	f.word("operation", r.Operation)
	f.word("requestId", r.RequestID)
	f.number("invokeFunctionStartTimestamp", r.Began.UnixMilli())
	f.milliseconds("invokeFunctionLatencyMs", r.Took)
	if r.Method != "" {
		f.word("method", r.Method)
		f.word("requestURI", r.URI)
		f.word("clientIP", r.ClientIP)
	}
	if r.Status != 0 {
		f.number("statusCode", int64(r.Status))
	}
	if r.Function.Function != "" && r.Invocation == nil {
		f.word("functionName", r.Function.String())
		line.Function = r.Function.String()
	}
	if inv := r.Invocation; inv != nil {
		f.invocation(inv, r.Operation == emulator.OperationAttempt)
		line.Function, line.TaskID = inv.Function.Name().String(), inv.TaskID
		line.Qualifier, line.VersionID = inv.Qualifier, inv.Function.VersionID
	}
	if out := r.Outcome; out != nil {
		f.outcome(out, r.Began)
		line.InstanceID = out.InstanceID
	}
	*grown = append(f.text, '}')
	line.Text = string(*grown)
	return line
}

// fields is a JSON object that is being written.
type fields struct{ text []byte }

func (f *fields) invocation(inv *emulator.Invocation, attempt bool) {
	f.word("functionName", inv.Function.Name().String())
	f.word("qualifier", inv.Qualifier)
	f.word("versionId", inv.Function.VersionID)
	f.number("memoryMB", int64(inv.Function.MemorySize))
	f.word("resourceMode", "OnDemand")
	kind := "Sync"
	if inv.Async {
		kind = "Async"
	}
	f.word("invocationType", kind)
	if inv.Async {
		switch {
		case inv.TaskMode || inv.TaskID != "":
			f.word("asyncMode", "Stateful")
		case attempt: // of a call that is accepted only its configuration tells
			f.word("asyncMode", "Stateless")
		}
		f.number("retryCount", int64(inv.RetryCount))
	}
}

func (f *fields) outcome(out *emulator.Outcome, began time.Time) {
	f.truth("hasFunctionError", out.Refused == nil && out.Failed())
	f.word("errorType", string(out.Cause))
	if out.Refused != nil {
		f.word("errorCode", out.Refused.Code)
	}
	if out.Started.IsZero() {
		return
	}
	f.word("instanceID", out.InstanceID)
	f.number("invocationStartTimestamp", out.Started.UnixMilli())
	f.milliseconds("durationMs", out.Duration)
	f.text = append(f.text, `,"memoryUsageMB":`...)
	f.text = strconv.AppendFloat(f.text, out.MemoryMB, 'f', 2, 64)
	f.milliseconds("scheduleLatencyMs", out.Started.Sub(began))
	f.truth("isColdStart", out.ColdStart)
	if out.ColdStart {
		f.word("instanceEvent", "ColdStart")
		f.milliseconds("coldStartLatencyMs", out.Started.Sub(began))
	}
}

func (f *fields) key(name string) {
	separator := byte(',')
	if len(f.text) == 0 {
		separator = '{'
	}
	f.text = append(f.text, separator, '"')
	f.text = append(f.text, name...)
	f.text = append(f.text, '"', ':')
}

// word writes a text; an empty one is left out.
func (f *fields) word(name, value string) {
	if value == "" {
		return
	}
	f.key(name)
	f.text = jsontext.AppendString(f.text, value)
}

func (f *fields) number(name string, value int64) {
	f.key(name)
	f.text = strconv.AppendInt(f.text, value, 10)
}

func (f *fields) truth(name string, value bool) {
	f.key(name)
	f.text = strconv.AppendBool(f.text, value)
}

func (f *fields) milliseconds(name string, value time.Duration) {
	f.key(name)
	f.text = strconv.AppendFloat(f.text, float64(max(value, 0).Microseconds())/1000, 'f', -1, 64)
}
