package builtin

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
)

const unhandled = emulator.UnhandledInvocationError

const pythonCases = `# -*- coding: utf-8 -*-
import sys, os, decimal, datetime
class Jsonable(object):
    def to_json(self): return {'b': 1, 'a': [1]}
class Odd(object): pass
def fail(event, context):
    raise ValueError('bad value')
def quiet(event, context):
    sys.stdout.write('no newline')
    os.write(2, b'raw\n')
def logs(event, context):
    import logging
    logging.getLogger().info('info %d', 1)
    logging.debug('hidden')
    print('printed')
    context.getLogger().warning('two\nlines')
cases = {
    'text': lambda e, c: u'h\xe9llo', 'bytes': lambda e, c: b'\x00\xff', 'dict': lambda e, c: {'b': [1, 2.5], 'a': u'h\xe9'},
    'list': lambda e, c: [], 'none': lambda e, c: None, 'int': lambda e, c: 42, 'bool': lambda e, c: True,
    'decimal': lambda e, c: {'d': decimal.Decimal('1.5')}, 'date': lambda e, c: [datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3, 4, 5)],
    'to_json': lambda e, c: Jsonable(), 'odd': lambda e, c: Odd(), 'context': lambda e, c: c,
    'fail': fail, 'quiet': quiet, 'logs': logs, 'exit': lambda e, c: sys.exit(3), '_exit': lambda e, c: os._exit(4),
    'cwd': lambda e, c: os.getcwd(), 'path': lambda e, c: sys.path[:4],
    'env': lambda e, c: sorted(k for k in os.environ if 'FC_' in k),
    'type': lambda e, c: type(e).__name__, 'version': lambda e, c: '%d.%d' % sys.version_info[:2],
    'encoding': lambda e, c: [sys.stdout.encoding, sys.stdout.errors, sys.warnoptions],
    'pythonpath': lambda e, c: __import__('beside').name, 'venv': lambda e, c: __import__('inside').name,
    'builtins': lambda e, c: [repr(exit)[:10], quit.name],
    'fd': lambda e, c: os.system('test -e /proc/self/fd/3'),
    'alias': lambda e, c: isinstance(c.request_id, str) and c.requestId == c.request_id,
    'attributes': lambda e, c: [c.credentials.accessKeyId, c.credentials.access_key_secret, c.function.memory, c.service.logProject, c.service.qualifier, c.account_id, c.retry_count, c.logger, c.tracing.span_baggages],
    'io': lambda e, c: __import__('io').BytesIO(b'x').read(),
}
def handler(event, context):
    return cases[event.decode()](event, context)
`

const dispatch = "index.handler"

// pythons lists the interpreters to test: one of each minor version, 3.6 and later.
func pythons(t *testing.T) []installation {
	t.Helper()
	var list []installation
	seen := map[string]bool{}
	for _, found := range pythonLanguage().installed() {
		minor := found.version.short(2)
		if found.version[0] == 3 && !found.version.less(version{3, 6}) && !seen[minor] {
			seen[minor] = true
			list = append(list, found)
		}
	}
	found, _, err := NewInterpreters(nil).Find("python3.11")
	if err != nil {
		t.Skip(err)
	}
	if !seen[found.version().short(2)] {
		list = append(list, installation{found.version(), found.Path})
	}
	if testing.Short() {
		list = list[:1]
	}
	return list
}

func TestPythonEncodesResultsOnEveryVersion(t *testing.T) {
	for _, python := range pythons(t) {
		t.Run(python.version.short(2), func(t *testing.T) {
			t.Parallel()
			checkPython(t, "python3.9", python.path)
		})
	}
}

func TestPython2(t *testing.T) {
	found, _, err := NewInterpreters(nil).Find("python2.7")
	if err != nil {
		t.Skip(err)
	}
	dir := codeDir(t, files{"index.py": pythonCases})
	i := launch(t, NewPython(options(t, map[string]string{"python2.7": found.Path})), function("python2.7", dispatch), dir)
	i.invoke("text").expect(t, "", "héllo")
	i.invoke("bytes").expect(t, "", "\x00\xff")
	i.invoke("dict").expect(t, "", "{\n    \"a\": \"h\\u00e9\",\n    \"b\": [\n        1,\n        2.5\n    ]\n}")
	i.invoke("version").expect(t, "", "2.7")
	got := i.invoke("logs")
	got.expect(t, "", "null")
	got.logged(t, "req-5 [INFO] info 1\nprinted\n")
	failed := i.invoke("fail")
	if failed.ErrorType != unhandled || !strings.Contains(string(failed.Payload), `"File \"/code/index.py\""`) {
		t.Errorf("%s", failed.Payload)
	}
	large := strings.Repeat("x", 1<<20)
	echo := launch(t, NewPython(options(t, nil)), function("python2.7", "echo.handler"),
		codeDir(t, files{"echo.py": "def handler(event, context):\n    return event\n"}))
	echo.invoke(large).expect(t, "", large)
}

func checkPython(t *testing.T, id, path string) {
	dir := codeDir(t, files{"index.py": pythonCases, "lib/beside.py": "name = 'beside'\n",
		"venv/lib/python3.9/site-packages/inside.py": "name = 'inside'\n"})
	i := launch(t, NewPython(options(t, map[string]string{id: path})), function(id, dispatch), dir, "PYTHONPATH=/code/lib")
	first := i.invoke("text")
	first.expect(t, "", "héllo")
	if first.log != "" {
		t.Errorf("cold start: %q", first.log)
	}
	version := "python" + minorOf(t, path)
	for _, c := range []struct{ event, want string }{
		{"bytes", "\x00\xff"},
		{"dict", "{\n    \"a\": \"h\\u00e9\",\n    \"b\": [\n        1,\n        2.5\n    ]\n}"},
		{"list", "[]"}, {"none", "null"}, {"int", "42"}, {"bool", "true"},
		{"decimal", "{\n    \"d\": 1.5\n}"},
		{"date", "[\n    \"2026-01-02\",\n    \"2026-01-02T03:04:05\"\n]"},
		{"to_json", "{\n    \"a\": [\n        1\n    ],\n    \"b\": 1\n}"},
		{"cwd", dir}, {"type", "bytes"}, {"pythonpath", "beside"}, {"venv", "inside"},
		{"path", indented(dir, "/opt/python/lib/"+version+"/site-packages", "/opt/python", dir+"/lib")},
		{"env", indented("FC_FUNC_CODE_PATH", "FC_REGION")},
		{"encoding", "[\n    \"utf-8\",\n    \"surrogateescape\",\n    [\n        \"ignore\"\n    ]\n]"},
		{"builtins", indented("Use exit()", "quit")},
		{"alias", "true"}, {"io", "x"},
		{"attributes", "[\n    \"STS.id\",\n    \"secret\",\n    512,\n    \"my-project\",\n    \"prod\",\n    \"123456789012\",\n    2,\n    null,\n    {}\n]"},
	} {
		t.Run(c.event, func(t *testing.T) { i.invoke(c.event).expect(t, "", c.want) })
	}
	if got := i.invoke("fd"); string(got.Payload) == "0" {
		t.Error("a child process got descriptor 3")
	}
	checkPythonErrors(t, i)
	checkPythonLogs(t, i)
}

func indented(items ...string) string {
	data, _ := json.MarshalIndent(items, "", "    ")
	return string(data)
}

func checkPythonErrors(t *testing.T, i *instance) {
	failed := i.invoke("fail")
	want := `{
    "errorMessage": "bad value",
    "errorType": "ValueError",
    "stackTrace": [
        [
            "File \"/code/index.py\"",
            "line 49",
            "in handler",
            "return cases[event.decode()](event, context)"
        ],
        [
            "File \"/code/index.py\"",
            "line 7",
            "in fail",
            "raise ValueError('bad value')"
        ]
    ]
}`
	want = strings.Replace(want, "line 49", fmt.Sprintf("line %d", strings.Count(pythonCases, "\n")), 1)
	failed.expect(t, unhandled, want)
	record := regexp.MustCompile(`(?s)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z req-\d+ \[ERROR\] (.*)\n$`).FindStringSubmatch(failed.log)
	if record == nil || record[1] != want {
		t.Errorf("log: %s", failed.log)
	}
	odd := i.invoke("odd")
	if odd.ErrorType != unhandled || !strings.Contains(string(odd.Payload), "Object of type Odd is not JSON serializable") {
		t.Errorf("%s", odd.Payload)
	}
}

func checkPythonLogs(t *testing.T, i *instance) {
	i.invoke("quiet").logged(t, "no newline", "raw\n")
	got := i.invoke("logs")
	pattern := `^(\S+Z) req-\d+ \[INFO\] info 1\nprinted\n(\S+Z) req-\d+ \[WARNING\] two\nlines\n$`
	match := regexp.MustCompile(pattern).FindStringSubmatch(got.log)
	if match == nil {
		t.Fatalf("log: %q", got.log)
	}
	when, err := time.Parse("2006-01-02T15:04:05.000Z", match[1])
	if err != nil || time.Since(when).Abs() > time.Minute {
		t.Errorf("time %q: %v", match[1], err)
	}
}

func TestPythonExits(t *testing.T) {
	dir := codeDir(t, files{"index.py": pythonCases})
	for event, code := range map[string]int{"exit": 3, "_exit": 4} {
		i := launch(t, NewPython(options(t, nil)), function("python3.11", dispatch), dir)
		if got := i.invoke(event); got.err == nil {
			t.Errorf("%s: a reply came: %s", event, got.Payload)
		}
		if got := i.exit(); got != code {
			t.Errorf("%s: status %d, want %d", event, got, code)
		}
	}
	idle := launch(t, NewPython(options(t, nil)), function("python3.11", dispatch), dir)
	idle.invoke("int").expect(t, "", "42")
	idle.session.Close()
	if got := idle.exit(); got != 0 {
		t.Errorf("at the end of the line: status %d", got)
	}
}

func TestPythonTellsItsStacksWhenTerminated(t *testing.T) {
	dir := codeDir(t, files{"index.py": "import time\ndef handler(event, context):\n    print('begun')\n    time.sleep(60)\n"})
	i := launch(t, NewPython(options(t, nil)), function("python3.11", dispatch), dir)
	time.AfterFunc(300*time.Millisecond, func() { _ = i.command.Process.Signal(syscall.SIGTERM) })
	got := i.invoke("")
	if got.err == nil || i.exit() != 143 {
		t.Errorf("%v, status %d", got.err, i.command.ProcessState.ExitCode())
	}
	got.logged(t, "begun\n", "Dumping stack trace after function timeout\n", `File "/code/index.py", line 4, in handler`)
}

func TestPythonLoadFailures(t *testing.T) {
	dir := codeDir(t, files{
		"index.py": "def other(): pass\n", "syntax.py": "def x(:\n", "boom.py": "def f():\n    raise KeyError('k')\nf()\n",
		"missing.py": "import oss2_\nimport no_such_module\n", "pkg/sub/mod.py": "def handler(e, c): return 'deep'\n",
		"io.py": "def handler(e, c): return 'mine'\n", "my-dir/a.py": "def handler(e, c): return 'dash'\n",
	})
	for _, c := range []struct{ handler, kind, message string }{
		{"nodot", "InvalidHandleName", "Invalid handler 'nodot'"},
		{"absent.handler", "ImportModuleError", "Unable to import module 'absent'"},
		{"missing.handler", "ImportModuleError", "Unable to import module 'missing'"},
		{"syntax.handler", "UserCodeSyntaxError", "Syntax error in module 'syntax'"},
		{"boom.handler", "UserCodeError", "Module initialization error: ''k''"},
		{"index.handler", "HandlerNotFound", "Handler 'handler' is missing on module 'index'"},
		{"pkg/sub/mod.handler", "", "deep"}, {"pkg.sub.mod.handler", "", "deep"}, {"my-dir/a.handler", "", "dash"},
		{"io.handler", "", "mine"},
	} {
		t.Run(c.handler, func(t *testing.T) {
			t.Parallel()
			i := launch(t, NewPython(options(t, nil)), function("python3.11", c.handler), dir)
			got := i.invoke("")
			if c.kind == "" {
				got.expect(t, "", c.message)
				return
			}
			var body struct {
				ErrorMessage, ErrorType string
				StackTrace              [][]string
			}
			if err := json.Unmarshal(got.Payload, &body); err != nil || got.ErrorType != unhandled {
				t.Fatalf("%v %q: %s %v", got.ErrorType, got.Payload, got.log, err)
			}
			if body.ErrorType != c.kind || body.ErrorMessage != c.message {
				t.Errorf("%+v", body)
			}
			if strings.Contains(string(got.Payload), "_fcemu") || strings.Contains(got.log, dir) {
				t.Errorf("not for users: %s\n%s", got.Payload, got.log)
			}
		})
	}
}

// TestPythonFilesNamedLikeTheStandardLibrary: the cloud's runtime has loaded json, logging, traceback and what they
// need before the code, whose files by these names are found by nobody, but as the handler's.
func TestPythonFilesNamedLikeTheStandardLibrary(t *testing.T) {
	code := files{"index.py": "import logging, types\ndef handler(e, c):\n    logging.info('info')\n" +
		"    if e: raise ValueError('bad')\n    return {'types': hasattr(types, 'mine')}\n", "logging/__init__.py": "mine = 1\n"}
	for _, name := range []string{"json", "re", "token", "types", "stat", "traceback", "string", "time"} {
		code[name+".py"] = "mine = 1\ndef handler(e, c): return {'module': __name__}\n"
	}
	dir := codeDir(t, code)
	check := func(t *testing.T, runtime string, find *Interpreters) {
		kind := NewPython(Options{Interpreters: find, Dir: filepath.Join(sharedDir(t), "bootstrap"), Account: "1", Region: "cn-hangzhou"})
		i := launch(t, kind, function(runtime, dispatch), dir)
		got := i.invoke("")
		got.expect(t, "", "{\n    \"types\": false\n}")
		got.logged(t, "[INFO] info\n")
		if got = i.invoke("x"); got.ErrorType != unhandled || !strings.Contains(string(got.Payload), `"errorType": "ValueError"`) {
			t.Errorf("%s %s", got.ErrorType, got.Payload)
		}
		launch(t, kind, function(runtime, "json.handler"), dir).invoke("").expect(t, "", "{\n    \"module\": \"json\"\n}")
	}
	for _, python := range pythons(t) {
		t.Run(python.version.short(2), func(t *testing.T) {
			t.Parallel()
			check(t, "python3.11", NewInterpreters(map[string]string{"python3.11": python.path}))
		})
	}
	if _, _, err := NewInterpreters(nil).Find("python2.7"); err == nil {
		t.Run("2.7", func(t *testing.T) {
			t.Parallel()
			check(t, "python2.7", NewInterpreters(nil))
		})
	}
}

func TestPythonContext(t *testing.T) {
	dir := codeDir(t, files{"index.py": pythonCases})
	full := `{"accountId":"123456789012","credentials":{"accessKeyId":"STS.id","accessKeySecret":"secret","securityToken":"token"},
		"function":{"handler":"index.handler","memory":512,"name":"hello","timeout":60},"region":"cn-hangzhou","requestId":"req-1","retryCount":2,
		"service":{"logProject":"my-project","logStore":"my-store","name":"","qualifier":"prod","versionId":"LATEST"},
		"tracing":{"jaegerEndpoint":"","openTracingSpanBaggages":{},"openTracingSpanContext":""}}`
	slim := `{"accountId":"123456789012",
		"function":{"handler":"index.handler","memory":512,"name":"hello","timeout":60,"versionId":"LATEST","qualifier":"prod"},"region":"cn-hangzhou",
		"requestId":"req-1","retryCount":2,"logProject":"my-project","logStore":"my-store",
		"tracing":{"jaegerEndpoint":"","openTracingSpanBaggages":{},"openTracingSpanContext":""}}`
	for id, want := range map[string]string{"python3": full, "python3.10": full, "python3.12": slim} {
		i := launch(t, NewPython(options(t, nil)), function(id, dispatch), dir)
		sameJSON(t, id, i.invoke("context").Payload, want)
	}
}

func sameJSON(t *testing.T, name string, got []byte, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%s: %v: %s", name, err, got)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, a); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestPythonHooks(t *testing.T) {
	dir := codeDir(t, files{"index.py": `
state = []
def init(context):
    print('init ' + context.function.handler)
    state.append(1)
    return 'ignored'
def stop(context):
    raise RuntimeError('stopping')
def handler(event, context):
    return len(state)
`})
	fn := function("python3.11", dispatch)
	fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{
		Initializer: &emulator.LifecycleHook{Handler: "index.init"}, PreStop: &emulator.LifecycleHook{Handler: "index.stop"},
	}
	i := launch(t, NewPython(options(t, nil)), fn, dir)
	first := i.call(emulator.HookInitializer, nil)
	first.expect(t, "", "")
	first.logged(t, "init index.init\n")
	i.invoke("").expect(t, "", "1")
	if got := i.call(emulator.HookPreStop, nil); got.ErrorType != unhandled || !strings.Contains(string(got.Payload), "stopping") {
		t.Errorf("%q %s", got.ErrorType, got.Payload)
	}
	fn.InstanceLifecycleConfig.Initializer.Handler = "index.none"
	j := launch(t, NewPython(options(t, nil)), fn, dir)
	if got := j.call(emulator.HookInitializer, nil); got.ErrorType != unhandled || !strings.Contains(string(got.Payload), "index") {
		t.Errorf("%q %s", got.ErrorType, got.Payload)
	}
}

func TestPythonPthFilesWhenAnImportFails(t *testing.T) {
	found, _, err := NewInterpreters(nil).Find("python3.11")
	if err != nil {
		t.Skip(err)
	}
	dir := codeDir(t, files{
		"index.py": "def handler(e, c):\n    import hidden\n    return hidden.name\n",
		"venv/lib/python3/site-packages/hidden.pth":    "../elsewhere\nimport sys; sys.pth_ran = True\n",
		"venv/lib/python3/elsewhere/hidden.py":         "import sys\nname = 'found %s' % sys.pth_ran\n",
		"venv/lib/python3/site-packages/unrelated.txt": "",
	})
	i := launch(t, NewPython(options(t, map[string]string{"python3": found.Path})), function("python3", dispatch), dir)
	i.invoke("").expect(t, "", "found True")
}

func minorOf(t *testing.T, path string) string {
	t.Helper()
	found, err := NewInterpreters(nil).probe(pythonLanguage(), path)
	if err != nil {
		t.Fatal(err)
	}
	return found.version().short(2)
}
