package image

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// FuzzTar: what the standard library writes is read as it was meant, and nothing makes the reader
// panic or read without an end.
func FuzzTar(f *testing.F) {
	f.Add("name", "target", "content", int64(0o755), 7, int64(1e9), uint8(0))
	f.Add(strings.Repeat("long/", 60)+"name", strings.Repeat("x", 200), "", int64(0o4711), 3_000_000, int64(-5), uint8(1))
	f.Add("ünicode", "", strings.Repeat("y", 513), int64(0o1777), 1, int64(1<<40), uint8(2))
	f.Fuzz(func(t *testing.T, name, target, content string, mode int64, owner int, seconds int64, format uint8) {
		header := &tar.Header{Name: name, Linkname: target, Mode: mode & 0o7777, Uid: owner, Gid: owner, Size: int64(len(content)),
			ModTime: time.Unix(seconds, 0), Typeflag: tar.TypeReg, Format: []tar.Format{tar.FormatUnknown, tar.FormatGNU, tar.FormatPAX}[format%3]}
		var out bytes.Buffer
		w := tar.NewWriter(&out)
		if w.WriteHeader(header) != nil {
			return
		}
		_, _ = io.WriteString(w, content)
		_ = w.WriteHeader(&tar.Header{Name: "second", Typeflag: tar.TypeDir})
		_ = w.Close()
		theirs := tar.NewReader(bytes.NewReader(out.Bytes()))
		ours := &tarReader{r: io.MultiReader(&out)} // no seeker
		for {
			want, wantErr := theirs.Next()
			got, err := ours.next()
			if wantErr != nil && wantErr != io.EOF {
				return
			}
			if err != wantErr {
				t.Fatalf("got %v, want %v", err, wantErr)
			}
			if err != nil {
				return
			}
			a, _ := io.ReadAll(theirs)
			b, err := io.ReadAll(ours)
			mode := want.FileInfo().Mode()
			if got.name != want.Name || got.link != want.Linkname || got.uid != want.Uid || got.gid != want.Gid || got.mode != mode&^(1<<31) ||
				got.modified.Unix() != want.ModTime.Unix() || !bytes.Equal(a, b) || err != nil {
				t.Errorf("got %+v, want %+v, %v", got, want, err)
			}
		}
	})
}

func FuzzBrokenTar(f *testing.F) {
	f.Add(pack(f, file("a", "b"), file(strings.Repeat("n", 300), "c")))
	f.Fuzz(func(t *testing.T, content []byte) {
		for r := (&tarReader{r: io.MultiReader(bytes.NewReader(content))}); ; {
			_, err := r.next()
			if errors.Is(err, io.EOF) || err != nil {
				return
			}
			if n, _ := io.Copy(io.Discard, r); n > int64(len(content)) {
				t.Fatalf("%d bytes of %d", n, len(content))
			}
		}
	})
}
