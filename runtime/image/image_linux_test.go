package image

import (
	"archive/tar"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMain lets TestOrdinaryUser run this very program as somebody else.
func TestMain(m *testing.M) {
	if os.Getenv("FCEMU_TEST_USER") != "" {
		_ = syscall.Setgid(65534)
		_ = syscall.Setuid(65534)
	}
	os.Exit(m.Run())
}

func TestOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the other tests run as an ordinary user already")
	}
	dir, err := os.MkdirTemp("", "fcemu-image-")
	must(t, err)
	defer os.RemoveAll(dir)
	must(t, os.Chmod(dir, 0o777))
	command := exec.Command("/proc/self/exe", "-test.run", "Test[^O]", "-test.count=1")
	command.Env = append(os.Environ(), "FCEMU_TEST_USER=1", "TMPDIR="+dir)
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestLayers(t *testing.T) {
	lower := pack(t, folder("etc", 0o755), file("etc/keep", "1"), file("etc/gone", "1"), file("etc/new", "old"), folder("usr/lib", 0o755),
		file("usr/lib/a", "a"), link(tar.TypeSymlink, "lib", "usr/lib"), link(tar.TypeSymlink, "var", "/usr"), folder("opaque/deep", 0o755),
		file("opaque/deep/x", "x"), file("opaque/y", "y"), file("was", "file"), folder("dir", 0o755), file("dir/in", "in"))
	upper := pack(t, file("etc/.wh.gone", ""), file("etc/new", "new"), file("lib/b", "through a link"), file("var/c", "through an absolute one"),
		file("opaque/first", "1"), file("opaque/.wh..wh..opq", ""), file("opaque/last", "2"), folder("was", 0o755), file("was/now", "a folder"),
		file(".wh.dir", ""), file("dir/again", "2"), link(tar.TypeLink, "hard", "etc/keep"), file(".wh.never", ""), file("etc/.wh..wh.plnk", ""))
	want := []string{"dir/", "dir/again 2", "etc/", "etc/keep 1", "etc/new new", "hard 1", "lib -> usr/lib", "opaque/", "opaque/first 1", "opaque/last 2",
		"usr/", "usr/c through an absolute one", "usr/lib/", "usr/lib/a a", "usr/lib/b through a link", "var -> /usr", "was/", "was/now a folder"}
	for name, path := range map[string]string{
		"saved":  saved(t, map[string]*picture{"x:1": paint(t, nil, lower, upper)}),
		"layout": layout(t, paint(t, nil, lower, upper)),
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, tree(t, get(t, path).Root)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestModesTimesAndOwners(t *testing.T) {
	locked, owned, bits := folder("locked", 0o555), file("locked/owned", "x"), file("bits", "x")
	owned.Uid, owned.Gid, owned.Mode, bits.Mode = 1234, 55, 0o000, 0o6755
	sticky := folder("tmp", 0o1777)
	image := get(t, saved(t, map[string]*picture{"x": paint(t, nil, pack(t, locked, owned, sticky, bits))}))
	look := func(name string) (os.FileInfo, *syscall.Stat_t) {
		info, err := os.Stat(filepath.Join(image.Root, name))
		must(t, err)
		return info, info.Sys().(*syscall.Stat_t)
	}
	info, stat := look("locked/owned")
	wantFile, wantFolder, wantOwner := os.FileMode(0), os.FileMode(0o555), uint32(1234)
	if os.Getuid() != 0 { // all is his, and he has to get at it
		wantFile, wantFolder, wantOwner = 0o400, 0o755, uint32(os.Getuid())
	}
	if info.Mode() != wantFile || stat.Uid != wantOwner || !info.ModTime().Equal(then) {
		t.Errorf("the file has %v, owner %d, %v", info.Mode(), stat.Uid, info.ModTime())
	}
	if info, _ = look("locked"); info.Mode().Perm() != wantFolder {
		t.Errorf("the folder has %v", info.Mode())
	}
	if info, _ = look("tmp"); info.Mode() != os.ModeDir|os.ModeSticky|0o777 {
		t.Errorf("/tmp has %v", info.Mode())
	}
	if info, _ = look("bits"); info.Mode() != os.ModeSetuid|os.ModeSetgid|0o755 {
		t.Errorf("the file has %v", info.Mode())
	}
	if info, err := os.Stat(filepath.Dir(filepath.Dir(image.Root))); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("others may pass to files with the set-user-ID bit: %v %v", info.Mode(), err)
	}
}

// TestFoldersReplaced: what a removed folder was like says nothing about the one that a link leads to now.
func TestFoldersReplaced(t *testing.T) {
	lower := pack(t, folder("var/run", 0o755), folder("var/run/lock", 0o700), folder("var/run/sub", 0o700))
	upper := pack(t, folder("run", 0o755), folder("run/lock", 0o1777), link(tar.TypeSymlink, "var/run", "/run"), folder("var/run/sub", 0o711))
	root := get(t, saved(t, map[string]*picture{"x": paint(t, nil, lower, upper)})).Root
	for name, want := range map[string]os.FileMode{"run/lock": os.ModeSticky | 0o777, "run/sub": 0o711} {
		if info, err := os.Lstat(filepath.Join(root, name)); err != nil || info.Mode() != os.ModeDir|want {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// TestVolumes: engines make the folders of VOLUME, which may be in no layer.
func TestVolumes(t *testing.T) {
	about := func(o object) {
		o["config"] = object{"Volumes": object{"/data": object{}, "/var/lib/../deep/er": object{}, "/there": object{}, "/out": object{}}}
	}
	outside := t.TempDir()
	layer := pack(t, folder("there", 0o700), file("there/kept", "1"), link(tar.TypeSymlink, "out", "/there"), link(tar.TypeSymlink, "var", outside))
	root := get(t, saved(t, map[string]*picture{"x": paint(t, about, layer)})).Root
	if got, want := tree(t, root), []string{"data/", "out -> /there", "there/", "there/kept 1", "var -> " + outside}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// TestUmask: folders that no layer describes are open to the image's user.
func TestUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	root := get(t, saved(t, map[string]*picture{"x": paint(t, nil, pack(t, file("opt/app/run", "x"), &tar.Header{Name: "dev/null", Typeflag: tar.TypeChar}, link(tar.TypeSymlink, "/", "opt")))})).Root
	for _, name := range []string{".", "opt", "opt/app"} {
		if info, err := os.Lstat(filepath.Join(root, name)); err != nil || info.Mode() != os.ModeDir|0o755 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if _, err := os.Lstat(filepath.Join(root, "dev")); err == nil {
		t.Error("what is left out has left a folder")
	}
}

// TestHostileLayers: nothing outside of the image's folder is read or written, whatever it says.
func TestHostileLayers(t *testing.T) {
	outside := t.TempDir()
	must(t, os.WriteFile(filepath.Join(outside, "victim"), []byte("whole"), 0o644))
	up := strings.Repeat("../", 30)
	device := &tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3, Mode: 0o666}
	pipe := &tar.Header{Name: "pipe", Typeflag: tar.TypeFifo, Mode: 0o666}
	layers := [][]byte{
		pack(t, link(tar.TypeSymlink, "out", outside), link(tar.TypeSymlink, "up", up+outside[1:]), link(tar.TypeSymlink, "file", outside+"/victim"), device, pipe),
		pack(t, file(up+"dots", "1"), file("/absolute", "1"), file("file", "replaced"), file("etc/../../dotted", "1")),
	}
	image := get(t, saved(t, map[string]*picture{"x": paint(t, nil, layers...)}))
	if diff := cmp.Diff([]string{"absolute 1", "dots 1", "dotted 1", "file replaced", "out -> " + outside, "up -> " + up + outside[1:]}, tree(t, image.Root)); diff != "" {
		t.Error(diff)
	}
	for name, entry := range map[string]*tar.Header{
		"through a link":       file("out/victim", "broken"),
		"through dots":         file("up/victim", "broken"),
		"hard link through":    link(tar.TypeLink, "hard", "out/victim"),
		"hard link by dots":    link(tar.TypeLink, "hard", up+outside[1:]+"/victim"),
		"a folder for a link":  folder("out/sub", 0o755),
		"whiteout of a link":   file("out/.wh.victim", ""),
		"opaque through":       file("out/.wh..wh..opq", ""),
		"whiteout of the root": file(".wh...", ""),
	} {
		t.Run(name, func(t *testing.T) {
			path := saved(t, map[string]*picture{"x": paint(t, nil, layers[0], pack(t, entry))})
			_, err := open(t, nil).Get(wanted(path)) // refused, or it stays inside: the image's own /tmp is not there
			t.Log(err)
			if got := tree(t, outside); !slices.Equal(got, []string{"victim whole"}) {
				t.Fatalf("outside is now %v", got)
			}
		})
	}
}

func TestRefusedImages(t *testing.T) {
	layer := pack(t, file("run", "x"))
	one := func(change func(object), layers ...[]byte) string {
		return saved(t, map[string]*picture{"x": paint(t, change, layers...)})
	}
	plain := filepath.Join(t.TempDir(), "plain")
	must(t, os.WriteFile(plain, []byte(strings.Repeat("no image ", 200)), 0o644))
	empty := t.TempDir()
	bomb := file("bomb", "")
	bomb.Size = 1 << 30
	huge := paint(t, func(about object) { about["rootfs"] = object{"diff_ids": []string{"sha256:0"}} })
	var header strings.Builder
	must(t, tar.NewWriter(&header).WriteHeader(bomb))
	huge.layers = append(huge.layers, huge.blob(header.String()))
	zstd := paint(t, func(about object) { about["rootfs"] = object{"diff_ids": []string{"sha256:0"}} })
	zstd.layers = append(zstd.layers, zstd.blob("\x28\xb5\x2f\xfd and so on"))
	for name, test := range map[string]struct{ path, message string }{
		"not there":     {filepath.Join(empty, "nothing.tar"), "no such file"},
		"no archive":    {plain, "no tar file"},
		"no layout":     {empty, "no OCI layout"},
		"no manifest":   {saved(t, nil), "it has 0 images"},
		"two images":    {saved(t, map[string]*picture{"a:1": paint(t, nil, layer), "b:1": paint(t, func(o object) { o["x"] = 1 }, layer)}), "none of that name"},
		"other machine": {one(func(o object) { o["architecture"] = "mips" }, layer), "it is for linux/mips"},
		"other digest": {one(func(o object) { o["rootfs"] = object{"diff_ids": []string{"sha256:" + digest([]byte("x"))}} }, layer),
			"it is damaged: its digest is sha256:" + digest(layer)},
		"too few layers": {one(func(o object) { o["rootfs"] = object{} }, layer), "it has 1 layers, and describes 0"},
		"cut":            {one(nil, pack(t, file("run", strings.Repeat("x", 900)))[:700]), "damaged"},
		"zstd":           {saved(t, map[string]*picture{"x": zstd}), "compressed with zstd"},
		"no end":         {saved(t, map[string]*picture{"x": huge}), "damaged"},
		"relative":       {"./image.tar", "relative to s.yaml"},
		"option":         {"--help", "no name of an image"},
	} {
		t.Run(name, func(t *testing.T) {
			if message := refused(t, test.path); !strings.Contains(message, test.message) {
				t.Errorf("got %s", message)
			}
		})
	}
}

// TestForms: what the tar of this machine writes of names and targets that no header has room for, of
// sparse files and of two names of one file.
func TestForms(t *testing.T) {
	const make = `mkdir "$0" && cd "$0" && mkdir -p $1/$1 && echo deep > $1/$1/$1 && ln -s $1/$1/$1 link && ln $1/$1/$1 hard &&
		truncate -s 3M sparse && printf end >> sparse && mkfifo pipe && touch -d @1600000000 sparse`
	from, long := filepath.Join(t.TempDir(), "from"), strings.Repeat("long", 50)
	run(t, "sh", "-c", make, from, long)
	for _, form := range []string{"--format=gnu", "--format=posix --sparse-version=0.0", "--format=posix --sparse-version=0.1", "--format=posix"} {
		t.Run(form, func(t *testing.T) {
			layer := filepath.Join(t.TempDir(), "layer.tar")
			run(t, "tar", append(strings.Fields(form), "--sparse", "-cf", layer, "-C", from, ".")...)
			content, err := os.ReadFile(layer)
			must(t, err)
			if len(content) > 1<<20 {
				t.Fatalf("tar has written the hole: %d bytes", len(content))
			}
			root := get(t, saved(t, map[string]*picture{"x": paint(t, nil, content)})).Root
			sparse, err := os.ReadFile(filepath.Join(root, "sparse"))
			if want := strings.Repeat("\x00", 3<<20) + "end"; err != nil || string(sparse) != want {
				t.Errorf("sparse has %d bytes, %v", len(sparse), err)
			}
			if info, err := os.Stat(filepath.Join(root, "sparse")); err != nil || info.ModTime().Unix() != 1600000000 {
				t.Errorf("sparse is of %v, %v", info.ModTime(), err)
			}
			must(t, os.Remove(filepath.Join(root, "sparse")))
			deep := long + "/" + long + "/" + long
			want := []string{"hard deep\n", "link -> " + deep, long + "/", long + "/" + long + "/", deep + " deep\n"}
			if diff := cmp.Diff(want, tree(t, root)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSparseBomb: a file of holes counts with all that it would take.
func TestSparseBomb(t *testing.T) {
	dir := t.TempDir()
	run(t, "sh", "-c", `cd "$0" && truncate -s 20G bomb && tar --sparse -cf layer.tar bomb`, dir)
	content, err := os.ReadFile(filepath.Join(dir, "layer.tar"))
	must(t, err)
	if message := refused(t, saved(t, map[string]*picture{"x": paint(t, nil, content)})); !strings.Contains(message, "larger than 15 GB") {
		t.Errorf("got %s", message)
	}
}

func TestTooLarge(t *testing.T) {
	s := open(t, nil)
	path := saved(t, map[string]*picture{"x": paint(t, nil, pack(t, file("a", strings.Repeat("x", 5000))))})
	if _, err := s.Get(Wanted{Name: path, Limit: 4 << 10}); err == nil || !strings.Contains(err.Error(), "GB at most") {
		t.Errorf("got %v", err)
	}
	dir := t.TempDir()
	root, err := os.Open(dir)
	must(t, err)
	defer root.Close()
	u := newUnpacker(t.Context(), root)
	defer u.leave()
	u.limit = 4 << 10
	layer := pack(t, file("a", strings.Repeat("x", 5000)))
	if err := u.layer(strings.NewReader(string(layer)), "sha256:"+digest(layer)); err != errTooLarge {
		t.Errorf("got %v", err)
	}
}

// TestKept: an image is unpacked once, found again after a restart, and anew when its file changed.
func TestKept(t *testing.T) {
	first := saved(t, map[string]*picture{"x": paint(t, nil, pack(t, file("a", "1")))})
	second := saved(t, map[string]*picture{"x": paint(t, nil, pack(t, file("a", "2")))})
	s := open(t, map[string]string{"registry.example.com/shop:v1": first, "registry.example.com/bare": first})
	image, err := s.Get(wanted("Registry.example.com/shop:V1"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(image.Root, "mark"), nil, 0o644))
	must(t, os.Mkdir(filepath.Join(s.dir, temporary+"left"), 0o755))
	for range 2 {
		if again, err := s.Get(wanted("registry.example.com/bare:v9")); err != nil || again.Root != image.Root {
			t.Fatalf("got %v, %v", again, err)
		}
		s = Open(s.dir, s.named, s.notice)
		defer s.Close()
		if got := tree(t, image.Root); !slices.Equal(got, []string{"a 1", "mark "}) {
			t.Fatalf("after a restart: %v", got)
		}
	}
	if _, err := os.Stat(filepath.Join(s.dir, temporary+"left")); err == nil {
		t.Error("what was not finished is still there")
	}
	content, err := os.ReadFile(second)
	must(t, err)
	must(t, os.WriteFile(first, content, 0o644))
	must(t, os.Chtimes(first, time.Now(), then))
	if image, err = s.Get(wanted("registry.example.com/bare")); err != nil || !slices.Equal(tree(t, image.Root), []string{"a 2"}) {
		t.Fatalf("after a change: %v", err)
	}
	Open(s.dir, nil, s.notice).Close()
	if left, _ := os.ReadDir(s.dir); len(left) != 1 {
		t.Errorf("%d images are kept", len(left))
	}
}

func TestCompressedArchive(t *testing.T) {
	path := saved(t, map[string]*picture{"x": paint(t, nil, pack(t, file("a", "1")))})
	content, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, squeeze(t, content), 0o644))
	image := get(t, path)
	if got := tree(t, filepath.Dir(filepath.Dir(image.Root))); !slices.Contains(got, filepath.Base(filepath.Dir(image.Root))+"/root/a 1") || len(got) != 4 {
		t.Errorf("got %v", got)
	}
}

func TestImageOfAName(t *testing.T) {
	path := saved(t, map[string]*picture{"a:1": paint(t, nil, pack(t, file("a", "1"))), "shop/b:latest": paint(t, nil, pack(t, file("b", "1")))})
	for _, name := range []string{"shop/b", "docker.io/shop/b:latest"} {
		s := open(t, map[string]string{name: path})
		image, err := s.Get(wanted(name))
		must(t, err)
		if got := tree(t, image.Root); !slices.Equal(got, []string{"b 1"}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestSeveralForms: of an image in several forms, the first that fits this machine is taken.
func TestSeveralForms(t *testing.T) {
	dir := layout(t, paint(t, nil, pack(t, file("a", "1"))))
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	must(t, err)
	var top ociIndex
	must(t, json.Unmarshal(text, &top))
	inner := filepath.Join(dir, blob(top.Manifests[0].Digest))
	text, err = os.ReadFile(inner)
	must(t, err)
	var several ociIndex
	must(t, json.Unmarshal(text, &several))
	later := several.Manifests[len(several.Manifests)-1]
	later.Digest = "sha256:1"
	several.Manifests = append(several.Manifests, later)
	must(t, os.WriteFile(inner, []byte(asJSON(t, several)), 0o644))
	if got := tree(t, get(t, dir).Root); !slices.Equal(got, []string{"a 1"}) {
		t.Errorf("got %v", got)
	}
	must(t, os.WriteFile(filepath.Join(dir, "index.json"), []byte(asJSON(t, several)), 0o644))
	if message := refused(t, dir); !strings.Contains(message, "it has 3 images, of which 2 are for linux/") {
		t.Errorf("got %s", message)
	}
}

// tool has a script for the only program in the PATH.
func tool(t *testing.T, name, script string) {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nPATH=/usr/bin:/bin\n"+script), 0o755))
	t.Setenv("PATH", dir)
}

func TestEngine(t *testing.T) {
	path := saved(t, map[string]*picture{"shop:1": paint(t, nil, pack(t, file("a", "1")))})
	tool(t, "docker", `case "$1" in image) [ "$5" = shop:1 ] || [ "$5" = registry.cn-hangzhou.aliyuncs.com/shop ] || { echo "Error: No such image: $5" >&2; exit 1; }; echo sha256:abc;; save) cp `+path+` "$3"; echo >> `+path+`.count;; esac`)
	s := open(t, nil)
	for range 2 {
		image, err := s.Get(wanted("shop:1"))
		must(t, err)
		if got := tree(t, image.Root); !slices.Equal(got, []string{"a 1"}) {
			t.Errorf("got %v", got)
		}
	}
	if count, _ := os.ReadFile(path + ".count"); string(count) != "\n" {
		t.Errorf("it was saved %d times", len(count))
	}
	if _, err := s.Get(wanted("registry-vpc.cn-hangzhou.aliyuncs.com/shop")); err != nil {
		t.Error(err)
	}
	_, err := s.Get(wanted("other"))
	if err == nil || !strings.Contains(err.Error(), "docker does not have it, and neither crane nor skopeo") || !strings.Contains(err.Error(), "--image other=FILE") {
		t.Errorf("got %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err = s.Get(wanted("shop:2")); err == nil || !strings.Contains(err.Error(), "neither Docker nor Podman is on this machine") {
		t.Errorf("got %v", err)
	}
}

// TestEnginePinned: a name is looked up once as long as the function stays what it is; an engine that does
// not answer then is none, but for what it had last.
func TestEnginePinned(t *testing.T) {
	path := saved(t, map[string]*picture{"shop:1": paint(t, nil, pack(t, file("a", "1")))})
	dir := t.TempDir()
	tool(t, "podman", `cd `+dir+`; case "$1" in
		image) echo >> asked; [ -e id ] || { echo 'time="now" level=error msg="stat /nowhere: \"no\""' >&2; exit 1; }; cat id;;
		save) cp `+path+` "$OLDPWD/$5";; esac`)
	must(t, os.WriteFile(filepath.Join(dir, "id"), []byte("1\n"), 0o644))
	var told []string
	s := Open(filepath.Join(t.TempDir(), "images"), nil, func(text string) { told = append(told, text) })
	has := func(state string, asked int) {
		t.Helper()
		image, err := s.Get(Wanted{Name: "shop:1", Limit: MaxSize, For: "f", State: state})
		if err != nil || !slices.Equal(tree(t, image.Root), []string{"a 1"}) {
			t.Fatalf("got %v", err)
		}
		if lines, _ := os.ReadFile(filepath.Join(dir, "asked")); len(lines) != asked {
			t.Fatalf("it was asked %d times, not %d", len(lines), asked)
		}
	}
	has("first", 1)
	has("first", 1)
	must(t, os.Remove(filepath.Join(dir, "id")))
	has("first", 1)
	s.Close()
	s = Open(s.dir, nil, s.notice)
	defer s.Close()
	has("first", 2)
	has("second", 3) // it is told once
	want := []string{"the image shop:1: taking it from podman", `the image shop:1: podman cannot be asked (stat /nowhere: "no"), so what it had last runs`}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	must(t, os.WriteFile(filepath.Join(os.Getenv("PATH"), "docker"), []byte("#!/bin/sh\necho Error: No such image: x >&2; exit 1"), 0o755))
	must(t, os.WriteFile(filepath.Join(os.Getenv("PATH"), "crane"), []byte("#!/bin/sh\necho denied >&2; exit 1"), 0o755))
	_, err := s.Get(wanted("shop:2"))
	if want := `docker does not have it, podman cannot be asked (stat /nowhere: "no"), and crane cannot pull it (denied): build it here, 'docker login'`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

// puller stands in for crane and skopeo: what it answers lies in a folder, with what it was asked.
func puller(t *testing.T, command string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	tool(t, command, `cd `+dir+`; echo "$*" >> asked; for last; do :; done
		case " $* " in *" digest "*|*" inspect "*) cat digest && exit;; *) cp -R layout "$OLDPWD/${last#oci:}" && exit;; esac
		printf '%s\n' 'time="now" level=fatal msg="no \"network\"\nat all"' >&2; exit 1`)
	return dir
}

// hold puts an image in the registry, under a digest; none takes it away.
func hold(t *testing.T, dir, digest string, layer []byte) {
	t.Helper()
	must(t, os.RemoveAll(filepath.Join(dir, "layout")))
	must(t, os.RemoveAll(filepath.Join(dir, "digest")))
	if digest != "" {
		must(t, os.Rename(layout(t, paint(t, nil, layer)), filepath.Join(dir, "layout")))
		must(t, os.WriteFile(filepath.Join(dir, "digest"), []byte(digest+"\n"), 0o644))
	}
}

// TestPull: a tag is asked for once as long as the function stays what it is, and what it stands for is
// pulled once.
func TestPull(t *testing.T) {
	dir := puller(t, "crane")
	hold(t, dir, "sha256:1", pack(t, file("a", "1")))
	var told []string
	s := Open(filepath.Join(t.TempDir(), "images"), nil, func(text string) { told = append(told, text) })
	has := func(name, state, want string) {
		t.Helper()
		image, err := s.Get(Wanted{Name: name, Limit: MaxSize, For: "f", State: state})
		if err != nil || !slices.Equal(tree(t, image.Root), []string{want}) {
			t.Fatalf("%v", err)
		}
	}
	asked := func(want ...string) {
		t.Helper()
		lines, _ := os.ReadFile(filepath.Join(dir, "asked"))
		if diff := cmp.Diff(strings.Join(want, "\n"), strings.TrimSpace(string(lines))); diff != "" {
			t.Fatal(diff)
		}
		_ = os.Remove(filepath.Join(dir, "asked"))
	}
	const name = "localhost:5000/shop:1"
	has(name, "first", "a 1")
	has(name, "first", "a 1")
	asked("digest "+name, "pull --format=oci "+platform+" localhost:5000/shop@sha256:1 image")
	has(name, "second", "a 1")
	asked("digest " + name)
	hold(t, dir, "sha256:2", pack(t, file("a", "2")))
	has(name, "second", "a 1")
	has(name, "third", "a 2")
	asked("digest "+name, "pull --format=oci "+platform+" localhost:5000/shop@sha256:2 image")
	pinned := "localhost:5000/shop:1@sha256:2"
	has(pinned, "third", "a 2")
	asked("pull --format=oci " + platform + " localhost:5000/shop@sha256:2 image")
	hold(t, dir, "", nil)
	s.Close()
	s = Open(s.dir, nil, s.notice) // what a moved tag left is gone, and without a network all goes on
	defer s.Close()
	if left, _ := os.ReadDir(s.dir); len(left) != 1 {
		t.Errorf("%d images are kept", len(left))
	}
	has(pinned, "third", "a 2")
	asked()
	must(t, os.RemoveAll(s.dir))
	s = Open(s.dir, nil, s.notice)
	defer s.Close()
	_, err := s.Get(Wanted{Name: name})
	if want := `crane cannot pull it (no "network"): 'docker login' if it is private, or save it with`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	if want := "the image localhost:5000/shop:1: pulling it with crane"; len(told) != 3 || told[0] != want {
		t.Errorf("told %q", told)
	}
}

// TestPullOffline: where the registry cannot be asked, what was pulled last runs.
func TestPullOffline(t *testing.T) {
	dir := puller(t, "crane")
	var told []string
	s := Open(filepath.Join(t.TempDir(), "images"), nil, func(text string) { told = append(told, text) })
	for n, content := range []string{"1", "2", "1"} { // the tag goes back
		hold(t, dir, "sha256:"+content, pack(t, file("a", content)))
		_, err := s.Get(Wanted{Name: "shop:1", Limit: MaxSize, State: strconv.Itoa(n)})
		must(t, err)
	}
	hold(t, dir, "", nil)
	s.Close()
	s = Open(s.dir, nil, s.notice)
	defer s.Close()
	image, err := s.Get(wanted("shop:1"))
	if err != nil || !slices.Equal(tree(t, image.Root), []string{"a 1"}) {
		t.Fatal(err)
	}
	if len(told) != 3 || told[2] != `the image shop:1: its registry cannot be asked (no "network"), so what was pulled last runs` {
		t.Errorf("told %q", told)
	}
}

// TestPublic: the addresses that Container Registry has inside of the cloud lead nowhere from here.
func TestPublic(t *testing.T) {
	for name, want := range map[string]string{
		"registry-vpc.cn-hangzhou.aliyuncs.com/a-vpc.b/c:1":      "registry.cn-hangzhou.aliyuncs.com/a-vpc.b/c:1",
		"registry-internal.cn-hangzhou.aliyuncs.com/a/c":         "registry.cn-hangzhou.aliyuncs.com/a/c",
		"acme-registry-vpc.cn-hangzhou.cr.aliyuncs.com/a/c":      "acme-registry.cn-hangzhou.cr.aliyuncs.com/a/c",
		"registry.cn-hangzhou.aliyuncs.com/a/c:1":                "registry.cn-hangzhou.aliyuncs.com/a/c:1",
		"registry-vpc.example.com/a":                             "registry-vpc.example.com/a",
		"nginx:1":                                                "nginx:1",
		"registry-vpc.cn-hangzhou.aliyuncs.com.example.com/ns/a": "registry-vpc.cn-hangzhou.aliyuncs.com.example.com/ns/a",
	} {
		if got := public(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestPullWithSkopeo(t *testing.T) {
	dir := puller(t, "skopeo")
	hold(t, dir, "sha256:1", pack(t, file("a", "1")))
	_, err := open(t, nil).Get(Wanted{Name: "acme-registry-vpc.cn-hangzhou.cr.aliyuncs.com/shop", Limit: MaxSize, Insecure: true})
	must(t, err)
	lines, _ := os.ReadFile(filepath.Join(dir, "asked"))
	at := strings.Join(skopeoPlatform(), " ")
	want := at + " inspect --no-tags --format={{.Digest}} --tls-verify=false docker://acme-registry.cn-hangzhou.cr.aliyuncs.com/shop\n" +
		at + " copy --quiet --src-tls-verify=false docker://acme-registry.cn-hangzhou.cr.aliyuncs.com/shop@sha256:1 oci:image\n"
	if diff := cmp.Diff(want, string(lines)); diff != "" {
		t.Error(diff)
	}
}

// TestPullEnds: with the emulator, and nothing is left.
func TestPullEnds(t *testing.T) {
	dir := t.TempDir()
	must(t, syscall.Mkfifo(filepath.Join(dir, "begun"), 0o600))
	tool(t, "crane", `[ $1 = pull ] || { echo sha256:1; exit; }; mkdir image; echo > `+dir+`/begun; exec sleep 600`)
	s := open(t, nil)
	go func() {
		_, _ = os.ReadFile(filepath.Join(dir, "begun"))
		s.Close()
	}()
	_, err := s.Get(wanted("shop:1"))
	if err == nil || !strings.Contains(err.Error(), "crane cannot pull it (the emulator ends)") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(s.dir); len(left) > 0 {
		t.Errorf("it leaves %v", left)
	}
}

func TestCommandAndAccount(t *testing.T) {
	passwd := "root:x:0:0::/root:/bin/sh\nweb:x:1000:1001::/home/web:/bin/sh\nbroken\nbad:x:none:0::/:/bin/sh\n"
	group := "root:x:0:\nweb:x:1001:\nextra:x:55:other,web\nstaff:x:60:webber\n"
	image := get(t, saved(t, map[string]*picture{"x": paint(t, nil, pack(t, file("etc/real", passwd), link(tar.TypeSymlink, "etc/passwd", "/etc/real"), file("etc/group", group)))}))
	for user, want := range map[string]Account{
		"":           {0, 0, nil, "/root"},
		"web":        {1000, 1001, []int{55}, "/home/web"},
		"1000":       {1000, 1001, []int{55}, "/home/web"},
		"web:extra":  {1000, 55, nil, "/home/web"},
		"4321:60":    {4321, 60, nil, "/"},
		"4321":       {4321, 0, nil, "/"},
		"web:":       {1000, 1001, []int{55}, "/home/web"},
		"-1":         {},
		"4294967295": {},
		"bad":        {},
		"nobody":     {},
		"web:nobody": {},
	} {
		image.Config.User = user
		got, known := image.Account()
		if diff := cmp.Diff(want, got); known == (want.Home == "") || known && diff != "" {
			t.Errorf("%s: %t %s", user, known, diff)
		}
	}
	about := func(o object) {
		o["config"] = object{"Entrypoint": "/one text", "Cmd": []string{"two", "words"}, "Env": nil}
	}
	if got := get(t, saved(t, map[string]*picture{"x": paint(t, about, pack(t, file("a", "1")))})).Command(nil, nil); !slices.Equal(got, []string{"/one text", "two", "words"}) {
		t.Errorf("got %q", got)
	}
	image.Config.Entrypoint, image.Config.Cmd = []string{"/e"}, []string{"c"}
	for want, got := range map[string][]string{
		"/e c": image.Command(nil, nil), "/e d": image.Command(nil, []string{"d"}), "/f": image.Command([]string{"/f"}, nil), "/f d": image.Command([]string{"/f"}, []string{"d"}),
	} {
		if strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}
