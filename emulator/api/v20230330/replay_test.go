package v20230330_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// captured is one request of the real SDK.
type captured struct {
	Name, Method, Path, Query string
	Headers                   map[string]string
	Body                      json.RawMessage
}

func readCaptured(t *testing.T) []captured {
	t.Helper()
	text, err := os.ReadFile("testdata/requests.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Requests []captured }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Requests
}

// replay sends the request as the SDK did, to this server.
func (s *server) replay(t *testing.T, r captured) answer {
	t.Helper()
	body := string(r.Body)
	var text string
	if json.Unmarshal(r.Body, &text) == nil {
		body = text // an event, recorded as a string
	}
	request, err := http.NewRequestWithContext(t.Context(), r.Method, s.URL+r.Path+"?"+r.Query, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range r.Headers {
		if key != "host" && key != "content-length" {
			request.Header.Set(key, value)
		}
	}
	return s.do(t, request)
}

func TestRealClientsRequests(t *testing.T) {
	s := newServer(t)
	for _, r := range readCaptured(t) {
		got := s.replay(t, r)
		switch r.Name {
		case "CreateFunction":
			fn := got.json(t)
			if fn["functionArn"] != "acs:fc:cn-hangzhou:123456789:functions/f1" || fn["cpu"] != .05 || fn["codeSize"] != 12.0 || fn["lastUpdateStatus"] != "Successful" {
				t.Errorf("%s: %v", r.Name, fn)
			}
		case "ListFunctions":
			if list := got.json(t); len(list["functions"].([]any)) != 0 { // none has that tag
				t.Errorf("%s: %v", r.Name, list)
			}
		case "Invoke-sync":
			if got.status != 200 || got.body != `{"a":1}` || got.header.Get("X-Fc-Log-Result") != "bG9nCg==" {
				t.Errorf("%s: %+v", r.Name, got)
			}
		case "Invoke-async-task":
			if got.status != 202 || got.body != "" || got.header["Content-Type"] != nil || got.header.Get("x-fc-async-task-id") != "job-1" {
				t.Errorf("%s: %+v", r.Name, got)
			}
		case "Invoke-nobody":
			if got.status != 200 || got.body != "" {
				t.Errorf("%s: %+v", r.Name, got)
			}
		case "PutAsyncInvokeConfig":
			if config := got.json(t); config["asyncTask"] != true || config["maxAsyncRetryAttempts"] != 2.0 || config["maxAsyncEventAgeInSeconds"] != 3600.0 {
				t.Errorf("%s: %v", r.Name, config)
			}
		case "ListAsyncTasks": // its token was never ours
			got.wantError(t, 400, "InvalidArgument", "nextToken")
			r.Query = strings.Replace(r.Query, "nextToken=tok", "nextToken=", 1)
			if list := s.replay(t, r).json(t); len(list["tasks"].([]any)) != 1 {
				t.Errorf("%s: %v", r.Name, list)
			}
		case "StopAsyncTask":
			if got.status != 204 || got.header["Content-Type"] != nil {
				t.Errorf("%s: %+v", r.Name, got)
			}
		case "CreateTrigger":
			trigger := got.json(t)
			if trigger["triggerConfig"] != `{"authType":"anonymous","methods":["GET"]}` || trigger["httpTrigger"].(map[string]any)["urlInternet"] != "http://f1.localhost:3236/" {
				t.Errorf("%s: %v", r.Name, trigger)
			}
		case "DeleteFunction-204":
			got.wantError(t, 409, "FunctionNotEmpty", "function 'f1' has active triggers")
			s.send(t, "DELETE", functions+"/f1/triggers/t1", "")
			if got := s.replay(t, r); got.status != 204 || got.body != "" || got.header["Content-Type"] != nil {
				t.Errorf("%s: %+v", r.Name, got)
			}
		case "PublishFunctionVersion":
			if version := got.json(t); version["versionId"] != "1" || version["description"] != "v1" {
				t.Errorf("%s: %v", r.Name, version)
			}
		case "CreateAlias":
			got.wantError(t, 404, "VersionNotFound", "version '2' of function 'f1' does not exist")
			s.send(t, "POST", functions+"/f1/versions", "").json(t)
			alias := s.replay(t, r).json(t)
			if weight := alias["additionalVersionWeight"].(map[string]any); alias["versionId"] != "1" || weight["2"] != .2 {
				t.Errorf("%s: %v", r.Name, alias)
			}
		case "PutConcurrencyConfig":
			config := got.json(t)
			if config["reservedConcurrency"] != 10.0 || config["functionArn"] != "acs:fc:cn-hangzhou:123456789:functions/f1" {
				t.Errorf("%s: %v", r.Name, config)
			}
		case "TagResources":
			if got.status != 200 || got.body != "" || got.header["Content-Type"] != nil {
				t.Errorf("%s: %+v", r.Name, got)
			}
		case "ListTagResources":
			list := got.json(t)["TagResources"].([]any)
			want := map[string]any{"ResourceId": "acs:fc:cn-hangzhou:123456789:functions/f1", "ResourceType": "function", "TagKey": "k", "TagValue": "v"}
			if len(list) != 1 || fmt.Sprint(list[0]) != fmt.Sprint(want) {
				t.Errorf("%s: %v", r.Name, list)
			}
		case "UntagResources":
			if got.status != 204 || got.header["Content-Type"] != nil {
				t.Errorf("%s: %+v", r.Name, got)
			}
			if fn := s.send(t, "GET", functions+"/f1", "").json(t); fn["tags"] != nil {
				t.Errorf("%s: %v", r.Name, fn["tags"])
			}
		case "ListInstances":
			if list := got.json(t); len(list["instances"].([]any)) != 0 || list["requestId"] == "" {
				t.Errorf("%s: %v", r.Name, list)
			}
		case "GetLayerVersionByArn":
			got.wantError(t, 404, "LayerNotFound", "layer 'l1' does not exist")
			s.send(t, "POST", "/2023-03-30/layers/l1/versions", `{"code":{"zipFile":"UEs="},"compatibleRuntime":["python3.10"]}`).json(t)
			if layer := s.replay(t, r).json(t); layer["layerVersionArn"] != "acs:fc:cn-hangzhou:123456789:layers/l1/versions/1" || layer["acl"] != "0" {
				t.Errorf("%s: %v", r.Name, layer)
			}
		default:
			t.Errorf("%s: no expectation", r.Name)
		}
	}
	if len(s.faults.All()) > 0 {
		t.Errorf("faults: %v", s.faults.All())
	}
}
