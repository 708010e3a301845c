package metrics_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/metrics"
)

func TestRequestLine(t *testing.T) {
	began := time.UnixMilli(1_700_000_000_000)
	fn := &emulator.Function{Service: "svc", FunctionName: "hello", VersionID: "3", MemorySize: 512}
	inv := &emulator.Invocation{RequestID: "1-x", Function: fn, Qualifier: "prod"}
	ran := &emulator.Outcome{InstanceID: "c-1", Started: began.Add(20 * time.Millisecond), Duration: 1500 * time.Microsecond, MemoryMB: 12.345, ColdStart: true}
	failed := &emulator.Outcome{InstanceID: "c-1", Started: began, ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseTimeout}
	task := &emulator.Invocation{RequestID: "1-x", Function: fn, Qualifier: "prod", Async: true, RetryCount: 2, TaskID: "t-1"}
	for name, c := range map[string]struct {
		record emulator.RequestRecord
		want   map[string]any
		absent []string
	}{
		"an HTTP request": {emulator.RequestRecord{Operation: emulator.OperationHTTP, RequestID: "1-x", Invocation: inv, Outcome: ran, Method: "GET", URI: "/a?\"\x1b\xffé", ClientIP: "::1", Status: 200, Began: began, Took: 23 * time.Millisecond},
			map[string]any{"operation": "InvokeHTTPTrigger", "requestId": "1-x", "functionName": "svc/hello", "qualifier": "prod", "versionId": "3", "memoryMB": 512.0, "resourceMode": "OnDemand",
				"invocationType": "Sync", "method": "GET", "requestURI": "/a?\"\x1b\uFFFDé", "clientIP": "::1", "statusCode": 200.0, "instanceID": "c-1", "isColdStart": true, "instanceEvent": "ColdStart",
				"invokeFunctionStartTimestamp": 1.7e12, "invokeFunctionLatencyMs": 23.0, "invocationStartTimestamp": 1.7e12 + 20, "durationMs": 1.5, "scheduleLatencyMs": 20.0,
				"coldStartLatencyMs": 20.0, "memoryUsageMB": 12.35, "hasFunctionError": false}, []string{"errorType", "retryCount", "asyncMode"}},
		"a time-out": {emulator.RequestRecord{Operation: emulator.OperationInvoke, Invocation: inv, Outcome: failed, Began: began},
			map[string]any{"errorType": "FunctionTimeoutError", "hasFunctionError": true, "isColdStart": false}, []string{"instanceEvent", "statusCode", "requestURI"}},
		"a refusal": {emulator.RequestRecord{Operation: emulator.OperationHTTP, Function: fn.Name(), Status: 429, Method: "GET", URI: "/", Outcome: &emulator.Outcome{Refused: emulator.ResourceThrottled()}, Began: began},
			map[string]any{"errorCode": "ResourceThrottled", "functionName": "svc/hello", "statusCode": 429.0, "hasFunctionError": false}, []string{"durationMs", "isColdStart"}},
		"an attempt": {emulator.RequestRecord{Operation: emulator.OperationAttempt, Invocation: task, Outcome: ran, Began: began},
			map[string]any{"operation": "AsyncAttempt", "invocationType": "Async", "asyncMode": "Stateful", "retryCount": 2.0}, []string{"method", "statusCode"}},
	} {
		var line emulator.LogLine
		metrics.NewRequestLog(func(l emulator.LogLine) { line = l }).Observe(&c.record)
		var got map[string]any
		if err := json.Unmarshal([]byte(line.Text), &got); err != nil {
			t.Errorf("%s: %v\n%s", name, err, line.Text)
			continue
		}
		for key, want := range c.want {
			if got[key] != want {
				t.Errorf("%s: %s is %v, want %v", name, key, got[key], want)
			}
		}
		for _, key := range c.absent {
			if _, there := got[key]; there {
				t.Errorf("%s: %s is %v", name, key, got[key])
			}
		}
		if line.Function != "svc/hello" || !line.Time.Equal(began) {
			t.Errorf("%s: %+v", name, line)
		}
	}
}

func BenchmarkRequestLine(b *testing.B) {
	inv := &emulator.Invocation{Function: &emulator.Function{FunctionName: "hello", VersionID: "LATEST"}}
	record := &emulator.RequestRecord{Invocation: inv, Outcome: &emulator.Outcome{Started: time.Now()}, Method: "GET", URI: "/a", Began: time.Now()}
	log := metrics.NewRequestLog(func(emulator.LogLine) {})
	b.ReportAllocs()
	for b.Loop() {
		log.Observe(record)
	}
}
