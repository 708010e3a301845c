package cmd_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

// conforming is a language whose program keeps the contract of testdata/conformance/README.md. A new
// one is a row here and a folder there. HTTP handlers of FC 2.0 have a table of their own, languages.
type conforming struct {
	runtime string
	folder  string
	hooks   [3]string                         // handler, initializer, preStop
	needs   []string                          // programs
	host    func() (string, error)            // finds the interpreter where that is no program of needs
	build   func(t *testing.T, folder string) // makes code of the copied folder; nil: it is code
	lacks   []string                          // what its context does not tell
	custom  bool                              // it is a server, which takes several calls at a time
	quoted  bool                              // its library makes JSON of every result
}

func conformingLanguages() []conforming {
	python := [3]string{"index.handler", "index.initialize", "index.pre_stop"}
	node := [3]string{"index.handler", "index.initialize", "index.preStop"}
	java := [3]string{"example.Conform::handleRequest", "example.Conform::initialize", "example.Conform::preStop"}
	return []conforming{
		{runtime: "python3.10", folder: "python", hooks: python, needs: []string{"python3"}},
		{runtime: "python3.12", folder: "python", hooks: python, needs: []string{"python3"}, lacks: []string{"service", "keys"}},
		{runtime: "nodejs16", folder: "node", hooks: [3]string{"index.classic", "index.classicInitialize", "index.classicPreStop"}, needs: []string{"node"}},
		{runtime: "nodejs20", folder: "node", hooks: node, needs: []string{"node"}},
		{runtime: "java11", folder: "java", hooks: java, needs: []string{"java", "javac", "mvn"}, build: compileJava, lacks: []string{"region", "account"}},
		{runtime: "dotnetcore3.1", folder: "dotnet", hooks: [3]string{"Code::Example.Conform::Handle", "Code::Example.Conform::Initialize", "Code::Example.Conform::PreStop"},
			host: dotnetHost, build: compileDotnet, lacks: []string{"retryCount"}},
		{runtime: "php7.2", folder: "php", hooks: node, needs: []string{"php"}},
		{runtime: "go1", folder: "go1", hooks: [3]string{"main", "main", "main"}, needs: []string{"go"}, build: buildGo, quoted: true},
		{runtime: "custom.debian12", folder: "custom", hooks: [3]string{"h", "h", "h"}, needs: []string{"python3"}, custom: true, lacks: []string{"service"}},
	}
}

const conformanceProject = `edition: 3.0.0
name: conformance
vars:
  common: &common
    region: cn-hangzhou
    role: acs:ram::123456789:role/shop
    runtime: %[1]s
    handler: %[2]s
    code: ./code
    environmentVariables: {GREETING: hello}
    logConfig: {project: my-project, logstore: my-store}
    instanceLifecycleConfig: {initializer: {handler: %[3]s, timeout: 60}, preStop: {handler: %[4]s, timeout: 10}}
    instanceConcurrency: %[5]d
resources:
  main:
    component: fc3
    props:
      <<: *common
      functionName: main
      memorySize: 512
      timeout: 60
      triggers: [{triggerName: web, triggerType: http, triggerConfig: {authType: anonymous, methods: [GET, POST]}}]
  brief:
    component: fc3
    props: {<<: *common, functionName: brief, memorySize: 512, timeout: 1}
  small:
    component: fc3
    props: {<<: *common, functionName: small, memorySize: 256, timeout: 60}
`

// conformer is one language under test. What its texts look like is gathered for the golden file.
type conformer struct {
	*running
	conforming
	t     *testing.T
	texts []goldenText
}

// TestConformance holds every language to one contract, through the API of the real binary.
func TestConformance(t *testing.T) {
	for _, language := range conformingLanguages() {
		t.Run(language.runtime, func(t *testing.T) {
			for _, program := range language.needs {
				needs(t, program)
			}
			c := &conformer{conforming: language, t: t, running: startIn(t, language.project(t), "-t", "s.yaml")}
			c.cold()
			c.bytes()
			c.facts()
			c.logs()
			c.failures()
			c.limits()
			c.concurrency()
			c.trigger()
			c.stop()
			c.compare()
		})
	}
}

// project makes a folder with s.yaml and code.
func (l *conforming) project(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	code := filepath.Join(folder, "code")
	if err := os.CopyFS(code, os.DirFS(filepath.Join("testdata/conformance", l.folder))); err != nil {
		t.Fatal(err)
	}
	if l.build != nil {
		l.build(t, code)
	}
	write(t, folder, "s.yaml", fmt.Sprintf(conformanceProject, l.runtime, l.hooks[0], l.hooks[1], l.hooks[2], l.slots()))
	return folder
}

// slots is how many calls an instance takes at a time.
func (l *conforming) slots() int {
	if l.custom {
		return 5
	}
	return 1
}

// compileJava compiles all sources against the official interfaces, which come with the code.
func compileJava(t *testing.T, folder string) {
	t.Helper()
	const core = "fc-java-core-1.4.1.jar"
	if err := os.CopyFS(filepath.Join(folder, "lib"), os.DirFS(javaLibraries(t))); err != nil {
		t.Fatal(err)
	}
	others, err := filepath.Glob(filepath.Join(folder, "lib", "*.jar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, jar := range others {
		if filepath.Base(jar) != core {
			if err := os.Remove(jar); err != nil {
				t.Fatal(err)
			}
		}
	}
	inFolder(t, folder, "sh", "-c", "javac --release 8 -Xlint:-options -encoding UTF-8 -cp lib/"+core+" -d . *.java")
}

// dotnetHost is the .NET of the tests. In CI it is fetched.
func dotnetHost() (string, error) {
	host, err := exec.Command("../.ci/dotnet").CombinedOutput()
	if err != nil {
		return "", errors.New(string(host))
	}
	return strings.TrimSpace(string(host)), nil
}

// compileDotnet compiles all sources against a library that stands in for the official one, and names
// the .NET of the tests to the emulator, whose folder is that above.
func compileDotnet(t *testing.T, folder string) {
	t.Helper()
	host, err := dotnetHost()
	if err != nil {
		missing(t, "%v", err)
	}
	command, err := filepath.Abs("../.ci/dotnet")
	if err != nil {
		t.Fatal(err)
	}
	core, err := filepath.Abs("../runtime/builtin/testdata/dotnet/core")
	if err != nil {
		t.Fatal(err)
	}
	const logging, library = "Microsoft.Extensions.Logging.Abstractions.dll", "Aliyun.Serverless.Core.dll"
	inFolder(t, folder, command, "-target:library", "-out:"+logging, core+"/Logging.cs")
	inFolder(t, folder, command, "-target:library", "-out:"+library, "-r:"+logging, core+"/Core.cs")
	inFolder(t, folder, command, "-langversion:8", "-target:library", "-out:Code.dll", "-r:"+logging, "-r:"+library, "*.cs")
	write(t, filepath.Dir(folder), "fcemu.yaml", "interpreters: {dotnetcore3.1: "+host+"}\n")
}

// ask calls a function with an event that says what to do.
func (c *conformer) ask(function, what string) *client.Result {
	c.t.Helper()
	return c.call(function, fmt.Appendf(nil, `{"do":%q}`, what))
}

func (c *conformer) call(function string, event []byte) *client.Result {
	c.t.Helper()
	result, err := c.client.Invoke(c.t.Context(), client.Invocation{
		Reference: emulator.Reference{Name: emulator.Name{Function: function}}, Event: event, Log: true})
	if err != nil {
		c.t.Fatalf("%s %.60s: %v\n%s", function, event, err, c.output)
	}
	return result
}

// told is what an answer looks like when the program gives this text, or these bytes.
func (l *conforming) told(answer any) string {
	if !l.quoted {
		return fmt.Sprintf("%s", answer)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// expect holds a good answer against the contract.
func (c *conformer) expect(result *client.Result, what string, answer any) {
	c.t.Helper()
	if want := c.told(answer); result.StatusCode != 200 || result.ErrorType != "" || string(result.Payload) != want {
		c.t.Errorf("%s: %d %s %d bytes %.300q, want %d bytes %.300q", what, result.StatusCode, result.ErrorType,
			len(result.Payload), result.Payload, len(want), want)
	}
}

// fails expects a function error in the platform's words, and that the next call gets a fresh instance.
func (c *conformer) fails(function, what, message string) *client.Result {
	c.t.Helper()
	before := c.ask(function, "ready")
	c.expect(before, "before "+what, "yes")
	result := c.ask(function, what)
	if result.StatusCode != 200 || result.ErrorType != "UnhandledInvocationError" || !strings.HasPrefix(string(result.Payload), `{"errorMessage":"`+message) {
		c.t.Errorf("%s: %d %s %s", what, result.StatusCode, result.ErrorType, result.Payload)
	}
	after := c.ask(function, "ready")
	c.expect(after, "after "+what, "yes")
	if after.InstanceID == before.InstanceID || !after.ColdStart {
		c.t.Errorf("after %s the instance was used again", what)
	}
	return result
}
