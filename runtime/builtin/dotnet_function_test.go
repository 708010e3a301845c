package builtin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

const dotnetStreams = "Shop::Shop.Streams::Handle"

// dotnetCode compiles the functions of testdata, with a library that stands in for the official one.
func dotnetCode(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	dll := func(name string) string { return filepath.Join(dir, name+".dll") }
	const logging, core = "Microsoft.Extensions.Logging.Abstractions", "Aliyun.Serverless.Core"
	csc(t, "-target:library", "-out:"+dll(logging), "testdata/dotnet/core/Logging.cs")
	csc(t, "-target:library", "-out:"+dll(core), "-r:"+dll(logging), "testdata/dotnet/core/Core.cs")
	csc(t, "-target:library", "-out:"+dll("Parts"), "testdata/dotnet/Part.cs")
	csc(t, "-target:library", "-out:"+dll("Shop"), "-r:"+dll(logging), "-r:"+dll(core), "testdata/dotnet/shop/Streams.cs", "testdata/dotnet/shop/Orders.cs")
	return dir
}

func dotnetInstance(t testing.TB, dir, id, handler string, env ...string) *instance {
	t.Helper()
	fn := function(id, handler)
	fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{
		Initializer: &emulator.LifecycleHook{Handler: "Shop::Shop.Streams::Initialize", Timeout: 5},
		PreStop:     &emulator.LifecycleHook{Handler: "Shop::Shop.Streams::PreStop", Timeout: 5},
		PreFreeze:   &emulator.LifecycleHook{Handler: "Shop::Shop.Streams::PreFreeze", Timeout: 5},
	}
	host := dotnetHost(t)
	o := options(t, nil)
	o.Interpreters = NewInterpreters(map[string]string{"dotnetcore2.1": host, "dotnetcore3.1": host})
	return launch(t, NewDotnet(o), fn, dir, env...)
}

func TestDotnetStreams(t *testing.T) {
	dir := dotnetCode(t)
	i := dotnetInstance(t, dir, "dotnetcore3.1", dotnetStreams)
	started := i.call(emulator.HookInitializer, nil)
	started.expect(t, "", "")
	started.logged(t, "Z req-1 [INFO] initialize Shop::Shop.Streams::Initialize\n")
	i.invoke("initialized").expect(t, "", "True")
	i.invoke("context").expect(t, "", "req-3,STS.id,secret,token,hello,"+dotnetStreams+",Shop::Shop.Streams::Initialize,60,5,512,"+
		",my-project,my-store,prod,LATEST,123456789012,cn-hangzhou")
	i.keys = &runtime.Credentials{AccessKeyID: "STS.new", AccessKeySecret: "fresh", SecurityToken: "other"}
	if got := i.invoke("context"); !strings.Contains(string(got.Payload), "req-4,STS.new,fresh,other,") {
		t.Errorf("%s", got.Payload)
	}
	i.invoke("").expect(t, "", "")
	i.invoke("héllo").expect(t, "", "héllo")
	large := strings.Repeat("x", 32<<20)
	i.invoke(large).expect(t, "", large)
	i.invoke("children").expect(t, "", "0")
	i.invoke("environment").expect(t, "", "")
	i.invoke("byName").expect(t, "", "Shop.Part of another assembly")
	logged := i.invoke("log")
	logged.expect(t, "", "Error,False")
	logged.logged(t, "printed é\n", "no newline\n", "to standard error\n", "Z req-11 [WARNING] one\n", "Z req-11 [DEBUG] two\n", "Z req-11 [ERROR] three\n")
	if strings.Contains(logged.log, "hidden") {
		t.Errorf("the level does not count:\n%s", logged.log)
	}
	i.invoke("console").logged(t, "kept back")
	i.call(emulator.HookPreStop, nil).logged(t, "bye\n")
	if cold := i.call(emulator.HookPreFreeze, nil); cold.ErrorType != unhandled || !strings.Contains(string(cold.Payload), `"errorMessage":"too cold"`) {
		t.Errorf("%s %s", cold.ErrorType, cold.Payload)
	}
}

func TestDotnetErrors(t *testing.T) {
	dir := dotnetCode(t)
	i := dotnetInstance(t, dir, "dotnetcore2.1", dotnetStreams)
	failed := i.invoke("fail")
	const want = `{"errorMessage":"bad \"value\"","errorType":"System.InvalidOperationException","stackTrace":["   at Shop.Streams.Answer(String word, IFcContext context)`
	got := string(failed.Payload)
	if failed.ErrorType != unhandled || !strings.HasPrefix(got, want) || strings.Contains(got, "Fcemu") || strings.Contains(got, "Reflection") {
		t.Errorf("%s %s", failed.ErrorType, got)
	}
	failed.logged(t, `[ERROR] System.InvalidOperationException: bad "value"`+"\n   at Shop.Streams.Answer(", " ---> System.IO.IOException: the cause\n")
	if later := string(i.invoke("later").Payload); !strings.Contains(later, "System.AggregateException") || !strings.Contains(later, "(later)") {
		t.Errorf("%s", later)
	}
	i.invoke("x").expect(t, "", "x")
	if gone := i.invoke("exit"); gone.err == nil || i.exit() != 3 {
		t.Errorf("%+v", gone)
	}
	thrown := dotnetInstance(t, dir, "dotnetcore3.1", dotnetStreams).invoke("thread")
	if thrown.err == nil {
		t.Error("an exception on a thread did not end the process")
	}
	thrown.logged(t, "Unhandled exception. System.InvalidOperationException: on a thread")
}

func TestDotnetHandlers(t *testing.T) {
	dir := dotnetCode(t)
	for handler, c := range map[string]struct{ event, want string }{
		"Buy": {`{"Items":[{"name":"té","Count":2,"unknown":[{}]}],"prices":{"té":2147483647},"Size":1}`,
			`{"Lines":{"té":4294967294},"Paid":false,"Size":1}`},
		"Greet":        {`"you"`, `"Hi <you>"`},
		"Length":       {"[1,2,3]", "3"},
		"Twice":        {"", "0"},
		"Nothing":      {"x", ""},
		"NothingLater": {"x", ""},
		"NoInput":      {"anything", `"alone"`},
		"Serialized":   {"cba", "serialized abc!"},
	} {
		i := dotnetInstance(t, dir, "dotnetcore3.1", "Shop::Shop.Orders::"+handler)
		i.invoke(c.event).expect(t, "", c.want)
	}
	orders := dotnetInstance(t, dir, "dotnetcore3.1", "Shop::Shop.Orders::Buy")
	orders.invoke("").expect(t, "", "null")
	if got := orders.invoke("{"); got.ErrorType != unhandled || !strings.Contains(string(got.Payload), "JsonException") {
		t.Errorf("%s", got.Payload)
	}
	for handler, want := range map[string]string{
		"index.handler":            "Invalid handler 'index.handler': expected Assembly::Namespace.Class::Method",
		"Shop::Shop.Orders":        "Invalid handler",
		"None::Shop.Orders::Buy":   "the code has no None.dll, which the handler names",
		"Shop::Shop.None::Buy":     "the assembly Shop has no class Shop.None",
		"Shop::Shop.Orders::None":  "the class Shop.Orders has no public method None",
		"Shop::Shop.Orders::Twins": "has several public methods Twins", "Shop::Shop.Orders::Hidden": "no public method Hidden",
		"Shop::Shop.Orders::Generic": "is generic", "Shop::Shop.Orders::TooMany": "takes more than an input",
		"Shop::Shop.Broken::Handle": `"errorType":"System.FormatException"`,
	} {
		got := dotnetInstance(t, dir, "dotnetcore3.1", handler).invoke("x")
		if got.ErrorType != unhandled || !strings.Contains(string(got.Payload), want) {
			t.Errorf("%s: %s %v\n%s", handler, got.Payload, got.err, got.log)
		}
	}
}

// TestDotnetHTTPHandlers: ASP.NET Core is that of the machine, where the function asks for it, or comes
// with the function.
func TestDotnetHTTPHandlers(t *testing.T) {
	dir := dotnetCode(t)
	shared, err := filepath.Glob(filepath.Join(filepath.Dir(dotnetHost(t)), "shared/Microsoft.AspNetCore.App/*"))
	if err != nil || len(shared) == 0 {
		t.Skip("this .NET has no ASP.NET Core")
	}
	t.Setenv("WEB", "1")
	csc(t, "-target:library", "-out:"+filepath.Join(dir, "Page.dll"), "-r:"+filepath.Join(dir, "Aliyun.Serverless.Core.dll"), "testdata/dotnet/Page.cs")
	const framework = `{"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "3.1.0"}}}`
	if err := os.WriteFile(filepath.Join(dir, "Page.runtimeconfig.json"), []byte(framework), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Run("of the machine", func(t *testing.T) { checkPage(t, dir) })
	if err := os.Remove(filepath.Join(dir, "Page.runtimeconfig.json")); err != nil {
		t.Fatal(err)
	}
	for _, part := range assembliesIn(t, shared[len(shared)-1]) {
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(part)), []byte(read(t, part)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("of the code", func(t *testing.T) { checkPage(t, dir) })
}

func checkPage(t *testing.T, dir string) {
	t.Helper()
	i := dotnetInstance(t, dir, "dotnetcore3.1", "Page::Shop.Page::HandleRequest")
	got := i.request("/proxy/a%20b?a=1%202", map[string][]string{"X-Many": {"1", "2"}}, []byte("héllo"))
	if got.HTTP == nil {
		t.Fatalf("%s", got.Payload)
	}
	head, _ := json.Marshal(got.HTTP.Header)
	const want = "POST|/proxy|/a%20b|?a=1%202|here|1 2|127.0.0.1|héllo"
	if got.HTTP.Status != 201 || string(got.Payload) != want || string(head) != `{"Content-Type":["text/plain"],"X-Many":["1","2"]}` {
		t.Errorf("%+v %s\n%s", got, head, got.Payload)
	}
	if thrown := i.request("/proxy/throw", nil, nil); thrown.ErrorType != unhandled || !strings.Contains(string(thrown.Payload), "no page") {
		t.Errorf("%+v", thrown)
	}
	if wrong := i.invoke("x"); !strings.Contains(string(wrong.Payload), "takes an HttpRequest, and this call brings an event") {
		t.Errorf("%s", wrong.Payload)
	}
	if plain := dotnetInstance(t, dir, "dotnetcore3.1", "Page::Shop.Page::Plain").request("/x", nil, nil); plain.HTTP == nil || plain.HTTP.Status != 204 || len(plain.Payload) != 0 {
		t.Errorf("%+v", plain)
	}
	wrong := dotnetInstance(t, dir, "dotnetcore3.1", dotnetStreams).request("/x", nil, nil)
	if wrong.ErrorType != unhandled || !strings.Contains(string(wrong.Payload), "takes no HttpRequest and HttpResponse") {
		t.Errorf("%s", wrong.Payload)
	}
}

func assembliesIn(t *testing.T, folder string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*.dll"))
	if err != nil || len(found) == 0 {
		t.Fatal("no assemblies in ", folder, err)
	}
	return found
}

// TestDotnetAssembliesOfTheCode: its own Json.NET reads and writes, here the one of the SDK; of what the
// framework has an older one does not count and a newer one does; packages lie where deps.json says.
func TestDotnetAssembliesOfTheCode(t *testing.T) {
	dir := dotnetCode(t)
	copies, err := filepath.Glob(filepath.Join(filepath.Dir(dotnetHost(t)), "sdk/*/Newtonsoft.Json.dll"))
	if err != nil || len(copies) == 0 {
		t.Skip("the SDK has no Newtonsoft.Json.dll")
	}
	put := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("Newtonsoft.Json.dll", read(t, copies[0]))
	const annotated = `namespace Own {
		public class Event { [Newtonsoft.Json.JsonProperty("n")] public int Number; public System.DateTime? Time; }
		public class Handlers {
			public Event Twice(Event e) { e.Number *= 2; return e; }
			public string Sum(System.IO.Stream input) { return System.Type.GetType("Newer, System.Drawing").Name + System.Type.GetType("Lib.In, Lib").Name +
				(System.Type.GetType("Older, System.Text.Json") == null) + new System.Security.Cryptography.CryptographicException("!").Message; }
		}
	}`
	source := filepath.Join(t.TempDir(), "own.cs")
	compile := func(name, text string, more ...string) {
		t.Helper()
		if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		csc(t, append([]string{"-target:library", "-out:" + filepath.Join(dir, name), source}, more...)...)
	}
	compile("Own.dll", annotated, "-r:"+filepath.Join(dir, "Newtonsoft.Json.dll"))
	compile("System.Text.Json.dll", "public class Older {}")
	compile("System.Drawing.dll", `[assembly: System.Reflection.AssemblyVersion("99.0.0.0")] public class Newer {}`)
	compile("Lib.dll", "namespace Lib { public class In {} }")
	put("runtimes/any/lib/netcoreapp3.1/Lib.dll", read(t, filepath.Join(dir, "Lib.dll")))
	if err := os.Remove(filepath.Join(dir, "Lib.dll")); err != nil {
		t.Fatal(err)
	}
	put("Own.deps.json", `{"runtimeTarget": {"name": ".NETCoreApp,Version=v3.1"}, "targets": {".NETCoreApp,Version=v3.1": {
		"Own/1.0.0": {"runtime": {"Own.dll": {}}},
		"Lib/1.0.0": {"runtimeTargets": {"runtimes/any/lib/netcoreapp3.1/Lib.dll": {"rid": "any", "assetType": "runtime"}}}}},
		"libraries": {"Own/1.0.0": {"type": "project", "serviceable": false, "sha512": ""}, "Lib/1.0.0": {"type": "package", "serviceable": true, "sha512": "sha512-x", "path": "lib/1.0.0"}}}`)
	dotnetInstance(t, dir, "dotnetcore3.1", "Own::Own.Handlers::Twice").invoke(`{"n":21}`).expect(t, "", `{"n":42,"Time":null}`)
	dotnetInstance(t, dir, "dotnetcore3.1", "Own::Own.Handlers::Sum").invoke("x").expect(t, "", `"NewerInTrue!"`)
}

// TestDotnetWebFrameworks: ASP.NET Core is there for who asks for it.
func TestDotnetWebFrameworks(t *testing.T) {
	if !isDir(filepath.Join(filepath.Dir(dotnetHost(t)), "shared/Microsoft.AspNetCore.App")) {
		t.Skip("this .NET has no ASP.NET Core")
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "web.cs")
	const text = `public class Web { public bool Has(System.IO.Stream input) { return System.Type.GetType("Microsoft.AspNetCore.Http.PathString, Microsoft.AspNetCore.Http.Abstractions") != null; } }`
	if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	csc(t, "-target:library", "-out:"+filepath.Join(dir, "Web.dll"), source)
	dotnetInstance(t, dir, "dotnetcore3.1", "Web::Web::Has").invoke("x").expect(t, "", "false")
	if err := os.WriteFile(filepath.Join(dir, "Web.runtimeconfig.json"), []byte(`{"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "3.1.0"}}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	dotnetInstance(t, dir, "dotnetcore3.1", "Web::Web::Has").invoke("x").expect(t, "", "true")
}
