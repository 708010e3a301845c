package project

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// listing reads a zip back as "mode name [content]" lines.
func listing(t *testing.T, body []byte) []string {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, file := range reader.File {
		part, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%v %s %s", file.Mode(), file.Name, content)))
	}
	return lines
}

func mustZip(t *testing.T, path string) []byte {
	t.Helper()
	body, err := Zip(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestZipFolder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index.py": "code", "lib/util.py": "util", "lib/deep/x.txt": "x", "bootstrap": "#!", "build/out.o": "o",
		"src/build": "a file called build", "notes.md": "n", "keep.md": "k", "a.pyc": "c", "lib/b.pyc": "c",
		".git/HEAD": "h", ".s/x": "s", ".fcemu/state.db": "d", "sub/.git/HEAD": "h", "only/here.txt": "h", "lib/only/here.txt": "h",
		".fcignore":  "# a comment\n*.pyc\nbuild/\n/only\n*.md\n!keep.md\n",
		".funignore": "lib/deep\n",
	} {
		writeFile(t, filepath.Join(dir, name), text)
	}
	if err := os.Chmod(filepath.Join(dir, "bootstrap"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"-rw-r--r-- .fcignore # a comment\n*.pyc\nbuild/\n/only\n*.md\n!keep.md",
		"-rw-r--r-- .funignore lib/deep",
		"-rwxr-xr-x bootstrap #!",
		"-rw-r--r-- index.py code",
		"-rw-r--r-- keep.md k",
		"-rw-r--r-- lib/only/here.txt h",
		"-rw-r--r-- lib/util.py util",
		"drwxr-xr-x logs/",
		"-rw-r--r-- src/build a file called build",
		"drwxr-xr-x sub/",
	}
	if diff := cmp.Diff(want, listing(t, mustZip(t, dir))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestZipIsDeterministic(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "b/x.py"), "x")
	writeFile(t, filepath.Join(dir, "a.py"), "a")
	first := mustZip(t, dir)
	if err := os.Chtimes(filepath.Join(dir, "a.py"), time.Now(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	writeFile(t, filepath.Join(copied, "a.py"), "a")
	writeFile(t, filepath.Join(copied, "b/x.py"), "x")
	if err := os.Chmod(filepath.Join(copied, "a.py"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, copied} {
		if !bytes.Equal(first, mustZip(t, path)) {
			t.Errorf("the package of %s differs although the content is the same", path)
		}
	}
	writeFile(t, filepath.Join(dir, "a.py"), "b")
	if bytes.Equal(first, mustZip(t, dir)) {
		t.Error("the package is the same although the content differs")
	}
}

func TestZipSingleFileAndArchives(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "index.py")
	writeFile(t, script, "code")
	if diff := cmp.Diff([]string{"-rw-r--r-- index.py code"}, listing(t, mustZip(t, script))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	packed := mustZip(t, script)
	for _, name := range []string{"code.zip", "code.JAR"} {
		path := filepath.Join(dir, name)
		writeFile(t, path, string(packed))
		if !bytes.Equal(packed, mustZip(t, path)) {
			t.Errorf("%s was not passed as it is", name)
		}
	}
}

func TestZipLinks(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(outside, "shared/lib.py"), "shared")
	writeFile(t, filepath.Join(dir, "real.py"), "real")
	for name, target := range map[string]string{
		"alias.py":      "real.py",
		"sub/up.py":     "../real.py",
		"absolute.py":   filepath.Join(dir, "real.py"),
		"dangling.py":   "not-yet.py",
		"copied.py":     filepath.Join(outside, "shared/lib.py"),
		"vendor/shared": filepath.Join(outside, "shared"),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"Lrwxrwxrwx absolute.py real.py",
		"Lrwxrwxrwx alias.py real.py",
		"-rw-r--r-- copied.py shared",
		"Lrwxrwxrwx dangling.py not-yet.py",
		"-rw-r--r-- real.py real",
		"Lrwxrwxrwx sub/up.py ../real.py",
		"-rw-r--r-- vendor/shared/lib.py shared",
	}
	if diff := cmp.Diff(want, listing(t, mustZip(t, dir))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	throughLink := filepath.Join(t.TempDir(), "code")
	if err := os.Symlink(dir, throughLink); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(mustZip(t, dir), mustZip(t, throughLink)) {
		t.Error("a code folder behind a link packs differently")
	}
}

func TestZipRefuses(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "ignored/index.py"), "x")
	writeFile(t, filepath.Join(dir, "ignored/.fcignore"), "*\n")
	writeFile(t, filepath.Join(dir, "text.zip"), "no zip")
	writeFile(t, filepath.Join(dir, "circle/a.py"), "a")
	writeFile(t, filepath.Join(dir, "pattern/.fcignore"), "[z-\n")
	for path, target := range map[string]string{"circle/loop": dir, "lost/link": "/does/not/exist"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(dir, path)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "empty/.git"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"empty": "is empty", "ignored": "leaves out everything", "text.zip": "is no zip", "absent": "does not exist",
		"circle": "holds the code folder itself", "lost": "which does not exist", "pattern": "pattern",
	} {
		_, err := Zip(t.Context(), filepath.Join(dir, name))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %q", name, err, want)
		}
	}
}

func TestZipStopsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "a.py"), "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Zip(ctx, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestZipCompressesLargeTrees goes over the size up to which files are stored.
func TestZipCompressesLargeTrees(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "large.txt"), strings.Repeat("function compute ", storeUpTo/16))
	body := mustZip(t, dir)
	if len(body) > storeUpTo/10 {
		t.Errorf("the package has %d bytes", len(body))
	}
	if !bytes.Equal(body, mustZip(t, dir)) {
		t.Error("a compressed package is not the same twice")
	}
	listing(t, body)
}

func BenchmarkZip(b *testing.B) {
	dir := b.TempDir()
	random := rand.NewChaCha8([32]byte{})
	content := make([]byte, 8<<10)
	for i := range 1000 {
		_, _ = random.Read(content)
		path := filepath.Join(dir, fmt.Sprintf("pkg%02d/file%03d.py", i%40, i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(1000 * len(content)))
	for b.Loop() {
		if _, err := Zip(b.Context(), dir); err != nil {
			b.Fatal(err)
		}
	}
}
