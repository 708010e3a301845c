package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// manyCallers is W6: more callers than one instance takes, all the time.
func (b *bench) manyCallers(ctx context.Context) ([]verdict, error) {
	ours, emulator, err := b.server(ctx)
	if err != nil {
		return nil, err
	}
	defer emulator.stop()
	ours.body = make([]byte, 128)
	before, err := resident(emulator.command.Process.Pid)
	if err != nil {
		return nil, err
	}
	measured, err := drive(ctx, ours, 256, 60*b.span)
	if err != nil {
		return nil, err
	}
	peak, err := peakResident(emulator.command.Process.Pid)
	if err != nil {
		return nil, err
	}
	return []verdict{noErrors("256 callers", measured.errors), more("256 callers: resident", peak-before, 64)}, nil
}

// idleSockets is W7: a thousand WebSockets on which nothing is said, then one word on each.
func (b *bench) idleSockets(ctx context.Context) ([]verdict, error) {
	ours, emulator, err := b.server(ctx)
	if err != nil {
		return nil, err
	}
	defer emulator.stop()
	before, err := resident(emulator.command.Process.Pid)
	if err != nil {
		return nil, err
	}
	const sockets = 1000
	failed, open := 0, make([]net.Conn, 0, sockets)
	for range sockets {
		conn, err := dialSocket(ours)
		if err != nil {
			failed++
			continue
		}
		defer conn.Close()
		open = append(open, conn)
	}
	time.Sleep(2 * time.Second) // idle means idle
	idle, err := resident(emulator.command.Process.Pid)
	if err != nil {
		return nil, err
	}
	for _, conn := range open {
		if !echoes(conn) {
			failed++
		}
	}
	return []verdict{noErrors("1 000 WebSockets", failed), more("1 000 idle WebSockets: resident", idle-before, 32)}, nil
}

// server starts an emulator with a warm custom runtime.
func (b *bench) server(ctx context.Context) (ours target, emulator *started, err error) {
	if emulator, err = b.emulator(ctx, ""); err != nil {
		return ours, nil, err
	}
	ours = target{address: emulator.address, path: "/proxy/custom/"}
	if err = b.deployServer(ctx, emulator, "custom"); err == nil {
		_, err = drive(ctx, ours, 1, b.span/2)
	}
	if err != nil {
		emulator.stop()
	}
	return ours, emulator, err
}

func more(what string, bytes int64, bound float64) verdict {
	return verdict{what: what + ", more than before", value: float64(bytes) / (1 << 20), unit: "MB", bound: bound, atMost: true}
}

func dialSocket(to target) (net.Conn, error) {
	conn, err := net.Dial("tcp", to.address)
	if err != nil {
		return nil, err
	}
	_, err = io.WriteString(conn, "GET "+to.path+" HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	if err == nil {
		var answer *http.Response
		answer, err = http.ReadResponse(bufio.NewReader(conn), nil)
		if err == nil && answer.StatusCode != http.StatusSwitchingProtocols {
			err = fmt.Errorf("status %d", answer.StatusCode)
		}
	}
	if err != nil {
		_ = conn.Close()
	}
	return conn, err
}

func echoes(conn net.Conn) bool {
	answer := make([]byte, 4)
	if _, err := io.WriteString(conn, "word"); err != nil {
		return false
	}
	_, err := io.ReadFull(conn, answer)
	return err == nil && string(answer) == "word"
}

// peakResident is the most resident memory that a process has had.
func peakResident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kib int64
	_, err = fmt.Sscan(rest, &kib)
	return kib << 10, err
}
