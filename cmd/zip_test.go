package cmd_test

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// entry is one entry of a zip of a test.
type entry struct {
	name string
	mode fs.FileMode
	text string
}

func zipOf(t *testing.T, folder, name string, entries ...entry) string {
	t.Helper()
	path := filepath.Join(folder, name)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := zip.NewWriter(file)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		header.SetMode(e.mode)
		part, err := w.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(e.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// bombOf makes a zip of under 1 MB that would take 640 MB: one compressed part, many times.
func bombOf(t *testing.T, folder string) string {
	t.Helper()
	part, err := zip.OpenReader(zipOf(t, folder, "part.zip", entry{"part", 0o644, strings.Repeat("\x00", 16<<20)}))
	if err != nil {
		t.Fatal(err)
	}
	defer part.Close()
	path := filepath.Join(folder, "bomb.zip")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := zip.NewWriter(file)
	for i := range 40 {
		header, raw := part.File[0].FileHeader, io.Reader(nil)
		header.Name = fmt.Sprintf("part%d", i)
		if raw, err = part.File[0].OpenRaw(); err != nil {
			t.Fatal(err)
		}
		to, err := w.CreateRaw(&header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(to, raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestHostileCode deploys code that would leave its folder, or fill the disk: one line, no
// function, and nothing written anywhere.
func TestHostileCode(t *testing.T) {
	folder := t.TempDir()
	r := startIn(t, folder)
	source := entry{"index.py", 0o644, "def handler(event, context): pass\n"}
	link := func(name, target string) entry { return entry{name, 0o777 | fs.ModeSymlink, target} }
	for name, code := range map[string]string{
		"up":             zipOf(t, folder, "up.zip", source, entry{"../evil", 0o644, "x"}),
		"up inside":      zipOf(t, folder, "inside.zip", source, entry{"a/../../evil", 0o644, "x"}),
		"absolute":       zipOf(t, folder, "absolute.zip", source, entry{"/" + strings.TrimPrefix(folder, "/") + "/evil", 0o644, "x"}),
		"link up":        zipOf(t, folder, "linkup.zip", source, link("l", "../../..")),
		"link absolute":  zipOf(t, folder, "linkabs.zip", source, link("l", "/etc/passwd")),
		"through a link": zipOf(t, folder, "through.zip", link("l", "../.."), entry{"l/evil", 0o644, "x"}),
		"link chain":     zipOf(t, folder, "chain.zip", link("a", "b"), link("b", ".."), entry{"a/evil", 0o644, "x"}),
		"same name":      zipOf(t, folder, "same.zip", source, link("d", ".."), entry{"d/evil", 0o644, "x"}),
		"bomb":           bombOf(t, folder),
		"empty":          zipOf(t, folder, "empty.zip"),
	} {
		command := exec.Command(binary, "deploy", "bad", "--runtime", "python3.10", "--code", code, "--endpoint", r.client.Endpoint())
		command.Dir = folder
		line := fails(t, command, 2)
		if strings.Contains(line, "Internal") {
			t.Errorf("%s: %s", name, line)
		}
		if _, err := r.client.Function(t.Context(), emulator.Name{Function: "bad"}); err == nil {
			t.Errorf("%s: the function was made all the same", name)
		}
	}
	written := []string{}
	_ = filepath.WalkDir(filepath.Dir(folder), func(path string, d fs.DirEntry, err error) error {
		inBlobs := strings.Contains(path, filepath.Join(".fcemu", "blobs")+string(filepath.Separator))
		if err == nil && (d.Name() == "evil" || inBlobs && !d.IsDir()) {
			written = append(written, path)
		}
		return nil
	})
	if len(written) > 0 {
		t.Errorf("left behind: %q", written)
	}
}
