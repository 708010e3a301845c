// Package blob keeps code packages: the zip as it came, named by its SHA-256, and beside it the
// unpacked folder from which instances run. Both appear whole or not at all.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc64"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// temporary begins the name of everything that is not finished.
const temporary = "tmp-"

// Store is a folder of code packages. All methods may be used at the same time.
type Store struct {
	dir    string
	limits limits
	busy   sync.RWMutex // write-locked while sweeping
}

// Open makes the folder where needed and removes what an interrupted Put left.
func Open(dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the folder of code packages: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, temporary+"*"))
	if err != nil {
		return nil, err
	}
	for _, name := range left {
		if err := remove(name); err != nil {
			return nil, fmt.Errorf("cannot write the folder of code packages: %w", err)
		}
	}
	return &Store{dir: dir, limits: defaultLimits()}, nil
}

// Put checks and keeps a zip, and unpacks it unless that was done before. A package that FC could
// not take, or that would write outside its folder, is an *emulator.Error 400 InvalidArgument.
func (s *Store) Put(ctx context.Context, zip []byte) (emulator.Code, error) {
	s.busy.RLock()
	defer s.busy.RUnlock()
	sum := sha256.Sum256(zip)
	code := emulator.Code{
		Digest:   hex.EncodeToString(sum[:]),
		Size:     int64(len(zip)),
		Checksum: strconv.FormatUint(crc64.Checksum(zip, crc64.MakeTable(crc64.ECMA)), 10),
	}
	if err := s.ensureUnpacked(ctx, code, zip); err != nil {
		return emulator.Code{}, err
	}
	if err := s.ensureKept(code, zip); err != nil {
		return emulator.Code{}, fmt.Errorf("cannot keep the code package: %w", err)
	}
	return code, nil
}

// Dir is the unpacked folder of a package.
func (s *Store) Dir(code emulator.Code) string { return filepath.Join(s.dir, code.Digest) }

// Read returns the zip of a package, as it was put.
func (s *Store) Read(code emulator.Code) ([]byte, error) { return os.ReadFile(s.zipPath(code)) }

func (s *Store) zipPath(code emulator.Code) string { return s.Dir(code) + ".zip" }

// ensureUnpacked fills a temporary folder and gives it its name at the end.
func (s *Store) ensureUnpacked(ctx context.Context, code emulator.Code, zip []byte) error {
	if exists(s.Dir(code)) {
		return nil
	}
	list, err := readArchive(zip, s.limits)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp(s.dir, temporary)
	if err != nil {
		return fmt.Errorf("cannot unpack the code package: %w", err)
	}
	err = unpack(ctx, list, folder)
	if err == nil {
		err = os.Chmod(folder, 0o755)
	}
	if err == nil {
		err = os.Rename(folder, s.Dir(code))
	}
	if err == nil {
		return nil
	}
	if removed := remove(folder); removed != nil {
		err = errors.Join(err, removed)
	}
	if exists(s.Dir(code)) { // somebody else has put the same package meanwhile
		return nil
	}
	return err
}

// ensureKept writes the zip and syncs it, so that the catalogue never names a package that a loss
// of power took.
func (s *Store) ensureKept(code emulator.Code, zip []byte) error {
	if exists(s.zipPath(code)) {
		return nil
	}
	file, err := os.CreateTemp(s.dir, temporary)
	if err != nil {
		return err
	}
	_, err = file.Write(zip)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), s.zipPath(code))
	}
	if err != nil {
		return errors.Join(err, remove(file.Name()))
	}
	return syncFolder(s.dir)
}

// Sweep removes the packages that keep doesn't want. It waits for every Put under way; a package
// that was put but is not yet in the catalogue is the caller's to keep.
func (s *Store) Sweep(keep func(digest string) bool) error {
	s.busy.Lock()
	defer s.busy.Unlock()
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, entry := range entries {
		digest := strings.TrimSuffix(entry.Name(), ".zip")
		if isDigest(digest) && !keep(digest) {
			errs = append(errs, remove(filepath.Join(s.dir, entry.Name())))
		}
	}
	return errors.Join(errs...)
}

func isDigest(name string) bool {
	raw, err := hex.DecodeString(name)
	return err == nil && len(raw) == sha256.Size
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// remove deletes path with all in it, also where the package made folders read-only.
func remove(path string) error {
	if err := os.RemoveAll(path); err == nil {
		return nil
	}
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			return os.Chmod(name, 0o700)
		}
		return err
	})
	return errors.Join(err, os.RemoveAll(path))
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
