package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// private returns a launcher whose programs have paths of their own.
func private(t testing.TB) *launcher {
	t.Helper()
	l := newLauncher(t, Options{Isolation: IsolationFull})
	if err := l.Warm(context.Background()); err != nil {
		t.Skipf("this machine refuses: %v", err)
	}
	return l
}

// folder makes one with files, given as pairs of path and text.
func folder(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i+1 < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(files[i+1]), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// shell runs a script in mounts of its own.
func shell(t testing.TB, l Launcher, mounts Mounts, script string) (string, Exit) {
	t.Helper()
	return run(t, l, Spec{Path: "/bin/sh", Args: []string{"-c", script}, Dir: "/", Env: os.Environ(), Stderr: os.Stderr, Mounts: &mounts})
}

func TestTenProgramsSeeTheirOwnFolders(t *testing.T) {
	l := private(t)
	const script = `import http.server, os
open("/tmp/mine", "x").write(open("name").read())
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        self.wfile.write((os.getcwd() + " " + open("/code/name").read() + " " + open("/tmp/mine").read() + " " + str(len(os.listdir("/tmp")))).encode())
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(("0.0.0.0", 9000), Handler).serve_forever()`
	var programs []*child
	for i := range 10 {
		spec := pythonSpec(script)
		spec.Dir, spec.Port, spec.Mounts = "/code", 9000, &Mounts{Code: folder(t, "name", strconv.Itoa(i)), Tmp: 1 << 20}
		programs = append(programs, start(t, l, spec))
	}
	for i, p := range programs {
		if text, err := get(ready(t, p)); err != nil || text != fmt.Sprintf("/code %d %d 1", i, i) {
			t.Errorf("program %d answers %q, %v", i, text, err)
		}
	}
	if _, err := os.Stat("/tmp/mine"); err == nil {
		t.Error("the machine's /tmp has the programs' file")
	}
}

func TestTmpIsLimited(t *testing.T) {
	text, _ := shell(t, private(t), Mounts{Tmp: 3 << 20}, "dd if=/dev/zero of=/tmp/big bs=1M count=5 2>/dev/null; stat -c %s /tmp/big; stat -c %a /tmp")
	if text != strconv.Itoa(3<<20)+"\n1777\n" {
		t.Errorf("got %q", text)
	}
}

// A single file can be shown, over a file, over a link wherever that leads, and where nothing is.
func TestFilesAreShown(t *testing.T) {
	code, nowhere := folder(t, "file", "code"), filepath.Join(t.TempDir(), "nowhere")
	if err := errors.Join(os.Symlink("file", filepath.Join(code, "link")), os.Symlink(nowhere, filepath.Join(code, "dangling"))); err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(folder(t, "source", "shown\n"), "source")
	for _, target := range []string{"/code/file", "/code/link", "/code/dangling", "/code/new", "/etc/resolv.conf", "/fcemu-new/file"} {
		binds := []Bind{{Source: source, Target: target, ReadOnly: true}}
		text, _ := shell(t, private(t), Mounts{Code: code, Binds: binds}, "cat "+target+"; echo x 2>/dev/null >"+target+" || echo refused")
		if text != "shown\nrefused\n" {
			t.Errorf("%s: %q", target, text)
		}
	}
	if text, err := os.ReadFile(filepath.Join(code, "file")); err != nil || string(text) != "code" {
		t.Errorf("the machine's file is %q, %v", text, err)
	}
	for _, path := range []string{nowhere, filepath.Join(code, "new"), "/fcemu-new"} {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s was made on the machine", path)
		}
	}
}

// A code folder in a tmpfs of the machine, as /tmp is on some, is not taken for one of ours.
func TestNothingIsMadeInTheMachinesMemory(t *testing.T) {
	code, err := os.MkdirTemp("/dev/shm", "fcemu-test-")
	if err != nil {
		t.Skip(err)
	}
	defer os.RemoveAll(code)
	source := filepath.Join(folder(t, "source", "shown\n"), "source")
	binds := []Bind{{Source: source, Target: "/code/new", ReadOnly: true}, {Source: source, Target: "/tmp/new"}}
	text, _ := shell(t, private(t), Mounts{Code: code, Tmp: 1 << 20, Binds: binds}, "cat /code/new /tmp/new; ls /tmp; grep -c ^fcemu./tmp /proc/self/mounts")
	if text != "shown\nshown\nnew\n1\n" {
		t.Errorf("got %q", text)
	}
	if left, _ := os.ReadDir(code); len(left) > 0 {
		t.Errorf("%s was made on the machine", left[0].Name())
	}
}

func TestLayersLieOverOpt(t *testing.T) {
	first := folder(t, "both", "first", "lib/a", "a")
	second := folder(t, "both", "second", "lib/b", "b")
	text, _ := shell(t, private(t), Mounts{Layers: []string{first, second}}, "cat /opt/both; ls /opt/lib; ls /opt; (echo > /opt/both) 2>/dev/null || echo refused")
	want := "firsta\nb\n"
	names := map[string]bool{"both": true, "lib": true}
	entries, _ := os.ReadDir("/opt")
	for _, entry := range entries {
		names[entry.Name()] = true
	}
	if !strings.HasPrefix(text, want) || !strings.HasSuffix(text, "refused\n") {
		t.Errorf("got %q", text)
	}
	for name := range names {
		if !strings.Contains(text, name+"\n") {
			t.Errorf("/opt lacks %s: %q", name, text)
		}
	}
	if text, _ = shell(t, private(t), Mounts{Layers: []string{second}}, "cat /opt/both"); text != "second" {
		t.Errorf("a single layer: %q", text)
	}
}

func TestBinds(t *testing.T) {
	free, fixed := folder(t, "file", "free"), folder(t, "file", "fixed")
	text, _ := shell(t, private(t), Mounts{Code: folder(t, "name", "x"), Binds: []Bind{
		{free, "/mnt/auto", false}, {fixed, "/home/app/deep/data", true}, {free, "/code/in/code", false},
	}}, `cat /mnt/auto/file /home/app/deep/data/file /code/in/code/file
echo new > /mnt/auto/new; (echo new > /home/app/deep/data/new) 2>/dev/null || echo refused; cat /code/name; ls -d /usr/bin /mnt/*`)
	if !strings.HasPrefix(text, "freefixedfreerefused\nx/mnt/auto\n") {
		t.Errorf("got %q", text)
	}
	if data, err := os.ReadFile(filepath.Join(free, "new")); string(data) != "new\n" {
		t.Errorf("the folder has %q, %v", data, err)
	}
	for _, path := range []string{"/mnt/auto", "/home/app"} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("the machine got a folder %s", path)
		}
	}
}

func TestMountsLeaveNothingOnTheMachine(t *testing.T) {
	before, _ := os.ReadFile("/proc/self/mountinfo")
	text, _ := shell(t, private(t), Mounts{Code: folder(t), Tmp: 1 << 20}, "grep -c . /proc/self/mountinfo")
	after, _ := os.ReadFile("/proc/self/mountinfo")
	if string(before) != string(after) {
		t.Errorf("mounts before:\n%safter:\n%s", before, after)
	}
	if count, _ := strconv.Atoi(strings.TrimSpace(text)); count < 3 {
		t.Errorf("the program sees %q mounts", text)
	}
}

func TestLateMounts(t *testing.T) {
	l := private(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	out, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p := start(t, l, Spec{Path: "/bin/sh", Args: []string{"-c", "read line; cd /code; cat name; cat /opt/layer; ls /tmp | wc -l"},
		Dir: "/", Env: os.Environ(), Stdin: r, Stdout: theirs, Stderr: os.Stderr, Mounts: &Mounts{}})
	r.Close()
	theirs.Close()
	if err := p.Mount(context.Background(), Mounts{Code: "/does/not/exist"}); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("a missing folder: %v", err)
	}
	if err := p.Mount(context.Background(), Mounts{Code: folder(t, "name", "late "), Layers: []string{folder(t, "layer", "layer\n")}, Tmp: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	w.WriteString("go\n")
	if text := readAll(t, out); text != "late layer\n0\n" {
		t.Errorf("got %q", text)
	}
	<-p.gone
	if err := p.Mount(context.Background(), Mounts{}); err == nil {
		t.Error("mounted for a program that has ended")
	}
	plain := start(t, newLauncher(t, Options{Isolation: IsolationPorts}), Spec{Path: "/bin/sleep", Args: []string{"100"}, Dir: "/", Mounts: &Mounts{}})
	if err := plain.Mount(context.Background(), Mounts{}); !errors.Is(err, ErrNoMounts) {
		t.Errorf("without paths: %v", err)
	}
}

// TestLateMountsHideNothing: a program that runs finds the neighbours of a mounted folder at any time.
func TestLateMountsHideNothing(t *testing.T) {
	l := private(t)
	dir := t.TempDir()
	for n := range 300 { // it takes a while to show them all
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(n)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	const look = `import os, sys
missed = 0
print("looking", flush=True)
while not os.path.exists(sys.argv[1] + "/new/end"):
    missed += not os.path.exists(sys.argv[1] + "/299")
print("missed", missed)`
	spec := pythonSpec(look, dir)
	spec.Dir, spec.Stdout, spec.Mounts = "/", theirs, &Mounts{}
	p := start(t, l, spec)
	theirs.Close()
	if _, err := out.Read(make([]byte, len("looking"))); err != nil {
		t.Fatal(err)
	}
	if err := p.Mount(context.Background(), Mounts{Binds: []Bind{{Source: folder(t, "end", ""), Target: filepath.Join(dir, "new")}}}); err != nil {
		t.Fatal(err)
	}
	if text := strings.TrimSpace(readAll(t, out)); text != "missed 0" {
		t.Errorf("it looked on and %s", text)
	}
}

func TestBesideSharesThePaths(t *testing.T) {
	l := private(t)
	host := start(t, l, Spec{Path: "/bin/sleep", Args: []string{"100"}, Dir: "/", Env: os.Environ(), Mounts: &Mounts{Code: folder(t, "name", "host"), Tmp: 1 << 20}})
	guest := Spec{Path: "cat", Args: []string{"name"}, Dir: "/code", Env: os.Environ(), Beside: host}
	if text, exit := run(t, l, guest); text != "host" || exit.Code != 0 {
		t.Errorf("got %q, %+v", text, exit)
	}
	guest.Path = "no-such-program"
	if _, err := l.Start(context.Background(), guest); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("an unknown program: %v", err)
	}
}

func TestProgramsHaveNoPowerOfTheGuardian(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root's programs are root's; TestOrdinaryUserIsolated looks")
	}
	text, _ := shell(t, private(t), Mounts{}, "grep -e CapEff -e CapAmb /proc/self/status; id -u")
	if strings.Count(text, "0000000000000000") != 2 || !strings.HasSuffix(text, strconv.Itoa(os.Getuid())+"\n") {
		t.Errorf("got %q", text)
	}
}

func TestHostPID(t *testing.T) {
	p := start(t, private(t), helperSpec("sleep"))
	if text, _ := os.ReadFile("/proc/" + strconv.Itoa(p.PID()) + "/cmdline"); !strings.Contains(string(text), helperCommand) {
		t.Errorf("process %d is %q", p.PID(), text)
	}
	until(t, "its memory is read", func() bool { return p.Memory() > 1<<20 })
}

func TestFreeze(t *testing.T) {
	for _, isolation := range []string{IsolationAuto, IsolationNone} {
		l := newLauncher(t, Options{Isolation: isolation})
		file := filepath.Join(t.TempDir(), "pid")
		p := start(t, l, helperSpec("daemon", file))
		until(t, "the daemon runs", func() bool { return daemonPID(file) > 0 })
		tree := p.processes(0)
		p.Freeze()
		for _, pid := range tree {
			// One that has ended waits for a parent that cannot look any more.
			until(t, "all is stopped", func() bool { return stopped(pid) || statFields(pid)[0] == "Z" })
		}
		p.Signal(syscall.SIGUSR1) // ends it, once thawed
		p.Thaw()
		ended(t, p)
		if p.Exit().Signal != syscall.SIGUSR1 {
			t.Errorf("%s: exit %+v", isolation, p.Exit())
		}
		frozen := start(t, l, Spec{Path: "/bin/sleep", Args: []string{"100"}, Dir: "/"})
		frozen.Freeze()
		frozen.Kill()
	}
}

// TestOrdinaryUserIsolated runs the tests of this file as the user nobody.
func TestOrdinaryUserIsolated(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("they run as an ordinary user already")
	}
	dir, err := os.MkdirTemp("", "fcemu-user-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "/proc/self/exe", "-test.v", "-test.run",
		"TestTenPrograms|TestTmp|TestRoot|TestLayers|TestBinds|TestMounts|TestLate|TestBeside|TestProgramsHave|TestHostPID|TestFreeze|TestKillEnds|TestNothingOutlives|TestGuardianKilled")
	command.Dir, command.Env = dir, append(os.Environ(), "TMPDIR="+dir)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestLateMounts") {
		t.Errorf("%v\n%s", err, out)
	}
}

func readAll(t testing.TB, file *os.File) string {
	t.Helper()
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
