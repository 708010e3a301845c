package process

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// onPorts returns a launcher that gives addresses, or skips the test.
func onPorts(t testing.TB) *launcher {
	t.Helper()
	l := newLauncher(t, Options{Log: func(text string) { t.Log(text) }})
	if c := l.Capabilities(); c.Ports != "" {
		t.Skip(c.Ports)
	}
	return l
}

const pythonServer = `
import http.server, os, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(os.environ["NAME"].encode())
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer((sys.argv[2] if len(sys.argv) > 2 else "0.0.0.0", int(sys.argv[1])), H).serve_forever()`

const nodeServer = `require("http").createServer((q,s)=>s.end(process.env.NAME)).listen(+process.argv[1])`

// servers are programs that all hard-code the same port, each in its own way.
func servers(t testing.TB, port int) []Spec {
	number := strconv.Itoa(port)
	nodeSpec := Spec{Path: node(t), Args: []string{"-e", nodeServer, number}, Dir: "/", Stderr: os.Stderr}
	specs := []Spec{
		pythonSpec(pythonServer, number), helperSpec("serve", ":"+number), nodeSpec,
		pythonSpec(pythonServer, number, "127.0.0.1"), helperSpec("serve", "0.0.0.0:"+number), nodeSpec,
	}
	for i := range specs {
		specs[i].Port = port
		specs[i].PortEnv = []string{"FC_SERVER_PORT"}
		specs[i].Env = append(slices.Clone(os.Environ()), "NAME=server "+strconv.Itoa(i))
	}
	return specs
}

func TestManyProgramsOnOnePort(t *testing.T) {
	for _, stranger := range []string{"nobody", "127.0.0.1", "0.0.0.0"} {
		t.Run("while "+stranger+" has it", func(t *testing.T) {
			l := onPorts(t)
			port := somePort(t)
			if stranger != "nobody" {
				listenAs(t, fmt.Sprintf("%s:%d", stranger, port))
			}
			var running []*child
			for _, spec := range servers(t, port) {
				running = append(running, start(t, l, spec))
			}
			seen := make(map[netip.AddrPort]bool)
			for i, p := range running {
				address := ready(t, p)
				if answer, err := get(address); err != nil || answer != "server "+strconv.Itoa(i) {
					t.Errorf("server %d at %s answers %q, %v", i, address, answer, err)
				}
				if stranger != "0.0.0.0" && int(address.Port()) != port {
					t.Errorf("server %d is at %s, not on its port", i, address)
				}
				if seen[address] {
					t.Errorf("two servers at %s", address)
				}
				seen[address] = true
			}
			if stranger != "nobody" {
				if answer, err := get(loopback(port)); err != nil || answer != "stranger" {
					t.Errorf("the stranger's port answers %q, %v", answer, err)
				}
			}
		})
	}
}

const pythonSelf = `
import asyncio, socket, sys
port, other, how = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
async def main():
    family = socket.AF_INET6 if ":" in how else socket.AF_INET
    s = socket.socket(family); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(sys.argv[4]))
    s.bind((how, port))
    async def hello(r, w): w.write(b"me"); w.close()
    server = await asyncio.start_server(hello, sock=s)
    async def ask(host, port):
        try:
            r, w = await asyncio.open_connection(host, port)
            if port == other: w.write(b"GET / HTTP/1.0\r\n\r\n")
            text = await r.read(); w.close()
            return text.decode().split("\n")[-1]
        except OSError as e: return type(e).__name__
    def blocking():
        with socket.create_connection((sys.argv[5], port)) as c: return c.recv(9).decode()
    print(await ask("127.0.0.1", port), await ask("::1", port),
          await asyncio.to_thread(blocking), await ask("127.0.0.1", other), s.getsockname()[1], sep=" ")
asyncio.run(main())`

func TestProgramReachesItselfAndTheHost(t *testing.T) {
	for _, c := range []struct{ bind, v6only, via, want string }{
		{"0.0.0.0", "0", "127.0.0.1", "me ConnectionRefusedError me stranger %d\n"},
		{"::", "0", "::1", "me me me stranger %d\n"},
		{"::", "1", "::1", "ConnectionRefusedError me me stranger %d\n"},
	} {
		t.Run(c.bind+" v6only "+c.v6only, func(t *testing.T) {
			l := onPorts(t)
			port, other := somePort(t), somePort(t)
			listenAs(t, fmt.Sprintf("127.0.0.1:%d", other))
			spec := pythonSpec(pythonSelf, strconv.Itoa(port), strconv.Itoa(other), c.bind, c.v6only, c.via)
			spec.Port = port
			text, exit := run(t, l, spec)
			if c.v6only == "1" { // a second IPv6 loopback address does not exist
				text = text[:strings.LastIndex(text, " ")+1] + strconv.Itoa(port) + "\n"
			}
			if want := fmt.Sprintf(c.want, port); text != want || exit.Code != 0 {
				t.Errorf("got %q (%+v), want %q", text, exit, want)
			}
		})
	}
}

// Each script ends with 0 if what it sees is what it would see by itself on the machine.
func TestSocketCallsBehaveAsNatively(t *testing.T) {
	for name, script := range map[string]string{
		"a port is taken once": `
import socket, sys, errno
a = socket.socket(); a.bind(("", port)); a.listen()
b = socket.socket()
try: b.bind(("127.0.0.1", port)); sys.exit(1)
except OSError as e: assert e.errno == errno.EADDRINUSE, e`,
		"reuseport shares": `
import socket
for i in range(3):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.bind(("", port)); s.listen(); keep.append(s)`,
		"a closed port is the host's again": `
import socket
s = socket.socket(); s.bind(("127.0.0.1", taken)); s.listen(); s.close()
c = socket.create_connection(("127.0.0.1", taken)); c.send(b"GET / HTTP/1.0\r\n\r\n")
c.settimeout(5); data = b""
while not data.endswith(b"stranger"): data += c.recv(999)`,
		"port 0": `
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
assert s.getsockname()[0] == "127.0.0.1", s.getsockname()
socket.create_connection(s.getsockname())`,
		"listen without bind": `
import socket
s = socket.socket(); s.listen(); socket.create_connection(("127.0.0.1", s.getsockname()[1]))`,
		"unix": `
import socket
s = socket.socket(socket.AF_UNIX); s.bind("\0test%d" % port); s.listen()
c = socket.socket(socket.AF_UNIX); c.connect("\0test%d" % port)`,
		"udp": `
import socket
s = socket.socket(type=socket.SOCK_DGRAM); s.bind(("", port))
c = socket.socket(type=socket.SOCK_DGRAM); c.connect(("127.0.0.1", port)); c.send(b"x")
s.settimeout(5); assert s.recv(9) == b"x"`,
		"a forked daemon": `
import os, socket, time
r, w = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        s = socket.socket(); s.bind(("", port)); s.listen(); os.write(w, b"x"); time.sleep(60)
    os._exit(0)
os.read(r, 1); socket.create_connection(("127.0.0.1", port))`,
		"a thread": `
import socket, threading
s = socket.socket()
t = threading.Thread(target=lambda: (s.bind(("", port)), s.listen())); t.start(); t.join()
socket.create_connection(("localhost", port))`,
		"bad calls": `
import socket, ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
assert libc.bind(999, b"\2\0\1\1" + bytes(12), 16) == -1 and ctypes.get_errno() == errno.EBADF
s = socket.socket()
assert libc.bind(s.fileno(), ctypes.c_void_p(1), 16) == -1 and ctypes.get_errno() == errno.EFAULT
assert libc.bind(s.fileno(), b"\2\0\1\1" + bytes(12), 3) == -1 and ctypes.get_errno() == errno.EINVAL
r = open("/dev/null"); assert libc.listen(r.fileno(), 1) == -1 and ctypes.get_errno() == errno.ENOTSOCK`,
		"interrupted": `
import signal, socket, threading
signal.signal(signal.SIGALRM, lambda *a: None); signal.siginterrupt(signal.SIGALRM, False); signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
for i in range(200):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", port)); s.listen()
    c = socket.create_connection(("127.0.0.1", port)); s.accept()[0].close(); c.close(); s.close()
signal.setitimer(signal.ITIMER_REAL, 0)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := onPorts(t)
			taken := somePort(t)
			listenAs(t, fmt.Sprintf("127.0.0.1:%d", taken))
			port := somePort(t)
			spec := pythonSpec(fmt.Sprintf("keep = []; port, taken = %d, %d\n%s", port, taken, script))
			spec.Port = port
			if _, exit := run(t, l, spec); exit.Code != 0 {
				t.Errorf("%+v", exit)
			}
		})
	}
}

func TestListenerElsewhereIsNotReady(t *testing.T) {
	l := onPorts(t)
	port, wrong := somePort(t), somePort(t)
	spec := pythonSpec(pythonServer, strconv.Itoa(wrong))
	spec.Port = port
	p := start(t, l, spec)
	until(t, "the program listens", func() bool { return len(p.Listening()) > 0 })
	if got := p.Listening(); len(got) != 1 || int(got[0].Port()) != wrong || got[0].Addr() != p.address {
		t.Errorf("listens on %v, want %s port %d", got, p.address, wrong)
	}
	select {
	case address := <-p.Ready():
		t.Errorf("ready at %s", address)
	case <-time.After(50 * time.Millisecond):
	}
}

func TestLaunchersNeverShareAddresses(t *testing.T) {
	seen := make(map[netip.Addr]bool)
	for range 2 {
		var a addresses
		defer a.close()
		for range hostsPerNetwork + 10 {
			address, err := a.take()
			if err != nil {
				t.Fatal(err)
			}
			if seen[address] {
				t.Fatalf("%s twice", address)
			}
			seen[address] = true
		}
	}
}

func TestAddressRestsBeforeItIsUsedAgain(t *testing.T) {
	var a addresses
	defer a.close()
	first, _ := a.take()
	a.give(first)
	if second, _ := a.take(); first == second {
		t.Errorf("%s again at once", first)
	}
}

// TestPortHintsWithAnAddress: the cloud tells no PORT, and leaves the function's own as it is.
func TestPortHintsWithAnAddress(t *testing.T) {
	l := onPorts(t)
	spec := pythonSpec(strings.Replace(pythonServer, `os.environ["NAME"]`, `os.environ.get("PORT", "none")`, 1), strconv.Itoa(somePort(t)))
	spec.Port, _ = strconv.Atoi(spec.Args[len(spec.Args)-1])
	spec.PortHints, spec.PortEnv = []string{"PORT"}, []string{"FC_SERVER_PORT"}
	for own, want := range map[string]string{"": "none", "PORT=1": "1"} {
		spec.Env = slices.DeleteFunc(slices.Clone(os.Environ()), func(entry string) bool { return strings.HasPrefix(entry, "PORT=") })
		if own != "" {
			spec.Env = append(spec.Env, own)
		}
		if answer, err := get(ready(t, start(t, l, spec))); err != nil || answer != want {
			t.Errorf("with %q the program sees PORT %q, %v", own, answer, err)
		}
	}
}
