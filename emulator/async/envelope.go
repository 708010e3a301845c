package async

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/fcemu/fcemu/emulator"
)

// envelope is what a destination receives. Source: FC "Result callback".
type envelope struct {
	Timestamp       int64          `json:"timestamp"` // of the submission, Unix ms
	RequestContext  requestContext `json:"requestContext"`
	RequestPayload  string         `json:"requestPayload"` // raw, not embedded JSON
	ResponseContext response       `json:"responseContext"`
	ResponsePayload string         `json:"responsePayload"`
}

type requestContext struct {
	RequestID              string `json:"requestId"`
	FunctionArn            string `json:"functionArn"`
	Condition              string `json:"condition"` // the error code; empty on success
	ApproximateInvokeCount int    `json:"approximateInvokeCount"`
}

// outcomeOf makes the delivery of an ended task, or nil where no destination wants it. Whatever
// ends a task without success counts as a failure: Failed, Invalid, Expired and Stopped.
func (q *Queue) outcomeOf(task *emulator.Task, answer response) *emulator.Delivery {
	arn := task.Policy.OnFailure
	if task.Status == emulator.TaskSucceeded {
		arn = task.Policy.OnSuccess
	}
	if arn == "" {
		return nil
	}
	if task.Depth >= q.options.MaxDepth {
		task.Destination = destinationFailed
		q.tell(task.Key, task.RequestID, fmt.Sprintf(
			"the outcome was not sent to %s: this invocation is the result of %d destinations in a row, which looks like a circle", arn, task.Depth))
		return nil
	}
	body, cut := q.envelopeOf(task, answer)
	if cut != "" {
		q.tell(task.Key, task.RequestID, fmt.Sprintf("the outcome for %s exceeds %d bytes: %s left out", arn, emulator.MaxAsyncPayload, cut))
	}
	return &emulator.Delivery{
		Task: task.Key, RequestID: task.RequestID, Destination: arn,
		Body: body, Depth: task.Depth + 1, DueAt: task.EndedAt,
	}
}

// envelopeOf encodes the outcome. An event may have MaxAsyncPayload bytes: where it would have
// more, the response and then the request are left out, and cut says so.
func (q *Queue) envelopeOf(task *emulator.Task, answer response) (body []byte, cut string) {
	e := envelope{
		Timestamp: task.EnqueuedAt.UnixMilli(),
		RequestContext: requestContext{
			RequestID:              task.RequestID,
			FunctionArn:            q.arn(task),
			Condition:              condition(task),
			ApproximateInvokeCount: task.Attempts,
		},
		RequestPayload:  string(task.Payload),
		ResponseContext: answer,
		ResponsePayload: responsePayload(task),
	}
	if body = encode(e); len(body) <= emulator.MaxAsyncPayload {
		return body, ""
	}
	e.ResponsePayload = ""
	if body = encode(e); len(body) <= emulator.MaxAsyncPayload {
		return body, "responsePayload"
	}
	e.RequestPayload = ""
	return encode(e), "responsePayload and requestPayload"
}

// arn is the function's name in the form of its generation; FC 2.0 leaves region and account empty.
func (q *Queue) arn(task *emulator.Task) string {
	name := task.Key.Function
	fn := emulator.Function{Service: name.Service, FunctionName: name.Function, VersionID: task.Qualifier}
	if name.Service != "" {
		return fn.ARN("", "")
	}
	return fn.ARN(q.options.Account, q.options.Region)
}

// condition is the error code. For the two ends that have none in FC's documents it is the status.
func condition(task *emulator.Task) string {
	switch task.Status {
	case emulator.TaskSucceeded:
		return ""
	case emulator.TaskStopped, emulator.TaskExpired:
		return string(task.Status)
	}
	return task.Error
}

// responsePayload is the result of the last run; a task that was ended from outside has none.
func responsePayload(task *emulator.Task) string {
	if task.Status == emulator.TaskStopped || task.Status == emulator.TaskExpired {
		return ""
	}
	return string(task.Result)
}

// encode writes JSON as the cloud does, without escapes for HTML. It cannot fail for an envelope.
func encode(e envelope) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(e); err != nil {
		return nil
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}
