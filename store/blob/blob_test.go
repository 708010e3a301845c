package blob

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// item is one entry of a zip under test.
type item struct {
	name, text string
	mode       fs.FileMode // 0 = an ordinary file written with no permissions
}

func pack(t testing.TB, items ...item) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, one := range items {
		header := &zip.FileHeader{Name: one.name, Method: zip.Deflate, Modified: time.Date(2024, 5, 6, 7, 8, 10, 0, time.UTC)}
		if one.mode != 0 {
			header.SetMode(one.mode)
		}
		file, err := w.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write([]byte(one.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPut(t *testing.T) {
	s := open(t)
	content := pack(t,
		item{"index.py", "print(1)", 0o640},
		item{"bin/", "", fs.ModeDir | 0o755},
		item{"bin/tool", "#!/bin/sh", 0o755},
		item{"deep/er/down/./x.txt", "x", 0},
		item{"empty", "", 0o644},
		item{"bin/alias", "../deep/er/down/x.txt", fs.ModeSymlink | 0o777},
		item{"dangling", "not/there", fs.ModeSymlink | 0o777},
		item{`win\dows.txt`, "w", 0},
	)
	code, err := s.Put(t.Context(), content)
	if err != nil {
		t.Fatal(err)
	}
	if code.Size != int64(len(content)) || len(code.Digest) != 64 {
		t.Errorf("%+v", code)
	}
	for name, want := range map[string]string{"index.py": "print(1)", "bin/tool": "#!/bin/sh", "bin/alias": "x", "empty": "", "win/dows.txt": "w"} {
		if got, err := os.ReadFile(filepath.Join(s.Dir(code), name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, want := range map[string]fs.FileMode{"index.py": 0o640, "bin/tool": 0o755} {
		info, err := os.Stat(filepath.Join(s.Dir(code), name))
		if err != nil || info.Mode() != want || info.ModTime().Year() != 2024 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if back, err := s.Read(code); err != nil || !bytes.Equal(back, content) {
		t.Errorf("Read: %d bytes, %v", len(back), err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, temporary+"*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

// The check value of CRC-64/XZ, the name under which catalogues list this variant of ECMA-182.
func TestChecksum(t *testing.T) {
	s := open(t)
	content := pack(t, item{"a", "1", 0o644})
	code, err := s.Put(t.Context(), content)
	if err != nil {
		t.Fatal(err)
	}
	var sum uint64 = ^uint64(0)
	for _, b := range content { // bit by bit, reflected, polynomial 0x42F0E1EBA9EA3693
		sum ^= uint64(b)
		for range 8 {
			if sum&1 != 0 {
				sum = sum>>1 ^ 0xC96C5795D7870F42
			} else {
				sum >>= 1
			}
		}
	}
	if want := fmt.Sprint(^sum); code.Checksum != want {
		t.Errorf("checksum %s, want %s", code.Checksum, want)
	}
}

func TestPutAgainReusesTheFolder(t *testing.T) {
	s := open(t)
	content := pack(t, item{"a", "1", 0o644})
	code, err := s.Put(t.Context(), content)
	if err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(s.Dir(code), "mark")
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if again, err := s.Put(t.Context(), content); err != nil || again != code || !exists(mark) {
		t.Errorf("%+v, %v, mark there: %v", again, err, exists(mark))
	}
	if err := os.RemoveAll(s.Dir(code)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), content); err != nil || !exists(filepath.Join(s.Dir(code), "a")) {
		t.Errorf("a lost folder was not unpacked again: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	file := item{"a", "1", 0o644}
	link := func(name, target string) item { return item{name, target, fs.ModeSymlink | 0o777} }
	for name, one := range map[string]struct {
		content []byte
		want    string
	}{
		"text":                {[]byte("hello"), "not a zip file"},
		"nothing":             {nil, "not a zip file"},
		"no entries":          {pack(t), "empty?"},
		"only folders":        {pack(t, item{"d/", "", fs.ModeDir | 0o755}), "empty?"},
		"climbing":            {pack(t, file, item{"../b", "1", 0o644}), "'../b', which leads outside"},
		"climbing later":      {pack(t, file, item{"x/../../b", "1", 0o644}), "leads outside"},
		"climbing, Windows":   {pack(t, file, item{`x\..\..\b`, "1", 0}), "leads outside"},
		"absolute":            {pack(t, file, item{"/etc/b", "1", 0o644}), "absolute path '/etc/b'"},
		"drive":               {pack(t, file, item{`C:\b`, "1", 0}), "absolute path"},
		"absolute link":       {pack(t, file, link("l", "/etc/passwd")), "'l' to '/etc/passwd', which leads outside"},
		"climbing link":       {pack(t, file, link("d/l", "../../x")), "leads outside"},
		"link through a link": {pack(t, file, link("d/up", ".."), link("l", "d/up/../x")), "leads outside"},
		"file through a link": {pack(t, link("d", "."), item{"d/x", "1", 0o644}), "twice"},
		"the same twice":      {pack(t, file, file), "'a' twice"},
		"file and folder":     {pack(t, file, item{"a/b", "1", 0o644}), "twice"},
		"a pipe":              {pack(t, file, item{"p", "", fs.ModeNamedPipe | 0o644}), "neither file, folder nor link"},
		"a long name":         {pack(t, item{strings.Repeat("n", 300), "1", 0o644}), "too long"},
		"damaged":             {damage(pack(t, item{"a", strings.Repeat("text ", 100), 0o644})), "damaged at 'a'"},
		"a lie about sizes":   {lie(pack(t, item{"a", strings.Repeat("text ", 100), 0o644})), "damaged at 'a'"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			_, err := s.Put(t.Context(), one.content)
			checkRefused(t, err, one.want)
			if left, err := os.ReadDir(s.dir); err != nil || len(left) != 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func checkRefused(t *testing.T, err error, want string) {
	t.Helper()
	var refused *emulator.Error
	if !errors.As(err, &refused) || refused.Status != 400 || refused.Code != "InvalidArgument" || !strings.Contains(refused.Message, want) {
		t.Errorf("got %v, want InvalidArgument with %q", err, want)
	}
}

// damage flips a byte of the first content.
func damage(content []byte) []byte {
	content[30+1+9+4] ^= 0x55 // after the header, the name and the time
	return content
}

// lie lowers the unpacked size in the zip's directory.
func lie(content []byte) []byte {
	at := bytes.LastIndex(content, []byte("PK\x01\x02"))
	content[at+24], content[at+25] = 3, 0
	return content
}

func TestBombs(t *testing.T) {
	s := open(t)
	zeros := strings.Repeat("\x00", 1<<20)
	s.limits = limits{entries: 3, bytes: 4 << 20, modest: 1 << 20, ratio: 100}
	_, err := s.Put(t.Context(), pack(t, item{"a", zeros, 0o644}, item{"b", zeros, 0o644}))
	checkRefused(t, err, "zip bomb")
	_, err = s.Put(t.Context(), pack(t, item{"a", strings.Repeat(zeros, 5), 0o644}))
	checkRefused(t, err, "larger than 4 MB")
	_, err = s.Put(t.Context(), pack(t, item{"a", "", 0o644}, item{"b", "", 0o644}, item{"c", "", 0o644}, item{"d", "", 0o644}))
	checkRefused(t, err, "4 entries")
	if _, err = s.Put(t.Context(), pack(t, item{"a", zeros, 0o644})); err != nil {
		t.Errorf("a modest package was refused: %v", err)
	}
}

func TestManyPutTheSame(t *testing.T) {
	s := open(t)
	items := make([]item, 200)
	for i := range items {
		items[i] = item{fmt.Sprintf("d%d/f%d", i%7, i), "text", 0o644}
	}
	content := pack(t, items...)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			code, err := s.Put(t.Context(), content)
			if err != nil || !exists(filepath.Join(s.Dir(code), "d3/f199")) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if left, _ := os.ReadDir(s.dir); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}

func TestCancelledPut(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, pack(t, item{"a", "1", 0o644})); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if left, _ := os.ReadDir(s.dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestSweep(t *testing.T) {
	s := open(t)
	keep, err := s.Put(t.Context(), pack(t, item{"a", "1", 0o644}))
	if err != nil {
		t.Fatal(err)
	}
	drop, err := s.Put(t.Context(), pack(t, item{"a/b", "2", 0o400}))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "README"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(func(digest string) bool { return digest == keep.Digest }); err != nil {
		t.Fatal(err)
	}
	if !exists(s.Dir(keep)) || !exists(s.zipPath(keep)) || exists(s.Dir(drop)) || exists(s.zipPath(drop)) || !exists(filepath.Join(s.dir, "README")) {
		t.Error("swept the wrong ones")
	}
}

func TestOpenRemovesLeftovers(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, temporary+"1")
	if err := os.MkdirAll(filepath.Join(left, "d"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(left, "d"), 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err != nil || exists(left) {
		t.Errorf("%v, left over there: %v", err, exists(left))
	}
	if _, err := Open("/proc/fcemu"); err == nil {
		t.Error("opened a folder that cannot be")
	}
}

func BenchmarkPutManySmallFiles(b *testing.B) {
	items := make([]item, 5000)
	for i := range items {
		items[i] = item{fmt.Sprintf("node_modules/p%d/lib/f%d.js", i%250, i), strings.Repeat("module.exports = 1\n", 50), 0o644}
	}
	content := pack(b, items...)
	for b.Loop() {
		s, err := Open(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Put(b.Context(), content); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(items)*b.N)/b.Elapsed().Seconds(), "files/s")
}
