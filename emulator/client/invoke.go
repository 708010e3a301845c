package client

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Invocation is what InvokeFunction is asked.
type Invocation struct {
	emulator.Reference
	Event  []byte
	Async  bool
	Delay  time.Duration // with Async; whole seconds
	TaskID string        // with Async
	Log    bool          // ask for the last 4 KB of the log
}

// Result is what InvokeFunction answered.
type Result struct {
	RequestID     string
	StatusCode    int
	ErrorType     string
	Payload       []byte
	Log           []byte
	TaskID        string
	DurationMs    float64
	MemoryUsageMB float64
	InstanceID    string
	VersionID     string // that ran
	ColdStart     bool
}

// Invoke is InvokeFunction.
func (c *Client) Invoke(ctx context.Context, inv Invocation) (*Result, error) {
	event := inv.Event
	if event == nil {
		event = []byte{}
	}
	response, err := c.send(ctx, "POST", functionPath(inv.Name)+"/invocations", qualifier(inv.Reference), event, inv.header())
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	payload, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, &UnreachableError{Endpoint: c.endpoint, Err: err}
	}
	return readResult(response, payload), nil
}

func (inv *Invocation) header() http.Header {
	header := http.Header{"Content-Type": {"application/octet-stream"}}
	if inv.Log && !inv.Async {
		header.Set("X-Fc-Log-Type", "Tail")
	}
	if !inv.Async {
		return header
	}
	header.Set("X-Fc-Invocation-Type", "Async")
	if inv.Delay != 0 {
		header.Set("X-Fc-Async-Delay", strconv.Itoa(int(inv.Delay/time.Second)))
	}
	if inv.TaskID != "" {
		header.Set("X-Fc-Async-Task-Id", inv.TaskID)
	}
	return header
}

func readResult(response *http.Response, payload []byte) *Result {
	header := response.Header
	result := &Result{
		RequestID:  header.Get("X-Fc-Request-Id"),
		StatusCode: response.StatusCode,
		ErrorType:  header.Get("X-Fc-Error-Type"),
		Payload:    payload,
		TaskID:     header.Get("X-Fc-Async-Task-Id"),
		InstanceID: header.Get("X-Fc-Instance-Id"),
		VersionID:  header.Get("X-Fc-Invocation-Service-Version"),
		ColdStart:  header.Get("X-Fcemu-Cold-Start") == "true",
	}
	result.DurationMs, _ = strconv.ParseFloat(header.Get("X-Fc-Invocation-Duration"), 64)
	result.MemoryUsageMB, _ = strconv.ParseFloat(header.Get("X-Fc-Max-Memory-Usage"), 64)
	result.Log, _ = base64.StdEncoding.DecodeString(header.Get("X-Fc-Log-Result"))
	return result
}
