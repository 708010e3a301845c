package builtin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

const handled = emulator.HandledInvocationError

const nodeCases = `
const cases = {
  text: (e, c, cb) => cb(null, 'héllo'), buffer: (e, c, cb) => cb(null, Buffer.from([0, 255])),
  object: (e, c, cb) => cb(null, { b: 1, a: [true] }), none: (e, c, cb) => cb(), number: (e, c, cb) => cb(null, 1.5),
  bool: (e, c, cb) => cb(null, false), twice: (e, c, cb) => { cb(null, 'first'); cb(null, 'second'); },
  later: (e, c, cb) => setTimeout(() => cb(null, 'later'), 5),
  error: (e, c, cb) => cb(new TypeError('handled')), plain: (e, c, cb) => cb('just text'), odd: (e, c, cb) => cb({ code: 7 }),
  thrown: () => { throw new RangeError('thrown'); }, rejected: async () => { throw new Error('rejected'); },
  promised: async () => 'promised', string: () => { throw 'text'; },
  circular: (e, c, cb) => { const a = {}; a.a = a; cb(null, a); },
  uncaught: (e, c, cb) => { setTimeout(() => { throw new Error('behind'); }, 1); },
  stray: (e, c, cb) => { Promise.reject(new Error('stray')); setTimeout(() => cb(null, 'survived'), 20); },
  logs: (e, c, cb) => {
    console.log('a %d', 1); console.info('b'); console.warn('c'); console.error('d'); console.debug('e\nf');
    process.stdout.write('raw\n'); c.logger.warn('g'); c.logger.log('h'); cb();
  },
  much: (e, c, cb) => { process.stdout.write('x'.repeat(1 << 20)); console.log('end'); cb(); },
  context: (e, c, cb) => cb(null, c), type: (e, c, cb) => cb(null, String(Buffer.isBuffer(e))),
  env: (e, c, cb) => cb(null, Object.keys(process.env).filter((k) => /FC_/.test(k)).sort()),
  cwd: (e, c, cb) => cb(null, process.cwd()), flags: (e, c, cb) => cb(null, process.execArgv.concat(typeof gc)),
  exit: () => process.exit(5), fd: (e, c, cb) => cb(null, String(require('child_process').spawnSync('test', ['-e', '/proc/self/fd/3']).status)),
  empty: (e, c, cb) => { c.waitsForEmptyEventLoopBeforeCallback = true; cb(null, 'waited'); setTimeout(() => console.log('timer'), 30); },
  nodepath: (e, c, cb) => cb(null, require('beside')),
  frozen: (e, c, cb) => { setTimeout(() => console.log('thawed'), 30); cb(null, 'frozen'); },
};
exports.handler = (event, context, callback) => cases[event.toString()](event, context, callback);
`

// noModules is the flag that Node.js gets here besides, with a comma.
func noModules(t *testing.T) string {
	t.Helper()
	found, _, err := NewInterpreters(nil).Find("nodejs20")
	if err != nil {
		t.Fatal(err)
	}
	if !requiresModules(found.version()) {
		return ""
	}
	return `"--no-experimental-require-module",`
}

// TestNodeRequiresNoESModules: what works on newer versions of 20 alone fails here, too.
func TestNodeRequiresNoESModules(t *testing.T) {
	dir := codeDir(t, files{
		"index.js":   "const beside = require('./beside.mjs');\nexports.handler = (e, c, cb) => cb(null, beside.default);\n",
		"syntax.js":  "import fs from 'fs';\nexport const handler = async () => 'no';\n",
		"beside.mjs": "export default 'no';\n", "good.mjs": "import beside from './beside.mjs';\nexport const handler = async () => 'good ' + beside;\n",
	})
	for _, c := range []struct{ id, handler, kind, message string }{
		{"nodejs16", dispatch, "FunctionUnhandledError: ImportModuleError", "require() of ES Module"},
		{"nodejs20", dispatch, "Error", "require() of ES Module"},
		{"nodejs20", "syntax.handler", "UserCodeSyntaxError", "Cannot use import statement outside a module"},
	} {
		t.Run(c.id+" "+c.handler, func(t *testing.T) {
			t.Parallel()
			got := launch(t, NewNode(options(t, nil)), function(c.id, c.handler), dir).invoke("")
			var body struct{ ErrorMessage, ErrorType string }
			if err := json.Unmarshal(got.Payload, &body); err != nil || got.ErrorType != unhandled {
				t.Fatalf("%v %q: %s %v", got.ErrorType, got.Payload, got.log, err)
			}
			if body.ErrorType != c.kind || !strings.Contains(body.ErrorMessage, c.message) {
				t.Errorf("%+v", body)
			}
		})
	}
	launch(t, NewNode(options(t, nil)), function("nodejs20", "good.handler"), dir).invoke("").expect(t, "", "good no")
}

func TestNodeEncodesResults(t *testing.T) {
	dir := codeDir(t, files{"index.js": nodeCases, "lib/beside.js": "module.exports = 'beside';\n"})
	for _, id := range []string{"nodejs12", "nodejs16", "nodejs18", "nodejs20"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			i := launch(t, NewNode(options(t, nil)), function(id, dispatch), dir, "NODE_PATH=/code/lib", "FC_OTHER=1")
			old := generation(id) < 18
			for _, c := range []struct{ event, want string }{
				{"text", "héllo"}, {"buffer", "\x00\xff"}, {"object", `{"b":1,"a":[true]}`}, {"none", ""}, {"number", "1.5"},
				{"bool", "false"}, {"twice", "first"}, {"later", "later"}, {"type", "true"}, {"cwd", dir}, {"nodepath", "beside"},
				{"flags", `["--max-old-space-size=460","--max-http-header-size=16384","--expose-gc",` + noModules(t) + `"function"]`}, {"fd", "1"},
			} {
				t.Run(c.event, func(t *testing.T) { i.invoke(c.event).expect(t, "", c.want) })
			}
			env := `["FC_FUNC_CODE_PATH","FC_OTHER","FC_REGION","FC_RUNTIME_API","_FC_SECRET"]`
			if old {
				env = `["FC_FUNC_CODE_PATH","FC_REGION"]`
			} else {
				i.invoke("promised").expect(t, "", "promised")
			}
			i.invoke("env").expect(t, "", env)
			checkNodeContext(t, i)
			checkNodeErrors(t, i, old)
			checkNodeLoop(t, i)
		})
	}
}

func generation(id string) int {
	parsed, _ := parseVersion(id)
	return parsed[0]
}

func checkNodeContext(t *testing.T, i *instance) {
	got := i.invoke("context")
	sameJSON(t, "context", got.Payload, fmt.Sprintf(`{"requestId":"req-%d",
		"credentials":{"accessKeyId":"STS.id","accessKeySecret":"secret","securityToken":"token"},
		"function":{"name":"hello","handler":"index.handler","memory":512,"timeout":60},
		"service":{"name":"","logProject":"my-project","logStore":"my-store","qualifier":"prod","versionId":"LATEST"},
		"region":"cn-hangzhou","accountId":"123456789012","retryCount":2,"waitsForEmptyEventLoopBeforeCallback":false,
		"tracing":{"openTracingSpanContext":"","spanContext":"","openTracingSpanBaggages":{},"spanBaggages":{},"jaegerEndpoint":""}}`, i.calls))
}

type nodeError struct {
	ErrorMessage string   `json:"errorMessage"`
	ErrorType    string   `json:"errorType"`
	StackTrace   []string `json:"stackTrace"`
}

func checkNodeErrors(t *testing.T, i *instance, old bool) {
	i.invoke("plain").expect(t, handled, `{"errorMessage":"just text","errorType":"FunctionHandledError"}`)
	i.invoke("odd").expect(t, handled, `{"errorMessage":"{\"code\":7}","errorType":"FunctionHandledError"}`)
	prefix := ""
	if old {
		prefix = "FunctionUnhandledError: "
	}
	for _, c := range []struct {
		event         string
		kind          emulator.ErrorType
		name, message string
	}{
		{"error", handled, "TypeError", "handled"}, {"thrown", unhandled, prefix + "RangeError", "thrown"},
		{"rejected", unhandled, prefix + "Error", "rejected"}, {"circular", unhandled, prefix + "TypeError", ""},
	} {
		got := i.invoke(c.event)
		var body nodeError
		if err := json.Unmarshal(got.Payload, &body); err != nil {
			t.Fatalf("%s: %v %s", c.event, err, got.log)
		}
		if got.ErrorType != c.kind || body.ErrorType != c.name || (c.message != "" && body.ErrorMessage != c.message) {
			t.Errorf("%s: %q %+v", c.event, got.ErrorType, body)
		}
		if len(body.StackTrace) < 2 || !strings.Contains(strings.Join(body.StackTrace, "\n"), "(/code/index.js:") {
			t.Errorf("%s: stack %q", c.event, body.StackTrace)
		}
		got.logged(t, "[error] "+string(got.Payload))
	}
	text := i.invoke("string")
	text.expect(t, unhandled, fmt.Sprintf(`{"errorMessage":"text","errorType":"%sstring","stackTrace":[]}`, prefix))
}

func checkNodeLoop(t *testing.T, i *instance) {
	old := generation(i.fn.Runtime) < 18
	uncaught := i.invoke("uncaught")
	if old {
		uncaught.expect(t, handled, `{"errorMessage":"FunctionUnhandledError: uncaughtException","errorType":"FunctionHandledError"}`)
		uncaught.logged(t, "Error: behind")
	} else if !strings.HasPrefix(string(uncaught.Payload), `{"errorMessage":"behind","errorType":"Error","stackTrace":["Error: behind"`) {
		t.Errorf("%s", uncaught.Payload)
	}
	stray := i.invoke("stray")
	if generation(i.fn.Runtime) <= 14 {
		stray.expect(t, "", "survived")
		stray.logged(t, "[warn] Unhandled promise rejection: Error: stray")
	} else if stray.ErrorType == "" {
		t.Errorf("%s", stray.Payload)
	}
	i.invoke("text").expect(t, "", "héllo") // and not the late answer of the call before
	waited := i.invoke("empty")
	waited.expect(t, "", "waited")
	waited.logged(t, "timer\n")
	i.invoke("frozen").expect(t, "", "frozen")
	time.Sleep(60 * time.Millisecond) // its timer of 30 ms does not go off now
	var between bytes.Buffer
	i.drain(&between)
	if between.Len() > 0 {
		t.Errorf("a frozen instance wrote %q", between.String())
	}
	i.invoke("later").logged(t, "] thawed\n") // but while a later call runs
	much := i.invoke("much")
	much.expect(t, "", "")
	if len(much.log) < 1<<20 {
		t.Errorf("%d bytes of log", len(much.log))
	}
	much.log = much.log[max(0, len(much.log)-100):]
	much.logged(t, "] end\n")
}

func TestNodeLogFormats(t *testing.T) {
	dir := codeDir(t, files{"index.js": nodeCases})
	when := `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z req-1 `
	old := regexp.MustCompile(`^load code for handler:index.handler\n` +
		when + `\[verbose\] a 1\n` + when + `\[info\] b\n` + when + `\[warn\] c\n` + when + `\[error\] d\n` +
		when + `\[debug\] e\rf\n` + `raw\n` + when + `\[warn\] g\n` + when + `\[silly\] h\n$`)
	when = `\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} req-1 `
	young := regexp.MustCompile(`^` + when + `\[info\] a 1\n` + when + `\[info\] b\n` + when + `\[warn\] c\n` +
		when + `\[error\] d\n` + when + `\[debug\] e\nf\n` + `raw\n` + when + `\[warn\] g\n` + when + `\[info\] h\n$`)
	filtered := regexp.MustCompile(`^` + when + `\[warn\] c\n` + when + `\[error\] d\n` + `raw\n` + when + `\[warn\] g\n$`)
	for _, c := range []struct {
		id, env string
		want    *regexp.Regexp
	}{
		{"nodejs14", "ALIYUN_FC_LOG_LEVEL=WARN", old}, {"nodejs20", "A=", young}, {"nodejs20", "ALIYUN_FC_LOG_LEVEL=WARN", filtered},
	} {
		i := launch(t, NewNode(options(t, nil)), function(c.id, dispatch), dir, c.env)
		if got := i.invoke("logs"); !c.want.MatchString(got.log) {
			t.Errorf("%s %s: %q", c.id, c.env, got.log)
		}
	}
}

func TestNodeIgnoresPromisesUpTo16(t *testing.T) {
	dir := codeDir(t, files{"index.js": "exports.handler = async (e, c, callback) => { if (e.length) setTimeout(callback, 50, null, 'called'); return 'promised'; };\n"})
	i := launch(t, NewNode(options(t, nil)), function("nodejs16", dispatch), dir)
	i.invoke("x").expect(t, "", "called")
	silent := time.AfterFunc(500*time.Millisecond, func() { _ = i.command.Process.Kill() })
	defer silent.Stop()
	began := time.Now()
	if got := i.invoke(""); got.err == nil || time.Since(began) < 500*time.Millisecond {
		t.Errorf("ended after %v: %v %q", time.Since(began), got.err, got.Payload)
	}
}

func TestNodeExit(t *testing.T) {
	dir := codeDir(t, files{"index.js": nodeCases})
	i := launch(t, NewNode(options(t, nil)), function("nodejs20", dispatch), dir)
	if got := i.invoke("exit"); got.err == nil || i.exit() != 5 {
		t.Errorf("%v, status %d", got.err, i.command.ProcessState.ExitCode())
	}
	idle := launch(t, NewNode(options(t, nil)), function("nodejs20", dispatch), dir)
	idle.invoke("text").expect(t, "", "héllo")
	idle.session.Close()
	if got := idle.exit(); got != 0 {
		t.Errorf("at the end of the line: status %d", got)
	}
}

func TestNodeModules(t *testing.T) {
	dir := codeDir(t, files{
		"index.js": "exports.other = 1;\n", "es.mjs": "export const handler = async (e, c) => 'es';\nexport const direct = (e, c) => 'direct';\nexport const pair = (e, c, cb) => setTimeout(cb, 1, null, 'called');\nexport const fail = () => { throw new Error('es'); };\n",
		"sub/package.json": `{"type":"module"}`, "sub/mod.js": "export function handler() { return 'typed'; }\n",
		"def.mjs": "export default { handler: async () => 'default' };\n",
		"bad.js":  "exports.handler = (;\n", "need.js": "require('tablestore-none');\n", "shipped.js": "require('ali-oss');\n",
		"boom.js": "throw new EvalError('boom');\n", "badmod.mjs": "export const handler = (;\n",
	})
	for _, c := range []struct{ id, handler, name, message string }{
		{"nodejs18", "es.handler", "", "es"}, {"nodejs20", "sub/mod.handler", "", "typed"},
		{"nodejs20", "es.direct", "", "direct"}, {"nodejs20", "es.pair", "", "called"}, {"nodejs20", "def.handler", "", "default"},
		{"nodejs20", "es.fail", "Error", "es"},
		{"nodejs16", "es.handler", "ImportModuleError", "Module '/code/es.js' is missing."},
		{"nodejs20", "none.handler", "ImportModuleError", "Module '/code/none.js' is missing."},
		{"nodejs14", "nodot", "InvalidHandlerName", "Invalid handler 'nodot'"},
		{"nodejs14", "index.handler", "HandlerNotFound", "Handler 'handler' is missing on module 'index'"},
		{"nodejs20", "es.nothing", "HandlerNotFound", "Handler 'nothing' is missing on module 'es'"},
		{"nodejs14", "bad.handler", "UserCodeSyntaxError", ""}, {"nodejs20", "badmod.handler", "UserCodeSyntaxError", ""},
		{"nodejs14", "need.handler", "ImportModuleError", ""}, {"nodejs20", "shipped.handler", "ImportModuleError", ""},
		{"nodejs14", "boom.handler", "ImportModuleError", "boom"}, {"nodejs20", "boom.handler", "EvalError", "boom"},
	} {
		t.Run(c.id+" "+c.handler, func(t *testing.T) {
			t.Parallel()
			i := launch(t, NewNode(options(t, nil)), function(c.id, c.handler), dir)
			got := i.invoke("")
			if c.name == "" {
				got.expect(t, "", c.message)
				return
			}
			want := c.name
			if generation(c.id) < 18 {
				want = "FunctionUnhandledError: " + c.name
			}
			var body nodeError
			if err := json.Unmarshal(got.Payload, &body); err != nil {
				t.Fatalf("%v: %s %s", err, got.Payload, got.log)
			}
			if got.ErrorType != unhandled || body.ErrorType != want || (c.message != "" && body.ErrorMessage != c.message) {
				t.Errorf("%q %+v", got.ErrorType, body)
			}
			if strings.Contains(string(got.Payload)+got.log, dir) {
				t.Errorf("shows the real folder: %s\n%s", got.Payload, got.log)
			}
			if c.handler == "shipped.handler" {
				got.logged(t, "fcemu runtime install nodejs")
			}
		})
	}
}

func TestNodeHooks(t *testing.T) {
	old := `let state = 0;
exports.init = (context, callback) => { state++; console.log(context.function.handler); setTimeout(callback, 5, null, 'ignored'); };
exports.stop = (context, callback) => callback(new Error('stopping'));
exports.handler = (e, c, callback) => callback(null, state);
`
	young := `let state = 0;
export const init = async (context) => { state++; console.log(context.function.handler); return 'ignored'; };
export const stop = async () => { throw new Error('stopping'); };
export const handler = async () => state;
`
	for _, c := range []struct {
		id   string
		code files
		stop emulator.ErrorType
	}{
		{"nodejs12", files{"index.js": old}, handled}, {"nodejs20", files{"index.js": old}, handled}, {"nodejs20", files{"index.mjs": young}, unhandled},
	} {
		fn := function(c.id, dispatch)
		fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{
			Initializer: &emulator.LifecycleHook{Handler: "index.init"}, PreStop: &emulator.LifecycleHook{Handler: "index.stop"},
		}
		i := launch(t, NewNode(options(t, nil)), fn, codeDir(t, c.code))
		first := i.call(emulator.HookInitializer, nil)
		first.expect(t, "", "")
		first.logged(t, "] index.init\n")
		i.invoke("").expect(t, "", "1")
		if got := i.call(emulator.HookPreStop, nil); got.ErrorType != c.stop || !strings.Contains(string(got.Payload), "stopping") {
			t.Errorf("%s: %q %s", c.id, got.ErrorType, got.Payload)
		}
		fn.InstanceLifecycleConfig.Initializer.Handler = "index.stop"
		failing := launch(t, NewNode(options(t, nil)), fn, i.plan.Spec.Dir)
		if got := failing.call(emulator.HookInitializer, nil); got.ErrorType != c.stop || !strings.Contains(string(got.Payload), "stopping") {
			t.Errorf("%s: %q %s", c.id, got.ErrorType, got.Payload)
		}
	}
}

func TestNodeWrapper(t *testing.T) {
	dir := codeDir(t, files{"index.js": nodeCases, "wrap": "#!/bin/sh\necho wrapped\nexec \"$@\"\n"})
	if err := makeExecutable(dir + "/wrap"); err != nil {
		t.Fatal(err)
	}
	i := launch(t, NewNode(options(t, nil)), function("nodejs14", dispatch), dir, "BOOTSTRAP_WRAPPER=/code/wrap")
	got := i.invoke("text")
	got.expect(t, "", "héllo")
	got.logged(t, "wrapped\n")
}
