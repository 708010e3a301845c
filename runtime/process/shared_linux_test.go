package process

import (
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func onSharedPorts(t *testing.T, notice func(string)) *launcher {
	t.Helper()
	l := newLauncher(t, Options{Isolation: IsolationNone, Notice: notice})
	if c := l.Capabilities(); c.Tier != IsolationNone || c.Ports == "" {
		t.Fatalf("capabilities %+v", c)
	}
	return l
}

func TestSharedPortsObedientPrograms(t *testing.T) {
	l := onSharedPorts(t, func(text string) { t.Error("notice: " + text) })
	port := somePort(t)
	listenAs(t, "0.0.0.0:"+strconv.Itoa(port))
	spec := pythonSpec(strings.Replace(pythonServer, "int(sys.argv[1])", `int(os.environ["PORT"])`, 1))
	spec.Port, spec.PortEnv, spec.PortHints = port, []string{"FC_SERVER_PORT"}, []string{"PORT"}
	spec.Env = append(spec.Env, "NAME=me", "PORT=1")
	for range 2 {
		p := start(t, l, spec)
		address := ready(t, p)
		if int(address.Port()) == port {
			t.Errorf("ready at the stranger's %s", address)
		}
		if answer, err := get(address); err != nil || answer != "me" {
			t.Errorf("answer %q, %v", answer, err)
		}
		if got := p.Listening(); len(got) != 1 || got[0].Port() != address.Port() {
			t.Errorf("listens on %v", got)
		}
	}
}

func TestSharedPortsOneAtATime(t *testing.T) {
	notices := make(chan string, 10)
	l := onSharedPorts(t, func(text string) { notices <- text })
	port := somePort(t)
	spec := helperSpec("serve", ":"+strconv.Itoa(port))
	spec.Port, spec.PortEnv = port, []string{"FC_SERVER_PORT"}
	first := start(t, l, spec)
	if address := ready(t, first); int(address.Port()) != port {
		t.Errorf("ready at %s", address)
	} else if _, err := get(address); err != nil {
		t.Error(err)
	}
	if text := <-notices; !strings.Contains(text, strconv.Itoa(port)) {
		t.Errorf("notice %q", text)
	}
	short, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if _, err := l.Start(short, spec); err == nil || !strings.Contains(err.Error(), "in use by another instance") {
		t.Errorf("second instance: %v", err)
	}
	go first.Kill()
	second := start(t, l, spec)
	if address := ready(t, second); int(address.Port()) != port {
		t.Errorf("ready at %s", address)
	}
	if len(notices) > 0 {
		t.Errorf("second notice %q", <-notices)
	}
}

// Inside an instance the kernel refuses a second filter.
func TestMachineWithoutAddresses(t *testing.T) {
	l := onPorts(t)
	spec := helperSpec("nested", IsolationAuto)
	spec.Port = somePort(t)
	text, exit := run(t, l, spec)
	if exit.Code != 0 || !strings.HasSuffix(text, "tier: none\nexit: 0\n") ||
		strings.Count(text, "notice:") != 1 || !strings.Contains(text, "device or resource busy") {
		t.Errorf("auto: %q, %+v", text, exit)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	spec.Args[2], spec.Stderr = IsolationPorts, w
	_, exit = run(t, l, spec)
	w.Close()
	said, _ := io.ReadAll(r)
	if exit.Code != 1 || !strings.Contains(string(said), "isolation ports is not possible on this machine") {
		t.Errorf("ports: %q, %+v", said, exit)
	}
}

func TestSharedPortsNeverAStrangersListener(t *testing.T) {
	l := onSharedPorts(t, nil)
	port := somePort(t)
	listenAs(t, "127.0.0.1:"+strconv.Itoa(port))
	spec := helperSpec("sleep")
	spec.Port = port
	p := start(t, l, spec)
	select {
	case address := <-p.Ready():
		t.Errorf("ready at %s", address)
	case <-time.After(100 * time.Millisecond):
	}
}

func TestListenerIsNamed(t *testing.T) {
	port := somePort(t)
	if who := Listener(port); who != "" {
		t.Errorf("nobody's port is %q's", who)
	}
	listenAs(t, "127.0.0.1:"+strconv.Itoa(port))
	if who := Listener(port); !strings.Contains(who, strconv.Itoa(os.Getpid())) {
		t.Errorf("our port is %q's", who)
	}
}
