package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const helperCommand = "__test_helper"

// python is the system's own: an ordinary user may not enter root's folders.
const python = "/usr/bin/python3"

// helperMain is the programs that the tests start from this test binary.
func helperMain(args []string) int {
	var err error
	switch args[0] {
	case "serve": // a static Go server: serve ADDRESS
		err = serve(args[1])
	case "daemon": // double fork and setsid: daemon PIDFILE
		err = daemonize(args[1])
	case "split": // enters a group and splits it: split GROUP alone|stranger
		err = splitSelf(args[1], args[2])
	case "none": // ends at once
	case "sleep":
		time.Sleep(time.Hour) // without a deadlock in the eyes of the Go runtime
	case "emulator": // starts a program that leaves a daemon, tells its ids, and waits: emulator STATE PIDFILE ISOLATION
		err = emulate(args[1], args[2], args[3])
	case "nested": // an emulator where the kernel gives no addresses: nested ISOLATION
		err = nested(args[1])
	case "user": // an ordinary user's tour: user SECRET-PORT
		err = tour(args[1])
	default:
		err = errors.New("unknown helper")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func serve(address string) error {
	return http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, os.Getenv("NAME"))
	}))
}

// daemonize starts a child in a new session, which starts the daemon and ends, as daemon(3) does;
// then the program itself sleeps.
func daemonize(pidFile string) error {
	const script = `setsid sh -c 'env -i setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > "$0.new"; mv "$0.new" "$0"' "$0" & sleep 1000`
	return syscall.Exec("/bin/sh", []string{"sh", "-c", script, pidFile}, os.Environ())
}

func emulate(state, pidFile, isolation string) error {
	l, err := New(Options{StateDir: state, Isolation: isolation})
	if err != nil {
		return err
	}
	if _, err := l.Start(context.Background(), helperSpec("daemon", pidFile)); err != nil {
		return err
	}
	for daemonPID(pidFile) == 0 {
		time.Sleep(time.Millisecond)
	}
	fmt.Println(l.(*launcher).line.process.Pid)
	select {}
}

// nested says what an emulator finds inside an instance, whose filter cannot be had twice.
func nested(isolation string) error {
	l, err := New(Options{Isolation: isolation, Notice: func(text string) { fmt.Println("notice:", text) }})
	if err != nil {
		return err
	}
	defer l.Close()
	fmt.Println("tier:", l.Capabilities().Tier)
	p, err := l.Start(context.Background(), Spec{Path: "/bin/true", Dir: "/", Port: 9000})
	if err != nil {
		return err
	}
	<-p.Done()
	fmt.Println("exit:", p.Exit().Code)
	return nil
}

// helperSpec runs a helper of this binary.
func helperSpec(args ...string) Spec {
	return Spec{
		Path:   "/proc/self/exe",
		Args:   append([]string{helperCommand}, args...),
		Env:    os.Environ(),
		Dir:    "/",
		Stderr: os.Stderr,
	}
}

func pythonSpec(script string, args ...string) Spec {
	return Spec{
		Path:   python,
		Args:   append([]string{"-c", script}, args...),
		Env:    os.Environ(),
		Dir:    "/",
		Stderr: os.Stderr,
	}
}

// daemonPID is the machine's number of our sleeping descendant that the file names by its own; 0
// when there is none.
func daemonPID(file string) int {
	text, _ := os.ReadFile(file)
	own := strings.TrimSpace(string(text))
	below, _ := descendants(os.Getpid())
	for _, pid := range below {
		status, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		_, rest, _ := strings.Cut(string(status), "\nNSpid:")
		line, _, _ := strings.Cut(rest, "\n")
		numbers := strings.Fields(line)
		if strings.HasPrefix(string(status), "Name:\tsleep\n") && len(numbers) > 0 && numbers[len(numbers)-1] == own && alive(pid) {
			return pid
		}
	}
	return 0
}

// newLauncher returns one that is closed at the end of the test.
func newLauncher(t testing.TB, o Options) *launcher {
	t.Helper()
	l, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.(*launcher)
}

func start(t testing.TB, l Launcher, spec Spec) *child {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	p, err := l.Start(ctx, spec)
	if err != nil {
		t.Fatal(err)
	}
	return p.(*child)
}

// ready waits for the program's address.
func ready(t testing.TB, p Process) netip.AddrPort {
	t.Helper()
	address, err := awaitReady(p)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func awaitReady(p Process) (netip.AddrPort, error) {
	select {
	case address := <-p.Ready():
		return address, nil
	case <-p.Done():
		return netip.AddrPort{}, fmt.Errorf("the program ended: %+v", p.Exit())
	case <-time.After(10 * time.Second):
		return netip.AddrPort{}, errors.New("the program did not become ready")
	}
}

// run waits for the program's end and returns its standard output.
func run(t testing.TB, l Launcher, spec Spec) (string, Exit) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	spec.Stdout = w
	p := start(t, l, spec)
	w.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	ended(t, p)
	return string(text), p.Exit()
}

func ended(t testing.TB, p Process) {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("the program did not end")
	}
}

func get(address netip.AddrPort) (string, error) {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + address.String())
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// until waits for a condition.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
		time.Sleep(time.Millisecond)
	}
}

func alive(pid int) bool { return pid > 0 && !isZombie(pid) }

// somePort is one that nobody on this machine listens on.
func somePort(t testing.TB) int {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// listenAs is a stranger that has a port of the machine.
func listenAs(t testing.TB, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "stranger") }))
	}()
	return listener
}

func node(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node on this machine")
	}
	path, err = filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
