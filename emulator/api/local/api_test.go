package local_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/api/local"
)

// catalogue has one function with a trigger.
type catalogue struct{}

func (catalogue) Layer(_ context.Context, layer string, version int) (*emulator.LayerVersion, error) {
	if layer != "l" || version != 2 {
		return nil, emulator.LayerNotFound(layer)
	}
	return &emulator.LayerVersion{LayerName: "l", Version: 2, Code: emulator.Code{Digest: "d"}}, nil
}

func (catalogue) PublishLayer(context.Context, *emulator.LayerVersion, []byte) (*emulator.LayerVersion, error) {
	return nil, emulator.LayerNotFound("none")
}

func (catalogue) Resolve(_ context.Context, ref emulator.Reference) (*emulator.Function, error) {
	if ref.Function != "hello" {
		return nil, emulator.FunctionNotFound(ref.Name)
	}
	return &emulator.Function{FunctionName: "hello", Code: emulator.Code{Digest: "d", Size: 3}}, nil
}

func (catalogue) Trigger(_ context.Context, name emulator.Name, trigger string) (*emulator.Trigger, error) {
	if trigger != "tick" && trigger != "http" {
		return nil, emulator.TriggerNotFound(name, trigger)
	}
	return &emulator.Trigger{TriggerName: trigger, TriggerType: map[string]string{"tick": "timer", "http": "http"}[trigger], Qualifier: "LATEST"}, nil
}

// firer tells what it was asked to send.
type firer struct{ catalogue }

func (firer) Times(emulator.Name, string) (next, last time.Time) { return time.Unix(60, 0), last }

func (firer) Fire(_ context.Context, t *emulator.FunctionTrigger, event []byte) (*emulator.Task, error) {
	id := "sample"
	if event != nil {
		id = "given " + string(event)
	}
	return &emulator.Task{Key: emulator.TaskKey{Function: t.Function, ID: id}, RequestID: "r"}, nil
}

func (catalogue) Triggers(_ context.Context, _ *emulator.Name, _, from string, _ int) ([]emulator.FunctionTrigger, string, error) {
	kind := "http"
	if from != "" {
		kind = "timer"
	}
	trigger := &emulator.Trigger{TriggerName: "t" + from, TriggerType: kind, Qualifier: "LATEST", TriggerConfig: json.RawMessage(`{}`)}
	next := ""
	if from == "" {
		next = "2"
	}
	return []emulator.FunctionTrigger{{Function: emulator.Name{Function: "hello"}, Trigger: trigger}}, next, nil
}

// queue keeps tasks in memory; ended tells waiters.
type queue struct {
	mu    sync.Mutex
	tasks []*emulator.Task
	query emulator.TaskQuery
	ended chan struct{}
}

func (q *queue) Task(_ context.Context, key emulator.TaskKey) (*emulator.Task, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, task := range q.tasks {
		if task.Key == key {
			seen := *task
			return &seen, nil
		}
	}
	return nil, emulator.TaskNotFound(key)
}

func (q *queue) FindTasks(_ context.Context, id string) ([]*emulator.Task, error) {
	var found []*emulator.Task
	for _, task := range q.tasks {
		if task.Key.ID == id {
			found = append(found, task)
		}
	}
	return found, nil
}

func (q *queue) Tasks(_ context.Context, query emulator.TaskQuery) ([]*emulator.Task, error) {
	q.query = query
	return q.tasks[min(int(query.After), len(q.tasks)):min(int(query.After)+query.Limit, len(q.tasks))], nil
}

func (q *queue) Await(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error) {
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-q.ended:
		return q.Task(ctx, key)
	}
}

func (q *queue) Stop(_ context.Context, key emulator.TaskKey) error {
	return emulator.InvalidArgument("async task '%s' has ended", key.ID)
}

func (q *queue) Rerun(_ context.Context, key emulator.TaskKey) (*emulator.Task, error) {
	return &emulator.Task{Key: emulator.TaskKey{Function: key.Function, ID: "again"}, Status: emulator.TaskEnqueued}, nil
}

func (q *queue) RunNow(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error) {
	return q.Task(ctx, key)
}

func (q *queue) Reschedule(ctx context.Context, key emulator.TaskKey, delay time.Duration) (*emulator.Task, error) {
	task, err := q.Task(ctx, key)
	if err == nil {
		task.DueAt = time.UnixMilli(delay.Milliseconds())
	}
	return task, err
}

func (q *queue) StopAll(_ context.Context, query emulator.TaskQuery) (int, error) {
	q.query = query
	return 3, nil
}

func (q *queue) Explain(ctx context.Context, key emulator.TaskKey) (*emulator.Task, []emulator.TaskStep, error) {
	task, err := q.Task(ctx, key)
	return task, []emulator.TaskStep{{Time: time.UnixMilli(5), Text: "Accepted.", Rule: "It is kept.", Page: "Asynchronous invocations"}, {Text: "Runs."}}, err
}

func (q *queue) Progress(*emulator.Task) string { return "attempt 2/4, next in 37 s" }

// journal has two lines, and more when told.
type journal struct {
	query emulator.LogQuery
	more  chan emulator.LogLine
	left  chan struct{}
}

func (j *journal) Read(_ context.Context, query emulator.LogQuery) ([]emulator.LogLine, error) {
	j.query = query
	return []emulator.LogLine{{Sequence: 1, Text: "one"}, {Sequence: 2, Text: "two"}}, nil
}

func (j *journal) Follow(ctx context.Context, query emulator.LogQuery) iter.Seq2[emulator.LogLine, error] {
	j.query = query
	return func(yield func(emulator.LogLine, error) bool) {
		defer close(j.left)
		for {
			select {
			case <-ctx.Done():
				return
			case line := <-j.more:
				if !yield(line, nil) {
					return
				}
			}
		}
	}
}

type blobs struct{}

func (blobs) Read(emulator.Code) ([]byte, error) { return []byte("PK\x03"), nil }

type fixture struct {
	*httptest.Server
	queue   *queue
	journal *journal
	stopped chan struct{}
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{
		queue:   &queue{ended: make(chan struct{})},
		journal: &journal{more: make(chan emulator.LogLine), left: make(chan struct{})},
		stopped: make(chan struct{}),
	}
	for i, function := range []string{"hello", "other", "hello"} {
		f.queue.tasks = append(f.queue.tasks, &emulator.Task{
			Sequence: int64(i + 1), Key: emulator.TaskKey{Function: emulator.Name{Function: function}, ID: []string{"same", "same", "own"}[i]},
			Status: emulator.TaskRunning, Payload: []byte("p"), EnqueuedAt: time.UnixMilli(5), DueAt: time.UnixMilli(7),
		})
	}
	own := &local.API{
		Catalogue: catalogue{}, Queue: f.queue, Journal: f.journal, Blobs: blobs{}, Clock: drivenClock{}, Triggers: firer{},
		Endpoint: func() string { return "http://127.0.0.1:3236" },
		Health: func(context.Context) (local.Health, error) {
			return local.Health{Status: "ready", PID: 7, Functions: 2, Tasks: map[emulator.TaskStatus]int64{emulator.TaskRunning: 3}}, nil
		},
		Instances: func() []local.Instance { return nil },
		Stop:      func() { close(f.stopped) },
	}
	f.Server = httptest.NewServer(api.New(api.Options{IDs: emulator.NewIDs(), Clock: emulator.RealClock{}}, own.Routes()...))
	t.Cleanup(f.Close)
	return f
}

func (f *fixture) send(t *testing.T, method, path string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.URL+"/_fcemu"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := f.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func (f *fixture) want(t *testing.T, method, path string, status int, parts ...string) {
	t.Helper()
	got, body := f.send(t, method, path)
	if got != status {
		t.Fatalf("%s %s: got %d %s, want %d", method, path, got, body, status)
	}
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("%s %s: got %s, want %s in it", method, path, body, part)
		}
	}
}

func TestSmallOperations(t *testing.T) {
	f := newFixture(t)
	f.want(t, "GET", "/health", 200, `"status":"ready"`, `"pid":7`, `"tasks":{"Running":3}`)
	f.want(t, "GET", "/instances", 200, `{"instances":[]}`)
	f.want(t, "GET", "/triggers", 200, `"functionName":"hello","triggerName":"t"`, `"triggerName":"t2"`, `"url":"http://hello.localhost:3236/"`, `"nextTime":"1970-01-01T00:01:00Z","createdTime"`)
	f.want(t, "POST", "/functions/s$f/triggers/tick/fire", 202, `"functionName":"s/f"`, `"taskId":"sample"`, `"requestId":"r"`)
	for body, want := range map[string]string{`{"event":null}`: "sample", `{"event":""}`: "given ", `{"event":"AP8="}`: "given \\u0000\\ufffd", `{"event":"%"}`: "InvalidArgument"} {
		response, err := http.Post(f.URL+"/_fcemu/functions/f/triggers/tick/fire", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := io.ReadAll(response.Body); !strings.Contains(string(text), `"`+want+`"`) {
			t.Errorf("%s: %s", body, text)
		}
		_ = response.Body.Close()
	}
	f.want(t, "POST", "/functions/f/triggers/none/fire", 404, "TriggerNotFound")
	f.want(t, "POST", "/functions/f/triggers/http/fire", 400, "InvalidArgument", "send a request to http://f.localhost:3236/")
	f.want(t, "GET", "/functions/hello/code", 200, "PK\x03")
	f.want(t, "GET", "/functions/none/code", 404, "FunctionNotFound")
	f.want(t, "GET", "/layers/l/versions/2/code", 200, "PK\x03")
	f.want(t, "GET", "/layers/l/versions/3/code", 404, "LayerNotFound")
	f.want(t, "GET", "/layers/l/versions/x/code", 400, "InvalidArgument")
	f.want(t, "GET", "/nothing", 400, "PathNotSupported")
	f.want(t, "POST", "/stop", 202, `{"status":"stopping"}`)
	<-f.stopped
}

func TestTasks(t *testing.T) {
	f := newFixture(t)
	f.want(t, "GET", "/tasks", 200, `"taskId":"same","functionName":"hello"`, `"startedTime":5,"dueTime":7`, `"endTime":0`, `"events":[]`)
	if f.queue.query.TaskModeOnly || f.queue.query.Function != nil {
		t.Errorf("tasks of all modes and functions were wanted: %+v", f.queue.query)
	}
	if _, body := f.send(t, "GET", "/tasks"); strings.Contains(body, "taskPayload") {
		t.Error("the payload was not asked for")
	}
	f.want(t, "GET", "/tasks?limit=2&payload=true", 200, `"taskPayload":"p"`, `"nextToken":"Mg"`)
	f.want(t, "GET", "/tasks?limit=2&nextToken=Mg&function=s/f&status=Running,Failed&since=10m&until=1700000000000&order=asc&prefix=a", 200, `"taskId":"own"`)
	query := f.queue.query
	if *query.Function != (emulator.Name{Service: "s", Function: "f"}) || len(query.Statuses) != 2 || query.Begin.IsZero() ||
		query.End.UnixMilli() != 1700000000000 || !query.Ascending || query.Prefix != "a" {
		t.Errorf("got %+v", query)
	}
	for _, bad := range []string{"limit=1001", "status=x", "since=yesterday", "order=x", "payload=x", "nextToken=x"} {
		f.want(t, "GET", "/tasks?"+bad, 400, "InvalidArgument", strings.SplitN(bad, "=", 2)[0])
	}
	f.want(t, "GET", "/tasks/own", 200, `"taskPayload":"p"`)
	f.want(t, "GET", "/tasks/same", 409, "AmbiguousTaskId", "hello, other", "function=")
	f.want(t, "GET", "/tasks/same?function=other", 200, `"functionName":"other"`)
	f.want(t, "GET", "/tasks/none", 404, "AsyncTaskNotFound")
	f.want(t, "GET", "/tasks/own?wait=x", 400, "wait is set to an invalid value")
	f.want(t, "PUT", "/tasks/own/stop", 400, "has ended")
	f.want(t, "POST", "/tasks/own/rerun", 202, `"taskId":"again"`)
}

func TestChangesOfTasks(t *testing.T) {
	f := newFixture(t)
	f.want(t, "GET", "/tasks/own/explain", 200, `"taskId":"own"`, `"status":"Running","progress":"attempt 2/4, next in 37 s"`,
		`{"time":5,"text":"Accepted.","rule":"It is kept.","page":"Asynchronous invocations"},{"time":0,"text":"Runs."}`)
	f.want(t, "GET", "/tasks/none/explain", 404, "AsyncTaskNotFound")
	f.want(t, "PUT", "/tasks/own/run-now", 200, `"taskId":"own"`)
	f.want(t, "PUT", "/tasks/none/run-now", 404, "AsyncTaskNotFound")
	f.want(t, "PUT", "/tasks/own/reschedule?delay=200", 200, `"dueTime":200000`)
	for _, bad := range []string{"", "?delay=", "?delay=-1", "?delay=1.5", "?delay=10s", "?delay=99999999999"} {
		f.want(t, "PUT", "/tasks/own/reschedule"+bad, 400, "InvalidArgument", "delay is set to an invalid value")
	}
	f.want(t, "PUT", "/tasks/stop?function=s/f&status=Running", 200, `{"stopped":3}`)
	if query := f.queue.query; query.Function.Service != "s" || len(query.Statuses) != 1 {
		t.Errorf("got %+v", query)
	}
	f.want(t, "PUT", "/tasks/stop?status=Done", 400, "InvalidArgument")
}

func TestWaitForTask(t *testing.T) {
	f := newFixture(t)
	f.want(t, "GET", "/tasks/own?wait=20ms", 200, `"status":"Running"`) // the wait is over
	f.queue.mu.Lock()
	f.queue.tasks[2].Status = emulator.TaskSucceeded
	f.queue.mu.Unlock()
	close(f.queue.ended)
	f.want(t, "GET", "/tasks/own?wait=10m", 200, `"status":"Succeeded"`)
}

func TestLogs(t *testing.T) {
	f := newFixture(t)
	f.want(t, "GET", "/logs?function=s$f&requestId=r&taskId=t&grep=^o&tail=5&after=9&since=2026-11-20T00:00:00Z", 200, "\"message\":\"one\"}\n{", "\"message\":\"two\"}\n")
	query := f.journal.query
	if query.Function != "s/f" || query.RequestID != "r" || query.TaskID != "t" || query.Match.String() != "^o" || query.Tail != 5 || query.After != 9 || query.Since.IsZero() {
		t.Errorf("got %+v", query)
	}
	for _, bad := range []string{"grep=(", "tail=-1", "after=x", "since=x", "follow=x"} {
		f.want(t, "GET", "/logs?"+bad, 400, "InvalidArgument")
	}
}

// A follower gets each line when it is written, and leaves no reader behind.
func TestFollowLogs(t *testing.T) {
	f := newFixture(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	request, err := http.NewRequestWithContext(ctx, "GET", f.URL+"/_fcemu/logs?follow=true&after=4", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := f.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for sequence := int64(5); sequence < 8; sequence++ {
		f.journal.more <- emulator.LogLine{Sequence: sequence, Text: "x"}
		var line emulator.LogLine
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &line) != nil || line.Sequence != sequence {
			t.Fatalf("got %q", lines.Text())
		}
	}
	if f.journal.query.After != 4 {
		t.Errorf("got %+v", f.journal.query)
	}
	leave()
	select {
	case <-f.journal.left:
	case <-time.After(10 * time.Second):
		t.Error("the follower was not told that its client left")
	}
}
