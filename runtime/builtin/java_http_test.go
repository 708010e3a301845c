package builtin

import (
	"bytes"
	"encoding/json"
	"math/rand"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

const web = "shop.Web::handleRequest"

func javaWeb(t *testing.T) *instance {
	t.Helper()
	fn := function("java11", web)
	fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{Initializer: &emulator.LifecycleHook{Handler: "shop.Web::initialize"}}
	return launch(t, NewJava(options(t, nil)), fn, codeDir(t, packages(t)["jars"]))
}

func TestJavaHTTPHandlers(t *testing.T) {
	i := javaWeb(t)
	i.call(emulator.HookInitializer, nil).expect(t, "", "")
	header := map[string][]string{
		"X-Many": {"1", "2"}, "X-Number": {"42"}, "X-Date": {"Thu, 01 Jan 1970 00:00:05 GMT"}, "Accept-Language": {"de;q=0.5, zh-CN"},
		"Content-Type": {`text/plain; charset="UTF-8"`}, "Cookie": {"a=1; $Path=x; b=2=3; bad name=1", "c="},
	}
	form := map[string][]string{"Content-Type": {"application/x-www-form-urlencoded"}}
	for _, c := range []struct {
		target string
		header map[string][]string
		body   string
		status int
		head   string
		want   string
	}{
		{"/head?a=%20b", header, "body", 200, ``, "POST /proxy/head http://here/proxy/head a=%20b\n" +
			"||/head|HTTP/1.1\nhere 80 http false REQUEST\n127.0.0.1 127.0.0.1 null false 0\n" +
			"[Accept-Language, Content-Length, Content-Type, Cookie, Host, X-Date, X-Many, X-Number][1, 2]1null[]\n42 -1 5000 -1\n" +
			"zh_CN[zh_CN, de]\n4 4 text/plain; charset=\"UTF-8\" UTF-8\na=1 b=2=3 c= shop.Web::initialize"},
		{"/form?a=%E4%B8%AD&b&a=2&%zz=1&=x", form, "a=3+4&c=%E4%B8%AD&d=%", 200, `{"Content-Type":["text/plain;charset=utf-8"]}`,
			"a[中, 2, 3 4]b[]c[中]中nullnull[a, b, c]"},
		{"/form", map[string][]string{"Content-Type": {"text/plain"}}, "a=3", 200, `{"Content-Type":["text/plain;charset=utf-8"]}`, "nullnullnull[]"},
		{"/reader", header, "中\nx", 200, ``, "?UTF-8"},
		{"/reader", nil, "\xe9", 200, ``, "\xe9null"},
		{"/answer", nil, "", 200, `{"Content-Type":["text/html"],"Day":["Sun, 04 Jan 1970 00:00:00 GMT"],"Number":["7"],"Set-Cookie":` +
			`["a=1; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=here.example; Path=/p; Secure; HttpOnly","b=2"]}`, "true 7 2 200 text/html /x null"},
		{"/text", nil, "", 200, `{"Content-Type":["text/css;charset=UTF-8"]}`, "é中"},
		{"/plain", nil, "", 200, `{}`, "\xe9?"},
		{"/print", nil, "", 200, `{}`, "printed\r\n"},
		{"/nothing", nil, "", 200, `{}`, ""},
		{"/error", nil, "", 404, `{"A":["1"],"Content-Type":["text/plain;charset=UTF-8"]}`, "not hére"},
		{"/redirect", nil, "", 302, `{"Location":["/elsewhere"]}`, ""},
		{"/reset", nil, "", 200, `{}`, "left"},
		{"/session", nil, "", 200, `{}`, "null [a] 1 true 36 null true 0"},
		{"/session", nil, "", 200, `{}`, "null [a] 1 true 36 null true 0"}, // nothing is left of the one before
		{"/attributes?q", nil, "", 200, ``, "[FC_REQUEST_URI, FC_REQUEST_CLIENT_IP, mine] /proxy/attributes?q 127.0.0.1 1 true false true"},
	} {
		got := i.request("/proxy"+c.target, c.header, []byte(c.body))
		if got.HTTP == nil || got.HTTP.Status != c.status || string(got.Payload) != c.want {
			t.Errorf("%s: %q %+v\n%s\nwant\n%s", c.target, got.ErrorType, got.HTTP, got.Payload, c.want)
			continue
		}
		if head, _ := json.Marshal(got.HTTP.Header); c.head != "" && string(head) != c.head {
			t.Errorf("%s: %s\nwant %s", c.target, head, c.head)
		}
	}
	i.invoke("").expect(t, "", "an event")
}

func TestBodiesOfJavaHTTPHandlersComeBackUnchanged(t *testing.T) {
	i := javaWeb(t)
	large := make([]byte, 32<<20)
	_, _ = rand.New(rand.NewSource(1)).Read(large)
	for _, target := range []string{"/proxy/echo", "/proxy/stream"} {
		for _, size := range []int{0, 1, 65000, 70000, 1 << 20, len(large), 100} {
			got := i.request(target, nil, large[:size])
			if got.HTTP == nil || !bytes.Equal(got.Payload, large[:size]) {
				t.Errorf("%s: %d bytes came back as %d: %q %.200s", target, size, len(got.Payload), got.ErrorType, got.Payload)
			}
			if target == "/proxy/echo" && (got.HTTP.Status != 201 || strings.Join(got.HTTP.Header["A"], "") != "12") {
				t.Errorf("%+v", got.HTTP)
			}
		}
	}
}

func TestErrorsOfJavaHTTPHandlers(t *testing.T) {
	i := javaWeb(t)
	for path, want := range map[string]string{
		"/throw": `"errorMessage" : "thrown on purpose"`, "/both": "getInputStream has been called", "/writers": "getWriter has been called",
		"/async":  "ServletRequest.startAsync is not there for HTTP handlers",
		"/upload": "HttpServletRequest.getPart is not there", "/charset": "java.io.UnsupportedEncodingException",
	} {
		got := i.request("/proxy"+path, nil, nil)
		text := string(got.Payload)
		if got.ErrorType != unhandled || got.HTTP != nil || !strings.Contains(text, want) {
			t.Errorf("%s: %q %s", path, got.ErrorType, text)
		}
		if !strings.Contains(text, `"stackTrace" : [ "shop.Web.handleRequest(Web.java:`) && path != "/charset" || strings.Contains(text, "fcemu") {
			t.Errorf("%s: the trace shows the function's own frames: %s", path, text)
		}
	}
	if got := javaInstance(t, "java11", streams).request("/proxy/", nil, nil); !strings.Contains(string(got.Payload), "shop.Streams does not implement HttpRequestHandler") {
		t.Errorf("%s", got.Payload)
	}
	if got := javaInstance(t, "java11", "shop.Web::other").request("/proxy/", nil, nil); !strings.Contains(string(got.Payload), "the method is called handleRequest") {
		t.Errorf("%s", got.Payload)
	}
}
