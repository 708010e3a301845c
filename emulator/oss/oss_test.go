package oss

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fcemu/fcemu/emulator"
)

const account = "123456789"

type world struct {
	t      testing.TB
	store  *Store
	folder string
	server *httptest.Server
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, folder: filepath.Join(t.TempDir(), "oss")}
	var err error
	w.store, err = Open(w.folder, options())
	if err != nil {
		t.Fatal(err)
	}
	w.server = httptest.NewServer(w.store)
	t.Cleanup(func() { w.server.Close(); _ = w.store.Close() })
	return w
}

func options() Options {
	return Options{Account: account, Region: "cn-hangzhou", Clock: emulator.RealClock{}, IDs: emulator.NewIDs()}
}

type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a request with the headers given in pairs; "Host" is one.
func (w *world) do(method, target, body string, headers ...string) reply {
	w.t.Helper()
	r, err := http.NewRequest(method, w.server.URL+target, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

func (w *world) want(status int, method, target, body string, headers ...string) reply {
	w.t.Helper()
	got := w.do(method, target, body, headers...)
	if got.status != status {
		w.t.Fatalf("%s %s: %d, want %d: %s", method, target, got.status, status, got.body)
	}
	return got
}

func codeOf(t testing.TB, r reply) string {
	t.Helper()
	var body struct{ Code, Message, RequestID string }
	if err := xml.Unmarshal([]byte(r.body), &body); err != nil || body.Message == "" {
		t.Errorf("not an error document: %v: %s", err, r.body)
	}
	return body.Code
}

func TestObjectsLife(t *testing.T) {
	w := newWorld(t)
	w.want(200, "PUT", "/bucket/", "")
	put := w.want(200, "PUT", "/bucket/dir/a%20b%2B.txt", "hello", "Content-Type", "text/x-mine", "X-Oss-Meta-K", "v")
	if put.header.Get("Etag") != `"5D41402ABC4B2A76B9719D911017C592"` || put.header.Get("X-Oss-Hash-Crc64ecma") != "11177612005948864433" || put.header.Get("X-Oss-Request-Id") == "" {
		t.Errorf("headers of the upload: %v", put.header)
	}
	if text, err := os.ReadFile(filepath.Join(w.folder, "bucket", "dir", "a b+.txt")); err != nil || string(text) != "hello" {
		t.Errorf("on disk: %q, %v", text, err)
	}
	got := w.want(200, "GET", "/dir/a%20b%2B.txt", "", "Host", "bucket.oss-cn-hangzhou.aliyuncs.com")
	if got.body != "hello" || got.header.Get("Content-Type") != "text/x-mine" || got.header.Get("X-Oss-Meta-K") != "v" {
		t.Errorf("%q %v", got.body, got.header)
	}
	head := w.want(200, "HEAD", "/bucket/dir/a%20b%2B.txt", "")
	if head.body != "" || head.header.Get("Content-Length") != "5" {
		t.Errorf("HEAD: %v", head.header)
	}
	w.want(204, "DELETE", "/bucket/dir/a%20b%2B.txt", "")
	w.want(204, "DELETE", "/bucket/dir/a%20b%2B.txt", "")
	if _, err := os.Stat(filepath.Join(w.folder, "bucket", "dir")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the empty folder is left: %v", err)
	}
	gone := w.want(404, "GET", "/bucket/dir/a%20b%2B.txt", "")
	if codeOf(t, gone) != "NoSuchKey" {
		t.Error(gone.body)
	}
	if w.want(404, "HEAD", "/bucket/x", "").header.Get("X-Oss-Err") == "" {
		t.Error("HEAD does not say why")
	}
	w.want(204, "DELETE", "/bucket/", "")
	if codeOf(t, w.want(404, "PUT", "/bucket/x", "hello")) != "NoSuchBucket" {
		t.Error("the bucket is still there")
	}
}

func TestSeededBucket(t *testing.T) {
	w := newWorld(t)
	folder := filepath.Join(w.folder, "seeded", "a")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "page.html")
	for _, text := range []string{"one", "three"} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		got := w.want(200, "GET", "/seeded/a/page.html", "")
		if sum := fmt.Sprintf(`"%X"`, md5.Sum([]byte(text))); got.body != text || got.header.Get("Etag") != sum || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			t.Errorf("%q: %q %v", text, got.body, got.header)
		}
	}
	if list := w.want(200, "GET", "/seeded?prefix=a/", ""); !strings.Contains(list.body, "<Key>a/page.html</Key>") {
		t.Error(list.body)
	}
}

// TestNothingOutside: no key and no link leads out of the folder.
func TestNothingOutside(t *testing.T) {
	w := newWorld(t)
	w.want(200, "PUT", "/bucket", "")
	secret := filepath.Join(filepath.Dir(w.folder), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"link": secret, "up": "../../secret", "dir": filepath.Dir(secret)} {
		if err := os.Symlink(target, filepath.Join(w.folder, "bucket", name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"..%2Fsecret", "../secret", "a/../../secret", "%2e%2e/%2e%2e/secret", "link", "up", "dir/secret", "a%00b", "%2Fetc/passwd", "%5Cx", "%25", "%FF", strings.Repeat("k", 1024)} {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			if method != "GET" && (key == "link" || key == "up") { // these change the link itself
				continue
			}
			if got := w.do(method, "/bucket/"+key, "changed"); got.status < 400 && got.status != 204 || strings.Contains(got.body, "secret\n") || got.body == "secret" {
				t.Errorf("%s %s: %d %q", method, key, got.status, got.body)
			}
		}
	}
	for _, bucket := range []string{"..", ".meta", ".new", "Upper", "a", "x_y", "%2e%2e"} {
		if got := w.do("PUT", "/"+bucket+"/key", "changed"); got.status < 400 {
			t.Errorf("bucket %s: %d", bucket, got.status)
		}
	}
	if text, _ := os.ReadFile(secret); string(text) != "secret" {
		t.Errorf("the file outside is now %q", text)
	}
	if list := w.want(200, "GET", "/bucket", ""); strings.Contains(list.body, "<Contents>") {
		t.Errorf("links that lead outside are listed: %s", list.body)
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	w.want(200, "PUT", "/bucket", "")
	w.want(200, "PUT", "/bucket/a", "x")
	sum := md5.Sum([]byte("other"))
	for name, c := range map[string]struct {
		method, target, body string
		headers              []string
		status               int
		code                 string
	}{
		"file as folder":   {"PUT", "/bucket/a/b", "x", nil, 400, "InvalidObjectName"},
		"below a file":     {"GET", "/bucket/a/b", "", nil, 404, "NoSuchKey"},
		"wrong md5":        {"PUT", "/bucket/c", "x", []string{"Content-Md5", base64.StdEncoding.EncodeToString(sum[:])}, 400, "InvalidDigest"},
		"no md5":           {"PUT", "/bucket/c", "x", []string{"Content-Md5", "?"}, 400, "InvalidDigest"},
		"no overwriting":   {"PUT", "/bucket/a", "y", []string{"X-Oss-Forbid-Overwrite", "true"}, 409, "FileAlreadyExists"},
		"not empty":        {"DELETE", "/bucket", "", nil, 409, "BucketNotEmpty"},
		"if-match":         {"GET", "/bucket/a", "", []string{"If-Match", "AA"}, 412, "PreconditionFailed"},
		"sub-resource":     {"GET", "/bucket/a?tagging", "", nil, 501, "NotImplemented"},
		"processing":       {"GET", "/bucket/a?x-oss-process=image/resize", "", nil, 501, "NotImplemented"},
		"acl":              {"PUT", "/bucket?acl", "", []string{"X-Oss-Acl", "public-read"}, 501, "NotImplemented"},
		"versions":         {"GET", "/bucket?versions", "", nil, 501, "NotImplemented"},
		"max-keys":         {"GET", "/bucket?max-keys=1001", "", nil, 400, "InvalidArgument"},
		"token":            {"GET", "/bucket?list-type=2&continuation-token=%2A", "", nil, 400, "InvalidArgument"},
		"method":           {"PATCH", "/bucket/a", "", nil, 405, "MethodNotAllowed"},
		"web page":         {"GET", "/bucket/a", "", []string{"Origin", "http://localhost"}, 403, "AccessDenied"},
		"upload":           {"PUT", "/bucket/a?partNumber=1&uploadId=000000000000000000000000", "x", nil, 404, "NoSuchUpload"},
		"upload elsewhere": {"PUT", "/bucket/a?partNumber=1&uploadId=../../x", "x", nil, 404, "NoSuchUpload"},
		"part number":      {"PUT", "/bucket/a?partNumber=0&uploadId=x", "x", nil, 400, "InvalidArgument"},
		"bad XML":          {"POST", "/bucket?delete", "<Delete>", nil, 400, "MalformedXML"},
		"copy":             {"PUT", "/bucket/b", "", []string{"X-Oss-Copy-Source", "/bucket/none"}, 404, "NoSuchKey"},
		"range":            {"GET", "/bucket/a", "", []string{"Range", "bytes=5-9", "X-Oss-Range-Behavior", "standard"}, 416, "InvalidRange"},
	} {
		got := w.do(c.method, c.target, c.body, c.headers...)
		if got.status != c.status || codeOf(t, got) != c.code {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := w.want(200, "GET", "/bucket/a", "", "Range", "bytes=5-9"); got.body != "x" {
		t.Errorf("a range beyond the end: %q", got.body)
	}
	w.want(200, "GET", "/bucket/a", "", "If-Match", fmt.Sprintf("%X", md5.Sum([]byte("x"))))
	w.want(304, "GET", "/bucket/a", "", "If-None-Match", fmt.Sprintf("%X", md5.Sum([]byte("x"))))
	if drafts, _ := os.ReadDir(filepath.Join(w.folder, draftFolder)); len(drafts) > 0 {
		t.Errorf("drafts are left: %v", drafts)
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		host, target, authorization string
		want                        bool
		bucket, key                 string
	}{
		{"b1b.oss-cn-hangzhou.aliyuncs.com", "/proxy/x", "", true, "b1b", "proxy/x"},
		{"b1b.oss-cn-hangzhou-internal.aliyuncs.com:3236", "/", "", true, "b1b", ""},
		{"b1b.oss-accelerate.aliyuncs.com", "/k", "", true, "b1b", "k"},
		{"b1b.oss-cn-hangzhou.localhost:3236", "/k", "", true, "b1b", "k"},
		{"oss-cn-hangzhou.aliyuncs.com", "/b1b/k", "", true, "b1b", "k"},
		{"oss-handler.localhost", "/", "", false, "", ""},
		{"oss-x.evil.com", "/b/k", "", false, "", ""},
		{"b.oss-x.evil.com", "/k", "", false, "", ""},
		{"fn.localhost", "/k", "", false, "", ""},
		{"fn.localhost", "/k", "OSS a:b", true, "fn", "k"},
		{"127.0.0.1:3236", "/b1b/k/l", "OSS a:b", true, "b1b", "k/l"},
		{"[::1]:3236", "/b1b/k", "OSS4-HMAC-SHA256 Credential=x", true, "b1b", "k"},
		{"127.0.0.1:3236", "/b1b/k?OSSAccessKeyId=a&Expires=1&Signature=x", "", true, "b1b", "k"},
		{"127.0.0.1:3236", "/b1b/k?x-oss-date=1&x-oss-credential=a", "", true, "b1b", "k"},
		{"127.0.0.1:3236", "/2016-08-15/services?q=OSSAccessKeyId%3D", "FC a:b", false, "", ""},
		{"127.0.0.1:3236", "/" + account + "/1-2-3", "OSS a:b", true, TempBucket, account + "/1-2-3"},
	} {
		r := httptest.NewRequest("GET", c.target, nil)
		r.Host = c.host
		if c.authorization != "" {
			r.Header.Set("Authorization", c.authorization)
		}
		if got := Match(r); got != c.want {
			t.Errorf("%s%s %s: %v", c.host, c.target, c.authorization, got)
			continue
		}
		s := &Store{Options: options()}
		if bucket, key := s.locate(r); c.want && (bucket != c.bucket || key != c.key) {
			t.Errorf("%s%s: %q %q", c.host, c.target, bucket, key)
		}
	}
}

// TestCodeByBucket goes the way of the deploying tools.
func TestCodeByBucket(t *testing.T) {
	w := newWorld(t)
	token := w.store.TempBucketToken()
	host := token.OSSBucket + "." + token.OSSRegion + ".aliyuncs.com"
	w.want(200, "PUT", "/"+account+"/"+token.ObjectName, "the zip", "Host", host, "Authorization", "OSS "+token.Credentials.AccessKeyID+":x")
	for _, name := range []string{account + "/" + token.ObjectName, token.ObjectName} {
		if code, err := w.store.ReadObject(t.Context(), token.OSSBucket, name); err != nil || string(code) != "the zip" {
			t.Errorf("%s: %q %v", name, code, err)
		}
	}
	for _, where := range [][2]string{{token.OSSBucket, "none"}, {"nobucket", "x"}, {"..", "x"}, {token.OSSBucket, "../x"}, {token.OSSBucket, ""}} {
		_, err := w.store.ReadObject(t.Context(), where[0], where[1])
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || refusal.Code != "InvalidArgument" {
			t.Errorf("%v: %v", where, err)
		}
	}
	// What lies there for long goes at a start; a developer's bucket stays.
	w.want(200, "PUT", "/bucket", "")
	w.want(200, "PUT", "/bucket/kept", "x")
	old := time.Now().Add(-25 * time.Hour)
	for _, file := range []string{TempBucket + "/" + account + "/" + token.ObjectName, "bucket/kept"} {
		if err := os.Chtimes(filepath.Join(w.folder, file), old, old); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Open(w.folder, options())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.ReadObject(t.Context(), token.OSSBucket, token.ObjectName); err == nil {
		t.Error("an old upload was kept")
	}
	if _, err := again.ReadObject(t.Context(), "bucket", "kept"); err != nil {
		t.Error(err)
	}
}

func TestMultipart(t *testing.T) {
	w := newWorld(t)
	w.want(200, "PUT", "/bucket", "")
	var begun struct {
		UploadID string `xml:"UploadId"`
	}
	answer := w.want(200, "POST", "/bucket/big?uploads", "", "Content-Type", "text/plain")
	if err := xml.Unmarshal([]byte(answer.body), &begun); err != nil || begun.UploadID == "" {
		t.Fatal(answer.body)
	}
	document := "<CompleteMultipartUpload>"
	whole := ""
	for number := 1; number <= 3; number++ {
		text := strings.Repeat(fmt.Sprint(number), 1000*number)
		whole += text
		part := w.want(200, "PUT", fmt.Sprintf("/bucket/big?partNumber=%d&uploadId=%s", number, begun.UploadID), text)
		document += fmt.Sprintf("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", number, part.header.Get("Etag"))
	}
	target := "/bucket/big?uploadId=" + begun.UploadID
	if list := w.want(200, "GET", target, ""); strings.Count(list.body, "<Part>") != 3 {
		t.Error(list.body)
	}
	if bad := w.want(400, "POST", target, strings.Replace(document, "<ETag>", "<ETag>0", 1)+"</CompleteMultipartUpload>"); codeOf(t, bad) != "InvalidPart" {
		t.Error(bad.body)
	}
	w.want(404, "GET", "/bucket/big", "")
	w.want(404, "POST", strings.Replace(target, "big", "other", 1), document+"</CompleteMultipartUpload>")
	w.want(200, "POST", target, document+"</CompleteMultipartUpload>")
	got := w.want(200, "GET", "/bucket/big", "")
	if got.body != whole || got.header.Get("Content-Type") != "text/plain" || !strings.HasSuffix(got.header.Get("Etag"), `-3"`) {
		t.Errorf("%d bytes, %v", len(got.body), got.header)
	}
	w.want(404, "DELETE", target, "")
	if left, _ := os.ReadDir(filepath.Join(w.folder, uploadFolder)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestBrokenUploadLeavesNothing: an upload counts only when it came whole.
func TestBrokenUploadLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.want(200, "PUT", "/bucket", "")
	w.want(200, "PUT", "/bucket/a", "before")
	r := httptest.NewRequest("PUT", "/bucket/a", io.MultiReader(strings.NewReader("half"), brokenReader{}))
	recorder := httptest.NewRecorder()
	w.store.ServeHTTP(recorder, r)
	if recorder.Code != 400 {
		t.Errorf("status %d", recorder.Code)
	}
	if got := w.want(200, "GET", "/bucket/a", ""); got.body != "before" {
		t.Errorf("now %q", got.body)
	}
}

// TestStalledUpload: a client that falls silent is told so, holds nothing, and leaves nothing behind.
func TestStalledUpload(t *testing.T) {
	w := newWorld(t)
	w.want(200, "PUT", "/bucket", "")
	w.store.Patience = 20 * time.Millisecond
	for _, target := range []string{"PUT /bucket/a", "POST /bucket?delete"} {
		conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf", target)
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		_ = conn.Close()
		if answer.StatusCode != 400 || !strings.Contains(string(text), "<Code>RequestTimeout</Code>") {
			t.Errorf("%s: %d %s", target, answer.StatusCode, text)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(w.folder, draftFolder)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	w.store.Patience = 0
	w.want(404, "GET", "/bucket/a", "")
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestManyAtOnce writes, reads, lists and deletes the same keys; what is read is whole.
func TestManyAtOnce(t *testing.T) {
	w := newWorld(t)
	w.want(200, "PUT", "/bucket", "")
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			text := strings.Repeat(fmt.Sprint(worker), 10_000)
			for range 20 {
				w.do("PUT", "/bucket/d/a", text, "Content-Type", fmt.Sprint("text/", worker))
				got := w.do("GET", "/bucket/d/a", "")
				if got.status == 200 && (len(got.body) != 10_000 || got.header.Get("Content-Type") != "text/"+got.body[:1] || strings.Trim(got.body, got.body[:1]) != "") {
					t.Errorf("mixed: %v", got.header)
				}
				if list := w.do("GET", "/bucket", ""); list.status != 200 {
					t.Error(list.body)
				}
				w.do("DELETE", "/bucket/d/a", "")
			}
		})
	}
	group.Wait()
}

// TestListingMatchesAModel: pages of any size, with any prefix and delimiter, are those of a sorted
// list of keys.
func TestListingMatchesAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		folder, err := os.MkdirTemp("", "oss")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(folder)
		s, err := Open(folder, options())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		call := func(method, target, body string) reply {
			recorder := httptest.NewRecorder()
			s.ServeHTTP(recorder, httptest.NewRequest(method, target, bytes.NewReader([]byte(body))))
			return reply{recorder.Code, recorder.Header(), recorder.Body.String()}
		}
		call("PUT", "/bucket", "")
		var keys []string
		for _, key := range rapid.SliceOfN(rapid.StringMatching(`[ab](/|-|[ab]|/[ab]){0,3}/?`), 0, 12).Draw(t, "keys") {
			if call("PUT", "/bucket/"+key, "x").status == 200 && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		prefix := rapid.SampledFrom([]string{"", "a", "a/", "b/a", "a-"}).Draw(t, "prefix")
		delimiter := rapid.SampledFrom([]string{"", "/", "-"}).Draw(t, "delimiter")
		size := rapid.IntRange(1, 4).Draw(t, "size")
		version := rapid.SampledFrom([]string{"", "&list-type=2"}).Draw(t, "version")

		var got []string
		next := ""
		for range 40 {
			answer := call("GET", fmt.Sprintf("/bucket?max-keys=%d&prefix=%s&delimiter=%s%s%s", size, prefix, delimiter, version, next), "")
			var page struct {
				IsTruncated           bool
				NextMarker            string
				NextContinuationToken string
				Contents              []struct{ Key string }
				CommonPrefixes        []struct{ Prefix string }
			}
			if err := xml.Unmarshal([]byte(answer.body), &page); err != nil {
				t.Fatal(err, answer.body)
			}
			if len(page.Contents)+len(page.CommonPrefixes) > size {
				t.Fatalf("too long: %s", answer.body)
			}
			for _, one := range page.Contents {
				got = append(got, one.Key)
			}
			for _, one := range page.CommonPrefixes {
				got = append(got, one.Prefix)
			}
			if !page.IsTruncated {
				break
			}
			next = "&marker=" + page.NextMarker
			if version != "" {
				next = "&continuation-token=" + page.NextContinuationToken
			}
		}
		var want []string
		for _, key := range keys {
			if !strings.HasPrefix(key, prefix) {
				continue
			}
			if i := strings.Index(key[len(prefix):], delimiter); delimiter != "" && i >= 0 {
				key = key[:len(prefix)+i+1]
			}
			if !slices.Contains(want, key) {
				want = append(want, key)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("keys %q: got %q, want %q", keys, got, want)
		}
	})
}
