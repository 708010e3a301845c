package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/front"
	"github.com/fcemu/fcemu/runtime/process"
)

// listen opens the port that a flag names. A taken one is told with its holder and the next step.
func listen(host string, port int, flag string) (net.Listener, error) {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	listener, err := net.Listen("tcp", address)
	if err == nil {
		return listener, nil
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is taken by %s; stop it, or let fcemu choose one with %s 0", port, holder(address, port), flag)
	}
	return nil, fmt.Errorf("cannot listen on %s: %w; choose another --host or %s", address, rootCause(err), flag)
}

// reachable is the address to call a listener at: of one on all addresses, that of this machine.
func reachable(listener net.Listener) string {
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if ip := net.ParseIP(host); err != nil || !ip.IsUnspecified() {
		return listener.Addr().String()
	}
	return net.JoinHostPort(DefaultHost, port)
}

// holder names the process that listens on a port as well as this machine can tell.
func holder(address string, port int) string {
	client := http.Client{Timeout: 500 * time.Millisecond}
	if answer, err := client.Get("http://" + address + "/_fcemu/health"); err == nil {
		defer answer.Body.Close()
		var health struct {
			PID     int
			DataDir string
		}
		if json.NewDecoder(answer.Body).Decode(&health) == nil && health.PID != 0 {
			return fmt.Sprintf("another fcemu (pid %d, state in %s)", health.PID, health.DataDir)
		}
	}
	if name := process.Listener(port); name != "" {
		return name
	}
	return "another program"
}

func rootCause(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}

// server is the HTTP server of the ports. It has no write time-out, since answers stream.
func server(handler http.Handler, requests context.Context, log func(line string)) *front.Server {
	return &front.Server{
		Handler:       handler,
		HeaderTimeout: 10 * time.Second,
		IdleTimeout:   3 * time.Minute,
		MaxHeader:     68 << 10, // the rules of 8 KB and 4 KB are FC's and answered as such
		Base:          requests,
		Gone:          emulator.ErrClientGone,
		Log:           log,
	}
}
