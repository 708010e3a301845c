package runtime

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/runtime/process"
)

// elsewherePatience is how long a program may listen on the wrong port before the user is told.
const elsewherePatience = 3 * time.Second

// listening waits until the program listens on port.
func (i *instance) listening(ctx context.Context, port int) (netip.AddrPort, *failure) {
	defer time.AfterFunc(elsewherePatience, func() { i.pool.notice(i.fn, i.elsewhere(port)) }).Stop()
	select {
	case address, ok := <-i.process.Ready():
		if ok {
			return address, nil
		}
		<-ctx.Done()
	case <-ctx.Done():
	}
	if fault := i.startEnded(port); fault != nil {
		return netip.AddrPort{}, fault
	}
	hint := i.elsewhere(port)
	i.kill()
	wait(i.gone, goneWait)
	return netip.AddrPort{}, serverNotListening(port, i.pool.options.StartLimit, i.logs.startText()+hint)
}

// elsewhere says on which other ports the program listens, if it does.
func (i *instance) elsewhere(port int) string {
	inspector, ok := i.process.(process.Inspector)
	if !ok {
		return ""
	}
	var ports []string
	for _, address := range inspector.Listening() {
		if int(address.Port()) != port {
			ports = append(ports, strconv.Itoa(int(address.Port())))
		}
	}
	if len(ports) == 0 {
		return ""
	}
	config := "customRuntimeConfig"
	if image, _ := i.fn.Container(); image != nil {
		config = "customContainerConfig"
	}
	return fmt.Sprintf("The program listens on port %s, but it is expected on port %d: change one or the other (%s.port, FC_SERVER_PORT).",
		strings.Join(ports, ", "), port, config)
}

// readyProcess yields again the address that the pool has taken from Ready.
type readyProcess struct {
	process.Process
	address netip.AddrPort
}

func (p readyProcess) Ready() <-chan netip.AddrPort {
	ready := make(chan netip.AddrPort, 1)
	ready <- p.address
	return ready
}

// taken says that somebody else has the port of a program that has ended, which must share this machine's.
func (i *instance) taken(port int) string {
	if i.pool.options.Launcher.Capabilities().Ports == "" {
		return ""
	}
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(port))
	if err == nil {
		_ = listener.Close()
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return ""
	}
	return fmt.Sprintf("Port %d of this machine is in use by another program, and programs share its ports here: end that one, "+
		"or let this one listen on $FC_SERVER_PORT; 'fcemu doctor' tells more.\n", port)
}
