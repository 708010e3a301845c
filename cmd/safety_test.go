package cmd_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	here     = "Host: 127.0.0.1\r\n"
	create   = "POST /2023-03-30/functions HTTP/1.1\r\n" + here
	followUp = "GET /_fcemu/health HTTP/1.1\r\n" + here + "\r\n"
)

// dial opens a connection of a test, which fails rather than hangs.
func dial(t *testing.T, r *running, limit time.Duration) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(r.client.Endpoint(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(limit)); err != nil {
		t.Fatal(err)
	}
	return connection
}

// exchange sends bytes and reads all answers until the emulator closes the connection.
func exchange(t *testing.T, r *running, what, text string) (statuses []int, answer string) {
	t.Helper()
	connection := dial(t, r, 5*time.Second)
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	raw, err := io.ReadAll(connection)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%s: the connection was not closed: %v after %.200q", what, err, raw)
	}
	reader := bufio.NewReader(bytes.NewReader(raw))
	for {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return statuses, string(raw)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		statuses = append(statuses, response.StatusCode)
	}
}

// TestSmuggling sends requests whose end two programs could see in two places, each with another
// one behind it, which must not be answered.
func TestSmuggling(t *testing.T) {
	t.Parallel()
	r := startIn(t, t.TempDir())
	const chunked, end = "Transfer-Encoding: chunked\r\n", "\r\n0\r\n\r\n" + followUp
	for what, text := range map[string]string{
		"length and chunks":        create + "Content-Length: 5\r\n" + chunked + end,
		"chunks and length":        create + chunked + "Content-Length: 60\r\n" + end,
		"chunks in HTTP/1.0":       strings.Replace(create, "1.1", "1.0", 1) + "Connection: keep-alive\r\nContent-Length: 5\r\n" + chunked + end,
		"only chunks in HTTP/1.0":  strings.Replace(create, "1.1", "1.0", 1) + "Connection: keep-alive\r\n" + chunked + end,
		"two lengths":              create + "Content-Length: 5\r\nContent-Length: 6\r\n" + end,
		"a list of lengths":        create + "Content-Length: 5, 6\r\n" + end,
		"a length with a sign":     create + "Content-Length: +5\r\n" + end,
		"a negative length":        create + "Content-Length: -5\r\n" + end,
		"a length in hexadecimal":  create + "Content-Length: 0x5\r\n" + end,
		"a huge length":            create + "Content-Length: 18446744073709551621\r\n" + end,
		"chunked, identity":        create + "Transfer-Encoding: chunked, identity\r\n" + end,
		"identity, chunked":        create + "Transfer-Encoding: identity, chunked\r\n" + end,
		"identity":                 create + "Transfer-Encoding: identity\r\nContent-Length: 5\r\n" + end,
		"chunked twice":            create + chunked + chunked + end,
		"xchunked":                 create + "Transfer-Encoding: xchunked\r\n" + end,
		"vertical tab":             create + "Transfer-Encoding: \vchunked\r\n" + end,
		"space before the colon":   create + "Transfer-Encoding : chunked\r\n" + end,
		"folded chunked":           create + "Transfer-Encoding:\r\n chunked\r\n" + end,
		"folded first line":        "POST /2023-03-30/functions HTTP/1.1\r\n X-A: b\r\n" + here + end,
		"line feed before chunked": create + "X-A: b\n" + chunked + end,
		"carriage return":          create + "X-A: b\r" + chunked + end,
		"NUL in a value":           create + "X-A: b\x00c\r\n" + end,
		"NUL in a name":            create + "X\x00A: b\r\n" + end,
		"NUL in the target":        "GET /_fcemu/\x00 HTTP/1.1\r\n" + here + end,
		"two hosts":                create + "Host: evil.example\r\n" + end,
		"the same host twice":      create + here + end,
		"no host":                  "POST /2023-03-30/functions HTTP/1.1\r\n" + end,
		"user in the host":         "POST /2023-03-30/functions HTTP/1.1\r\nHost: 127.0.0.1@evil.example\r\n" + end,
		"line feed in a chunk":     create + chunked + "\r\n2\n{}\n0\n\n" + followUp,
		"line feed in extension":   create + chunked + "\r\n2;\n{}\r\n0\r\n\r\n" + followUp,
		"no end of a chunk":        create + chunked + "\r\n2\r\n{}XX0\r\n\r\n" + followUp,
	} {
		alone(t, r, what, text)
	}
	// what runs functions closes too
	trigger := "POST /proxy/nobody/ HTTP/1.1\r\n" + here + "Content-Length: 5\r\n" + chunked + end
	if statuses, answer := exchange(t, r, "trigger", trigger); len(statuses) != 1 || statuses[0] != 404 {
		t.Errorf("trigger: %v %.300q", statuses, answer)
	}
	for _, size := range []string{"", "zz", "-1", "+2", "0x2", "1 2", "2 ", "fffffffffffffffff", "2_0"} {
		alone(t, r, "chunk size "+size, create+chunked+"\r\n"+size+"\r\n{}\r\n0\r\n\r\n"+followUp)
	}
}

// alone expects one refusal and nothing else.
func alone(t *testing.T, r *running, what, text string) {
	t.Helper()
	statuses, answer := exchange(t, r, what, text)
	// the second refusal is of what is left of the first request, which is no request
	leftOver := len(statuses) == 2 && statuses[1] == 400
	if len(statuses) == 0 || statuses[0] != 400 && statuses[0] != 501 || len(statuses) > 1 && !leftOver ||
		strings.Contains(answer, "startedTime") || strings.Contains(answer, "200 OK") {
		t.Errorf("%s: %v %.300q", what, statuses, answer)
	}
}

// TestTargets names another host in the target, which is what counts, and folds a header, which
// must not become two.
func TestTargets(t *testing.T) {
	t.Parallel()
	r := startIn(t, t.TempDir())
	for what, c := range map[string]struct {
		text   string
		status int
	}{
		"absolute":         {"POST http://evil.example/2023-03-30/functions HTTP/1.1\r\n" + here, 403},
		"absolute, own":    {"GET http://evil.example/_fcemu/health HTTP/1.1\r\n" + here, 403},
		"absolute, user":   {"POST http://127.0.0.1@evil.example/2023-03-30/functions HTTP/1.1\r\n" + here, 403},
		"connect":          {"CONNECT evil.example:80 HTTP/1.1\r\n" + here, 403},
		"empty host":       {"POST /2023-03-30/functions HTTP/1.1\r\nHost:\r\n", 400},
		"no host, old":     {"POST /2023-03-30/functions HTTP/1.0\r\n", 403},
		"folded length":    {create + "X-A: b\r\n Content-Length: 9\r\n", 400},
		"folded host":      {"GET /_fcemu/health HTTP/1.1\r\nHost: 127.0.0.1\r\n .evil.example\r\n", 400},
		"a usual request":  {"GET /_fcemu/health HTTP/1.1\r\n" + here, 200},
		"a local absolute": {"GET http://127.0.0.1/_fcemu/health HTTP/1.1\r\n" + here, 200},
	} {
		statuses, answer := exchange(t, r, what, c.text+"Connection: close\r\n\r\n")
		if len(statuses) != 1 || statuses[0] != c.status {
			t.Errorf("%s: %v, want %d: %.300q", what, statuses, c.status, answer)
		}
	}
}

// TestSlowLoris opens connections that never get to the end of their headers, or of their body.
// The first are cut; neither keeps others waiting, nor the emulator from ending.
func TestSlowLoris(t *testing.T) {
	t.Parallel()
	r := startIn(t, t.TempDir())
	began := time.Now()
	slow := map[string]net.Conn{}
	for what, start := range map[string]string{"nothing": "", "half a line": "GET /_fcemu/he", "headers": create + "X-A: b\r\n"} {
		slow[what] = dial(t, r, 20*time.Second)
		_, _ = io.WriteString(slow[what], start)
	}
	for i := range 50 {
		start := create + "Content-Length: 100000000\r\n\r\n{"
		if i%2 == 0 {
			start = create + "Transfer-Encoding: chunked\r\n\r\n5\r\n{"
		}
		_, _ = io.WriteString(dial(t, r, 20*time.Second), start)
	}
	for range 20 {
		asked := time.Now()
		if status, _, text := request(t, "GET", r.client.Endpoint()+"/2023-03-30/functions", nil, nil); status != 200 {
			t.Fatalf("%d %s", status, text)
		}
		if took := time.Since(asked); took > 2*time.Second {
			t.Errorf("others waited for %v", took)
		}
	}
	go func() { // a byte now and then must not help
		for range 20 {
			_, _ = io.WriteString(slow["headers"], "X")
			time.Sleep(500 * time.Millisecond)
		}
	}()
	for what, connection := range slow {
		if _, err := io.Copy(io.Discard, connection); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: never cut", what)
		}
	}
	if took := time.Since(began); took < 5*time.Second || took > 15*time.Second {
		t.Errorf("headers that never end were cut after %v", took)
	}
	began = time.Now()
	_ = r.command.Process.Signal(syscall.SIGTERM)
	_ = r.command.Wait()
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("bodies that never end kept the emulator for %v", took)
	}
}

// TestDeepJSON sends JSON that is nested ten thousand levels deep.
func TestDeepJSON(t *testing.T) {
	t.Parallel()
	r := startIn(t, t.TempDir())
	for _, path := range []string{"/2023-03-30/functions", "/2016-08-15/services", "/2021-04-06/services", "/2023-03-30/layers/a/versions"} {
		for _, body := range []string{strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), strings.Repeat("[", 10_000)} {
			status, _, text := request(t, "POST", r.client.Endpoint()+path, strings.NewReader(body), nil)
			refused(t, path, status, text, 400, "InvalidArgument")
			if strings.Contains(strings.TrimSpace(text), "\n") || len(text) > 1000 || !strings.Contains(text, "levels deep") {
				t.Errorf("%s: %.300q", path, text)
			}
		}
	}
}

// strangers are what a browser adds to the requests of other people's pages.
var strangers = []map[string]string{
	{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
	{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""}, {"Origin": "file://"}, {"Origin": "http://6.6.6.6"},
	{"Origin": "chrome-extension://abcdefgh"}, {"Origin": "http://127.0.0.1.evil.example"}, {"Origin": "http://localhost@evil.example"},
	{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
	{"Host": "evil.example"}, {"Host": "127.0.0.1.nip.io"}, {"Host": "localhost.evil.example"}, {"Host": "0.0.0.0"},
	{"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, // a name that was rebound
}

// TestBrowsersCreateNothing lets a browser send the CreateFunction of a stranger's page to each
// generation. The same without what gives the browser away has to work.
func TestBrowsersCreateNothing(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--host", "0.0.0.0"}} {
		r := startIn(t, t.TempDir(), args...)
		_, port, _ := net.SplitHostPort(strings.TrimPrefix(r.client.Endpoint(), "http://"))
		base := "http://127.0.0.1:" + port
		if status, _, text := request(t, "POST", base+"/2016-08-15/services", strings.NewReader(`{"serviceName":"svc"}`), nil); status != 200 {
			t.Fatalf("%d %s", status, text)
		}
		archive, err := os.ReadFile(zipOf(t, t.TempDir(), "code.zip", entry{"bootstrap", 0o755, "#!/bin/sh\n"}))
		if err != nil {
			t.Fatal(err)
		}
		code := base64.StdEncoding.EncodeToString(archive)
		paths := []string{"/2016-08-15/services/svc/functions", "/2021-04-06/services/svc/functions", "/2023-03-30/functions"}
		for i, path := range paths {
			body := fmt.Sprintf(`{"functionName":"f%d","runtime":"custom","handler":"a.b","code":{"zipFile":%q}}`, i, code)
			for _, stranger := range strangers {
				header := map[string]string{"Content-Type": "text/plain"}
				for name, value := range stranger {
					if header[name] = value; len(args) > 0 && value == "0.0.0.0" {
						header[name] = "evil.example" // there, that is where it listens
					}
				}
				status, answered, text := request(t, "POST", base+path, strings.NewReader(body), header)
				refused(t, fmt.Sprintf("%v %s %v", args, path, stranger), status, text, 403, "AccessDenied")
				noCORS(t, path, answered)
			}
			if status, _, text := request(t, "GET", base+path, nil, nil); status != 200 || strings.Contains(text, fmt.Sprintf(`"functionName":"f%d"`, i)) {
				t.Errorf("%s: %d %s", path, status, text)
			}
			if status, _, text := request(t, "POST", base+path, strings.NewReader(body), map[string]string{"Content-Type": "text/plain"}); status != 200 {
				t.Errorf("and without a browser: %s: %d %s", path, status, text)
			}
		}
	}
}

// TestBrowsersReadNothing asks for what is not the API's, and for the leave to ask.
func TestBrowsersReadNothing(t *testing.T) {
	t.Parallel()
	r := startIn(t, t.TempDir())
	base := r.client.Endpoint()
	const bucket = "b.oss-cn-hangzhou.localhost"
	for _, stranger := range strangers {
		for _, c := range [][3]string{{"GET", "/_fcemu/health"}, {"POST", "/_fcemu/stop"}, {"GET", "/metrics"},
			{"PUT", "/o", bucket}, {"POST", "/o", bucket}, {"GET", "/o?OSSAccessKeyId=x", ""}, {"OPTIONS", "/2023-03-30/functions"}} {
			header := map[string]string{"Content-Type": "text/plain", "Access-Control-Request-Method": "POST"}
			if c[2] != "" {
				header["Host"] = c[2]
			}
			for name, value := range stranger {
				header[name] = value
			}
			if header["Sec-Fetch-Mode"] == "navigate" && c[0] == "GET" || c[2] != "" && stranger["Host"] != "" && c[0] == "POST" {
				continue // a link that the user follows; and OSS's POST to no bucket of its own is the API's
			}
			status, answered, text := request(t, c[0], base+c[1], strings.NewReader("x"), header)
			if status != 403 || !strings.Contains(text, "AccessDenied") {
				t.Errorf("%v %v: %d %.200s", c, stranger, status, text)
			}
			noCORS(t, c[1], answered)
		}
	}
	for _, origin := range []string{"http://localhost:3000", "http://127.0.0.1:3000"} {
		for _, path := range []string{"/2023-03-30/functions", "/2016-08-15/services", "/2021-04-06/services", "/_fcemu/health", "/metrics"} {
			for _, method := range []string{"GET", "OPTIONS"} {
				_, answered, _ := request(t, method, base+path, nil, map[string]string{"Origin": origin, "Access-Control-Request-Method": "POST"})
				noCORS(t, method+" "+path, answered)
			}
		}
	}
	if _, err := r.client.Health(t.Context()); err != nil {
		t.Errorf("it is gone: %v", err)
	}
}

func noCORS(t *testing.T, what string, header http.Header) {
	t.Helper()
	for name := range header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s is answered with %s", what, name)
		}
	}
}
