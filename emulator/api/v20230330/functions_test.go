package v20230330_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestFunctionLife(t *testing.T) {
	s := newServer(t)
	given := `{"FunctionName":"hello","RUNTIME":"custom","handler":null,"timeout":null,"cpu":null,"code":{"zipFile":"UEs=","checksum":null},
		"environmentVariables":{"A":"<&>"},"layers":["acs:fc:cn-hangzhou:1:layers/l/versions/1"],"tags":[{"key":"k","value":"v"}],
		"vpcConfig":{"vpcId":"v-1"},"nasConfig":null,"customRuntimeConfig":{"command":["./run"],"port":8080},"unknownField":{"x":[1]}}`
	fn := s.send(t, "POST", functions, given).json(t)
	want := map[string]any{"functionName": "hello", "timeout": 3.0, "memorySize": 512.0, "cpu": .35, "state": "Active", "internetAccess": true}
	for key, value := range want {
		if fn[key] != value {
			t.Errorf("%s: got %v, want %v", key, fn[key], value)
		}
	}
	for key, text := range map[string]string{
		"environmentVariables": `{"A":"<&>"}`,
		"layers":               `[{"arn":"acs:fc:cn-hangzhou:1:layers/l/versions/1","size":0}]`,
		"tags":                 `[{"Key":"k","Value":"v"}]`,
		"vpcConfig":            `{"vpcId":"v-1"}`,
		"customRuntimeConfig":  `{"command":["./run"],"port":8080}`,
	} {
		var want any
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(fn[key]); got != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %v", key, got, want)
		}
	}
	if _, there := fn["nasConfig"]; there {
		t.Error("null came back as a value")
	}
	s.send(t, "POST", functions, given).wantError(t, 409, "FunctionAlreadyExists", "function 'hello' already exists")

	updated := s.send(t, "PUT", functions+"/hello", `{"timeout":60,"environmentVariables":{},"layers":null,"code":{"zipFile":null,"ossBucketName":null},"nasConfig":{"userId":1}}`).json(t)
	if updated["timeout"] != 60.0 || updated["environmentVariables"] != nil || updated["layers"] == nil ||
		updated["vpcConfig"] == nil || updated["nasConfig"] == nil || updated["codeChecksum"] != fn["codeChecksum"] || updated["tags"] == nil {
		t.Errorf("got %v", updated)
	}
	read := s.send(t, "GET", functions+"/hello?qualifier=LATEST", "").json(t)
	if fmt.Sprint(read) != fmt.Sprint(updated) {
		t.Errorf("got %v, want %v", read, updated)
	}
	code := s.send(t, "GET", functions+"/hello/code", "").json(t)
	if code["url"] != "http://127.0.0.1:3236/_fcemu/functions/hello/code" || code["checksum"] != fn["codeChecksum"] {
		t.Errorf("got %v", code)
	}
	if got := s.send(t, "DELETE", functions+"/hello", ""); got.status != 204 || got.body != "" {
		t.Errorf("got %+v", got)
	}
	s.send(t, "GET", functions+"/hello", "").wantError(t, 404, "FunctionNotFound", "function 'hello' does not exist")
}

func TestFunctionOfAService(t *testing.T) {
	s := newServer(t)
	fn := s.send(t, "POST", functions, `{"functionName":"svc$fn","runtime":"python3","handler":"a.b","code":{"zipFile":"UEs="}}`).json(t)
	if fn["functionName"] != "svc$fn" || fn["functionArn"] != "acs:fc:cn-hangzhou:123456789:services/svc.LATEST/functions/fn" {
		t.Errorf("got %v", fn)
	}
	for _, path := range []string{"/svc$fn", "/svc%24fn", "/svc%2Ffn"} {
		s.send(t, "GET", functions+path, "").json(t)
	}
	s.send(t, "GET", functions+"/svc$other", "").wantError(t, 404, "FunctionNotFound", "function 'other' does not exist in service 'svc'")
	trigger := s.send(t, "POST", functions+"/svc$fn/triggers", `{"triggerName":"t","triggerType":"http","triggerConfig":{"authType":"anonymous"}}`).json(t)
	if got := trigger["httpTrigger"].(map[string]any)["urlInternet"]; got != "http://127.0.0.1:3236/2016-08-15/proxy/svc/fn/" {
		t.Errorf("got %v", got)
	}
}

func TestListFunctions(t *testing.T) {
	s := newServer(t)
	if got := s.send(t, "GET", functions, ""); got.body != `{"functions":[]}` {
		t.Errorf("an empty list: %s", got.body)
	}
	for i := range 7 {
		runtime, handler := "python3", "a.b"
		if i%3 == 0 {
			runtime, handler = "go1", "main"
		}
		s.send(t, "POST", functions, fmt.Sprintf(`{"functionName":"f%d","runtime":"%s","handler":"%s","code":{"zipFile":"UEs="}}`, i, runtime, handler)).json(t)
	}
	names := func(query string) string {
		var names []string
		for token := ""; ; {
			page := s.send(t, "GET", functions+"?"+query+"&nextToken="+token, "").json(t)
			for _, fn := range page["functions"].([]any) {
				names = append(names, fn.(map[string]any)["functionName"].(string))
			}
			next, more := page["nextToken"].(string)
			if !more {
				return strings.Join(names, " ")
			}
			token = next
		}
	}
	for query, want := range map[string]string{
		"limit=2":                             "f0 f1 f2 f3 f4 f5 f6",
		"limit=3&prefix=f":                    "f0 f1 f2 f3 f4 f5 f6",
		"prefix=f3":                           "f3",
		"prefix=g":                            "",
		"limit=2&runtime=go1":                 "f0 f3 f6",
		"fcVersion=v2":                        "",
		"fcVersion=v3&limit=100&description=": "f0 f1 f2 f3 f4 f5 f6",
	} {
		if got := names(query); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	for _, bad := range []string{"limit=0", "limit=101", "limit=x", "limit=-1", "nextToken=***", "fcVersion=v1", "tags={"} {
		s.send(t, "GET", functions+"?"+bad, "").wantError(t, 400, "InvalidArgument", strings.SplitN(bad, "=", 2)[0]+" is set to an invalid value")
	}
}

func TestBadBodies(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	for body, message := range map[string]string{
		``:                                   "FunctionName is not specified",
		`{}`:                                 "FunctionName is not specified",
		`null`:                               "FunctionName is not specified",
		`{`:                                  "not valid JSON",
		`{"functionName":"x"} trailer`:       "not valid JSON",
		`[]`:                                 "not a JSON object",
		`"x"`:                                "not a JSON object",
		`{"functionName":5}`:                 "functionName is set to an invalid value",
		`{"functionName":"x","timeout":"3"}`: "timeout is set to an invalid value (expected: int",
		`{"functionName":"x","timeout":1.5}`: "timeout is set to an invalid value",
		`{"functionName":"x","timeout":99999999999999999999}`:                "timeout is set to an invalid value",
		`{"functionName":"x","code":{"zipFile":"***"}}`:                      "the request body is not valid",
		`{"functionName":"x","code":{"ossBucketName":"b"}}`:                  "code in OSS is not emulated here",
		`{"functionName":"x","runtime":"go1","handler":"main"}`:              "Code is not specified",
		strings.Repeat(`{"a":`, 10000) + `1` + strings.Repeat(`}`, 10000):    "nested more than",
		`{"functionName":"x","vpcConfig":` + strings.Repeat(`[`, 1000) + `}`: "nested more than",
	} {
		s.send(t, "POST", functions, body).wantError(t, 400, "InvalidArgument", message)
	}
	s.send(t, "PUT", functions+"/hello", "{").wantError(t, 400, "InvalidArgument", "not valid JSON")
	s.send(t, "POST", functions+"/hello/triggers", "{").wantError(t, 400, "InvalidArgument", "not valid JSON")
	s.send(t, "POST", functions+"/hello/triggers", `{"triggerName":"t","triggerType":"http","triggerConfig":"{"}`).wantError(t, 400, "InvalidArgument", "TriggerConfig")
	s.send(t, "PUT", functions+"/hello/async-invoke-config", `{"maxAsyncRetryAttempts":"2"}`).wantError(t, 400, "InvalidArgument", "maxAsyncRetryAttempts")
	s.send(t, "POST", functions+"/hello/triggers", `{"x":"`+strings.Repeat("x", 2<<20)+`"}`).wantError(t, 400, "EntityTooLarge", "payload size exceeds maximum allowed size (1048576 bytes)")
}

func TestErrorsOfEveryShape(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	s.send(t, "GET", "/", "").wantError(t, 400, "PathNotSupported", "'/' against 'GET' is not supported")
	s.send(t, "PATCH", functions, "").wantError(t, 400, "PathNotSupported", "against 'PATCH'")
	for _, path := range []string{functions + "/", "/2023-03-30//functions", "/2023-03-30/../functions", "/2024-01-01/functions", functions + "/hello/nothing", "/2023-03-30/./functions"} {
		s.send(t, "GET", path, "").wantError(t, 400, "PathNotSupported", "is not supported")
	}
	s.send(t, "GET", functions+"/hello?qualifier=3", "").wantError(t, 404, "VersionNotFound", "version '3' of function 'hello' does not exist")
	s.send(t, "GET", functions+"/hello?qualifier=prod", "").wantError(t, 404, "AliasNotFound", "alias 'prod' of function 'hello' does not exist")
	s.send(t, "GET", functions+"/hello/triggers/t", "").wantError(t, 404, "TriggerNotFound", "trigger 't'")
	s.send(t, "GET", functions+"/hello/async-invoke-config", "").wantError(t, 404, "AsyncConfigNotExists", "")
	s.send(t, "GET", functions+"/hello/async-tasks/t", "").wantError(t, 404, "AsyncTaskNotFound", "")
	s.send(t, "GET", functions+"/no/async-tasks/t", "").wantError(t, 404, "FunctionNotFound", "")
	if got := s.send(t, "HEAD", functions+"/hello", ""); got.status != http.StatusOK || got.body != "" {
		t.Errorf("HEAD: %+v", got)
	}
	s.send(t, "GET", "/panic", "").wantError(t, 500, "InternalServerError", "an internal error has occurred")
	s.Close()
	if len(s.faults.All()) != 1 || !strings.Contains(s.faults.All()[0].Error(), "boom") {
		t.Errorf("the panic was not reported: %v", s.faults.All())
	}
}

func TestTriggersAndConfigs(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	path := functions + "/hello/triggers"
	s.send(t, "POST", path, `{"triggerName":"tick","triggerType":"timer","triggerConfig":"{\"cronExpression\":\"@every 1m\",\"enable\":true}"}`).json(t)
	for method, to := range map[string]string{"POST": path, "PUT": path + "/tick"} {
		got := s.send(t, method, to, `{"triggerName":"bad","triggerType":"timer","triggerConfig":"{\"cronExpression\":\"@every 5 minutes\"}"}`)
		if text := got.body; got.status != 400 || !strings.Contains(text, `"Code":"InvalidArgument"`) || !strings.Contains(text, "'@every 5 minutes' is no whole number") {
			t.Errorf("%s: got %d %s", method, got.status, text)
		}
	}
	web := s.send(t, "POST", path, `{"triggerName":"web","triggerType":"http","triggerConfig":null,"qualifier":null}`).json(t)
	if web["triggerConfig"] != `{"authType":"function"}` || web["qualifier"] != "LATEST" {
		t.Errorf("got %v", web)
	}
	web = s.send(t, "PUT", path+"/web", `{"description":"d","triggerConfig":"{\"authType\":\"anonymous\"}"}`).json(t)
	if web["description"] != "d" || web["triggerConfig"] != `{"authType":"anonymous"}` || web["triggerType"] != "http" {
		t.Errorf("got %v", web)
	}
	first := s.send(t, "GET", path+"?limit=1", "").json(t)
	second := s.send(t, "GET", path+"?limit=1&nextToken="+first["nextToken"].(string), "").json(t)
	if first["triggers"].([]any)[0].(map[string]any)["triggerName"] != "tick" || second["triggers"].([]any)[0].(map[string]any)["triggerName"] != "web" || second["nextToken"] != nil {
		t.Errorf("got %v, %v", first, second)
	}
	s.send(t, "PUT", functions+"/hello/async-invoke-config", `{"maxAsyncRetryAttempts":0,"asyncTask":null}`).json(t)
	list := s.send(t, "GET", "/2023-03-30/async-invoke-configs?functionName=hello", "").json(t)
	config := list["configs"].([]any)[0].(map[string]any)
	if config["functionArn"] != "acs:fc:cn-hangzhou:123456789:functions/hello/LATEST" || config["maxAsyncRetryAttempts"] != 0.0 || config["asyncTask"] != nil {
		t.Errorf("got %v", config)
	}
	if got := s.send(t, "DELETE", functions+"/hello/async-invoke-config", ""); got.status != 204 {
		t.Errorf("got %+v", got)
	}
}
