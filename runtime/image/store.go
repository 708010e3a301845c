package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

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
	dir    string
	named  map[string]string // file or folder by image name, in any case of letters
	notice func(string)

	ctx    context.Context // ends with Close
	cancel context.CancelCauseFunc

	unpacking sync.Mutex // one image at a time

	mu      sync.Mutex
	kept    map[string]string // digest by stamp
	latest  map[string]string // stamp by source
	answers map[string]answer // of engines and registries, by Wanted.For
	told    map[string]bool   // notices that several functions may give cause for
}

// Wanted is an image that a function asks for.
type Wanted struct {
	Name     string // or the path of a file or folder
	Limit    int64  // its largest size
	For      string // a function, or a version of one
	State    string // of the function: with another one, engines and registries are asked again
	Insecure bool   // the registry needs no certificate
}

// answer is where an engine or a registry has an image.
type answer struct {
	to Wanted
	is origin
}

// kept is what is known of an unpacked image.
type kept struct {
	Stamps []string // of what it was unpacked from, one for each source
	Size   int64
	Config Config
}

// Open takes the folder, which need not exist, and removes what is not finished or not wanted any
// more: images whose files have changed since, or are gone, and those of a name that stands for another
// one by now. named maps image names to local files; notice tells the user what takes time.
func Open(dir string, named map[string]string, notice func(string)) *Store {
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &Store{dir: dir, named: named, notice: notice, ctx: ctx, cancel: cancel,
		kept: map[string]string{}, latest: map[string]string{}, answers: map[string]answer{}, told: map[string]bool{}}
	for _, digest := range s.byAge() {
		k, _ := s.read(digest) // without stamps where it is not finished
		if k.Stamps = slices.DeleteFunc(k.Stamps, s.stale); len(k.Stamps) == 0 {
			_ = removeAll(filepath.Join(dir, digest)) // what stays is in the way of nobody
		}
		s.remember(digest, k)
	}
	return s
}

// tellOnce tells the user what no function of many has to repeat.
func (s *Store) tellOnce(text string) {
	s.mu.Lock()
	told := s.told[text]
	s.told[text] = true
	s.mu.Unlock()
	if !told {
		s.notice(text)
	}
}

// byAge lists what is in the folder, the newest first.
func (s *Store) byAge() []string {
	entries, _ := os.ReadDir(s.dir) // it is made with the first image
	names, times := []string{}, map[string]time.Time{}
	for _, entry := range entries {
		names = append(names, entry.Name())
		if info, err := os.Stat(filepath.Join(s.dir, entry.Name(), keptFile)); err == nil {
			times[entry.Name()] = info.ModTime()
		}
	}
	sort.Slice(names, func(i, j int) bool { return times[names[i]].After(times[names[j]]) })
	return names
}

// sourceOf is the part of a stamp that does not change with the image.
func sourceOf(stamp string) string {
	return stamp[:max(0, strings.LastIndexByte(stamp, '\n'))]
}

// Close ends an unpacking under way.
func (s *Store) Close() { s.cancel(errors.New("the emulator ends")) }

func (s *Store) read(digest string) (kept, error) {
	var k kept
	text, err := os.ReadFile(filepath.Join(s.dir, digest, keptFile))
	if err == nil {
		err = json.Unmarshal(text, &k)
	}
	return k, err
}

// Get returns an image, which it fetches and unpacks if that was not done before. Nobody changes the
// files of an image: instances write elsewhere.
func (s *Store) Get(w Wanted) (*Image, error) {
	from, err := s.locate(w)
	if err != nil {
		return nil, refuse(w.Name, err)
	}
	found := s.find(from)
	if found == nil {
		if found, err = s.unpack(from); err != nil {
			return nil, refuse(w.Name, err)
		}
	}
	if found.Size > w.Limit {
		return nil, refuse(w.Name, fmt.Errorf("it has %.1f GB unpacked, and Function Compute takes %d GB at most", float64(found.Size)/(1<<30), w.Limit>>30))
	}
	return found, nil
}

func refuse(name string, err error) error {
	return emulator.Refuse(412, "FunctionNotStarted", "The function cannot be started. Failed to start function instance. Error: the image '%s': %v", name, err)
}

// origin is what an image is unpacked from.
type origin struct {
	name     string
	path     string // a local file or folder; empty: a command delivers it
	tool     string // that command
	pinned   string // of a registry: its name there, with its digest
	lack     string // of a registry: why no engine has it
	insecure bool   // the registry needs no certificate
	stamp    string // kind, name and state: changes with the image
}

// locate finds the local file of an image, else the engine that has it, else its registry. What engines
// and registries have said holds for as long as the function stays what it is: the cloud, too, looks at a
// tag when a function is deployed, and to ask takes longer than to start.
func (s *Store) locate(w Wanted) (origin, error) {
	path := s.lookUp(w.Name)
	switch {
	case path != "" || filepath.IsAbs(w.Name):
		if path == "" {
			path = w.Name
		}
		stamp, err := stampOf(path)
		return origin{name: w.Name, path: path, stamp: stamp}, err
	case strings.HasPrefix(w.Name, "-"): // a command would take it for an option
		return origin{}, errors.New("that is no name of an image")
	case strings.HasPrefix(w.Name, "."):
		return origin{}, errors.New("a path is relative to s.yaml only; name an absolute one")
	}
	s.mu.Lock()
	known := s.answers[w.For]
	s.mu.Unlock()
	if known.to == w {
		return known.is, nil
	}
	from, err := s.deliverer(w)
	if err == nil {
		s.mu.Lock()
		s.answers[w.For] = answer{w, from}
		s.mu.Unlock()
	}
	return from, err
}

// deliverer finds the command that has an image, or can pull it.
func (s *Store) deliverer(w Wanted) (origin, error) {
	from, reason := s.inEngine(w.Name)
	if from.stamp != "" {
		return from, nil
	}
	for _, tool := range []string{crane, skopeo} {
		if here(tool) {
			return s.inRegistry(w, tool, reason)
		}
	}
	if reason == "" {
		reason = "neither Docker nor Podman is on this machine"
	}
	return origin{}, fmt.Errorf("%s, and neither crane nor skopeo is there to pull it: install one of them, or %s", reason, bring(w.Name))
}

// lookUp finds a name among those that were mapped: as it is, else without its tag or digest.
func (s *Store) lookUp(name string) string {
	short, _, _ := strings.Cut(name, "@")
	for _, wanted := range []string{name, untagged(short)} {
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

// stale tells of a stamp that its source has another one by now.
func (s *Store) stale(stamp string) bool {
	if s.latest[sourceOf(stamp)] != "" {
		return true
	}
	lines := strings.Split(stamp, "\n")
	if lines[0] != "file" || len(lines) < 2 {
		return false
	}
	now, err := stampOf(lines[1])
	return err != nil || now != stamp
}

// find returns the image of an origin if it is unpacked.
func (s *Store) find(from origin) *Image {
	s.mu.Lock()
	digest := s.kept[from.stamp]
	s.mu.Unlock()
	if digest == "" {
		return nil
	}
	k, err := s.read(digest)
	if err != nil { // somebody has removed it
		return nil
	}
	return s.image(digest, k)
}

// newest is the stamp of what was unpacked last from a source; empty: nothing was.
func (s *Store) newest(source string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latest[source]
}

// renew makes what was unpacked before the newest of its source: a tag may go back.
func (s *Store) renew(stamp string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if digest := s.kept[stamp]; digest != "" {
		s.latest[sourceOf(stamp)] = stamp
		_ = os.Chtimes(filepath.Join(s.dir, digest, keptFile), time.Time{}, time.Now()) // else it is pulled again after a start
	}
}

func (s *Store) image(digest string, k kept) *Image {
	return &Image{Root: filepath.Join(s.dir, digest, rootDir), Size: k.Size, Config: k.Config}
}

func (s *Store) unpack(from origin) (*Image, error) {
	s.unpacking.Lock()
	defer s.unpacking.Unlock()
	if found := s.find(from); found != nil {
		return found, nil // somebody else was first
	}
	// Others may not pass: files can have the set-user-ID bit.
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	path := from.path
	if path == "" {
		dir, fetched, err := s.fetch(from)
		defer os.RemoveAll(dir) //nolint:errcheck // the next Open does
		if err != nil {
			return nil, from.failed(err)
		}
		path = fetched
	}
	a, err := openArchive(path, s.dir)
	if err != nil {
		return nil, err
	}
	defer a.close()
	return s.unpackArchive(a, from)
}

func (s *Store) unpackArchive(a *archive, from origin) (*Image, error) {
	parts, err := a.parts(from.name)
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
	if k, err := s.read(digest); err == nil { // the same image from elsewhere
		k.Stamps = append(slices.DeleteFunc(k.Stamps, func(stamp string) bool { return sourceOf(stamp) == sourceOf(from.stamp) }), from.stamp)
		err = keep(filepath.Join(s.dir, digest), k)
		return s.remember(digest, k), err
	}
	k := kept{Stamps: []string{from.stamp}, Config: about.Config}
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
	if err := mkdir(dir); err != nil {
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
	for volume := range about.Config.Volumes {
		_, _ = u.place(path.Join("/", volume, "any")) // makes the folder; where a link leads nowhere, there is none
	}
	return MaxGPUSize - u.limit, nil
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
	for _, stamp := range k.Stamps {
		s.kept[stamp], s.latest[sourceOf(stamp)] = digest, stamp
	}
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
