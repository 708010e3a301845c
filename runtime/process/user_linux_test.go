package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// TestOrdinaryUser does as nobody what the other tests do as root.
func TestOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the other tests run as an ordinary user already")
	}
	port := somePort(t)
	listenAs(t, "0.0.0.0:"+strconv.Itoa(port))
	dir := t.TempDir()
	for at := dir; len(at) > len(os.TempDir()); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("/proc/self/exe", helperCommand, "user", strconv.Itoa(port))
	command.Dir = dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// tour is the ordinary user's program: taken is a port that another user has on all addresses.
func tour(taken string) error {
	if os.Getuid() == 0 {
		return errors.New("still root")
	}
	l, err := New(Options{Isolation: IsolationPorts})
	if err != nil {
		return err
	}
	defer l.Close()
	number, _ := strconv.Atoi(taken)
	for _, port := range []int{number, 80, 49217} { // taken, privileged, free
		if err := sixServers(l, port); err != nil {
			return fmt.Errorf("port %d: %w", port, err)
		}
	}
	if err := shyProgram(); err != nil {
		return err
	}
	file, err := filepath.Abs("pid")
	if err != nil {
		return err
	}
	p, err := l.Start(context.Background(), helperSpec("daemon", file))
	if err != nil {
		return err
	}
	for daemonPID(file) == 0 {
		time.Sleep(time.Millisecond)
	}
	p.Kill()
	if alive(daemonPID(file)) {
		return errors.New("a daemon lives after Kill")
	}
	return nil
}

// shyPort is the machine's own: below the range that outgoing connections take theirs from, since
// any test that runs beside this one makes some.
const shyPort = 19218

// shyProgram forbids others to look into it, so that it keeps the machine's ports, with a notice.
func shyProgram() error {
	notices := make(chan string, 10)
	l, err := New(Options{Isolation: IsolationPorts, Notice: func(text string) { notices <- text }})
	if err != nil {
		return err
	}
	defer l.Close()
	spec := pythonSpec(`
import ctypes, socket, sys
assert ctypes.CDLL(None).prctl(4, 0) == 0
s = socket.socket(); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen()
assert s.getsockname() == ("127.0.0.1", int(sys.argv[1])), s.getsockname()
socket.create_connection(s.getsockname())`, strconv.Itoa(shyPort))
	spec.Port = shyPort
	p, err := l.Start(context.Background(), spec)
	if err != nil {
		return err
	}
	<-p.Done()
	if p.Exit().Code != 0 || len(notices) != 1 {
		return fmt.Errorf("a program that hides ended with %+v and %d notices", p.Exit(), len(notices))
	}
	return nil
}

func sixServers(l Launcher, port int) error {
	number := strconv.Itoa(port)
	for i := range 6 {
		spec := pythonSpec(pythonServer, number)
		if i%2 == 0 {
			spec = helperSpec("serve", ":"+number)
		}
		spec.Port = port
		spec.Env = append(slices.Clone(os.Environ()), "NAME="+strconv.Itoa(i))
		p, err := l.Start(context.Background(), spec)
		if err != nil {
			return err
		}
		defer p.Kill()
		address, err := awaitReady(p)
		if err != nil {
			return err
		}
		if answer, err := get(address); err != nil || answer != strconv.Itoa(i) {
			return fmt.Errorf("%s answers %q, %w", address, answer, err)
		}
	}
	return nil
}
