package builtin

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

//go:embed python/*.py
var pythonScripts embed.FS

//go:embed node/*.js node/modules
var nodeScripts embed.FS

//go:embed java/bootstrap.jar.gz
var javaScripts embed.FS

//go:embed dotnet/bootstrap.dll.gz dotnet/plain.json dotnet/web.json
var dotnetScripts embed.FS

//go:embed php/scripts.zip.gz
var phpScripts embed.FS

// bootstrap is a set of scripts that are put on disk once. It is safe for concurrent use.
type bootstrap struct {
	scripts fs.FS
	root    string // their folder in scripts, and the prefix of their folder on disk
	inside  string // folder below that one, or empty

	mu   sync.Mutex
	path string // where they are, once they are
}

func pythonBootstrap() *bootstrap {
	return &bootstrap{scripts: pythonScripts, root: "python", inside: "_fcemu"}
}

func nodeBootstrap() *bootstrap { return &bootstrap{scripts: nodeScripts, root: "node"} }

func javaBootstrap() *bootstrap { return &bootstrap{scripts: javaScripts, root: "java"} }

func dotnetBootstrap() *bootstrap { return &bootstrap{scripts: dotnetScripts, root: "dotnet"} }

func phpBootstrap() *bootstrap { return &bootstrap{scripts: phpScripts, root: "php"} }

// install writes the scripts below dir, unless they are there, and returns their folder. Python
// keeps its compiled form beside them.
func (b *bootstrap) install(dir string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.path != "" && isDir(b.path) {
		return b.path, nil
	}
	path, err := b.write(dir)
	b.path = path
	return path, err
}

func (b *bootstrap) write(dir string) (string, error) {
	files, err := b.read()
	if err != nil {
		return "", err
	}
	target, err := filepath.Abs(filepath.Join(dir, b.root+"-"+digest(files)))
	if err != nil {
		return "", err
	}
	if isDir(target) {
		return target, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	draft, err := os.MkdirTemp(dir, ".draft-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(draft)
	if err := writeFiles(filepath.Join(draft, b.inside), files); err != nil {
		return "", err
	}
	if err := os.Chmod(draft, 0o755); err != nil {
		return "", err
	}
	if err := os.Rename(draft, target); err != nil && !isDir(target) { // another emulator may be first
		return "", err
	}
	return target, nil
}

type script struct {
	name string // below the root, with slashes
	text []byte
}

func (b *bootstrap) read() ([]script, error) {
	var files []script
	err := fs.WalkDir(b.scripts, b.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(b.scripts, path)
		if err != nil {
			return err
		}
		name, packed := strings.CutSuffix(strings.TrimPrefix(path, b.root+"/"), ".gz")
		if !packed {
			files = append(files, script{name, text})
			return nil
		}
		more, err := unpack(name, text)
		files = append(files, more...)
		return err
	})
	return files, err
}

// unpack reads a file that was packed to keep the binary small: a jar is one file, a zip many.
func unpack(name string, packed []byte) ([]script, error) {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(reader)
	if err != nil || !strings.HasSuffix(name, ".zip") {
		return []script{{name, text}}, err
	}
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, err
	}
	var files []script
	for _, entry := range archive.File {
		file, err := entry.Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(file)
		if err != nil {
			return nil, err
		}
		files = append(files, script{entry.Name, text})
	}
	return files, nil
}

func digest(files []script) string {
	hash := sha256.New()
	for _, file := range files {
		hash.Write([]byte(file.name))
		hash.Write([]byte{0})
		hash.Write(file.text)
		hash.Write([]byte{0})
	}
	return hex.EncodeToString(hash.Sum(nil))[:12]
}

func writeFiles(dir string, files []script) error {
	for _, file := range files {
		path := filepath.Join(dir, filepath.FromSlash(file.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, file.text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
