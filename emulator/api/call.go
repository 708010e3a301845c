package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator/invoke"
)

// serverBuffer is the size from which the server no longer finds out the length of an answer by
// itself. Below it one header less keeps the header's map in its smallest form: that is measurable
// on the warm path.
const serverBuffer = 2048

// Call is one request to an operation, and the means to answer it.
type Call struct {
	Request   *http.Request
	RequestID string

	writer   http.ResponseWriter
	body     invoke.Body
	patience time.Duration // with a client that stops sending
	started  bool          // the answer has begun
	query    url.Values
	values   [2]string // of the headers that every answer has: no allocation for each
}

// SetRequestID changes the id under which the call is answered.
func (c *Call) SetRequestID(id string) {
	c.RequestID, c.values[0] = id, id
	c.writer.Header()["X-Fc-Request-Id"] = c.values[0:1:1]
}

// Path returns a wildcard of the route's pattern, decoded.
func (c *Call) Path(name string) string { return c.Request.PathValue(name) }

// Query returns a parameter of the query; "" where there is none.
func (c *Call) Query(name string) string {
	if c.query == nil {
		if c.Request.URL.RawQuery == "" {
			return ""
		}
		c.query = c.Request.URL.Query()
	}
	return c.query.Get(name)
}

// Header is the answer's header.
func (c *Call) Header() http.Header { return c.writer.Header() }

// JSON answers with a JSON body.
func (c *Call) JSON(status int, body any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return err
	}
	return c.Bytes(status, "application/json", bytes.TrimSuffix(text.Bytes(), []byte("\n")))
}

// Bytes answers with a body as it is.
func (c *Call) Bytes(status int, contentType string, body []byte) error {
	header := c.writer.Header()
	c.values[1] = contentType
	header["Content-Type"] = c.values[1:2:2]
	if len(body) >= serverBuffer {
		header["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	c.started = true
	c.writer.WriteHeader(status)
	_, _ = c.writer.Write(body) // the client may be gone
	return nil
}

// Empty answers without a body, and so without a content type: one client fails on an empty body
// that is called JSON.
func (c *Call) Empty(status int) error {
	header := c.writer.Header()
	header["Content-Type"] = nil
	if status != http.StatusNoContent {
		header["Content-Length"] = []string{"0"}
	}
	c.started = true
	c.writer.WriteHeader(status)
	return nil
}

// Upgrade hands the connection over to an operation that speaks another protocol on it, the answer
// to the handshake included.
func (c *Call) Upgrade() http.ResponseWriter {
	c.started = true
	return c.writer
}

// Flush sends what was answered so far, for an operation that goes on after its answer.
func (c *Call) Flush() { _ = http.NewResponseController(c.writer).Flush() }

// Stream begins an answer of unknown length; each Write reaches the client at once.
func (c *Call) Stream(contentType string) (io.Writer, error) {
	header := c.writer.Header()
	header["Content-Type"] = []string{contentType}
	header["Cache-Control"] = []string{"no-store"}
	c.started = true
	c.writer.WriteHeader(http.StatusOK)
	stream := flushed{c.writer, http.NewResponseController(c.writer)}
	return stream, stream.control.Flush()
}

type flushed struct {
	writer  http.ResponseWriter
	control *http.ResponseController
}

func (f flushed) Write(p []byte) (int, error) {
	n, err := f.writer.Write(p)
	if err != nil {
		return n, err
	}
	return n, f.control.Flush()
}
