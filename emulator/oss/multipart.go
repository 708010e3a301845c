package oss

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const maxParts = 10_000

// upload is what a multipart upload was begun with.
type upload struct {
	Bucket string            `json:"bucket"`
	Key    string            `json:"key"`
	Header map[string]string `json:"header,omitempty"`
}

const uploadRecord = "upload.json"

// isUploadID tells whether text is one of ours: 24 hexadecimal digits in capitals.
func isUploadID(text string) bool {
	const digits = "0123456789ABCDEF"
	return len(text) == 24 && strings.Trim(text, digits) == ""
}

func uploadDir(id string) string { return uploadFolder + "/" + id }

func partFile(id string, number int) string { return fmt.Sprintf("%s/%05d", uploadDir(id), number) }

func (c *call) beginUpload() error {
	if _, err := c.findBucket(c.bucket); err != nil {
		return err
	}
	if _, err := pathOf(c.bucket, c.key); err != nil {
		return err
	}
	id := newRequestID()
	text, err := json.Marshal(upload{Bucket: c.bucket, Key: c.key, Header: writersHeader(c.r.Header)})
	if err != nil {
		return err
	}
	if err := c.root.MkdirAll(uploadDir(id), 0o755); err != nil {
		return err
	}
	if err := c.root.WriteFile(uploadDir(id)+"/"+uploadRecord, text, 0o644); err != nil {
		return err
	}
	return c.xml(http.StatusOK, struct {
		XMLName      xml.Name `xml:"InitiateMultipartUploadResult"`
		EncodingType string   `xml:",omitempty"`
		Bucket       string
		Key          string
		UploadID     string `xml:"UploadId"`
	}{EncodingType: c.get("encoding-type"), Bucket: c.bucket, Key: c.encoded(c.key), UploadID: id})
}

// findUpload reads the upload that the request names, which must be of its object.
func (c *call) findUpload() (id string, u *upload, err error) {
	id, u = c.get("uploadId"), &upload{}
	if !isUploadID(id) {
		return "", nil, noSuchUpload(id)
	}
	text, err := c.root.ReadFile(uploadDir(id) + "/" + uploadRecord)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (json.Unmarshal(text, u) != nil || u.Bucket != c.bucket || u.Key != c.key) {
		return "", nil, noSuchUpload(id)
	}
	return id, u, err
}

func (c *call) uploadPart() error {
	number, err := strconv.Atoi(c.get("partNumber"))
	if err != nil || number < 1 || number > maxParts {
		return invalidArgument("partNumber", c.get("partNumber"))
	}
	if c.r.Header.Get("X-Oss-Copy-Source") != "" {
		return notImplemented("copying an object as a part")
	}
	id, _, err := c.findUpload()
	if err != nil {
		return err
	}
	d, err := c.write(c.r.Body, c.r.Header.Get("Content-Md5"))
	if err != nil {
		return err
	}
	if err := c.root.Rename(d.name, partFile(id, number)); err != nil {
		_ = c.root.Remove(d.name)
		return noSuchUpload(id) // aborted in between
	}
	c.showSums(&object{ETag: d.sums.etag(), CRC64: d.sums.crc64.Sum64()})
	return c.empty(http.StatusOK)
}

type part struct {
	PartNumber int
	ETag       string
}

func (c *call) completeUpload() error {
	id, u, err := c.findUpload()
	if err != nil {
		return err
	}
	var request struct{ Part []part }
	if c.r.Header.Get("X-Oss-Complete-All") == "yes" {
		request.Part, err = c.allParts(id)
	} else {
		err = c.readXML(&request)
	}
	if err != nil {
		return err
	}
	if len(request.Part) == 0 {
		return malformedXML()
	}
	if !slices.IsSortedFunc(request.Part, func(a, b part) int { return a.PartNumber - b.PartNumber }) {
		return refuse(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
	}
	joined := &joinedParts{call: c, id: id, parts: request.Part, whole: newSums()}
	d, err := c.write(joined, "")
	joined.close()
	if joined.err != nil {
		return joined.err
	}
	if err != nil {
		return err
	}
	o, err := c.put(c.bucket, c.key, d, fmt.Sprintf("%s-%d", joined.whole.etag(), len(request.Part)), u.Header, c.once())
	if err != nil {
		return err
	}
	_ = c.root.RemoveAll(uploadDir(id)) // what is left goes after a day
	c.notify("ObjectCreated:CompleteMultipartUpload", o)
	c.showSums(o)
	return c.xml(http.StatusOK, struct {
		XMLName      xml.Name `xml:"CompleteMultipartUploadResult"`
		EncodingType string   `xml:",omitempty"`
		Location     string
		Bucket       string
		Key          string
		ETag         string
	}{EncodingType: c.get("encoding-type"), Location: "http://" + c.r.Host + c.r.URL.EscapedPath(), Bucket: c.bucket, Key: c.encoded(c.key), ETag: quote(o.ETag)})
}

// allParts lists the parts that have arrived.
func (c *call) allParts(id string) ([]part, error) {
	entries, err := fs.ReadDir(c.root.FS(), uploadDir(id))
	var parts []part
	for _, entry := range entries {
		number, isPart := strconv.Atoi(entry.Name())
		if isPart != nil {
			continue
		}
		etag, failed := c.partETag(id, number)
		if failed != nil {
			return nil, failed
		}
		parts = append(parts, part{number, etag})
	}
	return parts, err
}

func (c *call) partETag(id string, number int) (string, error) {
	file, err := c.root.Open(partFile(id, number))
	if err != nil {
		return "", err
	}
	defer file.Close()
	found := newSums()
	_, err = io.Copy(found, file)
	return found.etag(), err
}

func (c *call) listParts() error {
	id, _, err := c.findUpload()
	if err != nil {
		return err
	}
	parts, err := c.allParts(id)
	if err != nil {
		return err
	}
	type shown struct {
		PartNumber   int
		LastModified string
		ETag         string
		Size         int64
	}
	answer := struct {
		XMLName              xml.Name `xml:"ListPartsResult"`
		EncodingType         string   `xml:",omitempty"`
		Bucket               string
		Key                  string
		UploadID             string `xml:"UploadId"`
		NextPartNumberMarker int
		MaxParts             int
		IsTruncated          bool
		Part                 []shown
	}{EncodingType: c.get("encoding-type"), Bucket: c.bucket, Key: c.encoded(c.key), UploadID: id, MaxParts: maxParts}
	after, _ := strconv.Atoi(c.get("part-number-marker")) // 0 where there is none
	for _, one := range parts {
		info, err := c.root.Stat(partFile(id, one.PartNumber))
		if err != nil || one.PartNumber <= after {
			continue
		}
		answer.NextPartNumberMarker = one.PartNumber
		answer.Part = append(answer.Part, shown{one.PartNumber, showTime(info.ModTime()), quote(one.ETag), info.Size()})
	}
	return c.xml(http.StatusOK, &answer)
}

func (c *call) abortUpload() error {
	id, _, err := c.findUpload()
	if err != nil {
		return err
	}
	if err := c.root.RemoveAll(uploadDir(id)); err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}
