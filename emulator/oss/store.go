// Package oss is as much of Alibaba Cloud's object store as deploying tools and functions need: the
// bucket that big code packages are uploaded to, and buckets for a developer's own files. A bucket
// is a folder, an object a file in it; whoever places files there has seeded the bucket. Signatures
// are accepted and not verified.
package oss

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// TempBucket takes the uploads of code packages. It always exists; what lies in it for a day goes.
const TempBucket = "fcemu-code"

const keepTemp = 24 * time.Hour

// Folders beside the buckets. No bucket's name begins with a dot.
const (
	draftFolder  = ".new"   // what is being written
	uploadFolder = ".parts" // multipart uploads: <id>/<number>
	recordFolder = ".meta"  // what an object has beside its bytes: <bucket>/<hash of its key>
)

// Options say whose objects these are.
type Options struct {
	Account string
	Region  string
	Clock   emulator.Clock
	IDs     *emulator.IDs
	// Patience is how long a client may pause while it uploads; 0 = a minute.
	Patience time.Duration

	// Notify is told of what happened to an object, before its writer is answered. May be nil.
	Notify func(ctx context.Context, e *emulator.ObjectEvent)
}

// Store keeps buckets in a folder.
type Store struct {
	Options
	folder string
	root   *os.Root

	// mutex is held where an object and its record change together.
	mutex sync.Mutex
}

// Open opens the folder, and makes it where it is missing.
func Open(folder string, o Options) (*Store, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	s := &Store{Options: o, folder: folder, root: root}
	if err := s.tidy(); err != nil {
		_ = root.Close()
		return nil, err
	}
	return s, nil
}

// Close frees the folder.
func (s *Store) Close() error { return s.root.Close() }

// tidy removes what earlier runs left behind: drafts, and old uploads.
func (s *Store) tidy() error {
	if err := s.root.RemoveAll(draftFolder); err != nil {
		return err
	}
	old := s.Clock.Now().Add(-keepTemp)
	uploads, _ := fs.ReadDir(s.root.FS(), uploadFolder) // may not exist
	for _, upload := range uploads {
		if info, err := upload.Info(); err == nil && info.ModTime().Before(old) {
			_ = s.root.RemoveAll(uploadFolder + "/" + upload.Name()) // the next start tries again
		}
	}
	var keys []string
	err := s.walk(&walk{bucket: TempBucket, visit: func(key string, info fs.FileInfo) bool {
		if info.ModTime().Before(old) {
			keys = append(keys, key)
		}
		return true
	}})
	for _, key := range keys {
		_, gone := s.delete(TempBucket, key)
		err = errors.Join(err, gone)
	}
	return err
}

// isBucketName tells whether text is 3 to 63 small letters, digits and dashes, with no dash at the ends.
func isBucketName(text string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789-"
	return len(text) >= 3 && len(text) <= 63 && strings.Trim(text, allowed) == "" && text[0] != '-' && text[len(text)-1] != '-'
}

// findBucket returns when the bucket was made, or why there is none.
func (s *Store) findBucket(name string) (time.Time, error) {
	if !isBucketName(name) {
		return time.Time{}, invalidBucketName(name)
	}
	info, err := s.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) && name == TempBucket {
		if err = s.root.Mkdir(name, 0o755); err == nil || errors.Is(err, fs.ErrExist) {
			return s.Clock.Now(), nil
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !info.IsDir():
		return time.Time{}, noSuchBucket(name)
	case err != nil:
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

func (s *Store) createBucket(name string) error {
	if !isBucketName(name) {
		return invalidBucketName(name)
	}
	err := s.root.Mkdir(name, 0o755)
	if errors.Is(err, fs.ErrExist) { // the owner may make it again
		_, err = s.findBucket(name)
	}
	return err
}

// deleteBucket removes an empty bucket. Folders without files in them do not count.
func (s *Store) deleteBucket(name string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, err := s.findBucket(name); err != nil {
		return err
	}
	empty := true
	err := s.walk(&walk{bucket: name, visit: func(string, fs.FileInfo) bool { empty = false; return false }})
	if err != nil {
		return err
	}
	if !empty {
		return refuse(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.", "BucketName", name)
	}
	return errors.Join(s.root.RemoveAll(name), s.root.RemoveAll(recordFolder+"/"+name))
}

// buckets lists the names of all buckets.
func (s *Store) buckets() ([]string, error) {
	entries, err := fs.ReadDir(s.root.FS(), ".")
	var names []string
	for _, entry := range entries {
		if entry.IsDir() && isBucketName(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names, err
}
