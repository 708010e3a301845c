package cmd_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// deployer sends what the fc3 component of Serverless Devs sends, in its order, with plain net/http.
// It reads each resource before it writes it, and tells a new one by the code of a 404.
type deployer struct {
	t        *testing.T
	endpoint string
	bucket   string
	object   string
}

const devsFunction = "/2023-03-30/functions/devs"

func TestServerlessDevs(t *testing.T) {
	needs(t, "python3")
	folder := t.TempDir()
	startIn(t, folder)
	address, err := os.ReadFile(filepath.Join(folder, "address"))
	if err != nil {
		t.Fatal(err)
	}
	d := &deployer{t: t, endpoint: strings.TrimSpace(string(address))}
	d.refuse(devsFunction, 404, "FunctionNotFound")
	d.refuse(devsFunction+"/triggers/http", 404, "FunctionNotFound")
	d.refuse(devsFunction+"/async-invoke-config?qualifier=LATEST", 404, "FunctionNotFound")
	d.upload("one")
	d.create()
	d.invoke("one")
	d.versions()
	d.tasks()
	d.info()
	d.upload("two")
	d.update()
	d.invoke("two")
	d.remove()
}

// upload puts a new code package where the token says, at the emulator's own port.
func (d *deployer) upload(reply string) {
	d.t.Helper()
	token := d.send("GET", "/2016-08-15/tempBucketToken", nil, nil).want(200).object()
	credentials, _ := token["credentials"].(map[string]any)
	for _, key := range []string{"AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"} {
		if text, _ := credentials[key].(string); text == "" {
			d.t.Errorf("the token has no %s", key)
		}
	}
	d.bucket, d.object = token["ossBucket"].(string), "123456789/"+token["objectName"].(string)
	d.send("PUT", "/"+d.object, pythonZip(d.t, reply), http.Header{
		"Host":                 {d.bucket + "." + token["ossRegion"].(string) + ".aliyuncs.com"},
		"Authorization":        {fmt.Sprintf("OSS %v:c2ln", credentials["AccessKeyId"])},
		"X-Oss-Security-Token": {credentials["SecurityToken"].(string)},
		"Content-Type":         {"application/zip"},
	}).want(200)
}

func (d *deployer) code() string {
	return fmt.Sprintf(`"code":{"ossBucketName":%q,"ossObjectName":%q}`, d.bucket, d.object)
}

// devsUnset are members that the tool sends for everything which s.yaml leaves out.
const devsUnset = `"vpcConfig":{"securityGroupId":"","vSwitchIds":[],"vpcId":""},"tracingConfig":{},` +
	`"ossMountConfig":{"mountPoints":[]},"nasConfig":{"groupId":0,"userId":0,"mountPoints":[]},` +
	`"logConfig":{"enableInstanceMetrics":false,"enableRequestMetrics":false,"logBeginRule":"None","logstore":"","project":""},` +
	`"environmentVariables":{},"layers":[],"instanceIsolationMode":"SHARE","sessionAffinity":"NONE"`

func (d *deployer) create() {
	d.t.Helper()
	d.refuse(devsFunction, 404, "FunctionNotFound")
	function := d.json("POST", "/2023-03-30/functions", `{"functionName":"devs","runtime":"python3.10","handler":"index.handler",`+
		`"cpu":0.35,"memorySize":512,"diskSize":512,"timeout":30,"instanceConcurrency":1,"internetAccess":true,`+devsUnset+`,`+d.code()+`}`).want(200).object()
	if function["lastUpdateStatus"] != "Successful" || function["state"] == "Pending" || function["codeChecksum"] == "" {
		d.t.Errorf("created %v", function)
	}
	d.refuse(devsFunction+"/triggers/http", 404, "TriggerNotFound")
	d.json("POST", devsFunction+"/triggers", `{"triggerName":"http","triggerType":"http","qualifier":"LATEST","description":"",`+
		`"triggerConfig":"{\"authType\":\"anonymous\",\"disableURLInternet\":false,\"methods\":[\"GET\",\"POST\"]}"}`).want(200)
	d.refuse(devsFunction+"/async-invoke-config?qualifier=LATEST", 404, "AsyncConfigNotExists")
	d.json("PUT", devsFunction+"/async-invoke-config?qualifier=LATEST", `{"asyncTask":true,"maxAsyncRetryAttempts":1,"maxAsyncEventAgeInSeconds":3600,"destinationConfig":{}}`).want(200)
	d.send("GET", devsFunction+"/vpc-bindings", nil, nil).want(200)
	d.json("POST", devsFunction+"/vpc-bindings", `{"vpcId":"vpc-1"}`).want(200)
	d.refuse(devsFunction+"/concurrency", 404, "OnDemandConfigNotFound")
	d.json("PUT", devsFunction+"/concurrency", `{"reservedConcurrency":20}`).want(200)
	d.json("PUT", devsFunction+"/scaling-config?qualifier=LATEST", `{"minInstances":0,"enableOnDemandScaling":true}`).want(200)
}

func (d *deployer) invoke(reply string) {
	d.t.Helper()
	answer := d.send("POST", devsFunction+"/invocations?qualifier=LATEST", []byte("event"),
		http.Header{"X-Fc-Invocation-Type": {"Sync"}, "X-Fc-Log-Type": {"Tail"}}).want(200)
	if string(answer.body) != reply {
		d.t.Errorf("the function said %q, want %q", answer.body, reply)
	}
	log, err := base64.StdEncoding.DecodeString(answer.header.Get("X-Fc-Log-Result"))
	if err != nil || !strings.Contains(string(log), "printed") {
		d.t.Errorf("log %q, %v", log, err)
	}
	for _, name := range []string{"X-Fc-Request-Id", "X-Fc-Invocation-Duration", "X-Fc-Max-Memory-Usage"} {
		if answer.header.Get(name) == "" {
			d.t.Errorf("no %s", name)
		}
	}
}

func (d *deployer) versions() {
	d.t.Helper()
	published := d.json("POST", devsFunction+"/versions", `{"description":"first"}`).want(200).object()
	if published["versionId"] != "1" {
		d.t.Errorf("published %v", published)
	}
	latest := d.send("GET", devsFunction+"/versions?limit=1", nil, nil).want(200).list("versions")
	if len(latest) != 1 || latest[0]["versionId"] != "1" {
		d.t.Errorf("the latest version is %v", latest)
	}
	d.refuse(devsFunction+"/aliases/live", 404, "AliasNotFound")
	const alias = `{"aliasName":"live","versionId":"1","description":""`
	d.json("POST", devsFunction+"/aliases", alias+"}").want(200)
	d.send("GET", devsFunction+"/aliases/live", nil, nil).want(200)
	d.json("PUT", devsFunction+"/aliases/live", alias+`,"additionalVersionWeight":{}}`).want(200)
}

func (d *deployer) tasks() {
	d.t.Helper()
	d.send("POST", devsFunction+"/invocations", []byte("event"), http.Header{"X-Fc-Invocation-Type": {"Async"},
		"X-Fc-Log-Type": {"None"}, "X-Fc-Async-Task-Id": {"devs-1"}}).want(202)
	await(d.t, "the task to succeed", func() bool {
		list := d.send("GET", devsFunction+"/async-tasks?limit=20&status=Succeeded", nil, nil).want(200).list("tasks")
		return len(list) == 1 && list[0]["taskId"] == "devs-1"
	})
}

// info reads everything that s.yaml names.
func (d *deployer) info() {
	d.t.Helper()
	d.send("GET", devsFunction, nil, nil).want(200)
	trigger := d.send("GET", devsFunction+"/triggers/http", nil, nil).want(200).object()
	config, _ := trigger["triggerConfig"].(string)
	urls, _ := trigger["httpTrigger"].(map[string]any)
	if !json.Valid([]byte(config)) || urls["urlInternet"] == nil || urls["urlIntranet"] == nil {
		d.t.Errorf("trigger %v", trigger)
	}
	d.send("GET", devsFunction+"/async-invoke-config?qualifier=LATEST", nil, nil).want(200)
	if bound := d.send("GET", devsFunction+"/vpc-bindings", nil, nil).want(200).object(); fmt.Sprint(bound["vpcIds"]) != "[vpc-1]" {
		d.t.Errorf("bound to %v", bound)
	}
	d.send("GET", devsFunction+"/scaling-config?qualifier=LATEST", nil, nil).want(200)
	d.send("GET", devsFunction+"/concurrency", nil, nil).want(200)
	d.send("GET", "/2023-03-30/provision-configs?functionName=devs&limit=100", nil, nil).want(200)
}

// update is the second deployment: every resource is there by now.
func (d *deployer) update() {
	d.t.Helper()
	before := d.send("GET", devsFunction, nil, nil).want(200).object()
	after := d.json("PUT", devsFunction, `{"functionName":"devs","runtime":"python3.10","handler":"index.handler","timeout":40,`+devsUnset+`,`+d.code()+`}`).want(200).object()
	if after["codeChecksum"] == before["codeChecksum"] || fmt.Sprint(after["timeout"]) != "40" {
		d.t.Errorf("updated to %v", after)
	}
	if d.send("POST", "/2023-03-30/functions", []byte(`{"functionName":"devs","runtime":"python3.10","handler":"a.b",`+d.code()+`}`), nil).want(409).object()["Code"] != "FunctionAlreadyExists" {
		d.t.Error("the function was not said to exist")
	}
	d.send("GET", devsFunction+"/triggers/http", nil, nil).want(200)
	d.json("PUT", devsFunction+"/triggers/http", `{"qualifier":"LATEST","triggerConfig":"{\"authType\":\"anonymous\",\"methods\":[\"GET\"]}"}`).want(200)
}

// remove lists what belongs to the function, deletes it, and the function at last.
func (d *deployer) remove() {
	d.t.Helper()
	d.send("GET", devsFunction, nil, nil).want(200)
	d.send("GET", devsFunction+"/vpc-bindings", nil, nil).want(200)
	scaling := d.send("GET", "/2023-03-30/scaling-configs?functionName=devs&limit=100", nil, nil).want(200).list("scalingConfigs")
	if len(scaling) != 1 || !strings.Contains(fmt.Sprint(scaling[0]["functionArn"]), "functions/devs") {
		d.t.Errorf("scaling %v", scaling)
	}
	for path, key := range map[string]string{
		devsFunction + "/aliases?limit=100":                            "aliases",
		devsFunction + "/versions?limit=100":                           "versions",
		devsFunction + "/triggers?limit=10":                            "triggers",
		"/2023-03-30/async-invoke-configs?functionName=devs&limit=100": "configs",
	} {
		if list := d.send("GET", path, nil, nil).want(200).list(key); len(list) != 1 {
			d.t.Errorf("%s: %v", path, list)
		}
	}
	for _, path := range []string{"/async-invoke-config?qualifier=LATEST", "/triggers/http", "/scaling-config?qualifier=LATEST",
		"/concurrency", "/vpc-bindings/vpc-1", "/aliases/live", "/versions/1", ""} {
		d.send("DELETE", devsFunction+path, nil, nil).want(204)
	}
	d.refuse(devsFunction, 404, "FunctionNotFound")
}

// reply is an answer of the emulator.
type reply struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   []byte
}

func (d *deployer) json(method, path, body string) reply {
	d.t.Helper()
	return d.send(method, path, []byte(body), http.Header{"Content-Type": {"application/json; charset=utf-8"}})
}

// refuse reads what must not be there.
func (d *deployer) refuse(path string, status int, code string) {
	d.t.Helper()
	body := d.send("GET", path, nil, nil).want(status).object()
	if body["Code"] != code || body["Message"] == "" || body["RequestId"] == "" {
		d.t.Errorf("GET %s: %v, want %s", path, body, code)
	}
}

func (d *deployer) send(method, path string, body []byte, header http.Header) reply {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), method, d.endpoint+path, bytes.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential=any,SignedHeaders=host,Signature=00")
	for name, values := range header {
		request.Header[name] = values
	}
	if host := header.Get("Host"); host != "" {
		request.Host = host
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return reply{t: d.t, what: method + " " + path, status: answer.StatusCode, header: answer.Header, body: content}
}

func (r reply) want(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: %d, want %d: %s", r.what, r.status, status, r.body)
	}
	if status == 204 && r.header.Get("Content-Type") != "" {
		r.t.Errorf("%s: an empty answer says it is %s", r.what, r.header.Get("Content-Type"))
	}
	return r
}

func (r reply) object() (object map[string]any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, &object); err != nil {
		r.t.Fatalf("%s: %v: %s", r.what, err, r.body)
	}
	return object
}

func (r reply) list(key string) (list []map[string]any) {
	r.t.Helper()
	items, _ := r.object()[key].([]any)
	for _, item := range items {
		object, _ := item.(map[string]any)
		list = append(list, object)
	}
	return list
}

// pythonZip is a code package whose function says one thing.
func pythonZip(t *testing.T, says string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	file, err := archive.Create("index.py")
	if err == nil {
		_, err = fmt.Fprintf(file, "def handler(event, context):\n    print('printed')\n    return %q\n", says)
	}
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}
