// Pack writes an image as `docker save` does, or as an OCI layout, without Docker: one layer with the
// program, and one above it with /data.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"log"
	"os"
	"path/filepath"
	"runtime"
)

func main() {
	program := flag.String("program", "server", "the static program that is the image's entrypoint")
	user := flag.String("user", "", "whom it runs as")
	layout := flag.Bool("layout", false, "write an OCI layout, a folder")
	flag.Parse()
	content, err := os.ReadFile(*program)
	must(err)
	layers := [][]byte{
		pack(folder("app"), file("app/server", 0o755, content), folder("etc"),
			file("etc/passwd", 0o644, []byte("root:x:0:0::/root:/\nvisitor:x:1234:1234::/home/visitor:/\n")),
			file("etc/group", 0o644, []byte("root:x:0:\nvisitor:x:1234:\nreaders:x:55:visitor\n"))),
		pack(&tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o777}),
	}
	files := map[string][]byte{}
	var blobs, names, digests []any
	for _, layer := range layers {
		digests = append(digests, "sha256:"+digest(layer))
		packed := squeeze(layer)
		blobs = append(blobs, entry(files, "application/vnd.oci.image.layer.v1.tar+gzip", packed))
		names = append(names, "blobs/sha256/"+digest(packed))
	}
	config := text(map[string]any{"architecture": runtime.GOARCH, "os": "linux",
		"rootfs": map[string]any{"type": "layers", "diff_ids": digests},
		"config": map[string]any{"Entrypoint": []string{"server"}, "Cmd": []string{"-quiet"}, "WorkingDir": "/data", "User": *user,
			"Env": []string{"PATH=/app", "GREETING=Hello from an image"}}})
	manifest := text(map[string]any{"schemaVersion": 2, "layers": blobs,
		"config": entry(files, "application/vnd.oci.image.config.v1+json", config)})
	if *layout {
		files["oci-layout"] = text(map[string]any{"imageLayoutVersion": "1.0.0"})
		files["index.json"] = text(map[string]any{"schemaVersion": 2,
			"manifests": []any{entry(files, "application/vnd.oci.image.manifest.v1+json", manifest)}})
		for name, content := range files {
			path := filepath.Join(flag.Arg(0), name)
			must(os.MkdirAll(filepath.Dir(path), 0o755))
			must(os.WriteFile(path, content, 0o644))
		}
		return
	}
	files["manifest.json"] = text([]any{map[string]any{"Config": "blobs/sha256/" + digest(config),
		"RepoTags": []string{"visits:latest"}, "Layers": names}})
	var headers []*tar.Header
	for name, content := range files {
		headers = append(headers, file(name, 0o644, content))
	}
	must(os.WriteFile(flag.Arg(0), pack(headers...), 0o644))
}

func folder(name string) *tar.Header {
	return &tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: 0o755}
}

// file keeps the content where pack finds it.
func file(name string, mode int64, content []byte) *tar.Header {
	return &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode, Size: int64(len(content)), Linkname: string(content)}
}

func pack(headers ...*tar.Header) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, header := range headers {
		content := header.Linkname
		header.Linkname = ""
		must(w.WriteHeader(header))
		_, err := w.Write([]byte(content))
		must(err)
	}
	must(w.Close())
	return out.Bytes()
}

func squeeze(content []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(content)
	must(err)
	must(w.Close())
	return out.Bytes()
}

// entry keeps a blob and describes it.
func entry(files map[string][]byte, kind string, content []byte) map[string]any {
	files["blobs/sha256/"+digest(content)] = content
	return map[string]any{"mediaType": kind, "digest": "sha256:" + digest(content), "size": len(content)}
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func text(value any) []byte {
	out, err := json.Marshal(value)
	must(err)
	return out
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
