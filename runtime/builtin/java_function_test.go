package builtin

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

const javaLibrary = "com.aliyun.fc.runtime:fc-java-core:1.4.1"

func needs(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			lacks(t, program+" is missing")
		}
	}
}

func lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s, and in CI nothing is skipped", what)
	}
	t.Skip(what)
}

// library is the official library of interfaces, from Maven Central.
func library(t testing.TB) string {
	t.Helper()
	needs(t, "java", "javac", "mvn")
	cache, err := os.UserCacheDir()
	if err != nil {
		lacks(t, err.Error())
	}
	folder := filepath.Join(cache, "fcemu-test", "java-core")
	jar := filepath.Join(folder, "fc-java-core-1.4.1.jar")
	if _, err := os.Stat(jar); err == nil {
		return jar
	}
	output, err := exec.Command("mvn", "-q", "-B", "dependency:copy", "-Dartifact="+javaLibrary, "-DoutputDirectory="+folder).CombinedOutput()
	if err != nil {
		lacks(t, javaLibrary+" cannot be had: "+string(output))
	}
	return jar
}

// javaClasses compiles the functions of testdata for Java 8 and returns the class files by name.
func javaClasses(t testing.TB) files {
	t.Helper()
	dir := t.TempDir()
	sources, _ := filepath.Glob("testdata/java/shop/*.java")
	arguments := append([]string{"--release", "8", "-nowarn", "-Xlint:-options", "-encoding", "UTF-8", "-cp", library(t), "-d", dir}, sources...)
	if output, err := exec.Command("javac", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, output)
	}
	classes := files{}
	found, _ := filepath.Glob(dir + "/shop/*.class")
	for _, path := range found {
		classes["shop/"+filepath.Base(path)] = read(t, path)
	}
	return classes
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func zipped(t testing.TB, content files) string {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, text := range content {
		entry, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = entry.Write([]byte(text))
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func unzipped(t testing.TB, jar string) files {
	t.Helper()
	archive, err := zip.OpenReader(jar)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	content := files{}
	for _, entry := range archive.File {
		if !strings.HasSuffix(entry.Name, ".class") {
			continue
		}
		file, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		_, _ = text.ReadFrom(file)
		_ = file.Close()
		content[entry.Name] = text.String()
	}
	return content
}

// packages are the ways in which Java code comes.
func packages(t testing.TB) map[string]files {
	classes, core := javaClasses(t), library(t)
	both, nested, folder := unzipped(t, core), files{"lib/core.jar": read(t, core)}, files{"lib/core.jar": read(t, core)}
	for name, text := range classes {
		both[name], nested[name], folder[name] = text, text, text
	}
	return map[string]files{
		"folder":     folder,
		"fat jar":    {"app.jar": zipped(t, both)},
		"jars":       {"app.jar": zipped(t, classes), "lib/core.jar": read(t, core)},
		"nested jar": {"app.jar": zipped(t, nested)},
	}
}

const streams, orders = "shop.Streams::handleRequest", "shop.Orders::handleRequest"

func TestJavaCodeComesInManyShapes(t *testing.T) {
	for shape, code := range packages(t) {
		t.Run(shape, func(t *testing.T) {
			i := launch(t, NewJava(options(t, nil)), function("java11", streams), codeDir(t, code))
			i.invoke("héllo").expect(t, "", "héllo")
			i.invoke("loader").expect(t, "", "y")
		})
	}
}

func javaInstance(t *testing.T, id, handler string) *instance {
	fn := function(id, handler)
	fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{
		Initializer: &emulator.LifecycleHook{Handler: "shop.Streams::initialize", Timeout: 5},
		PreStop:     &emulator.LifecycleHook{Handler: "shop.Streams::preStop", Timeout: 5},
		PreFreeze:   &emulator.LifecycleHook{Handler: "shop.Streams::preFreeze", Timeout: 5},
	}
	return launch(t, NewJava(options(t, nil)), fn, codeDir(t, packages(t)["folder"]))
}

func TestJavaStreams(t *testing.T) {
	i := javaInstance(t, "java8", streams)
	started := i.call(emulator.HookInitializer, nil)
	started.expect(t, "", "")
	started.logged(t, "Z req-1 [INFO] initialize shop.Streams::initialize\n")
	i.invoke("initialized").expect(t, "", "true")
	i.invoke("context").expect(t, "", "req-3,STS.id,secret,token,hello,"+streams+",60000,512,my-project,my-store,prod,LATEST,2,{}")
	i.invoke("").expect(t, "", "")
	large := strings.Repeat("x", 8<<20)
	i.invoke(large).expect(t, "", large)
	i.invoke("children").expect(t, "", "n")
	logged := i.invoke("log")
	logged.expect(t, "", "")
	logged.logged(t, "printed é\n", "no newline", "Z req-7 [DEBUG] one\n", "Z req-7 [ERROR] two\n")
	if strings.Contains(logged.log, "hidden") {
		t.Errorf("the level does not count:\n%s", logged.log)
	}
	i.call(emulator.HookPreStop, nil).logged(t, "bye\n")
	if cold := i.call(emulator.HookPreFreeze, nil); cold.ErrorType != unhandled || !strings.Contains(string(cold.Payload), `"errorMessage" : "too cold"`) {
		t.Errorf("%s %s", cold.ErrorType, cold.Payload)
	}
}

func TestJavaErrors(t *testing.T) {
	i := javaInstance(t, "java11", streams)
	failed := i.invoke("fail")
	if failed.ErrorType != unhandled {
		t.Errorf("%q", failed.ErrorType)
	}
	want := `{
  "errorMessage" : "bad value",
  "errorType" : "java.lang.IllegalStateException",
  "errorCause" : "java.io.IOException: the cause",
  "stackTrace" : [ "shop.Streams.handleRequest(Streams.java:`
	if got := string(failed.Payload); !strings.HasPrefix(got, want) || strings.Contains(got, "fcemu") || strings.Contains(got, "reflect") {
		t.Errorf("%s", got)
	}
	failed.logged(t, "[ERROR] {\n")
	if deep := i.invoke("recurse"); !strings.Contains(string(deep.Payload), "java.lang.StackOverflowError") {
		t.Errorf("%.300s", deep.Payload)
	}
	i.invoke("x").expect(t, "", "x")
	if gone := i.invoke("exit"); gone.err == nil || i.exit() != 3 {
		t.Errorf("%+v", gone)
	}
	for handler, want := range map[string]string{
		"index.handler": "Invalid handler 'index.handler'", "shop.None::handleRequest": "java.lang.ClassNotFoundException",
		"shop.Streams::other": "the method is called handleRequest", "java.lang.Object::handleRequest": "implements neither",
	} {
		if got := javaInstance(t, "java11", handler).invoke(""); !strings.Contains(string(got.Payload), want) {
			t.Errorf("%s: %s", handler, got.Payload)
		}
	}
}

func TestJavaPojos(t *testing.T) {
	i := javaInstance(t, "java11", orders)
	event := `{"items":[{"name":"té","count":2,"unknown":[{}]}],"prices":{"té":2147483647},"size":"LARGE","weights":[1,2.5e1]}`
	i.invoke(event).expect(t, "", `{"lines":{"té":4294967294},"paid":false,"size":"LARGE","weights":[1.0,25.0]}`)
	i.invoke("").expect(t, "", "null")
	i.invoke("null").expect(t, "", "null")
	for event, want := range map[string]string{
		"{": "not JSON", `{"size":"HUGE"}`: "HUGE is no", `{"items":3}`: "where java.util.List is wanted", "[1]": "is wanted",
		`{"items":[{"name":{"first":"a"}}]}`: "where java.lang.String is wanted", `{"size":{}}`: "is wanted", `{"items":[{"count":{}}]}`: "where int is wanted",
		strings.Repeat("[", 100000): "nested too deeply",
	} {
		if got := i.invoke(event); got.ErrorType != unhandled || !strings.Contains(string(got.Payload), want) {
			t.Errorf("%.50s: %.200s", event, got.Payload)
		}
	}
}
