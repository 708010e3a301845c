package oss

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// maxPut is the largest object that comes in one request, in bytes.
const maxPut = 5 << 30

func (c *call) serveObject() error {
	switch method := c.r.Method; {
	case method == "PUT" && c.has("partNumber"):
		return c.uploadPart()
	case c.has("acl"):
		return c.acl()
	case method == "PUT" && c.r.Header.Get("X-Oss-Copy-Source") != "":
		return c.copyObject()
	case method == "PUT":
		return c.putObject()
	case method == "GET" && c.has("uploadId"):
		return c.listParts()
	case method == "GET" || method == "HEAD":
		return c.getObject()
	case method == "DELETE" && c.has("uploadId"):
		return c.abortUpload()
	case method == "DELETE":
		if err := c.remove(c.key, "ObjectRemoved:DeleteObject"); err != nil {
			return err
		}
		return c.empty(http.StatusNoContent)
	case method == "POST" && c.has("uploads"):
		return c.beginUpload()
	case method == "POST" && c.has("uploadId"):
		return c.completeUpload()
	}
	return c.notAllowed()
}

func (c *call) putObject() error {
	if c.r.ContentLength > maxPut {
		return refuse(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
	}
	if _, err := c.findBucket(c.bucket); err != nil { // before all is read
		return err
	}
	if _, err := pathOf(c.bucket, c.key); err != nil {
		return err
	}
	d, err := c.write(c.r.Body, c.r.Header.Get("Content-Md5"))
	if err != nil {
		return err
	}
	o, err := c.put(c.bucket, c.key, d, d.sums.etag(), writersHeader(c.r.Header), c.once())
	if err != nil {
		return err
	}
	c.notify("ObjectCreated:PutObject", o)
	c.showSums(o)
	return c.empty(http.StatusOK)
}

// remove deletes an object of the request's bucket.
func (c *call) remove(key, event string) error {
	gone, err := c.delete(c.bucket, key)
	if err == nil && gone != nil {
		c.notify(event, gone)
	}
	return err
}

// notify tells what the request did to an object.
func (c *call) notify(event string, o *object) {
	if c.Notify == nil {
		return
	}
	c.Notify(c.r.Context(), &emulator.ObjectEvent{Name: event, Bucket: c.bucket, Key: o.Key, ETag: o.ETag, Size: o.Size, Delta: o.delta,
		RequestID: c.requestID, ClientIP: emulator.ClientIP(c.r.RemoteAddr)})
}

func (c *call) once() bool { return c.r.Header.Get("X-Oss-Forbid-Overwrite") == "true" }

// standardHeaders are those that a writer may give an object, and a reader may ask for instead.
var standardHeaders = []string{"Content-Type", "Content-Encoding", "Content-Disposition", "Content-Language", "Cache-Control", "Expires"}

// metaPrefix begins the names of a user's own metadata.
const metaPrefix = "X-Oss-Meta-"

// writersHeader are the headers of an upload that its readers get back.
func writersHeader(header http.Header) map[string]string {
	kept := map[string]string{}
	for name, values := range header {
		if values[0] != "" && (slices.Contains(standardHeaders, name) || strings.HasPrefix(name, metaPrefix)) {
			kept[name] = values[0]
		}
	}
	return kept
}

// showSums sets the headers that tell an object's checksums.
func (c *call) showSums(o *object) {
	header := c.w.Header()
	header.Set("Etag", quote(o.ETag))
	header.Set("X-Oss-Hash-Crc64ecma", strconv.FormatUint(o.CRC64, 10))
	if raw, err := hex.DecodeString(o.ETag); err == nil && len(raw) == md5.Size {
		header.Set("Content-Md5", base64.StdEncoding.EncodeToString(raw))
	}
}

func quote(etag string) string { return `"` + etag + `"` }

// getObject is GetObject, HeadObject and GetObjectMeta.
func (c *call) getObject() error {
	file, o, err := c.open(c.bucket, c.key)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := meetsConditions(c.r, o); err != nil {
		return err
	}
	c.showSums(o)
	header := c.w.Header()
	header.Set("Content-Type", contentType(o.Key))
	for name, value := range o.Header {
		if strings.HasPrefix(name, metaPrefix) {
			name = strings.ToLower(name) // as OSS writes them; some clients compare with the case
		}
		header[name] = []string{value}
	}
	for _, name := range standardHeaders {
		if value := c.get("response-" + strings.ToLower(name)); value != "" {
			header.Set(name, value)
		}
	}
	header.Set("X-Oss-Object-Type", "Normal")
	if strings.Contains(o.ETag, "-") {
		header.Set("X-Oss-Object-Type", "Multipart")
	}
	header.Set("X-Oss-Storage-Class", "Standard")
	if header.Get("Content-Encoding") != "" && c.r.Header.Get("Range") == "" { // else http.ServeContent sets it
		header.Set("Content-Length", strconv.FormatInt(o.Size, 10))
	}
	http.ServeContent(c.w, c.r, "", o.Modified, file)
	return nil
}

func contentType(key string) string {
	if known := mime.TypeByExtension(path.Ext(key)); known != "" {
		return known
	}
	return "application/octet-stream"
}

// copyObject copies an object within the store.
func (c *call) copyObject() error {
	source, err := url.PathUnescape(strings.TrimPrefix(c.r.Header.Get("X-Oss-Copy-Source"), "/"))
	bucket, key, ok := strings.Cut(source, "/")
	if err != nil || !ok {
		return invalidArgument("x-oss-copy-source", c.r.Header.Get("X-Oss-Copy-Source"))
	}
	file, from, err := c.open(bucket, key)
	if err != nil {
		return failureOf(err, key)
	}
	defer file.Close()
	d, err := c.write(file, "")
	if err != nil {
		return err
	}
	header := from.Header
	if c.r.Header.Get("X-Oss-Metadata-Directive") == "REPLACE" {
		header = writersHeader(c.r.Header)
	}
	o, err := c.put(c.bucket, c.key, d, from.ETag, header, c.once())
	if err != nil {
		return err
	}
	c.notify("ObjectCreated:CopyObject", o)
	c.showSums(o)
	return c.xml(http.StatusOK, struct {
		XMLName      xml.Name `xml:"CopyObjectResult"`
		ETag         string
		LastModified string
	}{ETag: quote(o.ETag), LastModified: showTime(o.Modified)})
}

// acl shows everything as private. It cannot be set, since nobody is kept out.
func (c *call) acl() error {
	if c.r.Method != "GET" {
		return notImplemented("changing who has access")
	}
	if c.key == "" {
		if _, err := c.findBucket(c.bucket); err != nil {
			return err
		}
	} else {
		file, _, err := c.open(c.bucket, c.key)
		if err != nil {
			return err
		}
		_ = file.Close()
	}
	return c.xml(http.StatusOK, struct {
		XMLName           xml.Name `xml:"AccessControlPolicy"`
		Owner             owner
		AccessControlList grant
	}{Owner: c.owner(), AccessControlList: grant{"private"}})
}

// showTime shows whole seconds, as OSS does; one client reads nothing else.
func showTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") + ".000Z" }
