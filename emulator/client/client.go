// Package client talks to a running emulator: Function Compute's 2023-03-30 API, and /_fcemu for
// what the cloud has no API for. The command line uses nothing else.
package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/signature"
)

// Object is a JSON object as the API sent it: whoever prints it keeps the API's own keys.
type Object = map[string]any

// Client calls one emulator.
type Client struct {
	endpoint string
	key      signature.Key
	http     *http.Client // nil: no emulator is there
	skew     atomic.Int64 // ns by which the emulator's clock is ahead of the machine's, where that is known
}

// UnreachableError says that no emulator answers at the endpoint.
type UnreachableError struct {
	Endpoint string
	Err      error
}

// Error names the endpoint and the next step.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("no emulator answers at %s (%v); start one with 'fcemu start'", e.Endpoint, rootCause(e.Err))
}

var errAbsent = errors.New("the folder has no address file")

// Unwrap returns the network error.
func (e *UnreachableError) Unwrap() error { return e.Err }

// New returns a client of the emulator at endpoint, e.g. http://127.0.0.1:3236. It signs its calls of
// Function Compute's API with key, in case the emulator verifies that.
func New(endpoint string, key signature.Key) *Client {
	if !strings.Contains(endpoint, "://") {
		endpoint = "http://" + endpoint
	}
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		MaxIdleConnsPerHost: 16,
	}
	return &Client{endpoint: strings.TrimRight(endpoint, "/"), key: key, http: &http.Client{Transport: transport}}
}

// Absent returns a client of the emulator whose state is in a folder, where it is not running.
func Absent(folder string) *Client { return &Client{endpoint: folder} }

// Found tells whether there is an address to call.
func (c *Client) Found() bool { return c.http != nil }

// Endpoint is the address that the client calls.
func (c *Client) Endpoint() string { return c.endpoint }

// call sends body as JSON (nil = none) and reads the JSON answer into into (nil = ignored).
// A refusal by the emulator is an *emulator.Error.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, into any) error {
	var payload []byte
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = text
	}
	response, err := c.send(ctx, method, path, query, payload, http.Header{"Content-Type": {"application/json"}})
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if into == nil {
		_, err = io.Copy(io.Discard, response.Body)
		return err
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// send makes a request; where the emulator's clock was moved so far that it refused the signature as
// too old or too young, a second one.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, body []byte, header http.Header) (*http.Response, error) {
	response, err := c.sendOnce(ctx, method, path, query, body, header.Clone())
	var refusal *emulator.Error
	if errors.As(err, &refusal) && refusal.Status == http.StatusForbidden && !strings.HasPrefix(path, own) && c.learnTime(ctx) {
		return c.sendOnce(ctx, method, path, query, body, header)
	}
	return response, err
}

// sendOnce makes one request, with a body or, where that is nil, without; an answer of 400 or more becomes an *emulator.Error.
func (c *Client) sendOnce(ctx context.Context, method, path string, query url.Values, body []byte, header http.Header) (*http.Response, error) {
	if !c.Found() {
		return nil, &UnreachableError{Endpoint: c.endpoint, Err: errAbsent}
	}
	target := c.endpoint + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	end := func() {}
	if path != healthPath {
		var answered func()
		ctx, answered, end = c.attend(ctx)
		defer answered()
	}
	request, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		end()
		return nil, err
	}
	if body == nil {
		header.Del("Content-Type")
	}
	request.Header = header
	if !strings.HasPrefix(path, own) {
		signature.Sign(request, body, c.key, time.Now().Add(time.Duration(c.skew.Load())))
	}
	response, err := c.http.Do(request)
	if err != nil {
		defer end()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &UnreachableError{Endpoint: c.endpoint, Err: err}
	}
	response.Body = attendedBody{response.Body, end}
	if response.StatusCode >= 400 {
		defer response.Body.Close()
		return nil, readError(response)
	}
	return response, nil
}

func readError(response *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	var body struct{ Code, Message, ErrorCode, ErrorMessage string } // the latter two are those of the older generations
	if json.Unmarshal(text, &body) != nil || body.Code+body.ErrorCode == "" {
		return emulator.Refuse(response.StatusCode, http.StatusText(response.StatusCode), "%s", strings.TrimSpace(string(text)))
	}
	return &emulator.Error{Status: response.StatusCode, Code: cmp.Or(body.Code, body.ErrorCode), Message: cmp.Or(body.Message, body.ErrorMessage)}
}

func rootCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
