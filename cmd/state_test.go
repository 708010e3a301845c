package cmd_test

import (
	"bytes"
	wire "encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fails runs the binary, expects it to end by itself with the code and one line on standard error,
// and returns that line.
func fails(t *testing.T, command *exec.Cmd, code int) string {
	t.Helper()
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	hangs := time.AfterFunc(30*time.Second, func() { _ = command.Process.Kill() })
	err := command.Wait()
	if !hangs.Stop() {
		t.Fatalf("%v hangs: %s", command.Args[1:], stderr.String())
	}
	text := strings.TrimSpace(stderr.String())
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != code {
		t.Errorf("%v: %v, want exit %d\n%s", command.Args[1:], err, code, text)
	}
	if !strings.HasPrefix(text, "fcemu: ") || strings.Contains(text, "\n") {
		t.Errorf("%v does not end with one line:\n%s", command.Args[1:], text)
	}
	return text
}

func startOn(dataDir string) *exec.Cmd {
	command := exec.Command(binary, "start", "--port", "0", "-q", "--data-dir", dataDir)
	command.Dir = os.TempDir() // no s.yaml here
	return command
}

// open makes a folder that other users may enter, unlike t.TempDir.
func open(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "fcemu-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestReadOnlyFolder(t *testing.T) {
	parent := open(t)
	asNobody := func(command *exec.Cmd) *exec.Cmd { return command }
	if os.Getuid() == 0 {
		if err := os.Chmod(filepath.Dir(binary), 0o755); err != nil {
			t.Fatal(err)
		}
		asNobody = func(command *exec.Cmd) *exec.Cmd {
			command.Dir, command.Env = parent, append(os.Environ(), "HOME="+parent)
			command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			return command
		}
	}
	existing := filepath.Join(parent, "existing")
	if err := os.Mkdir(existing, 0o555); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(parent, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(parent, 0o755) })
	for _, folder := range []string{existing, filepath.Join(parent, "absent")} {
		line := fails(t, asNobody(startOn(folder)), 1)
		if !strings.Contains(line, folder) || !strings.Contains(line, "permission denied") || !strings.Contains(line, "--data-dir") {
			t.Errorf("it should name the folder, the cause and the next step: %s", line)
		}
	}
}

// database makes a data folder with a database that was closed cleanly, and returns its file.
func database(t *testing.T) (dataDir, file string) {
	t.Helper()
	folder := t.TempDir()
	r := startIn(t, folder)
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.command.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, r.output)
	}
	dataDir = filepath.Join(folder, ".fcemu")
	return dataDir, filepath.Join(dataDir, "state.db")
}

// TestForeignDatabases: what cannot be used is refused with its name, and not touched.
func TestForeignDatabases(t *testing.T) {
	const versionAt = 60 // user_version in the header of SQLite's file format
	for name, spoil := range map[string]func(content []byte) []byte{
		"newer": func(content []byte) []byte {
			wire.BigEndian.PutUint32(content[versionAt:], 9999)
			return content
		},
		"pages overwritten": func(content []byte) []byte {
			copy(content[100:], bytes.Repeat([]byte("overwritten "), len(content)/12))
			return content
		},
		"cut off":       func(content []byte) []byte { return content[:5000] },
		"another file":  func([]byte) []byte { return bytes.Repeat([]byte("no database at all\n"), 1000) },
		"header broken": func(content []byte) []byte { copy(content, "SQLite format 4"); return content },
	} {
		t.Run(name, func(t *testing.T) {
			dataDir, file := database(t)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			content = spoil(content)
			if err := os.WriteFile(file, content, 0o644); err != nil {
				t.Fatal(err)
			}
			line := fails(t, startOn(dataDir), 1)
			if !strings.Contains(line, file) {
				t.Errorf("it should name the file: %s", line)
			}
			if name == "newer" && !strings.Contains(line, "newer fcemu") {
				t.Errorf("it should say that the file is newer: %s", line)
			}
			after, err := os.ReadFile(file)
			if err != nil || !bytes.Equal(after, content) {
				t.Errorf("the file was changed (%v)", err)
			}
			if _, err := os.Stat(filepath.Join(dataDir, "address")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("an address was left: %v", err)
			}
		})
	}
}

// TestFullDisk fills the disk of the data folder while the emulator runs: what cannot be kept is
// not accepted, what was accepted stays, and with space again all goes on.
func TestFullDisk(t *testing.T) {
	needs(t, "python3")
	disk := t.TempDir()
	if output, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %s", bytes.TrimSpace(output))
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	folder := t.TempDir()
	write(t, folder, "s.yaml", crashProject)
	write(t, folder, "code/index.py", crashCode)
	dataDir := filepath.Join(disk, "state")
	r := startIn(t, folder, "--data-dir", dataDir)
	cli := func(args ...string) *exec.Cmd {
		command := exec.Command(binary, append(args, "--endpoint", r.client.Endpoint())...)
		command.Dir = folder
		return command
	}
	if output, err := cli("invoke", "work", "--async", "--task-id", "before", "--delay", "3600").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if output, err := cli("invoke", "work", "-e", "warm").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	payload := filepath.Join(folder, "payload")
	if err := os.WriteFile(payload, bytes.Repeat([]byte("x"), 128<<10), 0o644); err != nil {
		t.Fatal(err)
	}
	line := ""
	for range 60 { // room that the database has already is used up first
		command := cli("invoke", "work", "--async", "--delay", "3600", "-f", payload)
		if command.Run() != nil {
			line = fails(t, cli("invoke", "work", "--async", "--task-id", "refused", "--delay", "3600", "-f", payload), 1)
			break
		}
	}
	if !strings.Contains(line, "full") {
		t.Fatalf("with a full disk: %q", line)
	}
	fails(t, cli("task", "get", "refused"), 5)
	if output, err := cli("task", "get", "before").CombinedOutput(); err != nil {
		t.Errorf("what was accepted: %v %s", err, output)
	}
	if output, err := cli("invoke", "work", "-e", "still").CombinedOutput(); err != nil || string(output) != "still" {
		t.Errorf("a call of a warm instance needs no disk: %v %q", err, output)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if output, err := cli("invoke", "work", "--async", "--task-id", "after", "--wait", "-e", "again").Output(); err != nil || !strings.Contains(string(output), "again") {
		t.Errorf("with space again: %v %q", err, output)
	}
	r.kill(t)
	if strings.Contains(r.output.String(), "panic") {
		t.Errorf("%s", r.output)
	}
	fill(t, ballast)
	if line := fails(t, startOn(filepath.Join(disk, "other")), 1); !strings.Contains(line, "no space left") && !strings.Contains(line, "full") {
		t.Errorf("a start on a full disk: %s", line)
	}
	detached := startOn(filepath.Join(disk, "another"))
	detached.Args = append(detached.Args, "--detach")
	if line := fails(t, detached, 1); !strings.Contains(line, "room") && !strings.Contains(line, "full") {
		t.Errorf("one in the background: %q", line)
	}
}

// fill writes until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 20; size > 0; size /= 4 {
		for err = nil; err == nil; {
			_, err = file.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
}
