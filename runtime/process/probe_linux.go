package process

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"
)

const (
	probeID   = -1                    // of the instance that tries the addresses out
	probePort = 49151                 // any; a taken port is part of what is tried
	probeTime = 5 * time.Second       // a program that does nothing else needs milliseconds
	probeWord = "FCEMU_PROBE_ADDRESS" // tells the probe where it should find itself
)

// tryAddresses starts a program just as functions are started, and looks whether it got the
// address that it should get.
func (g *guardian) tryAddresses(ask *message) error {
	news := make(chan *message, 8)
	g.start(&message{
		ID:      probeID,
		Path:    selfExecutable,
		Args:    []string{GuardianCommand, probeCommand},
		Dir:     "/",
		Env:     append(os.Environ(), probeWord+"="+ask.Address),
		Address: ask.Address,
		Tag:     ask.Tag,
	}, nil, func(m *message) { news <- m })
	defer g.kill(probeID)
	late := time.After(probeTime)
	listened := false
	for {
		select {
		case m := <-news:
			switch {
			case m.Kind == tellStarted && m.Code != 0, m.Kind == tellTrouble:
				return errors.New(m.Text)
			case m.Kind == tellListen:
				listened = m.Port == probePort
			case m.Kind == tellExit && m.Code == 0 && listened:
				return nil
			case m.Kind == tellExit:
				return fmt.Errorf("a program that should have got an address of its own did not (exit %d)", m.Code)
			}
		case <-late:
			return errors.New("a program that should have got an address of its own does not answer")
		}
	}
}

// probeMain is the program of tryAddresses: it serves on all addresses and calls itself.
func probeMain() int {
	port := strconv.Itoa(probePort)
	listener, err := net.Listen("tcp4", "0.0.0.0:"+port)
	if err != nil {
		return 2
	}
	host, _, _ := net.SplitHostPort(listener.Addr().String())
	if host != os.Getenv(probeWord) {
		return 3
	}
	go func() {
		if conn, err := listener.Accept(); err == nil {
			_, _ = io.WriteString(conn, probeWord)
			conn.Close()
		}
	}()
	conn, err := net.DialTimeout("tcp4", "127.0.0.1:"+port, probeTime)
	if err != nil {
		return 4
	}
	defer conn.Close()
	if heard, _ := io.ReadAll(conn); string(heard) != probeWord {
		return 5
	}
	return 0
}
