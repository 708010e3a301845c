package image

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

var then = time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)

// What layers are made of.
func file(name, text string) *tar.Header {
	return &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text)), ModTime: then,
		PAXRecords: map[string]string{"FCEMU.text": text}} // pack takes it out
}

func folder(name string, mode int64) *tar.Header {
	return &tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: mode, ModTime: then}
}

func link(kind byte, name, target string) *tar.Header {
	return &tar.Header{Name: name, Typeflag: kind, Linkname: target, Mode: 0o777, ModTime: then}
}

func pack(t testing.TB, headers ...*tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, header := range headers {
		copied := *header
		text := copied.PAXRecords["FCEMU.text"]
		copied.PAXRecords = nil
		must(t, w.WriteHeader(&copied))
		_, err := w.Write([]byte(text))
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func run(t testing.TB, command string, arguments ...string) {
	t.Helper()
	if out, err := exec.Command(command, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

func squeeze(t testing.TB, content []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(content)
	must(t, errors.Join(err, w.Close()))
	return out.Bytes()
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func asJSON(t testing.TB, value any) string {
	t.Helper()
	out, err := json.Marshal(value)
	must(t, err)
	return string(out)
}

type object = map[string]any

// picture is an image under test: files of an archive by name.
type picture struct {
	files  map[string]string
	config string
	layers []string
}

// paint makes an image of layers; change may alter its description.
func paint(t testing.TB, change func(object), layers ...[]byte) *picture {
	t.Helper()
	p := &picture{files: map[string]string{}}
	var ids []string
	for n, layer := range layers {
		ids = append(ids, "sha256:"+digest(layer))
		if n%2 == 1 {
			layer = squeeze(t, layer)
		}
		p.layers = append(p.layers, p.blob(string(layer)))
	}
	about := object{"architecture": runtime.GOARCH, "os": "linux", "rootfs": object{"diff_ids": ids}, "config": object{"Cmd": []string{"/run"}}}
	if change != nil {
		change(about)
	}
	p.config = p.blob(asJSON(t, about))
	return p
}

func (p *picture) blob(content string) string {
	name := "blobs/sha256/" + digest([]byte(content))
	p.files[name] = content
	return name
}

// saved writes what docker save would, with the images given.
func saved(t testing.TB, pictures map[string]*picture) string {
	t.Helper()
	var manifest []object
	all := map[string]string{}
	for name, p := range pictures {
		manifest = append(manifest, object{"Config": p.config, "Layers": p.layers, "RepoTags": []string{name}})
		for path, content := range p.files {
			all[path] = content
		}
	}
	all["manifest.json"] = asJSON(t, manifest)
	var headers []*tar.Header
	for name, content := range all {
		headers = append(headers, file(name, content))
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	must(t, os.WriteFile(path, pack(t, headers...), 0o644))
	return path
}

// layout writes an OCI layout whose index has an index, with an image for another machine in it.
func layout(t testing.TB, p *picture) string {
	t.Helper()
	descriptor := func(path string) object {
		return object{"digest": "sha256:" + filepath.Base(path), "size": len(p.files[path])}
	}
	var layers []object
	for _, layer := range p.layers {
		layers = append(layers, descriptor(layer))
	}
	ours := descriptor(p.blob(asJSON(t, object{"config": descriptor(p.config), "layers": layers})))
	ours["platform"] = object{"os": "linux", "architecture": runtime.GOARCH}
	other := object{"digest": "sha256:0", "platform": object{"os": "linux", "architecture": "mips"}}
	inner := p.blob(asJSON(t, object{"manifests": []object{other, ours}}))
	p.files["index.json"] = asJSON(t, object{"manifests": []object{descriptor(inner)}})
	dir := t.TempDir()
	for name, content := range p.files {
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return dir
}

func open(t testing.TB, named map[string]string) *Store {
	t.Helper()
	s := Open(filepath.Join(t.TempDir(), "images"), named, func(text string) { t.Log(text) })
	t.Cleanup(s.Close)
	return s
}

func wanted(name string) Wanted { return Wanted{Name: name, Limit: MaxSize} }

// get unpacks a file or folder.
func get(t testing.TB, path string) *Image {
	t.Helper()
	i, err := open(t, nil).Get(wanted(path))
	must(t, err)
	return i
}

// refused is the message of an image that cannot be had.
func refused(t testing.TB, path string) string {
	t.Helper()
	s := open(t, nil)
	_, err := s.Get(wanted(path))
	refusal := &emulator.Error{}
	if !errors.As(err, &refusal) || refusal.Status != 412 || refusal.Code != "FunctionNotStarted" {
		t.Fatalf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "*")); len(left) > 0 {
		t.Errorf("it leaves %v behind", left)
	}
	return refusal.Message
}

// tree lists what is below a folder, with the content of files and the targets of links.
func tree(t testing.TB, dir string) []string {
	t.Helper()
	var list []string
	must(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		shown, _ := filepath.Rel(dir, name)
		switch {
		case entry.IsDir():
			shown += "/"
		case entry.Type()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(name)
			shown += " -> " + target
		default:
			content, _ := os.ReadFile(name)
			shown += " " + string(content)
		}
		list = append(list, shown)
		return nil
	}))
	sort.Strings(list)
	return list
}
