package runtime

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// program is a function of the test kind: it reads lines "<hook> <base64>" from descriptor 3 and
// answers lines "<error type> <base64>".
const program = `
import base64, os, socket, sys, time
line = socket.socket(fileno=3)
pipe = line.makefile('rwb', buffering=0)
keep = []
print('booted', flush=True)
for request in pipe:
    hook, event = request.decode().split(' ', 1)
    event = base64.b64decode(event).decode()
    kind, answer = '-', event
    if hook == '1':
        event = os.environ.get('INIT', 'echo')
    if hook == '2':
        event = 'print stopping'
    verb, _, rest = event.partition(' ')
    if verb == 'sleep':
        time.sleep(float(rest))
    elif verb == 'exit':
        print('last words', end='', flush=True)
        os._exit(int(rest))
    elif verb == 'print':
        print(rest, flush=True)
    elif verb == 'partial':
        print(rest, end='', flush=True)
    elif verb == 'stderr':
        print(rest, file=sys.stderr, flush=True)
    elif verb == 'flood':
        text = 'x' * 99 + '\n'
        for n in range(int(rest) * 10000):
            sys.stdout.write(text)
        sys.stdout.flush()
    elif verb == 'long':
        print('y' * int(rest), flush=True)
    elif verb == 'alloc':
        keep.append(bytearray(os.urandom(1)) * (int(rest) << 20))
        time.sleep(5)
    elif verb == 'share':  # the same memory in five processes
        keep.append(bytearray(os.urandom(1)) * (int(rest) << 20))
        for n in range(4):
            if os.fork() == 0:
                time.sleep(100)
        time.sleep(1)
    elif verb == 'files':  # memory that no program has mapped: the watcher does not see it
        keep.append(os.memfd_create('files'))
        for n in range(int(rest)):
            os.write(keep[-1], b'x' * (1 << 20))
    elif verb == 'env':
        answer = os.environ.get(rest, '<unset>')
    elif verb == 'pid':
        answer = str(os.getpid())
    elif verb == 'fail':
        kind, answer = rest, '{"errorMessage":"failed"}'
    elif verb == 'fork':
        if os.fork() == 0:
            os.setsid()
            time.sleep(100)
    pipe.write((kind + ' ' + base64.b64encode(answer.encode()).decode() + '\n').encode())
`

var python = sync.OnceValue(func() string {
	out, err := exec.Command("python3", "-S", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		panic("the tests need python3: " + err.Error())
	}
	return strings.TrimSpace(string(out))
})

// launcher is shared by the tests of the package.
var launcher = sync.OnceValue(func() process.Launcher {
	l, err := process.New(process.Options{})
	if err == nil {
		if warmer, ok := l.(process.Warmer); ok {
			err = warmer.Warm(context.Background())
		}
	}
	if err != nil {
		panic(err)
	}
	return l
})

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == process.GuardianCommand {
		os.Exit(process.GuardianMain())
	}
	code := m.Run()
	_ = launcher().Close()
	os.Exit(code)
}

// lineKind runs program.
type lineKind struct {
	script string
	notice string
}

func (k *lineKind) Prepare(_ *emulator.Function, place Place) (Plan, error) {
	var conn net.Conn
	return Plan{
		Spec:   process.Spec{Path: python(), Args: []string{"-S", "-E", k.script}, Env: place.Env, Dir: place.CodeDir},
		Notice: k.notice, Marks: true,
		Open: func() ([]*os.File, error) {
			pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
			if err != nil {
				return nil, err
			}
			syscall.CloseOnExec(pair[0])
			syscall.CloseOnExec(pair[1])
			ours := os.NewFile(uintptr(pair[0]), "ours")
			defer ours.Close()
			conn, err = net.FileConn(ours)
			return []*os.File{os.NewFile(uintptr(pair[1]), "theirs")}, err
		},
		Connect: func(context.Context, process.Process) (Session, error) {
			return &lineSession{conn: conn, in: bufio.NewReader(conn)}, nil
		},
	}, nil
}

type lineSession struct {
	conn net.Conn
	in   *bufio.Reader
}

func (s *lineSession) Close() { _ = s.conn.Close() }

func (s *lineSession) Invoke(_ context.Context, call Call, _ emulator.Answer) (Reply, error) {
	if _, err := fmt.Fprintf(s.conn, "%d %s\n", call.Hook, base64.StdEncoding.EncodeToString(call.Event)); err != nil {
		return Reply{}, err
	}
	text, err := s.in.ReadString('\n')
	if err != nil {
		return Reply{}, err
	}
	kind, data, _ := strings.Cut(strings.TrimSpace(text), " ")
	payload, err := base64.StdEncoding.DecodeString(data)
	if kind == "-" {
		kind = ""
	}
	return Reply{ErrorType: emulator.ErrorType(kind), Payload: payload}, err
}

// bench is a pool with everything around it.
type bench struct {
	*Pool
	t   testing.TB
	dir string
	ids *emulator.IDs

	mu    sync.Mutex
	lines []emulator.LogLine
}

func newBench(t testing.TB, change func(*Options)) *bench {
	t.Helper()
	dir := t.TempDir()
	script := filepath.Join(dir, "program.py")
	if err := os.WriteFile(script, []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, dir: dir, ids: emulator.NewIDs()}
	kind := &lineKind{script: script}
	o := Options{
		Kinds:    func(string) (Kind, error) { return kind, nil },
		Launcher: launcher(), CodeDir: func(emulator.Code) string { return dir },
		Log: b.log, Account: "123", Region: "cn-test", Grace: time.Second,
	}
	if change != nil {
		change(&o)
	}
	b.Pool = New(o)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- b.Serve(ctx) }()
	t.Cleanup(func() {
		b.Close()
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bench) log(line emulator.LogLine) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line)
}

// texts are the lines of a request, or all.
func (b *bench) texts(id string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, line := range b.lines {
		if id == "" || line.RequestID == id {
			out = append(out, line.Text)
		}
	}
	return out
}

func (b *bench) invocation(fn *emulator.Function, event string) *emulator.Invocation {
	return &emulator.Invocation{
		RequestID: b.ids.Request(time.Now()), Function: fn, Qualifier: "LATEST", Event: []byte(event), LogTail: true,
	}
}

func (b *bench) do(fn *emulator.Function, event string) *emulator.Outcome {
	return b.Run(context.Background(), b.invocation(fn, event), nil)
}

func function(change func(*emulator.Function)) *emulator.Function {
	fn := &emulator.Function{
		FunctionName: "f", VersionID: "LATEST", Revision: "1", Runtime: "python3.10", Handler: "index.handler",
		MemorySize: 512, Timeout: 10,
	}
	if change != nil {
		change(fn)
	}
	return fn
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// running tells whether a process exists and is no zombie. pid is the number it has for itself.
func running(pid string) bool {
	now := state(pid)
	return now != "" && now != "Z"
}

// state is the process state of the kernel: T is stopped. It is empty where there is no such process.
func state(pid string) string {
	host, ok := hostPID(pid)
	if !ok {
		return ""
	}
	_, state, _ := lineage(host)
	return state
}

// hostPID finds the descendant of this test that calls itself pid.
func hostPID(pid string) (int, bool) {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		host, _ := strconv.Atoi(filepath.Base(folder))
		if ownPID(host) == pid && descends(host) {
			return host, true
		}
	}
	return 0, false
}

func descends(pid int) bool {
	for pid > 1 && pid != os.Getpid() {
		pid, _, _ = lineage(pid)
	}
	return pid == os.Getpid()
}

// lineage is a process's parent and state.
func lineage(pid int) (parent int, state string, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, "", err
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	_, err = fmt.Sscan(rest, &state, &parent)
	return parent, state, err
}

// codeDir is where functions see their code.
func (b *bench) codeDir() string {
	if p, ok := launcher().(process.Privater); ok && p.Private(context.Background()) {
		return "/code"
	}
	return b.dir
}

// ownPID is the number that a process has for itself.
func ownPID(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return fmt.Sprint(pid)
	}
	_, rest, _ := strings.Cut(string(text), "\nNSpid:")
	line, _, _ := strings.Cut(rest, "\n")
	numbers := strings.Fields(line)
	return numbers[len(numbers)-1]
}
