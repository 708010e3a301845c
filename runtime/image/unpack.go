package image

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"time"
)

const (
	maxArchive = 32 << 30 // bytes of an archive that is compressed as a whole, expanded
	maxText    = 16 << 20 // bytes of a manifest
	maxEntries = 2_000_000
)

var (
	errNoTar    = errors.New("it is no tar file, or is damaged")
	errTooLarge = fmt.Errorf("it is larger than %d GB when unpacked, which is the most that Function Compute takes", MaxGPUSize>>30)
	errZstd     = errors.New("it is compressed with zstd, which is not read here: save it again with gzip or uncompressed (docker save, or skopeo copy --dest-compress-format gzip)")
)

// unpacker writes the layers of an image into one folder, each over those before. It goes through
// folders only by openInside, and never through the last part of a path: what an image has in them leads
// to no file of this machine.
type unpacker struct {
	ctx     context.Context
	root    *os.File
	at      string   // the folder in the image that is open
	dir     *os.File // and its descriptor; nil: none
	owners  bool     // files get the owners that the image names
	entries int
	limit   int64           // bytes of layers that are left
	content int64           // and of files, which sparse ones have more of than their layer
	mine    map[string]bool // what the layer at hand has written, with the folders above
}

func newUnpacker(ctx context.Context, root *os.File) *unpacker {
	return &unpacker{ctx: ctx, root: root, owners: os.Geteuid() == 0, limit: MaxGPUSize, content: MaxGPUSize}
}

// layer writes one layer, and checks that it is the one with that digest.
func (u *unpacker) layer(packed io.ReadSeeker, digest string) error {
	plain, err := expanded(packed)
	if err != nil {
		return err
	}
	if plain == nil {
		if _, err := packed.Seek(0, io.SeekStart); err != nil {
			return err
		}
		plain = bufio.NewReaderSize(packed, 64<<10)
	}
	sum := sha256.New()
	counted := &counter{ctx: u.ctx, r: io.TeeReader(plain, sum), left: &u.limit}
	u.mine = map[string]bool{}
	for r := tar.NewReader(counted); ; {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return counted.cause(cut(err))
		}
		if u.entries++; u.entries > maxEntries {
			return errTooLarge
		}
		if err := u.entry(e, r); err != nil {
			return counted.cause(fmt.Errorf("%s: %w", e.Name, cut(err)))
		}
	}
	if _, err := io.Copy(io.Discard, counted); err != nil { // what pads the end is part of the digest
		return counted.cause(cut(err))
	}
	if actual := "sha256:" + hex.EncodeToString(sum.Sum(nil)); actual != digest {
		return fmt.Errorf("it is damaged: its digest is %s, not %s", actual, digest)
	}
	return nil
}

// counter ends a stream that is longer than what is left, or that nobody waits for any more.
type counter struct {
	ctx  context.Context
	r    io.Reader
	left *int64
	err  error
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	switch *c.left -= int64(n); {
	case *c.left < 0:
		c.err = errTooLarge
	case c.ctx.Err() != nil:
		c.err = context.Cause(c.ctx)
	default:
		return n, err
	}
	return n, c.err
}

// cause is why the stream was ended, if it was, else what its reader says.
func (c *counter) cause(err error) error {
	if c.err != nil {
		return c.err
	}
	return err
}

// whiteout begins the names that say what a layer removes of those below.
const whiteout = ".wh."

func (u *unpacker) entry(e *tar.Header, content io.Reader) error {
	name := path.Clean("/" + e.Name)[1:] // ".." ends at the root
	if name == "" && e.Typeflag != tar.TypeDir {
		return nil
	}
	if name == "" {
		return u.dress(fmt.Sprintf("/proc/self/fd/%d/.", u.root.Fd()), e, 0o700)
	}
	if hidden, ok := strings.CutPrefix(path.Base(name), whiteout); ok {
		return u.whiteout(path.Dir(name), hidden)
	}
	switch e.Typeflag {
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo, tar.TypeXGlobalHeader:
		return nil // instances see the machine's devices
	}
	at, err := u.place(name)
	if err != nil {
		return err
	}
	switch e.Typeflag {
	case tar.TypeDir:
		err = u.folder(name, at, e)
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		err = u.file(name, at, e, content)
	case tar.TypeSymlink:
		if err = u.clear(name, at); err == nil {
			err = errors.Join(os.Symlink(e.Linkname, at), u.own(at, e))
		}
	case tar.TypeLink:
		err = u.link(name, e.Linkname)
	default:
		err = fmt.Errorf("%w: an entry of type '%c'", errNoTar, e.Typeflag)
	}
	for ; err == nil && !u.mine[name]; name = path.Dir(name) {
		u.mine[name] = true
	}
	return err
}

// place is a path by which this process gets at a file of the image: through the descriptor of its
// folder, which is made where it is missing.
func (u *unpacker) place(name string) (string, error) {
	folder := path.Dir(name)
	if u.dir == nil || u.at != folder {
		dir, err := openInside(u.root, folder, onlyPath)
		if errors.Is(err, fs.ErrNotExist) {
			dir, err = u.make(folder)
		}
		if err != nil {
			return "", err
		}
		u.leave()
		u.at, u.dir = folder, dir
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", u.dir.Fd(), path.Base(name)), nil
}

func (u *unpacker) make(folder string) (*os.File, error) {
	at, err := u.place(folder)
	if err == nil {
		err = mkdir(at)
	}
	if err != nil {
		return nil, err
	}
	return openInside(u.root, folder, onlyPath)
}

// mkdir makes a folder through which all may pass, whatever the umask is.
func mkdir(at string) error {
	if err := os.Mkdir(at, 0o755); err != nil {
		return err
	}
	return os.Chmod(at, 0o755)
}

// leave forgets the folder that is open.
func (u *unpacker) leave() {
	if u.dir != nil {
		_ = u.dir.Close()
		u.dir = nil
	}
}

func (u *unpacker) folder(name, at string, e *tar.Header) error {
	if info, err := os.Lstat(at); err != nil || !info.IsDir() {
		if err := u.clear(name, at); err != nil {
			return err
		}
		if err := os.Mkdir(at, 0o700); err != nil {
			return err
		}
	}
	return u.dress(at, e, 0o700)
}

func (u *unpacker) file(name, at string, e *tar.Header, content io.Reader) error {
	if e.Size > u.content {
		return errTooLarge
	}
	if err := u.clear(name, at); err != nil {
		return err
	}
	file, err := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, &counter{ctx: u.ctx, r: content, left: &u.content})
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return errors.Join(u.dress(at, e, 0o400), os.Chtimes(at, time.Time{}, e.ModTime))
}

func (u *unpacker) link(name, target string) error {
	target = path.Clean("/" + target)[1:]
	if target == name {
		return nil
	}
	folder, err := openInside(u.root, path.Dir(target), onlyPath)
	if err != nil {
		return err
	}
	defer folder.Close()
	at, err := u.place(name)
	if err == nil {
		err = u.clear(name, at)
	}
	if err != nil {
		return err
	}
	return os.Link(fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), path.Base(target)), at)
}

// own gives a file its owner, where that is possible: root in a container may have no other numbers.
func (u *unpacker) own(at string, e *tar.Header) error {
	if !u.owners {
		return nil
	}
	err := os.Lchown(at, e.Uid, e.Gid)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return err
}

// dress gives a file or folder its owner and its mode, in this order: a new owner takes the set-user-ID
// bit. An ordinary user owns all, and has to get at it as root would.
func (u *unpacker) dress(at string, e *tar.Header, least fs.FileMode) error {
	mode := e.FileInfo().Mode()
	if !u.owners {
		mode |= least
	}
	return errors.Join(u.own(at, e), os.Chmod(at, mode))
}

// clear removes what is at a place, if anything is.
func (u *unpacker) clear(name, at string) error {
	info, err := os.Lstat(at)
	if err != nil || !info.IsDir() {
		if err == nil {
			err = os.Remove(at)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	if err := os.RemoveAll(at); err != nil {
		return err
	}
	if strings.HasPrefix(u.at+"/", name+"/") {
		u.leave()
	}
	return nil
}

// whiteout removes what lower layers have: a file, or with opaque all that is in the folder.
func (u *unpacker) whiteout(folder, hidden string) error {
	switch {
	case hidden == ".wh..opq":
		return u.hideAll(folder)
	case strings.HasPrefix(hidden, whiteout): // what other storage drivers note for themselves
		return nil
	case hidden == "" || hidden == "." || hidden == "..":
		return errors.New("a whiteout of nothing")
	}
	return u.hide(path.Join(folder, hidden))
}

// hide removes a file or folder but for what the layer itself has put there.
func (u *unpacker) hide(name string) error {
	if u.mine[name] {
		return u.hideAll(name)
	}
	at, err := u.place(name)
	if err != nil {
		return err
	}
	return u.clear(name, at)
}

func (u *unpacker) hideAll(folder string) error {
	dir, err := openInside(u.root, folder, syscall.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP) {
		return nil
	}
	if err != nil {
		return err
	}
	names, err := dir.Readdirnames(-1)
	_ = dir.Close()
	for _, name := range names {
		err = errors.Join(err, u.hide(path.Join(folder, name)))
	}
	return err
}
