package builtin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// instance is a real interpreter started from a Plan, as the pool would.
type instance struct {
	t       testing.TB
	plan    runtime.Plan
	session runtime.Session
	command *exec.Cmd
	logs    *os.File // read end of standard output and error
	fn      *emulator.Function
	calls   int
	keys    *runtime.Credentials
}

type files map[string]string

// function is a function of the given runtime with all that a context shows.
func function(runtimeID, handler string) *emulator.Function {
	return &emulator.Function{
		FunctionName: "hello", VersionID: "LATEST", Runtime: runtimeID, Handler: handler,
		MemorySize: 512, Timeout: 60,
		LogConfig: &emulator.LogConfig{Project: "my-project", Logstore: "my-store"},
	}
}

func options(t testing.TB, overrides map[string]string) Options {
	return Options{
		Interpreters: NewInterpreters(overrides),
		Dir:          filepath.Join(sharedDir(t), "bootstrap"),
		Account:      "123456789012", Region: "cn-hangzhou",
	}
}

// sharedDir keeps the bootstraps, and what Python compiled of them, between the starts of a test run.
func sharedDir(t testing.TB) string {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("fcemu-builtin-test-%d", os.Getpid()))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(filepath.Join(os.TempDir(), fmt.Sprintf("fcemu-builtin-test-%d", os.Getpid())))
	os.Exit(code)
}

func codeDir(t testing.TB, code files) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range code {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func launch(t testing.TB, kind *Kind, fn *emulator.Function, dir string, env ...string) *instance {
	t.Helper()
	base := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "FC_REGION=cn-hangzhou",
		"FC_FUNC_CODE_PATH=" + dir + "/", "FC_RUNTIME_API=127.0.0.1:1", "_FC_SECRET=1"}
	keys := &runtime.Credentials{AccessKeyID: "STS.id", AccessKeySecret: "secret", SecurityToken: "token"}
	plan, err := kind.Prepare(fn, runtime.Place{CodeDir: dir, InstanceID: "c-1", Env: append(base, env...), Credentials: keys})
	if err != nil {
		t.Fatal(err)
	}
	logs, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := plan.Open()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(plan.Spec.Path, plan.Spec.Args...)
	command.Env, command.Dir, command.ExtraFiles = plan.Spec.Env, plan.Spec.Dir, theirs
	command.Stdout, command.Stderr = out, out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	closeAll(theirs...)
	_ = out.Close()
	session, err := plan.Connect(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	i := &instance{t: t, plan: plan, session: session, command: command, logs: logs, fn: fn, keys: keys}
	t.Cleanup(i.close)
	return i
}

func (i *instance) close() {
	i.session.Close()
	_ = i.command.Process.Kill()
	_ = i.command.Wait()
	_ = i.logs.Close()
}

// outcome is a reply and what was in the log when it came.
type outcome struct {
	runtime.Reply
	log string
	err error
}

func (i *instance) invoke(event string) outcome { return i.call(emulator.HookHandler, []byte(event)) }

// call sends one call and then takes the log as the pool does: what is in the pipe belongs to it.
func (i *instance) call(hook emulator.Hook, event []byte) outcome {
	i.calls++
	var log bytes.Buffer
	read := make(chan struct{})
	_ = i.logs.SetReadDeadline(time.Time{})
	go func() { defer close(read); _, _ = io.Copy(&log, i.logs) }()
	limit := time.AfterFunc(20*time.Second, func() { _ = i.command.Process.Kill() })
	reply, err := i.session.Invoke(i.t.Context(), runtime.Call{
		Invocation: &emulator.Invocation{
			RequestID: fmt.Sprintf("req-%d", i.calls), Function: i.fn, Qualifier: "prod", Event: event, RetryCount: 2,
		},
		Hook: hook, Deadline: time.Now().Add(time.Minute), Credentials: i.keys,
	}, nil)
	limit.Stop()
	_ = i.logs.SetReadDeadline(time.Unix(1, 0))
	<-read
	i.drain(&log)
	return outcome{Reply: reply, log: log.String(), err: err}
}

func (i *instance) drain(log *bytes.Buffer) {
	raw, err := i.logs.SyscallConn()
	if err != nil {
		i.t.Fatal(err)
	}
	_ = i.logs.SetReadDeadline(time.Time{})
	buffer := make([]byte, 64<<10)
	_ = raw.Read(func(fd uintptr) bool {
		for {
			n, err := syscall.Read(int(fd), buffer)
			if n <= 0 || err != nil {
				return true
			}
			log.Write(buffer[:n])
		}
	})
}

// exit waits for the end of the process and returns its status.
func (i *instance) exit() int {
	var failed *exec.ExitError
	if err := i.command.Wait(); err != nil && !errors.As(err, &failed) {
		i.t.Fatal(err)
	}
	return i.command.ProcessState.ExitCode()
}

func (o outcome) expect(t *testing.T, kind emulator.ErrorType, payload string) {
	t.Helper()
	if o.err != nil {
		t.Fatalf("%v; log:\n%s", o.err, o.log)
	}
	if o.ErrorType != kind || string(o.Payload) != payload {
		t.Errorf("got %q %s\nwant %q %s\nlog:\n%s", o.ErrorType, o.Payload, kind, payload, o.log)
	}
}

func (o outcome) logged(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(o.log, text) {
			t.Errorf("the log lacks %q:\n%s", text, o.log)
		}
	}
}

func makeExecutable(path string) error { return os.Chmod(path, 0o755) }
