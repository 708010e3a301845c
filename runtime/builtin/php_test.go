package builtin

import (
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

const phpCases = `<?php
function initialize($context) { $GLOBALS['ready'] = $context['function']['initializationTimeout']; }
function bye($context) { echo "bye\n"; }
function handler($event, $context) {
    switch ($event) {
        case 'text': return 'héllo';
        case 'array': return ['b' => 1, 'a' => 'é/x'];
        case 'null': return null;
        case 'number': return 1.5;
        case 'context': return $context;
        case 'ready': return $GLOBALS['ready'];
        case 'fail': throw new InvalidArgumentException('bad "value"');
        case 'error': return intdiv(1, 0);
        case 'nan': return NAN;
        case 'exit': exit(3);
        case 'log':
            echo "echoed\n";
            ob_start();
            echo "buffered\n";
            $GLOBALS['fcLogger']->info('one');
            $GLOBALS['fcLogger']->warn('two');
            return '';
        case 'env': $names = preg_grep('/FC_/', array_keys(getenv())); sort($names); return $names;
        case 'cwd': return getcwd();
        case 'this': return isset($this) ? 'yes' : 'no';
    }
    return $event;
}
`

const phpPacked = "php/scripts.zip.gz"

// TestTheScriptsArePacked: the binary has the scripts as one file, which keeps it small.
func TestTheScriptsArePacked(t *testing.T) {
	sources := map[string][]byte{}
	root := os.DirFS("php")
	err := fs.WalkDir(root, ".", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".php") {
			sources[name], err = fs.ReadFile(root, name)
		}
		return err
	})
	if err != nil || len(sources) == 0 {
		t.Fatal(err)
	}
	got := bootstrapOf(t, phpPacked, "scripts.zip", func() []byte { return archived(sources) })
	for _, one := range got {
		if string(sources[one.name]) != string(one.text) {
			t.Errorf("%s is older than %s: run `make bootstrap`", phpPacked, one.name)
		}
		delete(sources, one.name)
	}
	for name := range sources {
		t.Errorf("%s lacks %s: run `make bootstrap`", phpPacked, name)
	}
}

func phpInstance(t *testing.T, handler string) *instance {
	t.Helper()
	needs(t, "php")
	fn := function("php7.2", handler)
	fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{
		Initializer: &emulator.LifecycleHook{Handler: "index.initialize", Timeout: 7}, PreStop: &emulator.LifecycleHook{Handler: "index.bye", Timeout: 5},
	}
	dir := codeDir(t, files{"index.php": phpCases, "src/app/main.php": "<?php\nfunction deep($event) { return 'deep'; }\n", "bad.php": "<?php\nfunction ("})
	return launch(t, NewPHP(options(t, nil)), fn, dir)
}

func TestPHP(t *testing.T) {
	i := phpInstance(t, "index.handler")
	first := i.call(emulator.HookInitializer, nil)
	first.expect(t, "", "")
	if first.log != "" {
		t.Errorf("cold start: %q", first.log)
	}
	large := strings.Repeat("x", 4<<20)
	for _, c := range [][2]string{
		{"text", "héllo"}, {"array", `{"b":1,"a":"é\/x"}`}, {"null", "null"}, {"number", "1.5"}, {"ready", "7"}, {"\x00\xff", "\x00\xff"}, {"", ""},
		{"env", `["FC_FUNC_CODE_PATH","FC_REGION"]`}, {"cwd", i.plan.Spec.Dir}, {"this", "no"}, {large, large},
	} {
		i.invoke(c[0]).expect(t, "", c[1])
	}
	i.invoke("context").expect(t, "", `{"requestId":"req-13","credentials":{"accessKeyId":"STS.id","accessKeySecret":"secret","securityToken":"token"},`+
		`"function":{"name":"hello","handler":"index.handler","memory":512,"timeout":60,"initializer":"index.initialize","initializationTimeout":7},`+
		`"service":{"name":"","logProject":"my-project","logStore":"my-store","qualifier":"prod","versionId":"LATEST"},"region":"cn-hangzhou",`+
		`"accountId":"123456789012","retryCount":2,"tracing":{"openTracingSpanContext":"","openTracingSpanBaggages":[],"jaegerEndpoint":""}}`)
	i.invoke("log").logged(t, "echoed\n", "buffered\n", "Z req-14 [INFO] one\n", "Z req-14 [WARNING] two\n")
	i.call(emulator.HookPreStop, nil).logged(t, "bye\n")
	phpInstance(t, "src.app.main.deep").invoke("").expect(t, "", "deep")
}

func TestPHPErrors(t *testing.T) {
	i := phpInstance(t, "index.handler")
	failed := i.invoke("fail")
	var body struct {
		ErrorMessage, ErrorType string
		StackTrace              struct {
			File, TraceString string
			Line              int
		}
	}
	if err := json.Unmarshal(failed.Payload, &body); err != nil || failed.ErrorType != unhandled {
		t.Fatalf("%s %v", failed.Payload, err)
	}
	if body.ErrorMessage != `bad "value"` || body.ErrorType != "InvalidArgumentException" || body.StackTrace.File != "/code/index.php" ||
		body.StackTrace.Line != 12 || !strings.HasPrefix(body.StackTrace.TraceString, "#0 ") {
		t.Errorf("%+v", body)
	}
	failed.logged(t, "[ERROR] {\"errorMessage\"")
	for event, want := range map[string]string{"error": "DivisionByZeroError", "nan": "has no JSON form"} {
		if got := i.invoke(event); got.ErrorType != unhandled || !strings.Contains(string(got.Payload), want) {
			t.Errorf("%s: %s", event, got.Payload)
		}
	}
	if gone := i.invoke("exit"); gone.err == nil || i.exit() != 3 {
		t.Errorf("%+v", gone)
	}
	phpInstance(t, "index").invoke("").expect(t, unhandled, "Invalid handler 'index'")
	phpInstance(t, "none.f").invoke("").expect(t, unhandled, "Module '/code/none.php' is missing.")
	for handler, want := range map[string]string{"index.none": `"errorMessage":"function none not found"`, "bad.f": `"errorType":"ParseError"`} {
		if got := phpInstance(t, handler).invoke(""); !strings.Contains(string(got.Payload), want) {
			t.Errorf("%s: %s", handler, got.Payload)
		}
	}
}

// TestPHPTellsAWarningOnce: in one line of the log, and a function that sets headers gets none.
func TestPHPTellsAWarningOnce(t *testing.T) {
	needs(t, "php")
	dir := codeDir(t, files{"index.php": "<?php\nfunction handler($event) { header('A: b'); if ($event) trigger_error('told', E_USER_WARNING); return 'ok'; }\n"})
	i := launch(t, NewPHP(options(t, nil)), function("php7.2", "index.handler"), dir)
	for warnings, event := range []string{"", "x"} {
		got := i.invoke(event)
		got.expect(t, "", "ok")
		if strings.Count(got.log, "Warning: ") != warnings {
			t.Errorf("the log is %q", got.log)
		}
	}
}
