package oss

import (
	"encoding/base64"
	"encoding/xml"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Numbers of objects on a page.
const (
	defaultPage = 100
	maxPage     = 1000
)

// listing is a page of objects. Its XML is that of both versions of the operation, which differ in
// how the next page is asked for.
type listing struct {
	XMLName        xml.Name `xml:"ListBucketResult"`
	Name           string
	Prefix         string
	Marker         *string
	StartAfter     string `xml:",omitempty"`
	MaxKeys        int
	Delimiter      string
	EncodingType   string `xml:",omitempty"`
	IsTruncated    bool
	NextMarker     string  `xml:",omitempty"`
	Token          string  `xml:"ContinuationToken,omitempty"`
	NextToken      string  `xml:"NextContinuationToken,omitempty"`
	KeyCount       *int    `xml:",omitempty"`
	Contents       []entry // objects
	CommonPrefixes []commonPrefix
}

type commonPrefix struct{ Prefix string }

type entry struct {
	Key          string
	LastModified string
	ETag         string
	Type         string
	Size         int64
	StorageClass string
	Owner        *owner `xml:",omitempty"`
}

// encoded is a key as the client asked to have it.
func (c *call) encoded(key string) string {
	if c.get("encoding-type") != "url" {
		return key
	}
	return strings.ReplaceAll(url.QueryEscape(key), "+", "%20")
}

// listObjects is ListObjects, and ListObjectsV2 with list-type=2.
func (c *call) listObjects() error {
	limit := defaultPage
	if text := c.get("max-keys"); text != "" {
		number, err := strconv.Atoi(text)
		if err != nil || number < 0 || number > maxPage || number == 0 && c.get("list-type") != "2" {
			return invalidArgument("max-keys", text)
		}
		limit = number
	}
	after, err := c.listAfter()
	if err != nil {
		return err
	}
	p := &page{call: c, limit: limit, delimiter: c.get("delimiter"), after: after}
	w := &walk{bucket: c.bucket, prefix: c.get("prefix"), after: after}
	w.visit = func(key string, _ fs.FileInfo) bool { return p.visit(w, key) }
	if err := c.walk(w); err != nil {
		return err
	}
	if p.err != nil {
		return p.err
	}
	return c.showList(p)
}

// listAfter is the key after which the page begins.
func (c *call) listAfter() (string, error) {
	if c.get("list-type") != "2" {
		return c.get("marker"), nil
	}
	token := c.get("continuation-token")
	if token == "" {
		return c.get("start-after"), nil
	}
	after, err := base64.URLEncoding.DecodeString(token)
	if err != nil {
		return "", invalidArgument("continuation-token", token)
	}
	return string(after), nil
}

// page collects what a page shows.
type page struct {
	*call
	limit     int
	delimiter string
	after     string

	objects  []entry
	prefixes []commonPrefix
	last     string // key or common prefix that the next page comes after
	more     bool
	err      error
}

func (p *page) visit(w *walk, key string) bool {
	shared := ""
	if p.delimiter != "" {
		if i := strings.Index(key[len(w.prefix):], p.delimiter); i >= 0 {
			shared = key[:len(w.prefix)+i+len(p.delimiter)]
		}
	}
	if shared != "" && strings.HasPrefix(p.after, shared) { // was on an earlier page
		w.skip = shared
		return true
	}
	if len(p.objects)+len(p.prefixes) == p.limit {
		p.more = true
		return false
	}
	if shared != "" {
		p.prefixes, p.last, w.skip = append(p.prefixes, commonPrefix{p.encoded(shared)}), shared, shared
		return true
	}
	o, err := p.describe(p.bucket, key)
	if err != nil {
		if failureOf(err, key).status >= 500 {
			p.err = err
			return false
		}
		return true // deleted in between
	}
	p.last = key
	p.objects = append(p.objects, p.entry(o))
	return true
}

func (p *page) entry(o *object) entry {
	e := entry{Key: p.encoded(o.Key), LastModified: showTime(o.Modified), ETag: quote(o.ETag), Type: "Normal", Size: o.Size, StorageClass: "Standard"}
	if p.get("list-type") != "2" || p.get("fetch-owner") == "true" {
		owner := p.owner()
		e.Owner = &owner
	}
	return e
}

func (c *call) showList(p *page) error {
	list := &listing{Name: c.bucket, Prefix: c.encoded(c.get("prefix")), MaxKeys: p.limit, Delimiter: c.encoded(p.delimiter),
		EncodingType: c.get("encoding-type"), IsTruncated: p.more, Contents: p.objects, CommonPrefixes: p.prefixes}
	if c.get("list-type") == "2" {
		count := len(p.objects) + len(p.prefixes)
		list.KeyCount, list.Token, list.StartAfter = &count, c.get("continuation-token"), c.encoded(c.get("start-after"))
		if p.more {
			list.NextToken = base64.URLEncoding.EncodeToString([]byte(p.last))
		}
		return c.xml(http.StatusOK, list)
	}
	marker := c.encoded(c.get("marker"))
	list.Marker = &marker
	if p.more {
		list.NextMarker = c.encoded(p.last)
	}
	return c.xml(http.StatusOK, list)
}
