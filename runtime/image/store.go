package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// The largest images, unpacked. Source: FC 3.0 custom container.
const (
	MaxSize    = 10 << 30 // bytes
	MaxGPUSize = 15 << 30 // of a function with a GPU
)

const (
	temporary = "tmp-"      // begins the name of all that is not finished
	keptFile  = "kept.json" // beside the root: the rest of an Image, and where it came from
	rootDir   = "root"
)

// Store is a folder of unpacked images, named by the digests of their descriptions. All methods may
// be used at the same time.
type Store struct {
	dir   string
	named map[string]string // file or folder by image name, in any case of letters

	ctx    context.Context // ends with Close
	cancel context.CancelFunc

	unpacking sync.Mutex // one image at a time

	mu   sync.Mutex
	kept map[string]string // digest by stamp
}

// kept is what is known of an unpacked image.
type kept struct {
	Stamp  string // of what it was unpacked from
	Size   int64
	Config Config
}

// Open takes the folder, which need not exist, and removes what is not finished or not wanted any
// more: images whose files have changed since, or are gone. named maps image names to local files.
func Open(dir string, named map[string]string) *Store {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Store{dir: dir, named: named, ctx: ctx, cancel: cancel, kept: map[string]string{}}
	entries, _ := os.ReadDir(dir) // it is made with the first image
	for _, entry := range entries {
		k, err := s.read(entry.Name())
		if err != nil || stale(k.Stamp) {
			_ = removeAll(filepath.Join(dir, entry.Name())) // what stays is in the way of nobody
			continue
		}
		s.kept[k.Stamp] = entry.Name()
	}
	return s
}

// Close ends an unpacking under way.
func (s *Store) Close() { s.cancel() }

func (s *Store) read(digest string) (kept, error) {
	var k kept
	text, err := os.ReadFile(filepath.Join(s.dir, digest, keptFile))
	if err == nil {
		err = json.Unmarshal(text, &k)
	}
	return k, err
}

// Get returns an image, which it unpacks if that was not done before. limit is its largest size.
// Nobody changes the files of an image: instances write elsewhere.
func (s *Store) Get(name string, limit int64) (*Image, error) {
	from, err := s.locate(name)
	if err != nil {
		return nil, refuse(name, err)
	}
	found, err := s.find(from)
	if err != nil {
		return nil, refuse(name, err)
	}
	if found == nil {
		if found, err = s.unpack(from, name); err != nil {
			return nil, refuse(name, err)
		}
	}
	if found.Size > limit {
		return nil, refuse(name, fmt.Errorf("it has %.1f GB unpacked, and Function Compute takes %d GB at most", float64(found.Size)/(1<<30), limit>>30))
	}
	return found, nil
}

func refuse(name string, err error) error {
	return emulator.Refuse(412, "FunctionNotStarted", "The function cannot be started. Failed to start function instance. Error: the image '%s': %v", name, err)
}

// origin is what an image is unpacked from.
type origin struct {
	path   string // a local file or folder; empty: an engine has it
	engine string // docker or podman
	stamp  string // changes with the image
}

// locate finds the local file of an image, or the engine that has it.
func (s *Store) locate(name string) (origin, error) {
	path := s.lookUp(name)
	if path == "" && filepath.IsAbs(name) {
		path = name
	}
	if path == "" && strings.HasPrefix(name, "-") { // an engine would take it for an option
		return origin{}, errors.New("that is no name of an image")
	}
	if path == "" && strings.HasPrefix(name, ".") {
		return origin{}, errors.New("a path is relative to s.yaml only; name an absolute one")
	}
	if path == "" {
		return s.inEngine(name)
	}
	stamp, err := stampOf(path)
	return origin{path: path, stamp: stamp}, err
}

// lookUp finds a name among those that were mapped: as it is, else without its tag or digest.
func (s *Store) lookUp(name string) string {
	short, _, _ := strings.Cut(name, "@")
	if colon := strings.LastIndexByte(short, ':'); colon > strings.LastIndexByte(short, '/') {
		short = short[:colon]
	}
	for _, wanted := range []string{name, short} {
		for one, path := range s.named {
			if strings.EqualFold(one, wanted) {
				return path
			}
		}
	}
	return ""
}

// stampOf changes when a file or an OCI layout does.
func stampOf(path string) (string, error) {
	file := path
	info, err := os.Stat(file)
	if err == nil && info.IsDir() {
		file = filepath.Join(path, "index.json")
		if info, err = os.Stat(file); err != nil {
			return "", fmt.Errorf("the folder %s is no OCI layout (%w)", path, errors.Unwrap(err))
		}
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("file\n%s\n%d %d", path, info.Size(), info.ModTime().UnixNano()), nil
}

// stale tells of a stamp that its file has another one by now.
func stale(stamp string) bool {
	lines := strings.Split(stamp, "\n")
	if lines[0] != "file" || len(lines) < 2 {
		return false
	}
	now, err := stampOf(lines[1])
	return err != nil || now != stamp
}

// find returns the image of an origin if it is unpacked.
func (s *Store) find(from origin) (*Image, error) {
	s.mu.Lock()
	digest := s.kept[from.stamp]
	s.mu.Unlock()
	if digest == "" {
		return nil, nil
	}
	k, err := s.read(digest)
	return s.image(digest, k), err
}

func (s *Store) image(digest string, k kept) *Image {
	return &Image{Root: filepath.Join(s.dir, digest, rootDir), Size: k.Size, Config: k.Config}
}

func (s *Store) unpack(from origin, name string) (*Image, error) {
	s.unpacking.Lock()
	defer s.unpacking.Unlock()
	if found, err := s.find(from); found != nil || err != nil {
		return found, err // somebody else was first
	}
	// Others may not pass: files can have the set-user-ID bit.
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	path := from.path
	if path == "" {
		saved, err := s.save(from.engine, name)
		if err != nil {
			return nil, err
		}
		defer os.Remove(saved) //nolint:errcheck // the next Open does
		path = saved
	}
	a, err := openArchive(path, s.dir)
	if err != nil {
		return nil, err
	}
	defer a.close()
	return s.unpackArchive(a, from, name)
}

func (s *Store) unpackArchive(a *archive, from origin, name string) (*Image, error) {
	parts, err := a.parts(name)
	if err != nil {
		return nil, err
	}
	text, err := a.text(parts.config)
	if err != nil {
		return nil, err
	}
	var about description
	if err := a.json(parts.config, &about); err != nil {
		return nil, err
	}
	if err := about.check(len(parts.layers)); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	digest := hex.EncodeToString(sum[:])
	k := kept{Stamp: from.stamp, Config: about.Config}
	if old, err := s.read(digest); err == nil { // the same image from elsewhere
		k.Size = old.Size
		err = keep(filepath.Join(s.dir, digest), k)
		return s.remember(digest, k), err
	}
	scratch, err := os.MkdirTemp(s.dir, temporary)
	if err != nil {
		return nil, err
	}
	if k.Size, err = s.fill(a, parts, &about, filepath.Join(scratch, rootDir)); err == nil {
		err = keep(scratch, k)
	}
	if err == nil {
		err = os.Rename(scratch, filepath.Join(s.dir, digest))
	}
	if err != nil {
		return nil, errors.Join(err, removeAll(scratch))
	}
	return s.remember(digest, k), nil
}

// check refuses what this machine cannot run.
func (d *description) check(layers int) error {
	if d.OS != "" && d.OS != "linux" || d.Architecture != "" && d.Architecture != runtime.GOARCH {
		return fmt.Errorf("it is for %s/%s, and this machine is %s/%s", d.OS, d.Architecture, runtime.GOOS, runtime.GOARCH)
	}
	if len(d.RootFS.DiffIDs) != layers {
		return fmt.Errorf("it is damaged: it has %d layers, and describes %d", layers, len(d.RootFS.DiffIDs))
	}
	return nil
}

// fill unpacks the layers into a new folder and returns their size.
func (s *Store) fill(a *archive, parts parts, about *description, dir string) (int64, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return 0, err
	}
	root, err := os.Open(dir)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	u := newUnpacker(s.ctx, root)
	defer u.leave()
	for i, name := range parts.layers {
		if err := u.open(a, name, about.RootFS.DiffIDs[i]); err != nil {
			return 0, fmt.Errorf("its layer %d (%s): %w", i+1, name, err)
		}
	}
	return MaxGPUSize - u.limit, u.finish()
}

func (u *unpacker) open(a *archive, name, digest string) error {
	file, err := a.open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return u.layer(file, digest)
}

// keep notes beside an image's root where it came from: the next start finds it by that.
func keep(dir string, k kept) error {
	text, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, keptFile), text, 0o600)
}

func (s *Store) remember(digest string, k kept) *Image {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[k.Stamp] = digest
	return s.image(digest, k)
}

// removeAll deletes a folder, also where one in it forbids that to its owner.
func removeAll(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil {
		return nil
	}
	_ = filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			_ = os.Chmod(name, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}
