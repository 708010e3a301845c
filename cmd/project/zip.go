package project

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// storeUpTo is the size of a source tree, in bytes, up to which files are stored rather than
// compressed: copying is then cheaper than the compression saves. Beyond it the package would weigh
// on the disk and on the line.
const storeUpTo = 32 << 20

// Zip packs the code of a function. A folder becomes a zip of its files, a zip or jar is passed as
// it is, and any other file becomes a zip that holds it. The same content gives the same bytes.
func Zip(ctx context.Context, path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the code %s: %s; check the path", path, reason(err))
	}
	if info.IsDir() {
		return zipFolder(ctx, path)
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".zip", ".jar", ".war":
		return passArchive(path)
	}
	mode := info.Mode()
	if !mode.IsRegular() {
		return nil, fmt.Errorf("the code %s is neither a folder nor a file; name a folder, a zip or a jar", path)
	}
	return pack(ctx, []entry{{name: filepath.Base(path), source: path, mode: mode, size: info.Size()}})
}

func passArchive(path string) ([]byte, error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the code %s: %s; check the path", path, reason(err))
	}
	if !bytes.HasPrefix(body, []byte("PK")) {
		return nil, fmt.Errorf("the code %s is no zip; make it anew, or name the folder", path)
	}
	return body, nil
}

func zipFolder(ctx context.Context, root string) ([]byte, error) {
	t := &tree{ctx: ctx}
	if err := t.open(root); err != nil {
		return nil, err
	}
	if err := t.walk(t.root, ""); err != nil {
		return nil, err
	}
	if t.files == 0 {
		if t.skipped > 0 {
			return nil, fmt.Errorf("nothing is left of the code folder %s: its ignore file leaves out everything; correct .fcignore", root)
		}
		return nil, fmt.Errorf("the code folder %s is empty; put the source there, or correct the path", root)
	}
	return pack(ctx, t.entries)
}

// entry is one file, link or empty folder of a package.
type entry struct {
	name   string // with slashes; a folder's ends in one
	source string // where it is read
	mode   fs.FileMode
	size   int64
	link   string // target of a symbolic link
}

// pack writes entries in the given order. Times are fixed and modes reduced to whether a file can be
// executed, so that unchanged code has an unchanged checksum.
func pack(ctx context.Context, entries []entry) ([]byte, error) {
	var total int64
	for _, one := range entries {
		total += one.size
	}
	var out bytes.Buffer
	out.Grow(int(min(total, storeUpTo)) + 160*len(entries) + 64)
	writer := zip.NewWriter(&out)
	writer.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	for _, one := range entries {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		if err := one.write(writer, total <= storeUpTo); err != nil {
			return nil, fmt.Errorf("cannot pack %s: %s; check the file", one.source, reason(err))
		}
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (e entry) write(writer *zip.Writer, store bool) error {
	header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	header.SetMode(e.packedMode())
	if !store && e.mode.IsRegular() {
		return e.compress(writer, header)
	}
	body := []byte(e.link)
	if e.mode.IsRegular() {
		var err error
		if body, err = os.ReadFile(e.source); err != nil {
			return err
		}
	}
	header.Method = zip.Store
	header.CRC32 = crc32.ChecksumIEEE(body)
	header.CompressedSize64, header.UncompressedSize64 = uint64(len(body)), uint64(len(body))
	part, err := writer.CreateRaw(header)
	if err != nil {
		return err
	}
	_, err = part.Write(body)
	return err
}

func (e entry) compress(writer *zip.Writer, header *zip.FileHeader) error {
	file, err := os.Open(e.source)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read
	part, err := writer.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = io.Copy(part, file)
	return err
}

func (e entry) packedMode() fs.FileMode {
	switch {
	case e.mode&fs.ModeSymlink != 0:
		return fs.ModeSymlink | 0o777
	case e.mode.IsDir():
		return fs.ModeDir | 0o755
	case e.mode&0o111 != 0:
		return 0o755
	}
	return 0o644
}
