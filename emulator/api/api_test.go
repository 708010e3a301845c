package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/front/fronttest"
)

func serve(t *testing.T, operation api.Operation) *fronttest.Server {
	t.Helper()
	handler := api.New(api.Options{IDs: emulator.NewIDs(), Clock: emulator.RealClock{}}, api.Route{Pattern: "POST /x/{name}", Operation: operation})
	server := fronttest.New(api.Guard(handler, func(host string) bool { return host == "allowed.example" }))
	t.Cleanup(server.Close)
	return server
}

func send(t *testing.T, server *fronttest.Server, body io.Reader, header map[string]string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/x/y", body)
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range header {
		if key == "Host" {
			request.Host = value
		}
		request.Header.Set(key, value)
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

func TestGuard(t *testing.T) {
	server := serve(t, func(c *api.Call) error { return c.Empty(http.StatusNoContent) })
	for host, allowed := range map[string]bool{
		"127.0.0.1": true, "127.0.0.1:3236": true, "127.8.8.8": true, "localhost": true, "LOCALHOST.:80": true, "[::1]:80": true, "::1": true,
		"fn.localhost:3236": true, "allowed.example:80": true, "Allowed.Example": true, "[::ffff:127.0.0.1]": true,
		"evil.example": false, "localhost.evil.example": false, "10.0.0.1": false, "127.0.0.1.evil.example": false, "[fe80::1]": false, "xlocalhost": false,
		"0.0.0.0": false,
	} {
		response, body := send(t, server, nil, map[string]string{"Host": host})
		if got := response.StatusCode == 204; got != allowed {
			t.Errorf("host %s: got %d %s", host, response.StatusCode, body)
		}
	}
	for origin, allowed := range map[string]bool{
		"http://localhost:5173": true, "http://127.0.0.1:1": true, "https://fn.localhost": true, "http://allowed.example": false,
		"null": false, "https://evil.example": false, "http://localhost.evil.example": false, "file://": false, "": false,
	} {
		response, body := send(t, server, nil, map[string]string{"Origin": origin})
		if got := response.StatusCode == 204; got != allowed {
			t.Errorf("origin %q: got %d %s", origin, response.StatusCode, body)
		}
		if response.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("origin %q: a CORS header", origin)
		}
		if !allowed && (!strings.Contains(body, `"Code":"AccessDenied"`) || response.StatusCode != 403) {
			t.Errorf("origin %q: got %d %s", origin, response.StatusCode, body)
		}
	}
	for _, c := range []struct {
		header  map[string]string
		allowed bool
	}{
		{map[string]string{"Host": "allowed.example:80", "Origin": "http://allowed.example"}, true},
		{map[string]string{"Host": "allowed.example", "Origin": "http://evil.example"}, false},
		{map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, false},
		{map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, false}, // a form; send posts
		{map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": "http://localhost:3000"}, true},
	} {
		if response, body := send(t, server, nil, c.header); (response.StatusCode == 204) != c.allowed {
			t.Errorf("%v: got %d %s", c.header, response.StatusCode, body)
		}
	}
}

func TestFaults(t *testing.T) {
	var faults fronttest.Faults
	options := api.Options{IDs: emulator.NewIDs(), Clock: emulator.RealClock{}, Fault: faults.Add}
	server := httptest.NewServer(api.New(options,
		api.Route{Pattern: "GET /error", Operation: func(*api.Call) error { return errors.New("disk full") }},
		api.Route{Pattern: "GET /late", Operation: func(c *api.Call) error {
			stream, err := c.Stream("text/plain")
			if err == nil {
				_, err = io.WriteString(stream, "begun")
			}
			return errors.Join(err, errors.New("broken"))
		}},
		api.Route{Pattern: "GET /latepanic", Operation: func(c *api.Call) error {
			_ = c.Bytes(200, "text/plain", []byte("done"))
			panic("after the answer")
		}}))
	t.Cleanup(server.Close)
	response, err := http.Get(server.URL + "/error")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body map[string]string
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil || response.StatusCode != 500 || body["Code"] != "InternalServerError" {
		t.Errorf("got %d %v %v", response.StatusCode, body, err)
	}
	// An answer that has begun cannot become an error any more: the client must see it break.
	for _, path := range []string{"/late", "/latepanic"} {
		if response, err := http.Get(server.URL + path); err == nil {
			text, err := io.ReadAll(response.Body)
			if err == nil {
				t.Errorf("%s: the broken answer looks whole: %q", path, text)
			}
			_ = response.Body.Close()
		}
	}
	server.Close() // waits for the calls to end, which may tell after their client left
	if told := faults.All(); len(told) != 3 {
		t.Errorf("got %v, want three faults", told)
	}
}

// unfinished are requests whose bodies do not come to their end.
var unfinished = map[string]string{
	"known length":    "Content-Length: 10\r\n\r\nabc",
	"great length":    "Content-Length: 1000000\r\n\r\nabc",
	"chunks":          "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
	"nothing at all":  "Content-Length: 10\r\n\r\n",
	"half of a chunk": "Transfer-Encoding: chunked\r\n\r\n3\r\na",
	"too long":        "Content-Length: 2000000\r\n\r\nabc",
}

// raw begins a request by hand.
func raw(t *testing.T, server *fronttest.Server, rest string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if _, err := io.WriteString(connection, "POST /x/y HTTP/1.1\r\nHost: localhost\r\n"+rest); err != nil {
		t.Fatal(err)
	}
	return connection
}

// A body of which nothing more comes than its first half is not taken for whole: its client has left.
func TestTornBody(t *testing.T) {
	got := make(chan error, 1)
	server := serve(t, func(c *api.Call) error {
		_, err := c.Body(api.MaxJSON)
		got <- err
		return err
	})
	for name, rest := range unfinished {
		wanted := 499
		if name == "too long" {
			wanted = 400
		}
		_ = raw(t, server, rest).Close()
		var refusal *emulator.Error
		if err := <-got; !errors.As(err, &refusal) || refusal.Status != wanted {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A client that stops sending is answered, and its connection is given up.
func TestStalledBody(t *testing.T) {
	options := api.Options{IDs: emulator.NewIDs(), Clock: emulator.RealClock{}, Patience: 10 * time.Millisecond}
	server := fronttest.New(api.New(options, api.Route{Pattern: "POST /x/y", Operation: func(c *api.Call) error {
		_, err := c.Body(api.MaxJSON)
		return err
	}}))
	t.Cleanup(server.Close)
	for name, rest := range unfinished {
		wanted := "nothing came for 10ms"
		if name == "too long" {
			wanted = "EntityTooLarge"
		}
		reader := bufio.NewReader(raw(t, server, rest))
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode != 400 || !strings.Contains(string(text), wanted) {
			t.Errorf("%s: got %d %s %v", name, response.StatusCode, text, err)
		}
		if _, err := reader.ReadByte(); err == nil {
			t.Errorf("%s: the connection is open", name)
		}
	}
}

// Patience is for the body: the operation may take longer, and so may the next request.
func TestPatienceEndsWithTheBody(t *testing.T) {
	const patience = 10 * time.Millisecond
	options := api.Options{IDs: emulator.NewIDs(), Clock: emulator.RealClock{}, Patience: patience}
	server := fronttest.New(api.New(options, api.Route{Pattern: "POST /x/y", Operation: func(c *api.Call) error {
		body, err := c.Body(api.MaxJSON)
		if err != nil {
			return err
		}
		select {
		case <-c.Request.Context().Done():
			t.Errorf("the client was taken for gone: %v", context.Cause(c.Request.Context()))
		case <-time.After(5 * patience):
		}
		return c.Bytes(200, "text/plain", body)
	}}))
	t.Cleanup(server.Close)
	const rest = "Content-Length: 3\r\n\r\nabc"
	connection := raw(t, server, rest)
	reader := bufio.NewReader(connection)
	for round := range 2 {
		if round > 0 {
			_, _ = io.WriteString(connection, "POST /x/y HTTP/1.1\r\nHost: localhost\r\n"+rest)
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode != 200 || string(text) != "abc" {
			t.Errorf("got %d %q %v", response.StatusCode, text, err)
		}
	}
}

// counting counts how often the time to read is bounded, or no longer is.
type counting struct {
	http.ResponseWriter
	changes *atomic.Int64
}

func (c counting) SetReadDeadline(at time.Time) error {
	c.changes.Add(1)
	return http.NewResponseController(c.ResponseWriter).SetReadDeadline(at)
}

// A body that has come with its header is there, so nothing is spent on waiting for it; the rest of a body
// that has not is waited for.
func TestOnlyWhatIsAwaitedIsTimed(t *testing.T) {
	var changes atomic.Int64
	handler := api.New(api.Options{IDs: emulator.NewIDs(), Clock: emulator.RealClock{}}, api.Route{Pattern: "POST /x/y", Operation: func(c *api.Call) error {
		body, err := c.Body(api.MaxJSON)
		if err != nil {
			return err
		}
		return c.Bytes(200, "text/plain", body)
	}})
	server := fronttest.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(counting{w, &changes}, r)
	}))
	t.Cleanup(server.Close)
	for rest, wanted := range map[string]bool{
		"Content-Length: 3\r\n\r\nabc":                               false,
		"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n":    true,
		"Content-Length: 10000\r\n\r\n" + strings.Repeat("a", 10000): true,
		"Content-Length: 0\r\n\r\n":                                  false,
	} {
		changes.Store(0)
		response, err := http.ReadResponse(bufio.NewReader(raw(t, server, rest)), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(response.Body); err != nil || response.StatusCode != 200 || (changes.Load() > 0) != wanted {
			t.Errorf("%.40q: %d %v, timed %d times", rest, response.StatusCode, err, changes.Load())
		}
	}
}

// A client that waits for "100 Continue" must not be made to send a body that is refused.
func TestRefusedBeforeContinue(t *testing.T) {
	server := serve(t, func(c *api.Call) error {
		_, err := c.Body(10)
		return err
	})
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "POST /x/y HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil || response.StatusCode != 400 {
		t.Fatal(response, err)
	}
	_ = response.Body.Close()
}

func TestDecodeDepth(t *testing.T) {
	server := serve(t, func(c *api.Call) error {
		var into map[string]any
		if err := c.Decode(1<<20, &into); err != nil {
			return err
		}
		return c.JSON(200, into)
	})
	fine := `{"a":` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + `,"quoted":"` + strings.Repeat(`[{\"`, 100) + `"}`
	if response, body := send(t, server, strings.NewReader(fine), nil); response.StatusCode != 200 {
		t.Errorf("got %s", body)
	}
	deep := strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65)
	if response, body := send(t, server, strings.NewReader(deep), nil); response.StatusCode != 400 {
		t.Errorf("got %s", body)
	}
}

func TestTriggerURL(t *testing.T) {
	for want, ref := range map[string]emulator.Reference{
		"http://web.localhost:3236/":                       {Name: emulator.Name{Function: "web"}, Qualifier: "LATEST"},
		"http://127.0.0.1:3236/proxy/web.prod/":            {Name: emulator.Name{Function: "web"}, Qualifier: "prod"},
		"http://127.0.0.1:3236/proxy/My_Func/":             {Name: emulator.Name{Function: "My_Func"}},
		"http://127.0.0.1:3236/2016-08-15/proxy/s/f/":      {Name: emulator.Name{Service: "s", Function: "f"}},
		"http://127.0.0.1:3236/2016-08-15/proxy/s.prod/f/": {Name: emulator.Name{Service: "s", Function: "f"}, Qualifier: "prod"},
		"http://127.0.0.1:3236/proxy/" + long64 + "/":      {Name: emulator.Name{Function: long64}},
		"http://" + long64[:63] + ".localhost:3236/":       {Name: emulator.Name{Function: long64[:63]}},
		"http://127.0.0.1:3236/proxy/ends-with-a-hyphen-/": {Name: emulator.Name{Function: "ends-with-a-hyphen-"}},
		"http://127.0.0.1:3236/proxy/web.1/":               {Name: emulator.Name{Function: "web"}, Qualifier: "1"},
	} {
		if got := api.TriggerURL("http://127.0.0.1:3236", ref); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

const long64 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
