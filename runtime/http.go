package runtime

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// httpParams is the head of a request as HTTP handlers of FC 2.0 get it: the names of FC's
// x-fc-http-params, and rawPath for what needs the path as the client wrote it.
type httpParams struct {
	Method     string              `json:"method"`
	Path       string              `json:"path"`    // decoded, without the proxy prefix
	RawPath    string              `json:"rawPath"` // the same, still encoded
	RequestURI string              `json:"requestURI"`
	ClientIP   string              `json:"clientIP"`
	Host       string              `json:"host"`
	Queries    map[string][]string `json:"queriesMap"`
	Headers    map[string][]string `json:"headersMap"` // canonical names; no Host
}

// HTTPParams is the head of a request to an HTTP handler, as JSON. The header x-fc-http-params of
// FC's runtime API is the base64 of it. Source: aliyun/fc-runtime-go-sdk.
func HTTPParams(r *emulator.HTTPRequest) []byte {
	path, query, _ := strings.Cut(r.Target, "?")
	path = strings.TrimPrefix(path, r.Prefix)
	if path == "" {
		path = "/"
	}
	head := httpParams{
		Method: r.Method, Path: path, RawPath: path, RequestURI: r.Target,
		ClientIP: r.Remote, Host: r.Host, Headers: r.Header,
	}
	if plain, err := url.PathUnescape(path); err == nil {
		head.Path = plain
	}
	head.Queries, _ = url.ParseQuery(query) // what cannot be read is left out
	if head.Headers == nil {
		head.Headers = map[string][]string{}
	}
	if r.Length > 0 { // it travels beside the headers; handlers read a body by it
		head.Headers = maps.Clone(head.Headers)
		head.Headers["Content-Length"] = []string{strconv.FormatInt(r.Length, 10)}
	}
	text, _ := json.Marshal(&head) // strings only
	return text
}

// maxBody is how large the body of a request to an HTTP handler may be, in bytes.
const maxBody = 32 << 20

// HTTPBody is the body of a request to an HTTP handler: at hand, or still to be read. It is whole
// before the instance gets to see any of it, as FC 2.0 did it: a slow client does not hold an instance.
func HTTPBody(call *Call) ([]byte, error) {
	if call.HTTP.Body == nil {
		return call.Event, nil
	}
	body, err := io.ReadAll(io.LimitReader(call.HTTP.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("reading the body of the request: %w", err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("the body of the request has more than %d bytes", maxBody)
	}
	return body, nil
}

// HTTPReply is the reply of an HTTP handler. head is JSON, {"status": 200, "headersMap": {"Name":
// ["value"]}}, as the answer's x-fc-http-params has it; body is the caller's no more.
func HTTPReply(head, body []byte) (Reply, error) {
	var parsed struct {
		Status  int                 `json:"status"`
		Headers map[string][]string `json:"headersMap"`
	}
	if err := json.Unmarshal(head, &parsed); err != nil {
		return Reply{}, &BadAnswer{Reason: "status and headers: " + err.Error()}
	}
	return Reply{Payload: body, HTTP: &emulator.HTTPAnswer{Status: parsed.Status, Header: parsed.Headers}}, nil
}
