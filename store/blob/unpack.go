package blob

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/fcemu/fcemu/emulator"
)

// unpack writes the archive below folder: folders first, then the files, folder by folder on all
// processors, and links last, so that nothing is ever written through one. os.Root keeps every
// path inside even where a check above has a hole.
func unpack(ctx context.Context, list *archive, folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for _, name := range list.folders {
		if err := root.Mkdir(name, 0o755); err != nil {
			return clash(name, err)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for name, files := range list.files {
		group.Go(func() error { return unpackFolder(ctx, root, name, files) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, link := range list.links {
		if err := unpackLink(root, link); err != nil {
			return err
		}
	}
	return nil
}

// unpackFolder opens the folder once for all its files: deep paths are then not walked each time.
func unpackFolder(ctx context.Context, root *os.Root, name string, files []entry) error {
	folder, err := root.OpenRoot(name)
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }()
	buffer := make([]byte, 32<<10)
	for _, one := range files {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := unpackFile(folder, one, buffer); err != nil {
			return err
		}
	}
	return nil
}

func unpackFile(folder *os.Root, one entry, buffer []byte) (err error) {
	base := path.Base(one.path)
	perm := permissions(one.file)
	file, err := folder.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return clash(one.path, err)
	}
	defer func() {
		if closed := file.Close(); err == nil {
			err = closed
		}
	}()
	if err := file.Chmod(perm); err != nil { // whatever the umask is
		return err
	}
	if err := copyContent(file, one, buffer); err != nil {
		return err
	}
	if at := one.file.Modified; at.Year() > 1980 { // 1980 is "unknown"; compiled Python trusts these times
		return folder.Chtimes(base, at, at)
	}
	return nil
}

func copyContent(to io.Writer, one entry, buffer []byte) error {
	content, err := one.file.Open()
	if err != nil {
		return damaged(one.path, err)
	}
	defer func() { _ = content.Close() }()
	// The wrapper hides ReadFrom, which would ignore the buffer. A liar about sizes is caught here.
	limited := io.LimitReader(content, int64(one.file.UncompressedSize64)+1)
	written, err := io.CopyBuffer(struct{ io.Writer }{to}, limited, buffer)
	var disk *fs.PathError
	switch {
	case errors.As(err, &disk):
		return fmt.Errorf("cannot unpack the code package: %w", err)
	case err != nil:
		return damaged(one.path, err)
	case uint64(written) != one.file.UncompressedSize64:
		return damaged(one.path, errors.New("its size is not the announced one"))
	}
	return nil
}

func damaged(name string, err error) error {
	return emulator.InvalidArgument("the code package is damaged at '%s' (%v)", name, err)
}

// clash explains why a path could not be made.
func clash(name string, err error) error {
	if errors.Is(err, syscall.ENAMETOOLONG) {
		return emulator.InvalidArgument("the code package has a path that is too long: '%s'", name)
	}
	if errors.Is(err, fs.ErrExist) {
		return emulator.InvalidArgument("the code package has '%s' twice, or as a file and a folder", name)
	}
	return fmt.Errorf("cannot unpack the code package: %w", err)
}

// permissions keeps what the zip says, executable bits above all; zips made without permissions
// get the usual ones. The emulator itself can always read.
func permissions(file *zip.File) fs.FileMode {
	perm := file.Mode().Perm()
	if perm == 0 {
		perm = 0o644
	}
	return perm | 0o600
}

// unpackLink makes a symbolic link. Its target may climb only at the beginning and never above
// the folder, so that no chain of links leads outside.
func unpackLink(root *os.Root, link entry) error {
	const longest = 4096
	content, err := link.file.Open()
	if err != nil {
		return damaged(link.path, err)
	}
	defer func() { _ = content.Close() }()
	raw, err := io.ReadAll(io.LimitReader(content, longest+1))
	if err != nil {
		return damaged(link.path, err)
	}
	target := string(raw)
	if len(raw) > longest || target == "" || strings.ContainsRune(target, 0) {
		return damaged(link.path, errors.New("an impossible link"))
	}
	if path.IsAbs(target) || !isInside(path.Join(path.Dir(link.path), target)) || climbsLater(target) {
		return emulator.InvalidArgument("the code package has the link '%s' to '%s', which leads outside of the code", link.path, target)
	}
	if err := root.Symlink(target, link.path); err != nil {
		return clash(link.path, err)
	}
	return nil
}

// climbsLater tells that ".." comes after a name, where the name may be a link itself.
func climbsLater(target string) bool {
	named := false
	for part := range strings.SplitSeq(target, "/") {
		switch part {
		case "..":
			if named {
				return true
			}
		case ".", "":
		default:
			named = true
		}
	}
	return false
}
