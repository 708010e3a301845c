package invoke_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
)

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func TestParseControl(t *testing.T) {
	long := strings.Repeat("r", 129)
	for name, c := range map[string]struct {
		header http.Header
		want   invoke.Control
	}{
		"nothing":                     {nil, invoke.Control{}},
		"empty values are absent":     {headers("x-fc-invocation-type", "", "x-fc-log-type", ""), invoke.Control{}},
		"sync, any case":              {headers("x-fc-invocation-type", "sYnC"), invoke.Control{}},
		"async, any case":             {headers("X-FC-INVOCATION-TYPE", "aSync"), invoke.Control{Async: true}},
		"tail":                        {headers("x-fc-log-type", "Tail"), invoke.Control{LogTail: true}},
		"no log for async":            {headers("x-fc-invocation-type", "Async", "x-fc-log-type", "None"), invoke.Control{Async: true}},
		"delay":                       {headers("x-fc-invocation-type", "Async", "x-fc-async-delay", "200"), invoke.Control{Async: true, Delay: 200 * time.Second}},
		"longest delay":               {headers("x-fc-invocation-type", "Async", "x-fc-async-delay", "3600"), invoke.Control{Async: true, Delay: time.Hour}},
		"no delay":                    {headers("x-fc-invocation-type", "Async", "x-fc-async-delay", "0"), invoke.Control{Async: true}},
		"sync ignores a bad delay":    {headers("x-fc-async-delay", "soon"), invoke.Control{}},
		"sync ignores a task id":      {headers("x-fc-async-task-id", "a"), invoke.Control{}},
		"task id of FC 3.0":           {headers("x-fc-invocation-type", "Async", "x-fc-async-task-id", "a"), invoke.Control{Async: true, TaskID: "a"}},
		"task id of FC 2.0":           {headers("x-fc-invocation-type", "Async", "x-fc-stateful-async-invocation-id", "b"), invoke.Control{Async: true, TaskID: "b"}},
		"FC 3.0 wins":                 {headers("x-fc-invocation-type", "Async", "x-fc-stateful-async-invocation-id", "b", "x-fc-async-task-id", "a"), invoke.Control{Async: true, TaskID: "a"}},
		"type task":                   {headers("x-fc-invocation-type", "Task"), invoke.Control{Async: true, TaskMode: true}},
		"task mode by header":         {headers("x-fc-invocation-type", "Async", "x-fc-stateful-async-invocation-enable", "True"), invoke.Control{Async: true, TaskMode: true}},
		"task mode not by header":     {headers("x-fc-invocation-type", "Async", "x-fc-stateful-async-invocation-enable", "false"), invoke.Control{Async: true}},
		"sync ignores task mode":      {headers("x-fc-stateful-async-invocation-enable", "perhaps"), invoke.Control{}},
		"the caller's id":             {headers("x-fc-trace-id", "my-id"), invoke.Control{RequestID: "my-id"}},
		"an unusable id is not taken": {headers("x-fc-trace-id", "a b"), invoke.Control{}},
		"nor a very long one":         {headers("x-fc-trace-id", long), invoke.Control{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, refusal := invoke.ParseControl(c.header)
			if refusal != nil {
				t.Fatal(refusal)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseControlRefuses(t *testing.T) {
	async := "x-fc-invocation-type"
	for name, c := range map[string]struct {
		header http.Header
		want   string
	}{
		"type":            {headers(async, "Later"), "InvocationType is set to an invalid value (allowed: Sync | Async, actual: 'Later')"},
		"log type":        {headers("x-fc-log-type", "Invalid"), "LogType is set to an invalid value (allowed: Tail | None, actual: 'Invalid')"},
		"log of async":    {headers(async, "Async", "x-fc-log-type", "Tail"), "LogType is set to an invalid value (allowed: None, actual: 'Tail')"},
		"task mode":       {headers(async, "Async", "x-fc-stateful-async-invocation-enable", "perhaps"), "actual: 'perhaps'"},
		"negative delay":  {headers(async, "Async", "x-fc-async-delay", "-1"), "actual: '-1'"},
		"plus":            {headers(async, "Async", "x-fc-async-delay", "+1"), "actual: '+1'"},
		"too long":        {headers(async, "Async", "x-fc-async-delay", "3601"), "from 0 to 3600"},
		"overflow":        {headers(async, "Async", "x-fc-async-delay", "99999999999999999999999"), "from 0 to 3600"},
		"fraction":        {headers(async, "Async", "x-fc-async-delay", "1.5"), "actual: '1.5'"},
		"unit":            {headers(async, "Async", "x-fc-async-delay", "3m"), "actual: '3m'"},
		"not even digits": {headers(async, "Async", "x-fc-async-delay", "٣"), "actual: '٣'"},
	} {
		t.Run(name, func(t *testing.T) {
			_, refusal := invoke.ParseControl(c.header)
			if refusal == nil {
				t.Fatal("not refused")
			}
			if refusal.Status != 400 || refusal.Code != "InvalidArgument" || !strings.Contains(refusal.Message, c.want) {
				t.Errorf("got %d %v", refusal.Status, refusal)
			}
		})
	}
}

func TestSetHeaders(t *testing.T) {
	fn := &emulator.Function{VersionID: "LATEST", Code: emulator.Code{Checksum: "2825179536350"}}
	inv := &emulator.Invocation{RequestID: "1-a", Function: fn, LogTail: true}
	log := strings.Repeat("x", 5000) + "end"
	out := &emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, InstanceID: "c-1",
		Duration: 23900 * time.Microsecond, MemoryMB: 66.605, LogTail: []byte(log)}
	got := http.Header{}
	invoke.SetHeaders(got, inv, out)
	want := headers("X-Fc-Request-Id", "1-a", "X-Fc-Instance-Id", "c-1", "X-Fc-Error-Type", "UnhandledInvocationError",
		"X-Fc-Invocation-Duration", "23", "X-Fc-Max-Memory-Usage", "66.61", "X-Fc-Code-Checksum", "2825179536350",
		"X-Fc-Invocation-Service-Version", "LATEST", "X-Fc-Invocation-Code-Version", "LATEST",
		"X-Fc-Log-Result", base64.StdEncoding.EncodeToString([]byte(log[len(log)-4096:])))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got.Add("X-Fc-Request-Id", "second") // must not run into the next header's value
	if got.Get("X-Fc-Instance-Id") != "c-1" {
		t.Error("values share room")
	}
}

func TestSetHeadersOfRefusal(t *testing.T) {
	got := http.Header{}
	invoke.SetHeaders(got, &emulator.Invocation{RequestID: "1-a", Function: &emulator.Function{VersionID: "LATEST"}},
		&emulator.Outcome{Refused: emulator.Refuse(429, "ResourceThrottled", "full")})
	if diff := cmp.Diff(headers("X-Fc-Request-Id", "1-a"), got); diff != "" {
		t.Error(diff)
	}
}

func TestSetAccepted(t *testing.T) {
	task := &emulator.Task{RequestID: "1-a", TaskMode: true, Key: emulator.TaskKey{ID: "t", Function: emulator.Name{Function: "f"}}}
	for want, change := range map[string]func(){
		"X-Fc-Async-Task-Id":                func() {},
		"X-Fc-Stateful-Async-Invocation-Id": func() { task.Key.Function.Service = "s" },
	} {
		task.Key.Function.Service = ""
		change()
		got := http.Header{}
		invoke.SetAccepted(got, task)
		if diff := cmp.Diff(headers("X-Fc-Request-Id", "1-a", want, "t"), got); diff != "" {
			t.Error(diff)
		}
	}
	task.TaskMode = false
	got := http.Header{}
	invoke.SetAccepted(got, task)
	if len(got) != 1 {
		t.Errorf("an id shown outside task mode: %v", got)
	}
}

type runner func() *emulator.Outcome

func (r runner) Run(context.Context, *emulator.Invocation, emulator.Answer) *emulator.Outcome {
	return r()
}

func TestEngineRecords(t *testing.T) {
	var book []emulator.InvocationRecord
	out := &emulator.Outcome{InstanceID: "c-1"}
	engine := invoke.New(runner(func() *emulator.Outcome { return out }), func(r emulator.InvocationRecord) { book = append(book, r) })
	inv := &emulator.Invocation{RequestID: "1-a"}
	if got := engine.Do(context.Background(), inv, nil); got != out {
		t.Error("another outcome")
	}
	if len(book) != 1 || book[0].Invocation != inv || book[0].Outcome != out {
		t.Errorf("recorded %v", book)
	}
}

func TestEngineWithoutOutcome(t *testing.T) {
	engine := invoke.New(runner(func() *emulator.Outcome { return nil }), nil)
	if out := engine.Do(context.Background(), &emulator.Invocation{}, nil); out.Refused == nil || out.Refused.Status != 500 {
		t.Errorf("got %+v", out)
	}
}

func BenchmarkWarmHeaders(b *testing.B) {
	inv := &emulator.Invocation{RequestID: "1-a", Function: &emulator.Function{VersionID: "LATEST", Code: emulator.Code{Checksum: "2825179536350"}}}
	out := &emulator.Outcome{InstanceID: "c-1", Duration: 23 * time.Millisecond, MemoryMB: 66.61}
	request := headers("X-Fc-Invocation-Type", "Sync", "Content-Type", "application/json")
	answer := http.Header{}
	b.ReportAllocs()
	for b.Loop() {
		if _, refusal := invoke.ParseControl(request); refusal != nil {
			b.Fatal(refusal)
		}
		invoke.SetHeaders(answer, inv, out)
	}
}
