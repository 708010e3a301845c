package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func count(c int) string { return strconv.Itoa(c) }

func (b *bench) binarySize(context.Context) ([]verdict, error) {
	info, err := os.Stat(b.fcemu)
	if err != nil {
		return nil, err
	}
	return []verdict{{what: "stripped, static", value: float64(info.Size()) / 1e6, unit: "MB", bound: 12, atMost: true, exact: true}}, nil
}

// spawn runs a command to its end and returns how long it took, the median of several.
func (b *bench) spawn(program string, args ...string) (time.Duration, error) {
	var times []float64
	for range 4 * b.rounds {
		start := time.Now()
		if output, err := exec.Command(program, args...).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%s: %w\n%s", program, err, output)
		}
		times = append(times, float64(time.Since(start)))
	}
	return time.Duration(median(times)), nil
}

// startTime measures start to accepting on a store with a million tasks, and --help beside a static
// Go program that prints one line.
func (b *bench) startTime(ctx context.Context) ([]verdict, error) {
	hello, err := b.buildHello()
	if err != nil {
		return nil, err
	}
	plain, err := b.spawn(hello)
	if err != nil {
		return nil, err
	}
	help, err := b.spawn(b.absolute(), "--help")
	if err != nil {
		return nil, err
	}
	folder, err := b.stored(ctx, 1_000_000)
	if err != nil {
		return nil, err
	}
	var times []float64
	for range b.rounds {
		took, err := b.startOnce(ctx, folder)
		if err != nil {
			return nil, err
		}
		times = append(times, float64(took.Microseconds())/1000)
	}
	return []verdict{
		{what: "start to accepting, 1 000 000 tasks stored", value: median(times), unit: "ms", bound: 10, atMost: true},
		ratioAtMost("--help / static hello", float64(help)/float64(plain), 2),
	}, nil
}

func (b *bench) buildHello() (string, error) {
	source, err := b.file("hello/main.go", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n")
	if err != nil {
		return "", err
	}
	program := filepath.Join(b.work, "hello", "hello")
	command := exec.Command("go", "build", "-ldflags", "-s -w", "-o", program, source)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, output)
	}
	return program, nil
}

// startOnce measures from the start of the process until the port accepts.
func (b *bench) startOnce(ctx context.Context, folder string) (time.Duration, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address := listener.Addr().String()
	_ = listener.Close()
	port := address[strings.LastIndex(address, ":")+1:]
	command := exec.CommandContext(ctx, b.absolute(), "start", "-q", "--port", port, "--data-dir", folder)
	command.Dir = b.work
	start := time.Now()
	if err := command.Start(); err != nil {
		return 0, err
	}
	defer (&started{command: command}).stop()
	for time.Since(start) < 20*time.Second {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			took := time.Since(start)
			return took, conn.Close()
		}
		time.Sleep(100 * time.Microsecond)
	}
	return 0, fmt.Errorf("the emulator did not accept within 20 s")
}

// idleMemory is the resident memory of the emulator and its helpers with a million tasks stored.
func (b *bench) idleMemory(ctx context.Context) ([]verdict, error) {
	folder, err := b.stored(ctx, 1_000_000)
	if err != nil {
		return nil, err
	}
	emulator, err := b.emulator(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer emulator.stop()
	time.Sleep(2 * time.Second) // idle means idle
	bytes, err := residentTree(emulator.command.Process.Pid)
	if err != nil {
		return nil, err
	}
	return []verdict{{what: "resident, 1 000 000 tasks stored", value: float64(bytes) / (1 << 20), unit: "MB", bound: 16, atMost: true}}, nil
}

// residentTree adds the resident memory of a process and its descendants.
func residentTree(pid int) (int64, error) {
	total, err := resident(pid)
	if err != nil {
		return 0, err
	}
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, child := range strings.Fields(string(children)) {
		if id, err := strconv.Atoi(child); err == nil {
			if bytes, err := residentTree(id); err == nil {
				total += bytes
			}
		}
	}
	return total, nil
}

// resident is the resident memory of one process.
func resident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}
