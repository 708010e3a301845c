package builtin

import (
	"bytes"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// request sends one request to the HTTP handler of an instance.
func (i *instance) request(target string, header map[string][]string, body []byte) runtime.Reply {
	i.t.Helper()
	limit := time.AfterFunc(20*time.Second, func() { _ = i.command.Process.Kill() })
	defer limit.Stop()
	reply, err := i.session.Invoke(i.t.Context(), runtime.Call{
		Invocation: &emulator.Invocation{RequestID: "req", Function: i.fn, Qualifier: "LATEST", Event: body, HTTP: &emulator.HTTPRequest{
			Method: "POST", Target: target, Header: header, Host: "here", Remote: "127.0.0.1", Length: int64(len(body)), Prefix: "/proxy",
		}},
		Deadline: time.Now().Add(time.Minute),
	}, nil)
	if err != nil {
		i.t.Fatal(err)
	}
	return reply
}

func TestBodiesOfHTTPHandlersComeBackUnchanged(t *testing.T) {
	large := make([]byte, 32<<20)
	_, _ = rand.New(rand.NewSource(1)).Read(large)
	for name, i := range map[string]*instance{
		"python": launch(t, NewPython(options(t, nil)), function("python3.11", "index.handler"), codeDir(t, files{"index.py": `
def handler(environ, start_response):
    lines = environ['wsgi.input']
    first = lines.read(3)
    start_response('201 Created', [('A', '1'), ('A', '2')])
    return [first] + list(lines)
`})),
		"node": launch(t, NewNode(options(t, nil)), function("nodejs20", "index.handler"), codeDir(t, files{"index.js": `
exports.handler = (req, resp) => {
  resp.statusCode = 201;
  resp.setHeader('A', ['1', '2']);
  resp.send(req.headers.whole ? req.body : req);
};
`})),
	} {
		for _, size := range []int{0, 1, 65000, 65536, 70000, len(large), 100} {
			for _, header := range []map[string][]string{nil, {"Whole": {"1"}}} {
				got := i.request("/proxy/a?b=c", header, large[:size])
				if got.HTTP == nil || got.HTTP.Status != 201 || strings.Join(got.HTTP.Header["A"], "") != "12" || !bytes.Equal(got.Payload, large[:size]) {
					t.Errorf("%s: %d bytes came back as %d: %q %+v", name, size, len(got.Payload), got.ErrorType, got.HTTP)
				}
			}
		}
	}
}

// The stand-ins for the platform's modules take what the packages take and fail as they fail.
func TestStandInsForBodyModules(t *testing.T) {
	i := launch(t, NewNode(options(t, nil)), function("nodejs14", "index.handler"), codeDir(t, files{"index.js": `
const raw = require('raw-body'), body = require('body'), form = require('body/form'), json = require('body/json'), any = require('body/any');
const tries = {
  text: (req, resp, done) => raw(req, 'utf8', done),
  flag: (req, resp, done) => raw(req, true, done),
  promise: (req, resp, done) => raw(req, { encoding: 'latin1' }).then((text) => done(null, text), done),
  limit: (req, resp, done) => raw(req, { limit: 4 }, done),
  unit: (req, resp, done) => raw(req, { limit: '1kb', encoding: 'utf8' }, done),
  announced: (req, resp, done) => raw(req, { limit: '4b', length: req.headers['content-length'] }, done),
  length: (req, resp, done) => raw(req, { length: 3 }, done),
  encoding: (req, resp, done) => raw(req, { encoding: 'klingon' }, done),
  body: body, form: form, json: json, any: any,
  thunk: (req, resp, done) => body.form(req)(done),
  options: (req, resp, done) => json(req, resp, { limit: 4 }, done),
};
exports.handler = (req, resp) => tries[req.path.slice(1)](req, resp, (error, value) => {
  resp.send(error ? [error.status, error.type, error.name].join(' ') : JSON.stringify(value));
});
`}))
	for _, c := range []struct{ path, kind, body, want string }{
		{"text", "", "päper", `"päper"`},
		{"flag", "", "", `""`},
		{"promise", "", "\xe4", `"ä"`},
		{"limit", "", "12345", "413 entity.too.large Error"},
		{"unit", "", "12345", `"12345"`},
		{"announced", "", "12345", "413 entity.too.large Error"},
		{"length", "", "12345", "400 request.size.invalid Error"},
		{"encoding", "", "1", "415 encoding.unsupported Error"},
		{"body", "", "a b", `"a b"`},
		{"form", "", "a=1&a=2&b=%20", `{"a":["1","2"],"b":" "}`},
		{"json", "", `{"a":[1]}`, `{"a":[1]}`},
		{"json", "", `{"a"`, `  SyntaxError`},
		{"any", "application/json; charset=utf-8", `[1]`, `[1]`},
		{"any", "application/x-www-form-urlencoded", `a=1`, `{"a":"1"}`},
		{"any", "text/plain", `a=1`, `  Error`},
		{"thunk", "", "a=1", `{"a":"1"}`},
		{"options", "", "[1,2]", "413 entity.too.large Error"},
	} {
		got := i.request("/proxy/"+c.path, map[string][]string{"Content-Type": {c.kind}}, []byte(c.body))
		if string(got.Payload) != c.want {
			t.Errorf("%s %q: %q %s\nwant %s", c.path, c.body, got.ErrorType, got.Payload, c.want)
		}
	}
}

func TestBrokenAnswersOfBootstraps(t *testing.T) {
	for _, payload := range []string{"", "\x00\x00\x00", "\x00\x00\x00\x05{}", "\xff\xff\xff\xff{}", "\x00\x00\x00\x02{]body", "\x00\x00\x00\x0d" + `{"status":"x"}`} {
		if reply, err := httpReply([]byte(payload)); err == nil {
			t.Errorf("%q was read as %+v", payload, reply)
		}
	}
	reply, err := httpReply([]byte("\x00\x00\x00\x02{}body"))
	if err != nil || string(reply.Payload) != "body" || reply.HTTP.Status != 0 {
		t.Errorf("%+v %v", reply, err)
	}
}

func TestHTTPHandlersOfPython2(t *testing.T) {
	kind := NewPython(options(t, nil))
	if _, _, err := kind.options.Interpreters.Find("python2.7"); err != nil {
		t.Skipf("python2.7 is optional: %v", err)
	}
	i := launch(t, kind, function("python2.7", "index.handler"), codeDir(t, files{"index.py": `
import json
def handler(environ, start_response):
    body = environ['wsgi.input'].read()
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [environ['PATH_INFO'], ' ', environ['QUERY_STRING'], ' ', body, ' ', environ['fc.request_uri'], ' ', environ['HTTP_X_A']]
`}))
	got := i.request("/proxy/%E4%B8%AD?q=1", map[string][]string{"X-A": {"1", "2"}}, []byte("body"))
	if string(got.Payload) != "/中 q=1 body /proxy/%E4%B8%AD?q=1 1,2" {
		t.Errorf("%q %s", got.ErrorType, got.Payload)
	}
}
