package builtin

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "pack the bootstraps anew; needs their compilers")

// bootstrapOf is what a file of the binary unpacks to as name. With -update the file is made anew before.
func bootstrapOf(t *testing.T, file, name string, build func() []byte) []script {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, squeezed(build()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files, err := unpack(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func squeezed(text []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(text)
	_ = w.Close()
	return out.Bytes()
}

// archived is an archive that is packed as a whole later, which is smaller than one by one. It has no times,
// so that the same files make the same bytes.
func archived(files map[string][]byte) []byte {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range sorted(files) {
		entry, _ := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		_, _ = entry.Write(files[name])
	}
	_ = archive.Close()
	return out.Bytes()
}

func sorted(files map[string][]byte) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// stamp is the sum of sources and their names.
func stamp(t *testing.T, sources []string) string {
	t.Helper()
	hash := sha256.New()
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		hash.Write([]byte(filepath.Base(source) + "\x00"))
		hash.Write(text)
	}
	return hex.EncodeToString(hash.Sum(nil)) + "\n"
}
