package process

import (
	"context"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestBesideSharesThePorts(t *testing.T) {
	l := onPorts(t)
	port := somePort(t)
	specs := servers(t, port)
	first, second := start(t, l, specs[0]), start(t, l, specs[1])
	ready(t, first)
	ready(t, second)
	const ask = `import os, sys, urllib.request; print(urllib.request.urlopen("http://localhost:" + sys.argv[1]).read().decode(), os.environ["NAME"])`
	for want, host := range map[string]*child{"server 0": first, "server 1": second} {
		spec := pythonSpec(ask, specs[0].Args[len(specs[0].Args)-1])
		spec.Beside, spec.Env = host, host.Environment()
		text, exit := run(t, l, spec)
		if text != want+" "+want+"\n" || exit.Code != 0 {
			t.Errorf("got %q, %+v, want %s", text, exit, want)
		}
	}
	if !alive(first.PID()) || !alive(second.PID()) {
		t.Error("the end of a guest is the end of its host")
	}
}

func TestGuestEndsWithItsHost(t *testing.T) {
	for name, end := range map[string]func(*child){
		"killed":       func(c *child) { c.Kill() },
		"ended itself": func(c *child) { c.Signal(syscall.SIGTERM); <-c.gone },
	} {
		l := newLauncher(t, Options{})
		host := start(t, l, Spec{Path: "/bin/sleep", Args: []string{"1000"}, Dir: "/", Port: somePort(t)})
		spec := Spec{Path: "/bin/sleep", Args: []string{"1000"}, Dir: "/"}
		other := start(t, l, spec)
		spec.Beside = host
		guest := start(t, l, spec)
		end(host)
		if alive(guest.PID()) {
			t.Errorf("%s: the guest outlives its host", name)
		}
		if !alive(other.PID()) {
			t.Errorf("%s: somebody else ended too", name)
		}
		if _, err := l.Start(context.Background(), spec); err == nil {
			t.Errorf("%s: started beside nobody", name)
		}
		other.Kill()
	}
}

func TestTerminal(t *testing.T) {
	l := newLauncher(t, Options{})
	terminal, err := OpenTerminal()
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	if err := terminal.Resize(132, 43); err != nil {
		t.Fatal(err)
	}
	side := terminal.Program
	p := start(t, l, Spec{Path: "/bin/sh", Args: []string{"-c", "stty size; tty >/dev/tty; ps -o tpgid= -p $$ | tr -d ' '; echo $$; exec cat"},
		Dir: "/", Env: os.Environ(), Stdin: side, Stdout: side, Stderr: side, Terminal: true})
	side.Close()
	text := readLines(t, terminal, 4)
	lines := strings.Fields(text)
	if !strings.HasPrefix(text, "43 132\r\n/dev/pts/") || lines[3] != lines[4] {
		t.Errorf("got %q", text)
	}
	if _, err := terminal.Write([]byte("cat runs\r")); err != nil {
		t.Error(err)
	}
	if text := readLines(t, terminal, 2); text != "cat runs\r\ncat runs\r\n" {
		t.Errorf("got %q", text)
	}
	if _, err := terminal.Write([]byte{3}); err != nil { // Ctrl-C
		t.Error(err)
	}
	ended(t, p)
	if exit := p.Exit(); exit.Signal != syscall.SIGINT {
		t.Errorf("exit %+v", exit)
	}
	for err == nil {
		_, err = terminal.Read(make([]byte, 100))
	}
	if err == io.EOF || !strings.Contains(err.Error(), syscall.EIO.Error()) {
		t.Errorf("the end is told by %v", err)
	}
}

func readLines(t *testing.T, terminal *Terminal, count int) (text string) {
	t.Helper()
	buffer := make([]byte, 1000)
	_ = terminal.SetReadDeadline(time.Now().Add(10 * time.Second))
	for strings.Count(text, "\n") < count {
		n, err := terminal.Read(buffer)
		if err != nil {
			t.Fatalf("%q, %v", text, err)
		}
		text += string(buffer[:n])
	}
	return text
}
