package runtime

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// instanceOf starts an instance and returns its id.
func instanceOf(b *bench) string {
	b.t.Helper()
	out := b.do(function(nil), "echo")
	if out.Failed() {
		b.t.Fatalf("outcome %+v", out)
	}
	return out.InstanceID
}

func execute(b *bench, id string, what emulator.Exec) *Command {
	b.t.Helper()
	c, err := b.Exec(context.Background(), function(nil).Name(), id, what)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(c.Close)
	return c
}

func readAll(b *bench, from io.Reader) string {
	b.t.Helper()
	text, err := io.ReadAll(from)
	if err != nil {
		b.t.Error(err)
	}
	return string(text)
}

func TestExecSeesTheInstance(t *testing.T) {
	b := newBench(t, nil)
	id := instanceOf(b)
	c := execute(b, id, emulator.Exec{Command: []string{"sh", "-c", "pwd; echo $FC_INSTANCE_ID $FC_FUNCTION_NAME; cat; echo no >&2; exit 7"}, Stdin: true, Stdout: true, Stderr: true})
	if _, err := c.Write([]byte("input\n")); err != nil {
		t.Fatal(err)
	}
	_ = c.in.Close()
	if got, want := readAll(b, c.Stdout()), b.codeDir()+"\n"+id+" f\ninput\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := readAll(b, c.Stderr()); got != "no\n" {
		t.Errorf("got %q", got)
	}
	if code := c.Wait(); code != 7 {
		t.Errorf("exit code %d", code)
	}
	if out := b.do(function(nil), "echo"); out.ColdStart || out.InstanceID != id {
		t.Error("the instance is gone")
	}
}

func TestExecOnATerminal(t *testing.T) {
	b := newBench(t, nil)
	c := execute(b, instanceOf(b), emulator.Exec{Command: []string{"sh", "-c", "stty size; read line; stty size; echo $TERM >&2; kill -9 $$"}, Stdin: true, TTY: true})
	text := make([]byte, 1000)
	if n, err := c.Stdout().Read(text); err != nil || string(text[:n]) != "24 80\r\n" {
		t.Fatalf("got %q, %v", text[:n], err)
	}
	if err := c.Resize(100, 50); err != nil {
		t.Error(err)
	}
	if _, err := c.Write([]byte("\r")); err != nil {
		t.Error(err)
	}
	if got := readAll(b, c.Stdout()); got != "\r\n50 100\r\nxterm\r\n" {
		t.Errorf("got %q", got)
	}
	if c.Stderr() != nil {
		t.Error("a terminal has one output")
	}
	if code := c.Wait(); code != 128+9 {
		t.Errorf("exit code %d", code)
	}
}

func TestExecRefusals(t *testing.T) {
	b := newBench(t, nil)
	id := instanceOf(b)
	name := function(nil).Name()
	for _, c := range []struct {
		name    emulator.Name
		id      string
		program string
		code    string
		text    string
	}{
		{name, "c-unknown", "ls", "InstanceNotFound", "c-unknown"},
		{emulator.Name{Function: "other"}, id, "ls", "InstanceNotFound", "other"},
		{name, id, "no-such-program", "InvalidArgument", "PATH"},
		{name, id, "/no/such", "InvalidArgument", "/no/such"},
		{name, id, "./no-such", "InvalidArgument", b.codeDir()},
	} {
		_, err := b.Exec(context.Background(), c.name, c.id, emulator.Exec{Command: []string{c.program}, Stdout: true, Stdin: true})
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || refusal.Code != c.code || !strings.Contains(refusal.Message, c.text) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A command keeps its instance from being idle, and ends with it and with its caller.
func TestExecAndTheLifeOfTheInstance(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Idle = 50 * time.Millisecond })
	id := instanceOf(b)
	what := emulator.Exec{Command: []string{"sh", "-c", "echo $$; sleep 1000 & sleep 1000"}, Stdout: true}
	pid := func(c *Command) string {
		_, _ = c.Stdout().Read(make([]byte, 100))
		return ownPID(c.process.PID())
	}
	first, second := execute(b, id, what), execute(b, id, what)
	one, two := pid(first), pid(second)
	if !running(one) || !running(two) {
		t.Fatalf("%s and %s do not run", one, two)
	}
	first.Close()
	if running(one) || !running(two) {
		t.Error("Close has not ended its own command, or another one")
	}
	before := b.Instances()[0].PID
	b.sweep(time.Now().Add(time.Hour))
	if list := b.Instances(); len(list) != 1 || list[0].PID != before {
		t.Fatalf("the instance was retired under a command: %+v", list)
	}
	second.Kill()
	eventually(t, "the instance is idle", func() bool { return len(b.Instances()) == 0 })

	third := execute(b, instanceOf(b), what)
	three := pid(third)
	b.Retire(emulator.Reference{Name: function(nil).Name()})
	if code := third.Wait(); code != 128+9 || running(three) {
		t.Errorf("code %d, or it still runs", code)
	}
}

func TestExecLeaksNothing(t *testing.T) {
	b := newBench(t, nil)
	id := instanceOf(b)
	count := func() int {
		list, _ := os.ReadDir("/proc/self/fd")
		return len(list)
	}
	before := count()
	for n := range 20 {
		c := execute(b, id, emulator.Exec{Command: []string{"echo", strconv.Itoa(n)}, Stdin: true, Stdout: true, Stderr: true, TTY: n%2 == 0})
		c.Wait()
		c.Close()
	}
	if after := count(); after > before+1 {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}
