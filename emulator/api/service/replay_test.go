package service_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// captured is one request of a real SDK.
type captured struct {
	Name, Method, Path, Query string
	Headers                   map[string]string
	Body                      json.RawMessage
}

func readFile(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func readRequests(t *testing.T, name string) []captured {
	t.Helper()
	var file struct{ Requests []captured }
	readFile(t, name, &file)
	return file.Requests
}

// replay sends the request as the SDK did, to this server.
func (s *server) replay(t *testing.T, r captured) answer {
	t.Helper()
	body := string(r.Body)
	var text string
	if json.Unmarshal(r.Body, &text) == nil {
		body = text // an event, or JSON as the SDK wrote it
	}
	var header []string
	for key, value := range r.Headers {
		if key != "host" && key != "content-length" && key != "transfer-encoding" {
			header = append(header, key+": "+value)
		}
	}
	return s.send(t, r.Method, r.Path+"?"+r.Query, body, header...)
}

// prepare makes what the captured requests take for granted: versions 1 and 2, alias prod.
func (s *server) prepare(t *testing.T) {
	t.Helper()
	s.send(t, "POST", "/2016-08-15/services/svc1/versions", "").want(t, `{"versionId":"1"}`)
	s.send(t, "PUT", "/2016-08-15/services/svc1", `{"description":"for version 2"}`).json(t)
	s.send(t, "POST", "/2016-08-15/services/svc1/versions", "").want(t, `{"versionId":"2"}`)
	s.send(t, "POST", "/2016-08-15/services/svc1/aliases", `{"aliasName":"prod","versionId":"1"}`).json(t)
}

func TestRequestsOfGo2016(t *testing.T) {
	s := newServer(t)
	check := map[string]func(r captured, got answer){
		"CreateService": func(_ captured, got answer) {
			got.want(t, `{"serviceName":"svc1","description":"d","internetAccess":true,"role":"",
				"logConfig":{"project":"","logstore":"","enableRequestMetrics":false,"enableInstanceMetrics":false,"logBeginRule":"None"}}`)
			if got.header.Get("Etag") == "" {
				t.Errorf("no ETag: %v", got.header)
			}
		},
		"UpdateService-ifmatch": func(r captured, got answer) {
			got.wantError(t, 412, "PreconditionFailed", "the resource being modified has been changed")
			r.Headers["if-match"] = s.send(t, "GET", r.Path, "").header.Get("Etag")
			s.replay(t, r).want(t, `{"description":"d2"}`)
		},
		"ListServices": func(r captured, got answer) {
			got.want(t, `{"services":[]}`)
			s.send(t, "POST", "/2016-08-15/tag", `{"resourceArn":"acs:fc:cn-hangzhou:1:services/svc1","tags":{"k1":"v1"}}`).wantRequestID(t)
			r.Query = strings.Replace(r.Query, "nextToken=t&", "", 1)
			if list := s.replay(t, r).json(t); names(t, list["services"], "serviceName") != "svc1" {
				t.Errorf("got %v", list)
			}
		},
		"CreateFunction": func(_ captured, got answer) {
			got.want(t, `{"functionName":"f1","runtime":"python3","handler":"index.handler","memorySize":128,"timeout":3,"codeSize":12,
				"environmentVariables":{"K":"V"},"initializer":"","instanceConcurrency":1}`)
			s.prepare(t)
		},
		"InvokeFunction-sync-tail": func(_ captured, got answer) {
			if got.status != 200 || got.body != `{"a":1}` || got.header.Get("X-Fc-Log-Result") != "bG9nCg==" ||
				got.header.Get("X-Fc-Invocation-Service-Version") != "1" || got.header.Get("X-Fc-Invocation-Duration") != "23" ||
				got.header.Get("X-Fc-Max-Memory-Usage") != "66.61" || got.header.Get("Content-Type") != "application/octet-stream" {
				t.Errorf("got %+v", got)
			}
		},
		"InvokeFunction-empty": func(_ captured, got answer) {
			if got.status != 200 || got.body != "" || got.header.Get("X-Fc-Invocation-Service-Version") != "LATEST" {
				t.Errorf("got %+v", got)
			}
		},
		"InvokeFunction-async-stateful": func(r captured, got answer) {
			got.wantEmpty(t, 202) // task mode is off: an id is of no use
			s.send(t, "PUT", "/2016-08-15/services/svc1/functions/f1/async-invoke-config", `{"statefulInvocation":true}`).json(t)
			got = s.replay(t, r)
			got.wantEmpty(t, 202)
			if got.header.Get("X-Fc-Stateful-Async-Invocation-Id") != "job-1" {
				t.Errorf("got %v", got.header)
			}
			s.replay(t, r).wantError(t, 409, "StatefulAsyncInvocationAlreadyExists", "job-1")
		},
		"PutAsyncConfig": func(_ captured, got answer) {
			got.want(t, `{"service":"svc1","function":"f1","qualifier":"LATEST","statefulInvocation":true,"maxAsyncRetryAttempts":2,
				"maxAsyncEventAgeInSeconds":3600,"destinationConfig":{"onFailure":{"destination":"acs:fc:cn-hangzhou:123456789:services/svc1/functions/f2"}}}`)
		},
		"ListStateful": func(r captured, got answer) {
			got.wantError(t, 400, "InvalidArgument", "nextToken") // that token was never ours
			r.Query = "includePayload=true&invocationIdPrefix=job-&limit=5&sortOrderByTime=desc&startedTimeBegin=1640966400000&status=Enqueued"
			list := s.replay(t, r).json(t)
			if names(t, list["invocations"], "invocationId") != "job-1" || names(t, list["invocations"], "invocationPayload") != "x" {
				t.Errorf("got %v", list)
			}
			r.Query = "startedTimeEnd=1640966500000"
			s.replay(t, r).want(t, `{"invocations":null}`)
		},
		"GetStateful": func(r captured, got answer) { // the qualifier need not be that of the task
			got.want(t, `{"invocationId":"job-1","serviceName":"svc1","functionName":"f1","qualifier":"LATEST","status":"Enqueued","endTime":0}`)
			r.Path += "x"
			s.replay(t, r).wantError(t, 404, "StatefulAsyncInvocationNotFound", "job-1x")
		},
		"StopStateful": func(r captured, got answer) {
			got.wantEmpty(t, 200)
			s.replay(t, r).wantError(t, 400, "InvalidArgument", "Stopped")
		},
		"CreateTrigger-http": func(_ captured, got answer) {
			got.want(t, `{"triggerName":"t1","triggerType":"http","triggerConfig":{"authType":"anonymous","methods":["GET","POST"]},"qualifier":"LATEST"}`)
		},
		"PublishVersion": func(_ captured, got answer) {
			got.want(t, `{"versionId":"3","description":"v"}`)
		},
		"CreateAlias": func(r captured, got answer) {
			got.wantError(t, 409, "AliasAlreadyExists", "prod")
			s.send(t, "DELETE", r.Path+"/prod", "").wantEmpty(t, 204)
			s.replay(t, r).want(t, `{"aliasName":"prod","versionId":"1","additionalVersionWeight":{"2":0.05}}`)
		},
		"PutProvision":  func(_ captured, got answer) { got.want(t, `{"resource":"123456789#svc1#prod#f1","target":2}`) },
		"TagResource":   func(_ captured, got answer) { got.wantRequestID(t) },
		"UntagResource": func(_ captured, got answer) { got.wantRequestID(t) },
		"GetTags": func(_ captured, got answer) {
			got.want(t, `{"resourceArn":"acs:fc:cn-hangzhou:123456789:services/svc1","tags":{"k1":"v1"}}`)
		},
		"PublishLayer": func(_ captured, got answer) {
			got.want(t, `{"layerName":"l1","version":1,"description":"d","compatibleRuntime":["python3"],"acl":0,"codeSize":2,
				"code":{"repositoryType":"OSS","location":"http://127.0.0.1:3236/_fcemu/layers/l1/versions/1/code"}}`)
		},
		"DoHttpRequest": func(captured, answer) {}, // the gateway's
	}
	for _, r := range readRequests(t, "fc-2016-08-15-go.json") {
		checked, ok := check[r.Name]
		if !ok {
			t.Fatalf("%s is not checked", r.Name)
		}
		t.Log(r.Name)
		checked(r, s.replay(t, r))
	}
}

func TestRequestsOfGo2021(t *testing.T) {
	s := newServer(t)
	check := map[string]func(r captured, got answer){
		"CreateService": func(_ captured, got answer) { got.want(t, `{"serviceName":"svc1","description":"d"}`) },
		"CreateFunction": func(_ captured, got answer) {
			got.want(t, `{"functionName":"f1","handler":"index.handler","runtime":"python3","codeSize":2}`)
			s.prepare(t)
		},
		"ListServices": func(_ captured, got answer) {
			if list := got.json(t); names(t, list["services"], "serviceName") != "svc1" || list["nextToken"] != nil {
				t.Errorf("got %v", list)
			}
		},
		"Invoke": func(r captured, got answer) {
			got.wantEmpty(t, 202)
			if got.header["X-Fc-Stateful-Async-Invocation-Id"] != nil {
				t.Errorf("task mode is off: %v", got.header)
			}
			r.Headers["x-fc-stateful-async-invocation-enable"] = "true"
			if got := s.replay(t, r); got.status != 202 || got.header.Get("X-Fc-Stateful-Async-Invocation-Id") != "job-1" {
				t.Errorf("got %+v", got)
			}
		},
		"PutAsync": func(_ captured, got answer) {
			got.want(t, `{"qualifier":"LATEST","statefulInvocation":true,"maxAsyncRetryAttempts":2,"maxAsyncEventAgeInSeconds":null,"destinationConfig":null}`)
		},
		"ListStateful": func(r captured, got answer) {
			got.want(t, `{"invocations":null}`)
			r.Query = strings.Replace(r.Query, "Running", "Enqueued", 1)
			list := s.replay(t, r).json(t)
			if names(t, list["invocations"], "invocationId") != "job-1" || names(t, list["invocations"], "qualifier") != "prod" {
				t.Errorf("got %v", list)
			}
		},
		"Stop": func(_ captured, got answer) { got.wantEmpty(t, 200) },
		"Untag": func(r captured, got answer) {
			got.wantError(t, 404, "ServiceNotFound", "service 's' does not exist")
			r.Body = json.RawMessage(strings.Replace(string(r.Body), "services/s", "services/svc1", 1))
			s.replay(t, r).wantRequestID(t)
		},
		"GetLayerVersion": func(r captured, got answer) {
			got.wantError(t, 404, "LayerNotFound", "l1")
			s.send(t, "POST", "/2021-04-06/layers/l1/versions", `{"Code":{"zipFile":"UEs="},"compatibleRuntime":["python3"]}`).json(t)
			s.replay(t, r).want(t, `{"layerName":"l1","version":1,"arnV2":"acs:fc:cn-hangzhou:123456789:layers/l1/versions/1"}`)
		},
		"InvokeHTTPTrigger": func(captured, answer) {}, // the gateway's
	}
	for _, r := range readRequests(t, "fc-2021-04-06-go.json") {
		checked, ok := check[r.Name]
		if !ok {
			t.Fatalf("%s is not checked", r.Name)
		}
		t.Log(r.Name)
		checked(r, s.replay(t, r))
	}
}

func TestRequestsOfNode2016(t *testing.T) {
	var file struct{ Clients map[string][]captured }
	readFile(t, "node-clients.json", &file)
	requests := file.Clients["@alicloud/fc2 2.6.6 (2016-08-15)"]
	if len(requests) == 0 {
		t.Fatal("no requests")
	}
	s := newServer(t)
	for _, r := range requests {
		t.Log(r.Name)
		got := s.replay(t, r)
		switch r.Name {
		case "createService":
			got.want(t, `{"serviceName":"svc1"}`)
			s.send(t, "POST", "/2016-08-15/services/svc1/functions", `{"functionName":"f1","runtime":"nodejs16","handler":"index.handler",`+zip+`}`).json(t)
			s.prepare(t)
		case "listServices":
			got.want(t, `{"services":[]}`)
		case "invoke", "invoke-fnerr200":
			if got.status != 200 || got.header.Get("Content-Type") != "application/octet-stream" {
				t.Errorf("got %+v", got)
			}
		case "invoke-async":
			got.wantEmpty(t, 202)
		case "putAsync":
			got.want(t, `{"maxAsyncRetryAttempts":2,"statefulInvocation":true}`)
		case "untag":
			got.wantError(t, 404, "ServiceNotFound", "'s'")
		case "publishVersion":
			got.want(t, `{"description":"desc"}`)
		case "proxy", "withoutCodeLimit": // of the gateway, of the buckets
		default:
			t.Errorf("%s is not checked", r.Name)
		}
	}
}
