package builtin

import (
	"bytes"
	"encoding/json"
	"math/rand"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

const phpWeb = `<?php
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use RingCentral\Psr7\Response;
use RingCentral\Psr7\Stream;
use RingCentral\Psr7\Uri;

function initialize($context) { $GLOBALS['ready'] = true; }

function handler(ServerRequestInterface $request, $context): ResponseInterface {
    switch ($request->getAttribute('path')) {
        case '/echo': return new Response(201, ['A' => ['1', '2']], $request->getBody());
        case '/text': return new Response(200, ['Content-Type' => 'text/plain', 'X-Powered-By' => 'me'], $request->getBody()->getContents());
        case '/head': return new Response(200, [], json_encode([
            $request->getMethod(), (string) $request->getUri(), $request->getRequestTarget(), $request->getProtocolVersion(),
            $request->getHeaders(), $request->getHeaderLine('x-MANY'), $request->getHeader('none'), $request->hasHeader('host'),
            $request->getQueryParams(), $request->getAttributes(), $request->getAttribute('none', 'else'), $request->getParsedBody(),
            $request->getCookieParams(), $request->getUploadedFiles(), $request->getServerParams(), $context['requestId'], $GLOBALS['ready'],
        ], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE));
        case '/changes': return changes($request);
        case '/stream': return streams();
        case '/uri': return uris();
        case '/file': return new Response(200, [], fopen(__FILE__, 'r'));
        case '/none': return new Response(204);
        case '/newline': return new Response(200, ['A' => "1\r\nB: 2"]);
        case '/latin': return new Response(200, ['A' => "\xe9"]);
        case '/multipart': return new Response(200, [], new RingCentral\Psr7\MultipartStream([]));
        case '/function': return new Response(200, [], RingCentral\Psr7\mimetype_from_filename('a.png'));
        case '/other': return new Response(200, [], new Elsewhere\Thing());
        case '/throw': throw new DomainException('thrown on purpose');
    }
    return new Response(404);
}

function changes($request) {
    $response = (new Response())->withStatus(418, 'teapot')->withProtocolVersion('1.0')->withHeader('a', 1)->withHeader('A', ['2', 3])
        ->withAddedHeader('A', '4')->withAddedHeader('B', '5')->withHeader('C', '6')->withoutHeader('c');
    $response->withHeader('Lost', '1');
    $request = $request->withMethod('PUT')->withUri(new Uri('https://there:443/x?y=1'))->withCookieParams(['c' => '1'])->withUploadedFiles([])
        ->withParsedBody(['p' => 1])->withAttribute('n', 1)->withoutAttribute('path')->withRequestTarget('*');
    return $response->withBody(RingCentral\Psr7\stream_for(json_encode([$response->getReasonPhrase(), $response->getProtocolVersion(), $request->getMethod(),
        $request->getHeaderLine('Host'), $request->getCookieParams(), $request->getParsedBody(), $request->getAttributes(), $request->getRequestTarget()])));
}

function streams() {
    $stream = new Stream(fopen('php://temp', 'w+'));
    $facts = [$stream->write('hello'), $stream->tell(), $stream->eof(), $stream->getSize(), $stream->isReadable(), $stream->isWritable(), $stream->isSeekable()];
    $stream->seek(-3, SEEK_END);
    $facts[] = $stream->read(2) . '|' . $stream->getContents() . '|' . $stream;
    $stream->rewind();
    $read = new Stream(fopen(__FILE__, 'r'));
    $facts[] = [$read->isWritable(), $read->getMetadata('none')];
    $read->close();
    $facts[] = [$read->getSize(), (string) $read, $read->isReadable(), $read->detach()];
    try {
        $read->read(1);
    } catch (RuntimeException $error) {
        $facts[] = get_class($error);
    }
    return new Response(200, [], json_encode($facts));
}

function uris() {
    $facts = [];
    foreach (['http://u:p@Host:80/a?b=1#c', 'https://host:8080', '/only/path?x', ''] as $text) {
        $uri = new Uri($text);
        $facts[] = [(string) $uri, $uri->getScheme(), $uri->getAuthority(), $uri->getPort(), $uri->getPath(), $uri->getQuery(), $uri->getFragment()];
    }
    $facts[] = (string) (new Uri())->withScheme('http')->withUserInfo('u')->withHost('h')->withPort(81)->withPath('/p')->withQuery('q=1')->withFragment('f');
    return new Response(200, [], json_encode($facts, JSON_UNESCAPED_SLASHES));
}

function wrong($request, $context) { return 'just text'; }
`

func phpWebInstance(t *testing.T, handler string, more files, libraries string) *instance {
	t.Helper()
	needs(t, "php")
	fn := function("php7.2", handler)
	fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{Initializer: &emulator.LifecycleHook{Handler: "index.initialize", Timeout: 3}}
	o := options(t, nil)
	o.Libraries = libraries
	code := files{"index.php": phpWeb}
	for name, text := range more {
		code[name] = text
	}
	return launch(t, NewPHP(o), fn, codeDir(t, code))
}

func TestPHPHTTPHandlers(t *testing.T) {
	i := phpWebInstance(t, "index.handler", nil, "")
	i.call(emulator.HookInitializer, nil).expect(t, "", "")
	header := map[string][]string{"X-Many": {"1", "2"}, "Cookie": {"a=1"}}
	for _, c := range []struct {
		target string
		header map[string][]string
		body   string
		status int
		head   string
		want   string
	}{
		{"/head?q=1&q=%2B2&a=%E4%B8%AD&7=x", header, "body", 200, `{"X-Powered-By":["fc/php-runtime"]}`,
			`["POST","http://here/proxy/head?q=1&q=%2B2&a=%E4%B8%AD&7=x","/proxy/head?q=1&q=%2B2&a=%E4%B8%AD&7=x","1.1",` +
				`{"Host":["here"],"Content-Length":["4"],"Cookie":["a=1"],"X-Many":["1","2"],"Content-Type":["application/octet-stream"]},"1, 2",[],true,` +
				`{"7":"x","a":"中","q":["1","+2"]},{"path":"/head","requestURI":"/proxy/head?q=1&q=%2B2&a=%E4%B8%AD&7=x","clientIP":"127.0.0.1"},"else",null,[],[],[],"req",true]`},
		{"/text", map[string][]string{"Content-Type": {"image/png"}}, "\x00\xff", 200, `{"Content-Type":["text/plain"],"X-Powered-By":["me"]}`, "\x00\xff"},
		{"/none", nil, "", 204, `{"X-Powered-By":["fc/php-runtime"]}`, ""},
		{"/file", nil, "", 200, ``, phpWeb},
		{"/changes", nil, "", 418, `{"A":["2","3","4"],"B":["5"],"X-Powered-By":["fc/php-runtime"]}`,
			`["teapot","1.0","PUT","there",{"c":"1"},{"p":1},{"requestURI":"\/proxy\/changes","clientIP":"127.0.0.1","n":1},"*"]`},
		{"/stream", nil, "", 200, ``, `[5,5,false,5,true,true,true,"ll|o|hello",[false,null],[null,"",false,null],"RuntimeException"]`},
		{"/uri", nil, "", 200, ``, `[["http://u:p@host/a?b=1#c","http","u:p@host",null,"/a","b=1","c"],["https://host:8080","https","host:8080",8080,"","",""],` +
			`["/only/path?x","","",null,"/only/path","x",""],["","","",null,"","",""],"http://u@h:81/p?q=1#f"]`},
		{"/nowhere", nil, "", 404, ``, ""},
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
}

func TestBodiesOfPHPHTTPHandlersComeBackUnchanged(t *testing.T) {
	i := phpWebInstance(t, "index.handler", nil, "")
	large := make([]byte, 32<<20)
	_, _ = rand.New(rand.NewSource(1)).Read(large)
	for _, size := range []int{0, 1, 65000, 70000, len(large), 100} {
		got := i.request("/proxy/echo", nil, large[:size])
		if got.HTTP == nil || got.HTTP.Status != 201 || strings.Join(got.HTTP.Header["A"], "") != "12" || !bytes.Equal(got.Payload, large[:size]) {
			t.Errorf("%d bytes came back as %d: %q %.200s", size, len(got.Payload), got.ErrorType, got.Payload)
		}
	}
}

func TestErrorsOfPHPHTTPHandlers(t *testing.T) {
	i := phpWebInstance(t, "index.handler", nil, "")
	for path, want := range map[string]string{
		"/throw": "thrown on purpose", "/newline": "a header needs values, of one line each", "/latin": "a header of the answer is not UTF-8",
		"/multipart": "MultipartStream\\\" not found (Function Compute has it on board; here run: fcemu runtime install php)",
		"/function":  "mimetype_from_filename() (Function Compute has it on board; here run: fcemu runtime install php)",
		"/other":     `Class \"Elsewhere\\Thing\" not found","errorType"`,
	} {
		if got := i.request("/proxy"+path, nil, nil); got.ErrorType != unhandled || got.HTTP != nil || !strings.Contains(string(got.Payload), want) {
			t.Errorf("%s: %q %s", path, got.ErrorType, got.Payload)
		}
	}
	got := phpWebInstance(t, "index.wrong", nil, "").request("/proxy/", nil, nil)
	if got.ErrorType != unhandled || !strings.Contains(string(got.Payload), "the handler returned string: expected a Psr") {
		t.Errorf("%s", got.Payload)
	}
}

const phpSite = `<?php
function site($request, $context) {
    $path = $request->getAttribute('path');
    $proxy = $path === '/fixed' ? new ServerlessFC\PhpCgiProxy() : $GLOBALS['fcPhpCgiProxy'];
    if ($path === '/a.css') {
        return new RingCentral\Psr7\Response(200, ['Content-Type' => $proxy->getMimeType(__DIR__ . $path)], '');
    }
    $more = $path === '/fixed' ? ['SCRIPT_FILENAME' => __DIR__ . '/site/sub/page.php', 'SERVER_NAME' => 'shop', 'SERVER_PORT' => 8080] : [];
    return $proxy->requestPhpCgi($request, __DIR__ . '/site', 'index.php', $more,
        ['debug_show_cgi_params' => $path === '/debug', 'readWriteTimeout' => $path === '/slow.php' ? 300 : 9000]);
}
`

const phpPage = `<?php
header('X-Script: ' . $_SERVER['SCRIPT_NAME']);
setcookie('a', '1');
setcookie('b', '2');
error_log('from the page');
echo json_encode([basename(__FILE__), PHP_SAPI, $_SERVER['REQUEST_URI'], $_SERVER['PATH_INFO'] ?? '', $_GET, $_POST, $_COOKIE, strlen(file_get_contents('php://input')),
    $_SERVER['SERVER_NAME'], $_SERVER['SERVER_PORT'], $_SERVER['REMOTE_ADDR'], $_SERVER['HTTP_X_MANY'] ?? '', basename(getcwd())], JSON_UNESCAPED_SLASHES);
`

// TestPHPScriptsByCGI: sites such as WordPress run behind one handler, by the global fcPhpCgiProxy.
func TestPHPScriptsByCGI(t *testing.T) {
	needs(t, "php-cgi")
	i := phpWebInstance(t, "site.site", files{"site.php": phpSite, "site/index.php": phpPage, "site/sub/page.php": phpPage,
		"site/slow.php": "<?php sleep(60);"}, "")
	i.call(emulator.HookInitializer, nil).expect(t, "", "")
	form := map[string][]string{"Content-Type": {"application/x-www-form-urlencoded"}, "Cookie": {"c=3"}, "X-Many": {"1", "2"}}
	for _, c := range []struct{ path, body, script, want string }{
		{"/?q=1", "p=2", "/proxy/index.php", `["index.php","cgi-fcgi","/proxy/?q=1","",{"q":"1"},{"p":"2"},{"c":"3"},3,"here","80","127.0.0.1","1, 2","site"]`},
		{"/pretty/url", "", "/proxy/index.php", `["index.php","cgi-fcgi","/proxy/pretty/url","",[],[],{"c":"3"},0,"here","80","127.0.0.1","1, 2","site"]`},
		{"/sub/page.php/more?q=1", "", "/proxy/sub/page.php", `["page.php","cgi-fcgi","/proxy/sub/page.php/more?q=1","/more",{"q":"1"},[],{"c":"3"},0,"here","80","127.0.0.1","1, 2","sub"]`},
		{"/fixed", "", "/proxy/index.php", `["page.php","cgi-fcgi","/proxy/fixed","",[],[],{"c":"3"},0,"shop","8080","127.0.0.1","1, 2","sub"]`},
	} {
		got := i.request("/proxy"+c.path, form, []byte(c.body))
		if got.HTTP == nil || got.HTTP.Status != 200 || string(got.Payload) != c.want {
			t.Errorf("%s: %q %+v\n%s\nwant\n%s", c.path, got.ErrorType, got.HTTP, got.Payload, c.want)
			continue
		}
		if script := got.HTTP.Header["X-Script"]; len(script) != 1 || script[0] != c.script || len(got.HTTP.Header["Set-Cookie"]) != 2 {
			t.Errorf("%s: %v", c.path, got.HTTP.Header)
		}
	}
	large := make([]byte, 3<<20)
	got := i.request("/proxy/", nil, large)
	if got.HTTP == nil || !strings.Contains(string(got.Payload), ",3145728,") {
		t.Errorf("a large body: %q %.300s", got.ErrorType, got.Payload)
	}
	if got = i.request("/proxy/debug", nil, nil); got.HTTP == nil {
		t.Errorf("with its variables told: %q %s", got.ErrorType, got.Payload)
	}
	var log bytes.Buffer
	i.drain(&log)
	outcome{log: log.String()}.logged(t, "from the page", "[SCRIPT_FILENAME] => ")
	if got = i.request("/proxy/a.css", nil, nil); got.HTTP == nil || strings.Join(got.HTTP.Header["Content-Type"], "") != "text/css" {
		t.Errorf("a file: %q %+v", got.ErrorType, got.HTTP)
	}
	if got = i.request("/proxy/slow.php", nil, nil); got.ErrorType != unhandled || !strings.Contains(string(got.Payload), "said nothing for 0.3 seconds") {
		t.Errorf("a slow script: %q %s", got.ErrorType, got.Payload)
	}
}

// What the function brings goes before what was fetched, and that before the stand-ins.
func TestWherePHPFindsPSR7(t *testing.T) {
	response := func(body string) string {
		return `<?php namespace RingCentral\Psr7; class Response implements \Psr\Http\Message\ResponseInterface { use MessageTrait;
			public function __construct() { $this->fill([], '` + body + `', '1.1'); }
			public function getStatusCode(): int { return 299; }
			public function withStatus($code, $reasonPhrase = ''): \Psr\Http\Message\ResponseInterface { return $this; }
			public function getReasonPhrase(): string { return ''; } }`
	}
	loader := func(file string) string { // as composer's
		return `<?php class ` + filepath.Base(filepath.Dir(file)) + `Loader {
			function loadClass($class) { if ($class === 'RingCentral\Psr7\Response') { require __DIR__ . '/Response.php'; return true; } return null; }
			function register() { spl_autoload_register([$this, 'loadClass'], true, true); }
			function unregister() { spl_autoload_unregister([$this, 'loadClass']); }
		} $loader = new ` + filepath.Base(filepath.Dir(file)) + `Loader(); $loader->register(); return $loader;`
	}
	libraries := codeDir(t, files{"php/vendor/autoload.php": loader("fetched/x"), "php/vendor/Response.php": response("fetched")})
	own := files{"own/autoload.php": loader("own/x"), "own/Response.php": response("own"),
		"mine.php": "<?php require __DIR__ . '/own/autoload.php'; function handler($request, $context) { return new RingCentral\\Psr7\\Response(200, [], 'stand-in'); }",
		"none.php": "<?php function handler($request, $context) { return new RingCentral\\Psr7\\Response(200, [], 'stand-in'); }",
	}
	for _, c := range []struct{ handler, libraries, want string }{
		{"none.handler", "", "stand-in"}, {"none.handler", t.TempDir(), "stand-in"}, {"none.handler", libraries, "fetched"},
		{"mine.handler", libraries, "own"}, {"mine.handler", "", "own"},
	} {
		got := phpWebInstance(t, c.handler, own, c.libraries).request("/proxy/", nil, nil)
		if string(got.Payload) != c.want {
			t.Errorf("%+v: %q %s", c, got.ErrorType, got.Payload)
		}
	}
}
