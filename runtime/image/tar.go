package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// Kinds of entries in a tar file.
const (
	kindFile    = '0'
	kindLink    = '1'
	kindSymlink = '2'
	kindFolder  = '5'
)

const block = 512 // bytes; all in a tar file comes in such

var errNoTar = errors.New("it is no tar file, or is damaged")

// entry is one file in a tar file.
type entry struct {
	name, link string
	kind       byte
	mode       fs.FileMode
	uid, gid   int
	size       int64
	modified   time.Time
}

// tarReader reads the tar files of today: ustar, with the extensions of POSIX and GNU but for sparse
// files, which no image has. The standard library's reader can do more, and is ten times the size.
type tarReader struct {
	r      io.Reader
	left   int64 // of the content at hand
	pad    int64 // behind it
	header [block]byte
}

// next goes to the next entry, whose content Read returns then. io.EOF: there is none.
func (t *tarReader) next() (*entry, error) {
	more := map[string]string{} // what the next header has no room for, by the names of POSIX
	for {
		if err := t.skip(); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(t.r, t.header[:]); err != nil {
			return nil, cut(err)
		}
		if t.header == [block]byte{} {
			return nil, io.EOF
		}
		e, err := t.parse()
		if err != nil {
			return nil, err
		}
		t.left, t.pad = e.size, -e.size&(block-1)
		switch e.kind {
		case 'x', 'L', 'K':
			if err := t.extend(e.kind, more); err != nil {
				return nil, err
			}
		case 'g': // for all that follow: nothing of use
		default:
			return e, t.apply(e, more)
		}
	}
}

// cut is an end in the middle.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errNoTar
	}
	return err
}

// skip leaves what is left of the entry at hand.
func (t *tarReader) skip() error {
	count := t.left + t.pad
	t.left, t.pad = 0, 0
	if count == 0 {
		return nil
	}
	if seeker, ok := t.r.(io.Seeker); ok {
		_, err := seeker.Seek(count, io.SeekCurrent)
		return err
	}
	_, err := io.CopyN(io.Discard, t.r, count)
	return cut(err)
}

// Read reads the content of the entry at hand.
func (t *tarReader) Read(p []byte) (int, error) {
	if t.left == 0 {
		return 0, io.EOF
	}
	n, err := t.r.Read(p[:min(int64(len(p)), t.left)])
	if t.left -= int64(n); err == io.EOF && t.left > 0 {
		err = errNoTar
	}
	return n, err
}

func (t *tarReader) parse() (*entry, error) {
	h := t.header[:]
	sum := int64(0)
	for i, b := range h {
		if i >= 148 && i < 156 {
			b = ' ' // the sum itself counts as spaces
		}
		sum += int64(b)
	}
	if number(h[148:156]) != sum {
		return nil, errNoTar
	}
	e := &entry{name: text(h[:100]), link: text(h[157:257]), kind: h[156],
		mode: modeOf(number(h[100:108])), uid: int(number(h[108:116])), gid: int(number(h[116:124])),
		size: number(h[124:136]), modified: time.Unix(number(h[136:148]), 0)}
	if prefix := text(h[345:500]); prefix != "" && bytes.Equal(h[257:263], []byte("ustar\x00")) {
		e.name = prefix + "/" + e.name
	}
	if e.kind == '7' {
		e.kind = kindFile
	}
	if e.kind >= kindLink && e.kind <= '6' { // these have no content, whatever they say
		e.size = 0
	}
	if e.size < 0 {
		return nil, errNoTar
	}
	return e, nil
}

// extend reads what an entry says about the one after it.
func (t *tarReader) extend(kind byte, more map[string]string) error {
	if t.left > maxText {
		return errNoTar
	}
	content, err := io.ReadAll(t)
	switch {
	case err != nil:
		return err
	case kind == 'L':
		more["path"] = text(content)
		return nil
	case kind == 'K':
		more["linkpath"] = text(content)
		return nil
	}
	for len(content) > 0 { // each is: its length, a space, key=value, a newline
		length, _, _ := bytes.Cut(content, []byte(" "))
		n, err := strconv.Atoi(string(length))
		if err != nil || n <= len(length)+1 || n > len(content) {
			return errNoTar
		}
		key, value, ok := strings.Cut(strings.TrimSuffix(string(content[len(length)+1:n]), "\n"), "=")
		if !ok {
			return errNoTar
		}
		more[key], content = value, content[n:]
	}
	return nil
}

// apply completes an entry with what was said before it.
func (t *tarReader) apply(e *entry, more map[string]string) error {
	for key, value := range more {
		var err error
		switch key {
		case "path":
			e.name = value
		case "linkpath":
			e.link = value
		case "uid":
			e.uid, err = strconv.Atoi(value)
		case "gid":
			e.gid, err = strconv.Atoi(value)
		case "size":
			if e.kind == 0 || e.kind == kindFile {
				e.size, err = strconv.ParseInt(value, 10, 64)
			}
		case "mtime":
			var seconds int64
			whole, _, _ := strings.Cut(value, ".")
			seconds, err = strconv.ParseInt(whole, 10, 64)
			e.modified = time.Unix(seconds, 0)
		default:
			if strings.HasPrefix(key, "GNU.sparse.") {
				err = fmt.Errorf("the sparse file %s", e.name)
			}
		}
		if err != nil || e.size < 0 {
			return errors.Join(errNoTar, err)
		}
	}
	if e.kind == 0 { // as in the oldest archives
		if e.kind = kindFile; strings.HasSuffix(e.name, "/") {
			e.kind = kindFolder
		}
	}
	if e.kind == 'S' {
		return fmt.Errorf("%w: the sparse file %s", errNoTar, e.name)
	}
	t.left, t.pad = e.size, -e.size&(block-1)
	return nil
}

// text ends at the first zero.
func text(field []byte) string {
	before, _, _ := bytes.Cut(field, []byte{0})
	return string(before)
}

// number is octal digits, or binary where the first bit is set; -1 where it is neither. Of a binary
// number the last eight bytes count.
func number(field []byte) int64 {
	if field[0]&0x80 != 0 {
		n := int64(0)
		if field[0]&0x40 != 0 {
			n = -1
		} else if len(field) <= 8 {
			field[0] &= 0x7f
		}
		for _, b := range field {
			n = n<<8 | int64(b)
		}
		return n
	}
	digits := strings.Trim(string(field), " \x00")
	if digits == "" {
		return 0
	}
	n, err := strconv.ParseInt(digits, 8, 64)
	if err != nil {
		return -1
	}
	return n
}

// modeOf turns the bits of Unix into Go's.
func modeOf(bits int64) fs.FileMode {
	mode := fs.FileMode(bits) & fs.ModePerm
	for bit, flag := range map[int64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if bits&bit != 0 {
			mode |= flag
		}
	}
	return mode
}
