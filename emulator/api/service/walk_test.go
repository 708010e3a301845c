package service_test

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const first, second, third = "/2016-08-15", "/2021-04-06", "/2023-03-30"

func TestServices(t *testing.T) {
	s := newServer(t)
	s.send(t, "POST", first+"/services/none/functions", `{"functionName":"f","runtime":"python3","handler":"a.b",`+zip+`}`).wantError(t, 404, "ServiceNotFound", "service 'none' does not exist")
	s.send(t, "GET", first+"/services/none", "").wantError(t, 404, "ServiceNotFound", "service 'none' does not exist")
	s.send(t, "POST", first+"/services", `{"serviceName":"1st"}`).wantError(t, 400, "InvalidArgument", "ServiceName")
	for _, name := range []string{"a", "ab", "b"} {
		s.send(t, "POST", first+"/services", `{"serviceName":"`+name+`"}`).json(t)
	}
	s.send(t, "POST", second+"/services", `{"serviceName":"a"}`).wantError(t, 409, "ServiceAlreadyExists", "'a'")
	page := s.send(t, "GET", first+"/services?limit=1&prefix=a", "").want(t, `{"nextToken":"ab"}`)
	if names(t, page["services"], "serviceName") != "a" {
		t.Errorf("got %v", page)
	}
	rest := s.send(t, "GET", second+"/services?startKey=ab", "").json(t)
	if names(t, rest["services"], "serviceName") != "ab b" || rest["nextToken"] != nil {
		t.Errorf("got %v", rest)
	}
	s.send(t, "GET", first+"/services?limit=101", "").wantError(t, 400, "InvalidArgument", "limit")
	s.send(t, "PUT", first+"/services/a", `{"LogConfig":{"project":"p","logstore":"l"},"role":"r","internetAccess":false,"vpcConfig":{"vpcId":"v"}}`).
		want(t, `{"role":"r","internetAccess":false,"vpcConfig":{"vpcId":"v"},"logConfig":{"project":"p","logstore":"l","enableRequestMetrics":false,"enableInstanceMetrics":false,"logBeginRule":"None"}}`)
	got := s.send(t, "PUT", second+"/services/a", `{"description":"d","vpcConfig":null,"role":null}`)
	got.want(t, `{"description":"d","role":"r","internetAccess":false,"vpcConfig":{"vpcId":"v"}}`)
	s.send(t, "DELETE", first+"/services/a", "", "If-Match: other").wantError(t, 412, "PreconditionFailed", "the resource being modified has been changed")
	s.send(t, "DELETE", first+"/services/a", "", "If-Match: "+got.header.Get("Etag")).wantEmpty(t, 204)
	s.send(t, "DELETE", first+"/services/a", "").wantError(t, 404, "ServiceNotFound", "'a'")
}

func TestFunctions(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	const f1 = first + "/services/svc1/functions/f1"
	s.send(t, "GET", f1, "").want(t, `{"timeout":3,"memorySize":128,"initializer":"","layers":null,"environmentVariables":{}}`)
	s.send(t, "GET", f1+"x", "").wantError(t, 404, "FunctionNotFound", "function 'f1x' does not exist in service 'svc1'")
	s.send(t, "PUT", f1, `{"memorySize":256}`).json(t)
	got := s.send(t, "PUT", f1, `{"initializer":"index.init","initializationTimeout":10,"environmentVariables":{"A":"1"},"memorySize":null,"code":{"zipFile":null,"ossBucketName":null}}`)
	got.want(t, `{"initializer":"index.init","initializationTimeout":10,"environmentVariables":{"A":"1"},"memorySize":256,"codeSize":2}`)
	s.send(t, "PUT", f1, `{"timeout":5}`, "If-Match: x").wantError(t, 412, "PreconditionFailed", "")
	s.send(t, "PUT", f1, `{"timeout":5,"environmentVariables":{}}`, "If-Match: "+got.header.Get("Etag")).want(t, `{"timeout":5,"environmentVariables":{}}`)
	s.send(t, "PUT", f1, `{"initializer":""}`).want(t, `{"initializer":""}`)
	s.send(t, "PUT", f1, `{"code":{"ossBucketName":"b","ossObjectName":"dir/o.zip"}}`).want(t, `{"codeSize":13}`)
	s.send(t, "PUT", strings.Replace(f1, first, second, 1), `{`+zip+`}`, "X-Fc-Code-Checksum: 1").wantError(t, 400, "InvalidArgument", "checksum")
	code := s.send(t, "GET", f1+"/code", "").json(t)
	if code["url"] != "http://127.0.0.1:3236/_fcemu/functions/svc1$f1/code" || code["checksum"] == "" {
		t.Errorf("got %v", code)
	}
	s.send(t, "POST", first+"/services/svc1/functions", `{"functionName":"g","runtime":"custom","caPort":8080,`+zip+`}`).want(t, `{"caPort":8080}`)
	s.send(t, "POST", first+"/services/svc1/functions", `{"functionName":"g","runtime":"custom",`+zip+`}`).wantError(t, 409, "FunctionAlreadyExists", "function 'g' already exists in service 'svc1'")
	list := s.send(t, "GET", first+"/services/svc1/functions?limit=1", "").want(t, `{"nextToken":"g"}`)
	if names(t, list["functions"], "functionName") != "f1" {
		t.Errorf("got %v", list)
	}
	s.send(t, "DELETE", first+"/services/svc1", "").wantError(t, 409, "ServiceNotEmpty", "svc1")
	for _, dotted := range []string{"/services/svc1.LATEST", "/services/svc1.1/functions/f1", "/services/svc1.1/versions/1", "/services/svc1.1/aliases/a"} {
		s.send(t, "DELETE", first+dotted, "").wantError(t, 404, "ServiceNotFound", "service 'svc1.")
	}
	s.send(t, "DELETE", f1, "").wantEmpty(t, 204)
	s.send(t, "POST", first+"/services/svc1/functions", `{"functionName":"bad","runtime":"python3","handler":7,`+zip+`}`).wantError(t, 400, "InvalidArgument", "handler")
}

func TestContainer(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	s.send(t, "POST", first+"/services/svc1/functions", `{"functionName":"c","runtime":"custom-container","handler":"x","caPort":80,
		"customContainerConfig":{"image":"i","command":"[\"a\"]","args":"[\"b\",\"c\"]","instanceID":"cri"}}`).
		want(t, `{"caPort":80,"customContainerConfig":{"image":"i","command":"[\"a\"]","args":"[\"b\",\"c\"]","instanceID":"cri"}}`)
	s.send(t, "GET", third+"/functions/svc1$c", "").want(t, `{"customContainerConfig":{"image":"i","entrypoint":["a"],"command":["b","c"],"acrInstanceId":"cri","port":80}}`)
	s.send(t, "PUT", third+"/functions/svc1$c", `{"customContainerConfig":{"image":"i2","entrypoint":["a"],"registryConfig":{"x":1}}}`).json(t)
	s.send(t, "PUT", second+"/services/svc1/functions/c", `{"customContainerConfig":{"image":"i3"}}`).want(t, `{"customContainerConfig":{"image":"i3","command":"[\"a\"]"}}`)
	s.send(t, "GET", third+"/functions/svc1$c", "").want(t, `{"customContainerConfig":{"image":"i3","entrypoint":["a"],"registryConfig":{"x":1}}}`)
	s.send(t, "PUT", second+"/services/svc1/functions/c", `{"customContainerConfig":{"command":"run"}}`).wantError(t, 400, "InvalidArgument", "CustomContainerConfig.Command")
}

// A function made by one generation is the same function in the others, and what one cannot say
// survives its updates.
func TestGenerations(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	const old, new, newest = first + "/services/svc1/functions/f1", second + "/services/svc1/functions/f1", third + "/functions/svc1$f1"
	s.send(t, "PUT", newest, `{"cpu":0.5,"memorySize":512,"diskSize":10240,"gpuConfig":{"gpuType":"fc.gpu.tesla.1","gpuMemorySize":1024},
		"instanceLifecycleConfig":{"initializer":{"command":["a","b"],"timeout":9},"preStop":{"handler":"index.stop","timeout":7}},
		"sessionAffinity":"GENERATED_COOKIE","customRuntimeConfig":{"port":8080,"command":["x"],"healthCheckConfig":{"httpGetUrl":"/h"}}}`).json(t)
	before := s.send(t, "GET", newest, "").json(t)
	s.send(t, "GET", new, "").want(t, `{"cpu":0.5,"diskSize":10240,"gpuMemorySize":1024,"initializer":"","initializationTimeout":9,"caPort":8080,
		"customRuntimeConfig":{"command":["x"]},"instanceLifecycleConfig":{"preStop":{"handler":"index.stop","timeout":7}}}`)
	// A client that reads a function, changes one thing and writes all of it back.
	s.send(t, "PUT", old, `{"description":"d","initializer":"","initializationTimeout":9,"caPort":8080,"runtime":"python3.10","handler":"index.handler","memorySize":512,"timeout":3}`).json(t)
	s.send(t, "PUT", new, `{"gpuMemorySize":2048,"instanceSoftConcurrency":5,"instanceType":"c1","customRuntimeConfig":{"command":["y"]}}`).
		want(t, `{"instanceSoftConcurrency":5,"instanceType":"c1"}`)
	after := s.send(t, "GET", newest, "").want(t, `{"description":"d","gpuConfig":{"gpuType":"fc.gpu.tesla.1","gpuMemorySize":2048},"sessionAffinity":"GENERATED_COOKIE"}`)
	for _, key := range []string{"cpu", "diskSize", "instanceLifecycleConfig", "functionId", "codeChecksum"} {
		if sameJSON(before[key]) != sameJSON(after[key]) {
			t.Errorf("%s: got %v, want %v", key, after[key], before[key])
		}
	}
	custom, _ := after["customRuntimeConfig"].(map[string]any)
	if custom["port"] != 8080.0 || sameJSON(custom["command"]) != `["y"]` || custom["healthCheckConfig"] == nil {
		t.Errorf("got %v", custom)
	}
	s.send(t, "PUT", newest, `{"description":"e"}`).json(t)
	// A function of FC 3.0's own is none of a service; one in a service that was never made makes it.
	s.send(t, "POST", third+"/functions", `{"functionName":"f3","runtime":"python3.10","handler":"a.b",`+zip+`}`).json(t)
	s.send(t, "POST", third+"/functions", `{"functionName":"fresh$f","runtime":"python3.10","handler":"a.b",`+zip+`}`).json(t)
	if list := s.send(t, "GET", old[:len(old)-3], "").json(t); names(t, list["functions"], "functionName") != "f1" {
		t.Errorf("got %v", list)
	}
	s.send(t, "GET", first+"/services/fresh/functions/f", "").want(t, `{"functionName":"f"}`)
	s.send(t, "POST", first+"/services/svc1/versions", "").json(t)
	if list := s.send(t, "GET", newest+"/versions", "").json(t); names(t, list["versions"], "versionId") != "1" {
		t.Errorf("got %v", list)
	}
	s.send(t, "GET", old, "").want(t, `{"description":"e","instanceType":"c1","instanceSoftConcurrency":5}`)
}

func TestTriggers(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	const triggers = "/services/svc1/functions/f1/triggers"
	s.send(t, "POST", second+triggers, `{"triggerName":"t","triggerType":"http","triggerConfig":"{\"authType\":\"anonymous\",\"methods\":[\"GET\"]}"}`).
		want(t, `{"triggerConfig":"{\"authType\":\"anonymous\",\"methods\":[\"GET\"]}","urlInternet":"http://127.0.0.1:3236/2016-08-15/proxy/svc1/f1/","urlIntranet":"http://127.0.0.1:3236/2016-08-15/proxy/svc1/f1/"}`)
	got := s.send(t, "GET", first+triggers+"/t", "")
	if body := got.want(t, `{"triggerType":"http","triggerConfig":{"authType":"anonymous","methods":["GET"]}}`); body["urlInternet"] != nil {
		t.Errorf("got %v", body)
	}
	s.send(t, "PUT", first+triggers+"/t", `{"triggerConfig":null,"description":"d","qualifier":null}`, "If-Match: "+got.header.Get("Etag")).
		want(t, `{"description":"d","triggerConfig":{"authType":"anonymous","methods":["GET"]}}`)
	s.send(t, "DELETE", first+triggers+"/t", "", "If-Match: "+got.header.Get("Etag")).wantError(t, 412, "PreconditionFailed", "")
	s.send(t, "POST", first+triggers, `{"triggerName":"u","triggerType":"timer","triggerConfig":{"cronExpression":"@every 1m","enable":true}}`).json(t)
	const bad = "TriggerConfig is set to an invalid value: cronExpression: '0 4 * * *' has 5 fields"
	s.send(t, "POST", first+triggers, `{"triggerName":"v","triggerType":"timer","triggerConfig":{"cronExpression":"0 4 * * *"}}`).wantError(t, 400, "InvalidArgument", bad)
	s.send(t, "PUT", first+triggers+"/u", `{"triggerConfig":{"cronExpression":"0 4 * * *"}}`).wantError(t, 400, "InvalidArgument", bad)
	s.send(t, "POST", second+triggers, `{"triggerName":"v","triggerType":"timer","triggerConfig":"{\"cronExpression\":\"0 4 * * *\"}"}`).wantError(t, 400, "InvalidArgument", bad)
	s.send(t, "PUT", second+triggers+"/u", `{"triggerConfig":"{\"cronExpression\":\"0 4 * * *\"}"}`).wantError(t, 400, "InvalidArgument", bad)
	s.send(t, "GET", first+triggers+"/u", "").want(t, `{"triggerConfig":{"cronExpression":"@every 1m","enable":true}}`)
	list := s.send(t, "GET", first+triggers+"?limit=1", "").want(t, `{"nextToken":"u"}`)
	if names(t, list["triggers"], "triggerType") != "http" {
		t.Errorf("got %v", list)
	}
	s.send(t, "DELETE", second+triggers+"/u", "").wantEmpty(t, 204)
	s.send(t, "GET", second+triggers+"/u", "").wantError(t, 404, "TriggerNotFound", "'u'")
}

func TestVersionsAndAliases(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	s.send(t, "POST", first+"/services/svc1/versions", `{"Description":"one"}`).want(t, `{"versionId":"1","description":"one"}`)
	s.send(t, "PUT", first+"/services/svc1/functions/f1", `{"timeout":9}`).json(t)
	s.send(t, "POST", second+"/services/svc1/versions", `{"description":"two"}`).want(t, `{"versionId":"2"}`)
	s.send(t, "GET", first+"/services/svc1.1/functions/f1", "").want(t, `{"timeout":3}`)
	s.send(t, "GET", second+"/services/svc1/functions/f1?qualifier=2", "").want(t, `{"timeout":9}`)
	s.send(t, "GET", first+"/services/svc1.7/functions/f1", "").wantError(t, 404, "VersionNotFound", "version '7' of service 'svc1' does not exist")
	if list := s.send(t, "GET", first+"/services/svc1/versions", "").want(t, `{"direction":"BACKWARD"}`); names(t, list["versions"], "versionId") != "2 1" {
		t.Errorf("got %v", list)
	}
	page := s.send(t, "GET", first+"/services/svc1/versions?direction=FORWARD&limit=1", "").want(t, `{"nextToken":"2"}`)
	if names(t, page["versions"], "versionId") != "1" {
		t.Errorf("got %v", page)
	}
	got := s.send(t, "POST", second+"/services/svc1/aliases", `{"aliasName":"prod","versionId":"1","resolvePolicy":"Random","routePolicy":{"a":1}}`)
	got.want(t, `{"versionId":"1","resolvePolicy":"Random","routePolicy":{"a":1}}`)
	s.send(t, "PUT", first+"/services/svc1/aliases/prod", `{"versionId":"2","additionalVersionWeight":{"1":0.5}}`, "If-Match: "+got.header.Get("Etag")).
		want(t, `{"versionId":"2","additionalVersionWeight":{"1":0.5},"routePolicy":{"a":1}}`)
	s.send(t, "GET", first+"/services/svc1.prod", "").want(t, `{"serviceName":"svc1"}`)
	if list := s.send(t, "GET", first+"/services/svc1.1/functions", "").json(t); names(t, list["functions"], "functionName") != "f1" {
		t.Errorf("got %v", list)
	}
	if list := s.send(t, "GET", second+"/services/svc1/aliases?prefix=p", "").json(t); names(t, list["aliases"], "aliasName") != "prod" {
		t.Errorf("got %v", list)
	}
	got = s.send(t, "POST", second+"/services/svc1/functions/f1/invocations?qualifier=1", "fail")
	if got.status != 200 || got.header.Get("X-Fc-Error-Type") != "UnhandledInvocationError" || got.header.Get("X-Fc-Invocation-Service-Version") != "1" {
		t.Errorf("got %+v", got)
	}
	s.send(t, "DELETE", first+"/services/svc1/aliases/prod", "").wantEmpty(t, 204)
	s.send(t, "GET", first+"/services/svc1/aliases/prod", "").wantError(t, 404, "AliasNotFound", "alias 'prod' of service 'svc1' does not exist")
	s.send(t, "DELETE", first+"/services/svc1/versions/1", "").wantEmpty(t, 204)
}

func TestAsyncConfigs(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	const config = "/services/svc1/functions/f1/async-invoke-config"
	s.send(t, "GET", first+config, "").wantError(t, 404, "AsyncConfigNotExists", "")
	s.send(t, "GET", first+config+"s", "").want(t, `{"configs":null}`)
	s.send(t, "PUT", first+config, `{"statefulInvocation":true,"destinationConfig":null,"maxAsyncRetryAttempts":null}`).want(t, `{"statefulInvocation":true,"maxAsyncRetryAttempts":null}`)
	s.send(t, "GET", third+"/functions/svc1$f1/async-invoke-config", "").want(t, `{"asyncTask":true}`)
	s.send(t, "GET", second+"/stateful-async-invocation-functions", "").want(t, `{"data":[{"serviceName":"svc1","functionName":"f1","qualifier":"LATEST"}]}`)
	if list := s.send(t, "GET", first+config+"s", "").json(t); names(t, list["configs"], "qualifier") != "LATEST" {
		t.Errorf("got %v", list)
	}
	s.send(t, "DELETE", second+config, "").wantEmpty(t, 204)
	s.send(t, "POST", first+"/services/svc1/functions/f1/invocations", "x", "X-Fc-Invocation-Type: Async", "X-Fc-Log-Type: Tail").
		wantError(t, 400, "InvalidArgument", "LogType is set to an invalid value (allowed: None, actual: 'Tail')")
	if got := s.send(t, "POST", first+"/services/svc1/functions/f1/invocations", "x", "X-Fc-Trace-Id: 0123456789-0123456789-0123456789-mine"); got.header.Get("X-Fc-Request-Id") != "0123456789-0123456789-0123456789-mine" {
		t.Errorf("got %v", got.header)
	}
}

func TestSettings(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	s.prepare(t)
	const of, of21 = first + "/services/svc1.prod/functions/f1", second + "/services/svc1/functions/f1"
	s.send(t, "PUT", first+"/services/svc1/functions/f1/provision-config", `{"target":1}`).wantError(t, 400, "InvalidArgument", "qualifier")
	s.send(t, "PUT", third+"/functions/svc1$f1/provision-config?qualifier=prod", `{"defaultTarget":1,"alwaysAllocateGPU":false,"alwaysAllocateCPU":false}`).json(t)
	s.send(t, "PUT", of+"/provision-config", `{"target":2}`).want(t, `{"resource":"123456789#svc1#prod#f1","target":2}`)
	s.send(t, "GET", third+"/functions/svc1$f1/provision-config?qualifier=prod", "").want(t, `{"defaultTarget":2,"alwaysAllocateGPU":false,"alwaysAllocateCPU":false}`)
	s.send(t, "GET", of21+"/provision-config?qualifier=prod", "").want(t, `{"target":2}`)
	if list := s.send(t, "GET", first+"/provision-configs?serviceName=svc1&qualifier=prod", "").json(t); names(t, list["provisionConfigs"], "resource") != "123456789#svc1#prod#f1" {
		t.Errorf("got %v", list)
	}
	if list := s.send(t, "GET", second+"/provision-configs?serviceName=other", "").json(t); names(t, list["provisionConfigs"], "resource") != "" {
		t.Errorf("got %v", list)
	}
	s.send(t, "GET", of+"/on-demand-config", "").wantError(t, 404, "OnDemandConfigNotFound", "")
	got := s.send(t, "PUT", of+"/on-demand-config", `{"maximumInstanceCount":5}`)
	got.want(t, `{"resource":"services/svc1.prod/functions/f1","maximumInstanceCount":5}`)
	s.send(t, "PUT", of+"/on-demand-config", `{"maximumInstanceCount":6}`, "If-Match: other").wantError(t, 412, "PreconditionFailed", "")
	s.send(t, "PUT", of+"/on-demand-config", `{"maximumInstanceCount":6}`, "If-Match: "+got.header.Get("Etag")).want(t, `{"maximumInstanceCount":6}`)
	s.send(t, "PUT", of+"/on-demand-config", `{}`).wantError(t, 400, "InvalidArgument", "MaximumInstanceCount")
	if list := s.send(t, "GET", first+"/on-demand-configs?prefix=services/svc1", "").json(t); names(t, list["configs"], "resource") != "services/svc1.prod/functions/f1" {
		t.Errorf("got %v", list)
	}
	s.send(t, "DELETE", of21+"/on-demand-config?qualifier=prod", "").wantEmpty(t, 204)
}

func TestTags(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	const arn = `"resourceArn":"acs:fc:cn-hangzhou:123456789:services/svc1"`
	s.send(t, "POST", first+"/tag", `{`+arn+`,"tags":{"b":"2","a":"1"}}`).wantRequestID(t)
	s.send(t, "GET", first+"/services/svc1", "").want(t, `{"tags":{"a":"1","b":"2"}}`)
	s.send(t, "GET", second+"/tags", "").want(t, `{"resources":[{"resourceArn":"acs:fc:cn-hangzhou:123456789:services/svc1","tags":{"a":"1","b":"2"}}]}`)
	s.send(t, "DELETE", first+"/tag", `{`+arn+`,"tagKeys":["a"],"all":null}`).wantRequestID(t)
	s.send(t, "GET", second+"/tag?resourceArn=acs:fc:cn-hangzhou:123456789:services/svc1", "").want(t, `{"tags":{"b":"2"}}`)
	s.send(t, "PUT", second+"/tag", `{`+arn+`,"all":true}`).wantRequestID(t)
	s.send(t, "GET", second+"/tag?resourceArn=acs:fc:cn-hangzhou:1:services/svc1", "").want(t, `{"tags":{}}`)
	s.send(t, "GET", first+"/services?tag_b=2", "").want(t, `{"services":[]}`)
	s.send(t, "POST", first+"/tag", `{"resourceArn":"services/svc1","tags":{"c":""}}`).wantRequestID(t)
	s.send(t, "GET", first+"/tag?resourceArn=services/svc1", "").want(t, `{"resourceArn":"acs:fc:cn-hangzhou:123456789:services/svc1","tags":{"c":""}}`)
	s.send(t, "POST", first+"/tag", `{"resourceArn":"x","tags":{"a":"1"}}`).wantError(t, 400, "InvalidArgument", "ARN")
	s.send(t, "DELETE", second+"/tag", `{}`).wantError(t, 400, "PathNotSupported", "")
}

func TestLayers(t *testing.T) {
	s := newServer(t)
	body := `{"compatibleRuntime":["python3"],"description":"d",` + zip + `}`
	one := s.send(t, "POST", first+"/layers/l1/versions", body).want(t, `{"version":1,"acl":0}`)
	s.send(t, "POST", second+"/layers/l1/versions", body).want(t, `{"version":2}`)
	s.send(t, "PUT", first+"/layers/l1/acl?public=true", "").wantEmpty(t, 200)
	s.send(t, "GET", first+"/layers/l1/versions/2", "").want(t, `{"acl":1,"codeSize":2}`)
	for _, arn := range []any{one["arn"], one["arnV2"]} {
		path := strings.NewReplacer("#", "%23", "/", "%2F", ":", "%3A").Replace(arn.(string))
		s.send(t, "GET", first+"/layerarn/"+path, "").want(t, `{"version":1}`)
		s.send(t, "GET", second+"/layerarn/"+strings.ReplaceAll(path, "%", "%25"), "").want(t, `{"version":1}`)
	}
	if list := s.send(t, "GET", first+"/layers?prefix=l&public=true", "").json(t); names(t, list["layers"], "layerName") != "l1" {
		t.Errorf("got %v", list)
	}
	list := s.send(t, "GET", first+"/layers/l1/versions?limit=1", "").json(t)
	if len(list["layers"].([]any)) != 1 || list["nextVersion"] == nil {
		t.Errorf("got %v", list)
	}
	s.send(t, "DELETE", first+"/layers/l1/versions/1", "").wantEmpty(t, 204)
	s.send(t, "GET", first+"/layers/l1/versions/1", "").wantError(t, 404, "LayerVersionNotFound", "")
}

// pair is a certificate with its key, each PEM as a JSON string.
func pair(t *testing.T) (certificate, key string) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	own := server.TLS.Certificates[0]
	secret, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return sameJSON(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]}))),
		sameJSON(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}

func TestDomains(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	certificate, key := pair(t)
	got := s.send(t, "POST", first+"/custom-domains", `{"domainName":"my.example.com","protocol":"HTTP","certConfig":{"CertName":"n","PrivateKey":`+key+`,"Certificate":`+certificate+`},
		"routeConfig":{"routes":[{"path":"/*","serviceName":"svc1","functionName":"f1","qualifier":null,"methods":["GET"]}]}}`)
	created := got.want(t, `{"domainName":"my.example.com","protocol":"HTTP","accountId":"123456789","apiVersion":"2016-08-15","certConfig":{"certName":"n","privateKey":`+key+`,"certificate":`+certificate+`}}`)
	route := created["routeConfig"].(map[string]any)["routes"].([]any)[0].(map[string]any)
	if route["serviceName"] != "svc1" || route["functionName"] != "f1" || route["path"] != "/*" {
		t.Errorf("got %v", route)
	}
	s.send(t, "POST", first+"/custom-domains", `{"domainName":"my.example.com","protocol":"HTTP"}`).wantErrorStatus(t, 409)
	s.send(t, "PUT", second+"/custom-domains/my.example.com", `{"protocol":"HTTP,HTTPS"}`, "If-Match: "+got.header.Get("Etag")).want(t, `{"protocol":"HTTP,HTTPS","apiVersion":"2021-04-06"}`)
	s.send(t, "PUT", third+"/custom-domains/my.example.com", `{"corsConfig":{"allowOrigins":["*"]},"routeConfig":{"routes":[{"path":"/*","functionName":"svc1$f1","rewriteConfig":{"equalRules":[]}}]}}`).json(t)
	s.send(t, "PUT", first+"/custom-domains/my.example.com", `{"protocol":"HTTP","routeConfig":{"routes":[{"path":"/*","serviceName":"svc1","functionName":"f1","methods":["GET"]}]}}`).json(t)
	kept := s.send(t, "GET", third+"/custom-domains/my.example.com", "").want(t, `{"corsConfig":{"allowOrigins":["*"]}}`)
	if text := sameJSON(kept["routeConfig"]); !strings.Contains(text, "equalRules") || !strings.Contains(text, "GET") {
		t.Errorf("got %s", text)
	}
	if list := s.send(t, "GET", first+"/custom-domains?prefix=my", "").json(t); names(t, list["customDomains"], "domainName") != "my.example.com" {
		t.Errorf("got %v", list)
	}
	s.send(t, "DELETE", first+"/custom-domains/my.example.com", "").wantEmpty(t, 204)
	s.send(t, "GET", first+"/custom-domains/my.example.com", "").wantError(t, 404, "DomainNameNotFound", "domain name 'my.example.com' does not exist")
}

func TestAttachments(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	s.send(t, "POST", first+"/services/svc1/bindings", `{"vpcId":"vpc-1"}`).wantEmpty(t, 200)
	s.send(t, "GET", second+"/services/svc1/bindings", "").want(t, `{"vpcIds":["vpc-1"]}`)
	s.send(t, "DELETE", first+"/services/svc1/bindings/vpc-1", "").wantEmpty(t, 200)
	s.send(t, "GET", first+"/services/svc1/bindings", "").want(t, `{"vpcIds":[]}`)
	s.send(t, "POST", first+"/services/svc1/binding", `{"vpcId":"vpc-2"}`).wantEmpty(t, 200)
	s.send(t, "DELETE", first+"/services/svc1/binding", `{"vpcId":"vpc-2"}`).wantEmpty(t, 200)
	s.send(t, "GET", first+"/services/svc1/bindings", "").want(t, `{"vpcIds":[]}`)

	const sources = second + "/services/svc1/functions/f1/event-sources"
	s.send(t, "POST", sources, `{"sourceArn":"acs:dns:cn:1:x/y"}`).want(t, `{"sourceArn":"acs:dns:cn:1:x/y"}`)
	if list := s.send(t, "GET", sources, "").json(t); names(t, list["eventSources"], "sourceArn") != "acs:dns:cn:1:x/y" {
		t.Errorf("got %v", list)
	}
	s.send(t, "DELETE", sources+"/acs%3Adns%3Acn%3A1%3Ax%2Fy", "").wantEmpty(t, 204)
	s.send(t, "GET", sources, "").want(t, `{"eventSources":[]}`)

	s.send(t, "GET", first+"/account-settings", "").want(t, `{"availableAZs":[]}`)
	s.send(t, "GET", first+"/reservedCapacities", "").want(t, `{"reservedCapacities":[]}`)
	s.send(t, "GET", second+"/reserved-capacities", "").want(t, `{"reservedCapacities":[]}`)
}

func TestInstances(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	s.prepare(t)
	s.send(t, "GET", first+"/services/svc1/functions/f1/instances", "").want(t, `{"instances":[{"instanceId":"c-1","versionId":0},{"instanceId":"c-3","versionId":0}]}`)
	s.send(t, "GET", first+"/services/svc1.prod/functions/f1/instances", "").want(t, `{"instances":[{"instanceId":"c-2","versionId":1}]}`)
	s.send(t, "GET", second+"/services/svc1/functions/f1/instances?instanceIds.1=c-3&instanceIds.2=c-9", "").want(t, `{"instances":[{"instanceId":"c-3","versionId":"0"}]}`)
	s.send(t, "GET", first+"/services/svc1/functions/f1/instances?limit=1", "").want(t, `{"instances":[{"instanceId":"c-1","versionId":0}]}`)
	s.send(t, "GET", first+"/services/svc1/functions/f1/instances?limit=1001", "").wantError(t, 400, "InvalidArgument", "limit")
	s.send(t, "GET", first+"/services/svc1/functions/f1/instances/c-1/exec?command=ls", "").wantError(t, 400, "PathNotSupported", "InstanceExec")
}

func TestEveryErrorIsJSON(t *testing.T) {
	s := newServer(t)
	s.send(t, "GET", first+"/nothing", "").wantError(t, 400, "PathNotSupported", "'/2016-08-15/nothing' against 'GET' is not supported")
	s.send(t, "POST", first+"/services", "{").wantErrorStatus(t, http.StatusBadRequest)
	s.send(t, "POST", second+"/services", "[]").wantErrorStatus(t, http.StatusBadRequest)
}
