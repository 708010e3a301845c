package builtin

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/fcemu/fcemu/runtime"
)

// maxNested bounds what is unpacked of the jars of one function, in bytes.
const maxNested = 2 << 30

// nestedJars lists the jars that lie in lib/ inside the jars of the code, which Java cannot read
// there. They are unpacked below dir, once for each state of the code. The paths are the instance's.
func nestedJars(place *runtime.Place, dir string) ([]string, error) {
	outer, err := filepath.Glob(filepath.Join(globQuote(place.OnHost(place.CodeDir)), "*.jar"))
	if err != nil {
		return nil, err
	}
	var inner []string
	for _, jar := range outer {
		unpacked, err := unpackNested(jar, dir)
		if err != nil {
			return nil, fmt.Errorf("reading /code/%s: %w", filepath.Base(jar), err)
		}
		for _, path := range unpacked {
			inner = append(inner, filepath.Join(place.Show(filepath.Dir(path)), filepath.Base(path)))
		}
	}
	return inner, nil
}

func globQuote(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func unpackNested(jar, dir string) ([]string, error) {
	archive, err := zip.OpenReader(jar)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	var entries []*zip.File
	for _, entry := range archive.File {
		if path.Dir(entry.Name) == "lib" && strings.HasSuffix(entry.Name, ".jar") {
			entries = append(entries, entry)
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	folder := filepath.Join(dir, stateOf(jar, entries))
	if !isDir(folder) {
		if err := unpackTo(folder, entries); err != nil {
			return nil, err
		}
	}
	names := make([]string, len(entries))
	for n, entry := range entries {
		names[n] = filepath.Join(folder, path.Base(entry.Name))
	}
	return names, nil
}

// stateOf names what is to be unpacked by its path, sizes and check sums.
func stateOf(jar string, entries []*zip.File) string {
	hash := sha256.New()
	fmt.Fprintln(hash, jar)
	for _, entry := range entries {
		fmt.Fprintln(hash, entry.Name, entry.UncompressedSize64, entry.CRC32)
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

func unpackTo(folder string, entries []*zip.File) error {
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(filepath.Dir(folder), ".draft-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	room := int64(maxNested)
	for _, entry := range entries {
		n, err := extract(entry, filepath.Join(draft, path.Base(entry.Name)), room)
		if err != nil {
			return err
		}
		room -= n
	}
	if err := os.Chmod(draft, 0o755); err != nil {
		return err
	}
	if err := os.Rename(draft, folder); err != nil && !isDir(folder) { // another start may be first
		return err
	}
	return nil
}

func extract(entry *zip.File, target string, room int64) (int64, error) {
	from, err := entry.Open()
	if err != nil {
		return 0, err
	}
	defer from.Close()
	to, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(to, io.LimitReader(from, room+1))
	if err == nil && n > room {
		err = fmt.Errorf("its jars take more than %d bytes", int64(maxNested))
	}
	if closed := to.Close(); err == nil {
		err = closed
	}
	return n, err
}
