package oss

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// object is what is known of an object beside its bytes. JSON is its record on disk.
type object struct {
	Key      string            `json:"key"`
	Size     int64             `json:"size"` // bytes
	Modified time.Time         `json:"modified"`
	ETag     string            `json:"etag"` // without quotes
	CRC64    uint64            `json:"crc64"`
	Header   map[string]string `json:"header,omitempty"` // what its writer gave: content type, x-oss-meta-*, …

	delta int64 // by how much it is longer than what was there before it
}

// sums reads an object once for both of its checksums.
type sums struct {
	md5   hash.Hash
	crc64 hash.Hash64
}

func newSums() sums { return sums{md5.New(), crc64.New(crc64.MakeTable(crc64.ECMA))} }

func (s sums) Write(p []byte) (int, error) {
	_, _ = s.md5.Write(p) // hashes do not fail
	return s.crc64.Write(p)
}

func (s sums) etag() string { return strings.ToUpper(hex.EncodeToString(s.md5.Sum(nil))) }

// draft is a file on its way to become an object.
type draft struct {
	name string
	size int64
	sums sums
}

// write streams a body to a draft. wantMD5 is the Content-MD5 header; it may be empty.
func (s *Store) write(body io.Reader, wantMD5 string) (*draft, error) {
	if err := s.root.MkdirAll(draftFolder, 0o755); err != nil {
		return nil, err
	}
	d := &draft{name: draftFolder + "/" + rand.Text(), sums: newSums()}
	file, err := s.root.OpenFile(d.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	source := &sourceErrors{reader: body}
	d.size, err = io.Copy(io.MultiWriter(file, d.sums), source)
	if err = errors.Join(err, file.Close()); err == nil && wantMD5 != "" {
		err = checkMD5(wantMD5, d.sums.md5.Sum(nil))
	}
	if err == nil {
		return d, nil
	}
	_ = s.root.Remove(d.name) // what is left goes at the next start
	var late *failure
	if source.err != nil && !errors.As(source.err, &late) {
		return nil, refuse(400, "IncompleteBody", "The request body could not be read to its end: "+source.err.Error())
	}
	return nil, err
}

// sourceErrors tells an error of the sender from one of the disk.
type sourceErrors struct {
	reader io.Reader
	err    error
}

func (s *sourceErrors) Read(p []byte) (int, error) {
	n, err := s.reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func checkMD5(want string, got []byte) error {
	if raw, err := base64.StdEncoding.DecodeString(want); err != nil || len(raw) != md5.Size {
		return refuse(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", "Content-MD5", want)
	} else if string(raw) != string(got) {
		return refuse(400, "InvalidDigest", "The Content-MD5 you specified did not match what we received.", "Content-MD5", want)
	}
	return nil
}

// put makes a draft an object, at once and as a whole. With once an object that is there stays.
func (s *Store) put(bucket, key string, d *draft, etag string, header map[string]string, once bool) (*object, error) {
	defer func() { _ = s.root.Remove(d.name) }() // gone already, unless something failed
	file, err := pathOf(bucket, key)
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, err := s.findBucket(bucket); err != nil {
		return nil, err
	}
	replaced := int64(0)
	if before, err := s.root.Stat(file); err == nil {
		if once {
			return nil, refuse(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.", "Key", key)
		}
		replaced = before.Size()
	}
	if err := s.root.MkdirAll(path.Dir(file), 0o755); err != nil {
		return nil, err
	}
	if err := s.root.Rename(d.name, file); err != nil {
		return nil, err
	}
	info, err := s.root.Stat(file)
	if err != nil {
		return nil, err
	}
	o := &object{Key: key, Size: info.Size(), Modified: info.ModTime(), ETag: etag, CRC64: d.sums.crc64.Sum64(), Header: header,
		delta: info.Size() - replaced}
	return o, s.record(bucket, o)
}

// open opens an object for reading. A file that somebody placed or changed by hand has no record, or
// an old one: then its sums are found out.
func (s *Store) open(bucket, key string) (*os.File, *object, error) {
	if _, err := s.findBucket(bucket); err != nil {
		return nil, nil, err
	}
	name, err := pathOf(bucket, key)
	if err != nil {
		return nil, nil, err
	}
	file, info, o, err := s.openKnown(bucket, key, name)
	if err == nil && o == nil {
		o, err = s.examine(bucket, key, file, info)
	}
	if err != nil && file != nil {
		_ = file.Close()
	}
	return file, o, err
}

// openKnown opens a file together with the record that belongs to it, if there is one.
func (s *Store) openKnown(bucket, key, name string) (*os.File, fs.FileInfo, *object, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	file, err := s.root.OpenFile(name, os.O_RDONLY|openFlags, 0)
	if err != nil {
		if failureOf(err, key).status == 400 { // a folder's name, or below a file: no such object
			err = noSuchKey(key)
		}
		return nil, nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = noSuchKey(key)
	}
	if err != nil {
		return file, nil, nil, err
	}
	return file, info, s.known(bucket, key, info), nil
}

// examine finds out the sums of a file, and records them.
func (s *Store) examine(bucket, key string, file *os.File, info fs.FileInfo) (*object, error) {
	found := newSums()
	if _, err := io.Copy(found, file); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	o := &object{Key: key, Size: info.Size(), Modified: info.ModTime(), ETag: found.etag(), CRC64: found.crc64.Sum64()}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	name, err := pathOf(bucket, key)
	if err != nil {
		return nil, err
	}
	if now, err := s.root.Stat(name); err != nil || !os.SameFile(now, info) {
		return o, nil // replaced in between
	}
	return o, s.record(bucket, o)
}

// describe tells what is known of an object.
func (s *Store) describe(bucket, key string) (*object, error) {
	file, o, err := s.open(bucket, key)
	if err != nil {
		return nil, err
	}
	return o, file.Close()
}

// known is the record of an object, if there is one and it is still true.
func (s *Store) known(bucket, key string, info fs.FileInfo) *object {
	text, err := s.root.ReadFile(recordName(bucket, key))
	o := &object{}
	if err != nil || json.Unmarshal(text, o) != nil || o.Key != key || o.Size != info.Size() || !o.Modified.Equal(info.ModTime()) {
		return nil
	}
	return o
}

func (s *Store) record(bucket string, o *object) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	name := recordName(bucket, o.Key)
	if err := s.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	return s.root.WriteFile(name, text, 0o644) // half a record is none: see known
}

func recordName(bucket, key string) string {
	return fmt.Sprintf("%s/%s/%x", recordFolder, bucket, sha256.Sum256([]byte(key)))
}

// delete removes an object, and the folders that it leaves empty. One that is not there is fine: then
// it returns nil.
func (s *Store) delete(bucket, key string) (*object, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, err := s.findBucket(bucket); err != nil {
		return nil, err
	}
	name, err := pathOf(bucket, key)
	if err != nil {
		return nil, err
	}
	info, err := s.root.Stat(name)
	if err != nil || info.IsDir() {
		if err == nil || failureOf(err, key).status < 500 {
			return nil, nil
		}
		return nil, err
	}
	if err := s.root.Remove(name); err != nil {
		return nil, err
	}
	_ = s.root.Remove(recordName(bucket, key)) // a seeded object may have none
	for folder := path.Dir(name); strings.Contains(folder, "/"); folder = path.Dir(folder) {
		if s.root.Remove(folder) != nil { // not empty
			break
		}
	}
	return &object{Key: key, delta: -info.Size()}, nil
}
