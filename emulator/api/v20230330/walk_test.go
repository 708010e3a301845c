package v20230330_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// step is one request of a walk and what it must answer: parts of a body of status 200, or
// "204", or "404 Code".
type step struct{ method, path, body, want string }

func (s *server) walk(t *testing.T, steps []step) {
	t.Helper()
	for _, one := range steps {
		got := s.send(t, one.method, "/2023-03-30"+one.path, one.body)
		switch text, ok := strings.CutPrefix(one.want, "4"); {
		case one.want == "204" || one.want == "200":
			if fmt.Sprint(got.status) != one.want || got.body != "" || got.header["Content-Type"] != nil {
				t.Errorf("%s %s: %+v, want an empty %s", one.method, one.path, got, one.want)
			}
		case ok:
			var status int
			var code string
			if _, err := fmt.Sscanf("4"+text, "%d %s", &status, &code); err != nil {
				t.Fatal(err)
			}
			got.wantError(t, status, code, "")
		default:
			got.json(t)
			for part := range strings.SplitSeq(one.want, " & ") {
				if !strings.Contains(got.body, part) {
					t.Errorf("%s %s: got %s, want %s", one.method, one.path, got.body, part)
				}
			}
		}
	}
	if len(s.faults.All()) > 0 {
		t.Errorf("faults: %v", s.faults.All())
	}
}

func TestVersionsAndAliases(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	const hello = "/functions/hello"
	s.walk(t, []step{
		{"POST", hello + "/versions", `{"Description":"first"}`, `"versionId":"1" & "description":"first"`},
		{"PUT", hello, `{"description":"later"}`, `"description":"later"`},
		{"POST", hello + "/versions", ``, `"versionId":"2"`},
		{"GET", hello + "/versions", ``, `"versions":[{"versionId":"2" & "direction":"BACKWARD"`},
		{"GET", hello + "/versions?direction=FORWARD&limit=1", ``, `"versions":[{"versionId":"1" & "nextToken"`},
		{"GET", hello + "/versions?direction=UP", ``, `400 InvalidArgument`},
		{"POST", "/functions/none/versions", ``, `404 FunctionNotFound`},
		{"GET", hello + "?qualifier=1", ``, `"description":""`},
		{"POST", hello + "/aliases", `{"aliasName":"prod","versionId":"1","description":null}`, `"aliasName":"prod" & "versionId":"1"`},
		{"POST", hello + "/aliases", `{"aliasName":"prod","versionId":"1"}`, `409 AliasAlreadyExists`},
		{"GET", hello + "?qualifier=prod", ``, `"description":""`},
		{"PUT", hello + "/aliases/prod", `{"versionId":"2","additionalVersionWeight":{"1":1}}`, `"versionId":"2" & "additionalVersionWeight":{"1":1}`},
		{"GET", hello + "/code?qualifier=prod", ``, `/_fcemu/functions/hello/code?qualifier=prod`},
		{"PUT", hello + "/aliases/prod", `{"additionalVersionWeight":{}}`, `"versionId":"2"`},
		{"GET", hello + "?qualifier=prod", ``, `"description":"later"`},
		{"GET", hello + "/aliases?prefix=p", ``, `"aliases":[{"aliasName":"prod"`},
		{"GET", hello + "/aliases/prod", ``, `"aliasName":"prod"`},
		{"GET", hello + "/aliases/none", ``, `404 AliasNotFound`},
		{"DELETE", hello + "/versions/2", ``, `409 VersionInUse`},
		{"PUT", hello + "/async-invoke-config?qualifier=prod", `{"asyncTask":true}`, `"qualifier":"prod"`},
		{"POST", hello + "/triggers", `{"triggerName":"t","triggerType":"http","qualifier":"prod"}`, `"qualifier":"prod" & /proxy/hello.prod/`},
		{"DELETE", hello + "/aliases/prod", ``, `204`},
		{"DELETE", hello + "/aliases/prod", ``, `404 AliasNotFound`},
		{"DELETE", hello + "/versions/2", ``, `204`},
		{"DELETE", hello + "/versions/2", ``, `404 VersionNotFound`},
		{"GET", hello + "?qualifier=2", ``, `404 VersionNotFound`},
	})
	if got := s.send(t, "POST", functions+"/hello/invocations?qualifier=1", "x"); got.status != 200 || got.header.Get("X-Fc-Invocation-Service-Version") == "LATEST" {
		t.Errorf("got %+v", got)
	}
	s.send(t, "POST", functions+"/hello/invocations?qualifier=2", "x", "X-Fc-Invocation-Type: Async").wantError(t, 404, "VersionNotFound", "")
}

func TestSettings(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	s.walk(t, []step{
		{"GET", "/functions/hello/concurrency", ``, `404 OnDemandConfigNotFound`},
		{"PUT", "/functions/hello/concurrency", `{}`, `400 InvalidArgument`},
		{"PUT", "/functions/hello/concurrency", `{"reservedConcurrency":3}`, `"reservedConcurrency":3 & "functionArn":"acs:fc:cn-hangzhou:123456789:functions/hello"`},
		{"GET", "/concurrency-configs?functionName=hello", ``, `"configs":[{"functionArn"`},
		{"GET", "/concurrency-configs?functionName=other", ``, `{"configs":[]}`},
		{"DELETE", "/functions/hello/concurrency", ``, `204`},

		{"PUT", "/functions/hello/provision-config?qualifier=LATEST", `{"defaultTarget":2,"scheduledActions":[{"name":"a","target":1,"scheduleExpression":"cron(0 0 4 * * *)"}]}`,
			`"defaultTarget":2 & "target":2 & "current":2 & "alwaysAllocateCPU":true & functions/hello/LATEST`},
		{"PUT", "/functions/hello/provision-config", `{"target":10001}`, `400 InvalidArgument`},
		{"GET", "/functions/hello/provision-config", ``, `"scheduleExpression":"cron(0 0 4 * * *)"`},
		{"GET", "/provision-configs", ``, `"provisionConfigs":[{`},
		{"DELETE", "/functions/hello/provision-config", ``, `204`},
		{"GET", "/functions/hello/provision-config", ``, `404 ProvisionConfigNotFound`},

		{"PUT", "/functions/hello/scaling-config", `{"minInstances":1,"EnableOnDemandScaling":true,"horizontalScalingPolicies":[{"name":"p","metricType":"CPUUtilization","metricTarget":0.5,"minInstances":0,"maxInstances":2}],"residentPoolId":null}`,
			`"minInstances":1 & "targetInstances":1 & "enableOnDemandScaling":true & "horizontalScalingPolicies":[{"name":"p","metricType":"CPUUtilization","metricTarget":0.5,"minInstances":0,"maxInstances":2}]`},
		{"GET", "/functions/hello/scaling-config", ``, `"enableOnDemandScaling":true`},
		{"GET", "/scaling-configs", ``, `"scalingConfigs":[{`},
		{"DELETE", "/functions/hello/scaling-config", ``, `204`},
		{"DELETE", "/functions/hello/scaling-config", ``, `404 ScalingConfigNotFound`},

		{"POST", "/functions/hello/vpc-bindings", `{"vpcId":"vpc-1"}`, `200`},
		{"GET", "/functions/hello/vpc-bindings", ``, `{"vpcIds":["vpc-1"]}`},
		{"DELETE", "/functions/hello/vpc-bindings/vpc-1", ``, `204`},
		{"GET", "/functions/hello/vpc-bindings", ``, `{"vpcIds":[]}`},

		{"POST", "/functions/hello/sessions?qualifier=LATEST", `{"sessionId":"s-1","sessionTTLInSeconds":60,"nasConfig":{"userId":1}}`,
			`"sessionId":"s-1" & "sessionStatus":"Active" & "sessionIdleTimeoutInSeconds":60 & "nasConfig":{"userId":1}`},
		{"PUT", "/functions/hello/sessions/s-1", `{"sessionTTLInSeconds":120}`, `"sessionTTLInSeconds":120 & "nasConfig":{"userId":1}`},
		{"PUT", "/functions/hello/sessions/s-1/pause", ``, `"sessionStatus":"Paused"`},
		{"PUT", "/functions/hello/sessions/s-1/resume", ``, `"sessionStatus":"Active"`},
		{"GET", "/functions/hello/sessions?sessionStatus=Active", ``, `"sessions":[{"sessionId":"s-1"`},
		{"GET", "/functions/hello/sessions?sessionId=s-2", ``, `{"sessions":[]}`},
		{"GET", "/functions/hello/sessions/s-1", ``, `"functionName":"hello"`},
		{"DELETE", "/functions/hello/sessions/s-1", ``, `204`},
		{"GET", "/functions/hello/sessions/s-1", ``, `404 SessionNotFound`},
	})
}

func TestSnapshots(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	var made struct{ SnapshotID, CreatedTime, ExpiredTime string }
	got := s.send(t, "POST", functions+"/hello/snapshots?qualifier=LATEST", `{"description":"warm","sessionId":"s-1"}`)
	if err := json.Unmarshal([]byte(got.body), &made); err != nil || made.SnapshotID == "" {
		t.Fatal(got, err)
	}
	one := "/functions/hello/snapshots/" + made.SnapshotID
	s.walk(t, []step{
		{"GET", one, ``, `"snapshotId":"` + made.SnapshotID + `","functionName":"hello","qualifier":"LATEST","resolvedVersion":"LATEST" & "sourceSessionId":"s-1" & ` +
			`"description":"warm" & "status":"Available" & "createdTime":"` + made.CreatedTime + `","expiredTime":"` + made.ExpiredTime + `" & "cpu":1, & "envs":{ & "artifactMemUsedSizeInB":0`},
		{"POST", "/functions/hello/snapshots", ``, `"qualifier":"LATEST" & "description":""`},
		{"POST", "/functions/hello/snapshots?qualifier=none", `{}`, `404 AliasNotFound`},
		{"POST", "/functions/none/snapshots", `{}`, `404 FunctionNotFound`},
		{"POST", "/functions/hello/snapshots", `{"sessionId":"-"}`, `400 InvalidArgument`},
		{"GET", "/snapshots?functionName=hello&sessionId=s-1", ``, `{"snapshots":[{"snapshotId":"` + made.SnapshotID},
		{"GET", "/snapshots?limit=1", ``, `"snapshots":[{ & "nextToken"`},
		{"GET", "/snapshots?functionName=other", ``, `{"snapshots":[]}`},
		{"GET", "/snapshots?qualifier=1", ``, `{"snapshots":[]}`},
		{"GET", "/snapshots?sessionId=s-1", ``, `400 InvalidArgument`},
		{"DELETE", one, ``, `204`},
		{"GET", one, ``, `404 SnapshotNotFound`},
		{"DELETE", one, ``, `404 SnapshotNotFound`},
		{"GET", "/snapshots?functionName=hello&sessionId=s-1", ``, `{"snapshots":[]}`},
		{"DELETE", "/functions/hello", ``, `204`},
		{"GET", "/snapshots", ``, `{"snapshots":[]}`},
	})
}

func TestDisableInvocation(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	s.walk(t, []step{
		{"POST", "/functions/hello/invoke/disable", `{"reason":"maintenance","abortOngoingRequest":true}`, `{"success":true}`},
		{"GET", "/functions/hello", ``, `"invocationRestriction":{"disable":true,"reason":"maintenance"`},
		{"POST", "/functions/hello/invocations", `x`, `403 AccessDenied`},
	})
	s.send(t, "POST", functions+"/hello/invocations", "x", "X-Fc-Invocation-Type: Async").wantError(t, 403, "AccessDenied", "maintenance")
	s.walk(t, []step{
		{"POST", "/functions/hello/invoke/enable", ``, `{"success":true}`},
		{"GET", "/functions/hello", ``, `"invocationRestriction":{"disable":false`},
		{"POST", "/functions/none/invoke/disable", ``, `404 FunctionNotFound`},
	})
	if got := s.send(t, "POST", functions+"/hello/invocations", "x"); got.status != 200 {
		t.Errorf("got %+v", got)
	}
}

func TestAccountResources(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	const arn = "acs:fc:cn-hangzhou:123456789:functions/hello"
	list := url.QueryEscape(`["` + arn + `"]`)
	s.walk(t, []step{
		{"POST", "/layers/tools/versions", `{"Code":{"zipFile":"UEs="},"compatibleRuntime":["python3"],"license":"MIT"}`,
			`"version":1 & "acl":"0" & layers/tools/versions/1" & "codeSize":2 & "location":"http://127.0.0.1:3236/_fcemu/layers/tools/versions/1/code"`},
		{"POST", "/layers/tools/versions", `{"compatibleRuntime":["python3"]}`, `400 InvalidArgument`},
		{"POST", "/layers/tools/versions", `{"code":{"zipFile":"UEs=","checksum":"1"},"compatibleRuntime":["python3"]}`, `400 InvalidArgument`},
		{"POST", "/layers/tools/versions", `{"code":{"zipFile":"UEs="},"compatibleRuntime":["python3"]}`, `"version":2`},
		{"PUT", "/layers/tools/acl?acl=1", ``, `200`},
		{"PUT", "/layers/tools/acl?acl=2", ``, `400 InvalidArgument`},
		{"GET", "/layers?public=true", ``, `"layerName":"tools","version":2 & "acl":"1"`},
		{"GET", "/layers?official=true", ``, `{"layers":[]}`},
		{"GET", "/layers/tools/versions?limit=1", ``, `"version":1 & "nextVersion":2`},
		{"GET", "/layers/tools/versions/1", ``, `"license":"MIT"`},
		{"PUT", "/functions/hello", `{"layers":["acs:fc:cn-hangzhou:123456789:layers/tools/versions/1"]}`, `versions/1","size":2`},
		{"DELETE", "/layers/tools/versions/1", ``, `204`},
		{"GET", "/layers/tools/versions/1", ``, `404 LayerVersionNotFound`},
		{"GET", "/layers/tools/versions/x", ``, `400 InvalidArgument`},
		{"GET", "/layerarn/nothing", ``, `400 InvalidArgument`},

		{"POST", "/custom-domains", `{"domainName":"www.example.com","protocol":"HTTP","routeConfig":{"routes":[{"path":"/*","functionName":"hello","methods":["get"]}]},"certConfig":{"certName":"c"}}`,
			`"accountId":"123456789" & "apiVersion":"2023-03-30" & "methods":["GET"] & "certConfig":{"certName":"c"}`},
		{"POST", "/custom-domains", `{"domainName":"www.example.com"}`, `409 DomainNameAlreadyExists`},
		{"PUT", "/custom-domains/www.example.com", `{"protocol":"HTTP,HTTPS"}`, `"protocol":"HTTP,HTTPS" & "functionName":"hello" & "certConfig"`},
		{"GET", "/custom-domains?prefix=www", ``, `"customDomains":[{"domainName":"www.example.com"`},
		{"GET", "/custom-domains/www.example.com", ``, `"path":"/*"`},
		{"DELETE", "/custom-domains/www.example.com", ``, `204`},
		{"GET", "/custom-domains/www.example.com", ``, `404 DomainNameNotFound`},

		{"POST", "/tags-v2", `{"ResourceType":"function","ResourceId":["` + arn + `"],"Tag":[{"Key":"k","Value":"v"}]}`, `200`},
		{"POST", "/tags-v2", `{"ResourceType":"bucket","ResourceId":["` + arn + `"],"Tag":[{"Key":"k","Value":"v"}]}`, `400 InvalidArgument`},
		{"GET", "/tags-v2?ResourceType=ALIYUN::FC::FUNCTION", ``, `"TagKey":"k","TagValue":"v" & "RequestId":"1-`},
		{"GET", "/tags-v2?ResourceType=function&ResourceId=" + list, ``, `"ResourceId":"` + arn + `"`},
		{"GET", "/tags-v2?ResourceType=function&Limit=x", ``, `400 InvalidArgument`},
		{"GET", "/functions?tags=" + url.QueryEscape(`[{"Key":"k","Value":"v"}]`), ``, `"functionName":"hello"`},
		{"DELETE", "/tags-v2?ResourceType=function&All=true&ResourceId=" + list, ``, `204`},
		{"GET", "/tags-v2?ResourceType=function", ``, `"TagResources":[]`},

		{"GET", "/regions", ``, `"RegionId":"cn-hangzhou"`},
		{"PUT", "/resource-groups", `{"ResourceType":"function","ResourceId":"` + arn + `","NewResourceGroupId":"rg-2"}`, `"NewResourceGroupId":"rg-2","OldResourceGroupId":""`},
		{"GET", "/functions/hello", ``, `"resourceGroupId":"rg-2"`},
	})
}

// TestInstances shows those of one function, by version.
func TestInstances(t *testing.T) {
	s := newServer(t)
	s.hello(t)
	s.send(t, "POST", functions+"/hello/versions", "").json(t)
	name := emulator.Name{Function: "hello"}
	s.instances = []emulator.Instance{{InstanceID: "c-1", Function: name, VersionID: "LATEST", Status: "Idle"}, {InstanceID: "c-2", Function: name, VersionID: "1", Status: "Busy"},
		{InstanceID: "c-3", Function: emulator.Name{Function: "other"}, VersionID: "LATEST"}}
	for query, want := range map[string]string{
		"":                        "c-1=0 c-2=1",
		"qualifier=LATEST":        "c-1=0",
		"qualifier=1":             "c-2=1",
		"withAllActive=true":      "c-1=0 c-2=1",
		`instanceIds=["c-2"]`:     "c-2=1",
		`instanceStatus=["Idle"]`: "c-1=0",
		"limit=1":                 "c-1=0",
	} {
		key, value, _ := strings.Cut(query, "=")
		var list struct {
			Instances []struct{ InstanceID, VersionID string }
		}
		got := s.send(t, "GET", functions+"/hello/instances?"+key+"="+url.QueryEscape(value), "")
		if err := json.Unmarshal([]byte(got.body), &list); err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, one := range list.Instances {
			found = append(found, one.InstanceID+"="+one.VersionID)
		}
		if text := strings.Join(found, " "); text != want {
			t.Errorf("%s: got %q, want %q", query, text, want)
		}
	}
	s.send(t, "GET", functions+"/hello/instances?qualifier=none", "").wantError(t, 404, "AliasNotFound", "")
}
