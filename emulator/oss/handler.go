package oss

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// drainLimit bounds what is read of a refused body, so that clients which send all before they
// listen get to read the refusal. In bytes.
const drainLimit = 64 << 20

// call is one request.
type call struct {
	*Store
	w         http.ResponseWriter
	r         *http.Request
	query     map[string][]string
	bucket    string
	key       string
	requestID string
}

// ServeHTTP answers one request to OSS. It is no place for browsers: they would need CORS.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Store: s, w: w, r: r, query: r.URL.Query(), requestID: newRequestID()}
	r.Body = s.attended(w, r)
	c.bucket, c.key = s.locate(r)
	header := w.Header()
	header.Set("X-Oss-Request-Id", c.requestID)
	header.Set("X-Oss-Server-Time", "0")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	if err := c.serve(); err != nil {
		c.fail(failureOf(err, c.key))
	}
}

func newRequestID() string {
	var raw [12]byte
	_, _ = rand.Read(raw[:]) // never fails, see crypto/rand
	return strings.ToUpper(hex.EncodeToString(raw[:]))
}

func (c *call) serve() error {
	if origin := c.r.Header.Get("Origin"); origin != "" {
		return refuse(403, "AccessDenied", "Web pages may not call this object store (origin "+origin+").")
	}
	if what := c.unsupported(); what != "" {
		return notImplemented(what)
	}
	switch {
	case c.bucket == "" && c.r.Method == "GET":
		return c.listBuckets()
	case c.bucket == "":
		return c.notAllowed()
	case c.key == "":
		return c.serveBucket()
	}
	return c.serveObject()
}

// unsupported names a sub-resource or header that would change what the request means.
func (c *call) unsupported() string {
	for name := range c.query {
		if notSupported[name] {
			return "'?" + name + "'"
		}
	}
	for _, name := range []string{"X-Oss-Callback", "X-Oss-Copy-Source-Range", "X-Oss-Server-Side-Encryption"} {
		if c.r.Header.Get(name) != "" {
			return "the header '" + strings.ToLower(name) + "'"
		}
	}
	return ""
}

// notSupported are the sub-resources of OSS that have no meaning here.
var notSupported = map[string]bool{
	"accessMonitor": true, "accessPoint": true, "append": true, "asyncFetch": true, "bucketArchiveDirectRead": true,
	"callback": true, "cname": true, "cors": true, "encryption": true, "inventory": true, "lifecycle": true, "live": true,
	"logging": true, "metaQuery": true, "policy": true, "publicAccessBlock": true, "qosInfo": true, "referer": true,
	"replication": true, "requestPayment": true, "resourceGroup": true, "restore": true, "style": true, "symlink": true,
	"tagging": true, "transferAcceleration": true, "versionId": true, "versioning": true, "versions": true, "vod": true,
	"website": true, "worm": true, "x-oss-process": true, "x-oss-async-process": true,
}

func (c *call) has(name string) bool {
	_, ok := c.query[name]
	return ok
}

func (c *call) get(name string) string {
	if values := c.query[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

func (c *call) notAllowed() error {
	return refuse(405, "MethodNotAllowed", "The specified method is not allowed against this resource.", "Method", c.r.Method)
}

func (c *call) empty(status int) error {
	if status != http.StatusNoContent {
		c.w.Header().Set("Content-Length", "0")
	}
	c.w.WriteHeader(status)
	return nil
}

// xml answers with a document.
func (c *call) xml(status int, document any) error {
	text, err := encode(document)
	if err != nil {
		return err
	}
	header := c.w.Header()
	header.Set("Content-Type", "application/xml")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	c.w.WriteHeader(status)
	if c.r.Method != "HEAD" {
		_, _ = c.w.Write(text) // the client may be gone
	}
	return nil
}

func encode(document any) ([]byte, error) {
	var text bytes.Buffer
	text.WriteString(xml.Header)
	err := xml.NewEncoder(&text).Encode(document)
	return text.Bytes(), err
}

// fail answers with an error. HEAD has no body: there the error goes into a header.
func (c *call) fail(f *failure) {
	if c.r.Body != nil && c.r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, c.r.Body, drainLimit)
	}
	body := f.body(c.requestID, c.r.Host)
	if c.r.Method == "HEAD" {
		if text, err := encode(body); err == nil {
			c.w.Header().Set("X-Oss-Err", base64.StdEncoding.EncodeToString(text))
		}
		c.w.WriteHeader(f.status)
		return
	}
	_ = c.xml(f.status, body) // strings only
}

// readXML reads a small document from the body.
func (c *call) readXML(into any) error {
	text, err := io.ReadAll(io.LimitReader(c.r.Body, maxDocument+1))
	var late *failure
	if errors.As(err, &late) {
		return late
	}
	if err != nil || len(text) > maxDocument || xml.Unmarshal(text, into) != nil {
		return malformedXML()
	}
	return nil
}

// maxDocument holds the longest list of objects to delete, in bytes.
const maxDocument = 4 << 20
