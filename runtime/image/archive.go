package image

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
)

// archive is where an image comes from: a folder, or a tar file of which the index is known.
type archive struct {
	dir   *os.File // nil for a file
	file  *os.File
	index map[string]part
	temp  string // a file to remove
}

// part is a file inside a tar file.
type part struct{ offset, size int64 }

// openArchive opens a folder or a tar file; one that is compressed is expanded below scratch.
func openArchive(name, scratch string) (*archive, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		dir, err := os.Open(name)
		return &archive{dir: dir}, err
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	a := &archive{file: file}
	if err := a.expand(scratch); err != nil {
		a.close()
		return nil, err
	}
	if err := a.list(); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *archive) close() {
	if a.dir != nil {
		_ = a.dir.Close()
	}
	if a.file != nil {
		_ = a.file.Close()
	}
	if a.temp != "" {
		_ = os.Remove(a.temp)
	}
}

// expand replaces a compressed file by its content.
func (a *archive) expand(scratch string) error {
	plain, err := expanded(a.file)
	if err != nil {
		return err
	}
	if plain == nil {
		_, err := a.file.Seek(0, io.SeekStart)
		return err
	}
	temp, err := os.CreateTemp(scratch, temporary)
	if err != nil {
		return err
	}
	n, err := io.Copy(temp, io.LimitReader(plain, maxArchive+1))
	_ = a.file.Close()
	a.file, a.temp = temp, temp.Name()
	switch {
	case err != nil:
		return cut(err)
	case n > maxArchive:
		return errTooLarge
	}
	_, err = temp.Seek(0, io.SeekStart)
	return err
}

// expanded is the content of a compressed stream; nil where it is not compressed, of which some has
// been read then.
func expanded(r io.Reader) (io.Reader, error) {
	head := make([]byte, 4)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	all := io.MultiReader(bytes.NewReader(head[:n]), r)
	switch {
	case bytes.HasPrefix(head[:n], []byte{0x1f, 0x8b}):
		return gzip.NewReader(bufio.NewReaderSize(all, 64<<10))
	case bytes.Equal(head[:n], []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return nil, errZstd
	}
	return nil, nil
}

// list finds the files in a tar file. Old archives have one layer twice, as a link.
func (a *archive) list() error {
	a.index = map[string]part{}
	links := map[string]string{}
	for r, n := tar.NewReader(a.file), 0; ; n++ {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return cut(err)
		}
		if n == maxEntries {
			return errTooLarge
		}
		name := path.Clean("/" + e.Name)
		switch e.Typeflag {
		case tar.TypeReg:
			offset, err := a.file.Seek(0, io.SeekCurrent) // the reader reads no further than to here
			if err != nil {
				return err
			}
			a.index[name] = part{offset, e.Size}
		case tar.TypeSymlink:
			links[name] = path.Join(path.Dir(name), e.Linkname)
		case tar.TypeLink:
			links[name] = path.Clean("/" + e.Linkname)
		}
	}
	for name, target := range links {
		if found, ok := a.index[target]; ok {
			a.index[name] = found
		}
	}
	return nil
}

// cut names an archive that ends in the middle, or is none.
func cut(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, tar.ErrHeader) {
		return errNoTar
	}
	return err
}

// section is a file inside a tar file.
type section struct{ *io.SectionReader }

func (section) Close() error { return nil }

// open opens one file of the archive.
func (a *archive) open(name string) (io.ReadSeekCloser, error) {
	name = path.Clean("/" + name)
	if a.dir != nil {
		return openInside(a.dir, name[1:], os.O_RDONLY)
	}
	found, ok := a.index[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name[1:], Err: fs.ErrNotExist}
	}
	return section{io.NewSectionReader(a.file, found.offset, found.size)}, nil
}

// text reads a small file.
func (a *archive) text(name string) ([]byte, error) {
	file, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxText))
}
