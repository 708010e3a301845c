package process

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// imageRoot is a folder to be a root, in which the machine's programs run.
func imageRoot(t *testing.T, files ...string) (string, []Bind) {
	t.Helper()
	root := folder(t, files...)
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	var binds []Bind
	for _, name := range []string{"usr", "bin", "lib", "lib64"} {
		target, err := os.Readlink("/" + name)
		if err == nil {
			err = os.Symlink(target, filepath.Join(root, name))
		} else if _, err = os.Stat("/" + name); err == nil {
			binds = append(binds, Bind{"/" + name, "/" + name, true})
		} else {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root, binds
}

func inRoot(t *testing.T, l Launcher, account *Account, mounts Mounts, dir, script string) string {
	t.Helper()
	text, _ := run(t, l, Spec{Path: "/bin/sh", Args: []string{"-c", script}, Dir: dir, Env: []string{"PATH=/usr/bin:/bin"}, Stderr: os.Stderr, Account: account, Mounts: &mounts})
	return text
}

func TestRoot(t *testing.T) {
	l := private(t)
	root, binds := imageRoot(t, "etc/own", "mine", "sub/deep/file", "x", "gone", "x")
	nas := folder(t, "file", "nas")
	mounts := Mounts{Root: root, Disk: 4 << 20, Binds: append(binds, Bind{nas, "/mnt/nas", false})}
	for range 2 { // the second finds nothing of the first
		text := inRoot(t, l, &Account{UID: 0, GID: 0}, mounts, "/made/for/it", `
pwd; id -u; cat /etc/own /mnt/nas/file; echo
rm /gone && rm -r /sub && mkdir /sub && ls /sub && echo changed > /etc/own && cat /etc/own
mv /made /moved && ls /moved/for
dd if=/dev/zero of=/big bs=1M count=8 2>/dev/null; test $(stat -c %s /big) -le 4194304 && echo bounded
test -c /dev/null && test -d /proc/self && test -d /sys/kernel && echo devices
echo again > /dev/stdout
test -f /etc/resolv.conf && echo names
ls / | tr '\n' ' '`)
		head, list, _ := strings.Cut(text, "names\n")
		if head != "/made/for/it\n0\nminenas\nchanged\nit\nbounded\ndevices\nagain\n" {
			t.Errorf("got %q", head)
		}
		if strings.Contains(list, "home") || strings.Contains(list, "var") || strings.Contains(list, "gone") || !strings.Contains(list, "moved") {
			t.Errorf("its root has %q", list)
		}
	}
	for _, name := range []string{"gone", "etc/own", "sub/deep/file"} {
		if text, err := os.ReadFile(filepath.Join(root, name)); err != nil || string(text) == "changed\n" {
			t.Errorf("%s has changed: %q %v", name, text, err)
		}
	}
	if entries, _ := os.ReadDir(root); len(entries) > 3+4 {
		t.Errorf("the folder has got something: %v", entries)
	}
}

func TestRootAccount(t *testing.T) {
	l := private(t)
	root, binds := imageRoot(t, "file", "x")
	mounts := Mounts{Root: root, Disk: 1 << 20, Binds: binds}
	text := inRoot(t, l, &Account{UID: 1234, GID: 55, Groups: []int{77}}, mounts, "/", "id -u; id -g; id -G; echo open > /dev/stdout")
	want := "1234\n55\n55 77\nopen\n"
	if os.Getuid() != 0 { // further groups are not to be had
		want = "1234\n55\n55\nopen\n"
	}
	if text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}

// TestRootUmask: a strict umask of the emulator's keeps the image's user from nothing.
func TestRootUmask(t *testing.T) {
	root, binds := imageRoot(t, "file", "x")
	defer syscall.Umask(syscall.Umask(0o077))
	l := private(t)
	text := inRoot(t, l, &Account{UID: 1234, GID: 55}, Mounts{Root: root, Disk: 1 << 20, Binds: binds}, "/made/for/it", "umask; pwd; cat /etc/hosts > /dev/null && echo read")
	if want := "0022\n/made/for/it\nread\n"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}

func TestRootThatIsNotThere(t *testing.T) {
	l := private(t)
	_, err := l.Start(t.Context(), Spec{Path: "/bin/sh", Dir: "/", Mounts: &Mounts{Root: "/nowhere", Disk: 1 << 20}})
	if err == nil || !strings.Contains(err.Error(), "no root of its own: /nowhere: no such file or directory") {
		t.Errorf("got %v", err)
	}
}
