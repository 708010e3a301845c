package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Baselines of a cold start: the same interpreter, one inherited socket, one answer.
const (
	nodeBare   = "const s = new (require('net').Socket)({fd: 3, readable: true, writable: true});\ns.on('data', (d) => s.write(d));\n"
	pythonBare = "import _socket\ns = _socket.socket(fileno=3)\nwhile True:\n    d = s.recv(65536)\n    if not d:\n        break\n    s.send(d)\n"
)

func (b *bench) coldNode(ctx context.Context) ([]verdict, error) {
	script, err := b.file("bare.js", nodeBare)
	if err != nil {
		return nil, err
	}
	interpreter, err := b.interpreterOf(ctx, "nodejs20")
	if err != nil {
		return nil, err
	}
	ratio, err := b.coldRatio(ctx, "node", "nodejs20", "index.js", nodeEcho, func() (time.Duration, error) {
		return bareStart(interpreter, script)
	})
	return []verdict{ratioAtMost("first invocation / bare node on an inherited socket", ratio, 1.10)}, err
}

func (b *bench) coldPython(ctx context.Context) ([]verdict, error) {
	script, err := b.file("bare.py", pythonBare)
	if err != nil {
		return nil, err
	}
	interpreter, err := b.interpreterOf(ctx, "python3.10")
	if err != nil {
		return nil, err
	}
	ratio, err := b.coldRatio(ctx, "python", "python3.10", "index.py", pythonEcho, func() (time.Duration, error) {
		return bareStart(interpreter, "-S", "-E", "-I", script)
	})
	return []verdict{ratioAtMost("first invocation / bare python -S -E on an inherited socket", ratio, 1.3)}, err
}

// coldRatio deploys a fresh function for each look, so that its first invocation is cold.
func (b *bench) coldRatio(ctx context.Context, name, runtime, file, text string, base func() (time.Duration, error)) (float64, error) {
	emulator, err := b.emulator(ctx, "")
	if err != nil {
		return 0, err
	}
	defer emulator.stop()
	var ratios []float64
	for i := range 3 * b.rounds {
		function := fmt.Sprintf("%s-%d", name, i)
		if err := b.deployEcho(ctx, emulator, function, runtime, file, text); err != nil {
			return 0, err
		}
		ours, err := once(invocation(emulator, function, 128))
		if err != nil {
			return 0, err
		}
		theirs, err := base()
		if err != nil {
			return 0, err
		}
		if i > 0 { // the first look also resolves the interpreter
			ratios = append(ratios, float64(ours)/float64(theirs))
		}
	}
	return median(ratios), nil
}

// once makes one request on a fresh connection and returns how long it took.
func once(t target) (time.Duration, error) {
	start := time.Now()
	request, err := http.NewRequest("POST", "http://"+t.address+t.path, strings.NewReader(string(t.body)))
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", response.StatusCode, answer)
	}
	return time.Since(start), err
}

// bareStart starts a program on an inherited socket and waits for its first answer.
func bareStart(program string, args ...string) (time.Duration, error) {
	start := time.Now()
	line, stop, err := onSocket(program, args...)
	if err != nil {
		return 0, err
	}
	defer stop()
	err = exchange(line)
	return time.Since(start), err
}

// onSocket starts a program with one end of a socket as its descriptor 3, and returns the other.
func onSocket(program string, args ...string) (line *os.File, stop func(), err error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, err
	}
	syscall.CloseOnExec(pair[0])
	syscall.CloseOnExec(pair[1])
	line, theirs := os.NewFile(uintptr(pair[0]), "ours"), os.NewFile(uintptr(pair[1]), "theirs")
	defer theirs.Close()
	command := exec.Command(program, args...)
	command.ExtraFiles, command.Stderr = []*os.File{theirs}, os.Stderr
	if err := command.Start(); err != nil {
		_ = line.Close()
		return nil, nil, err
	}
	return line, func() { _, _, _ = line.Close(), command.Process.Kill(), command.Wait() }, nil
}

// exchange says something and waits for an answer.
func exchange(line *os.File) error {
	if _, err := line.Write(make([]byte, 128)); err != nil {
		return err
	}
	_, err := line.Read(make([]byte, 128))
	return err
}

// coldGo compares the first invocation of a static program with a bare start that polls its port.
func (b *bench) coldGo(ctx context.Context) ([]verdict, error) {
	emulator, err := b.emulator(ctx, "")
	if err != nil {
		return nil, err
	}
	defer emulator.stop()
	var ratios []float64
	for i := range 3 * b.rounds {
		name := fmt.Sprintf("custom-%d", i)
		if err := b.deployServer(ctx, emulator, name); err != nil {
			return nil, err
		}
		ours, err := once(target{address: emulator.address, path: "/proxy/" + name + "/", body: make([]byte, 128)})
		if err != nil {
			return nil, err
		}
		theirs, err := barePoll()
		if err != nil {
			return nil, err
		}
		if i > 0 {
			ratios = append(ratios, float64(ours)/float64(theirs))
		}
	}
	return []verdict{ratioAtMost("first call / bare start and poll", median(ratios), 1.5)}, nil
}

func barePoll() (time.Duration, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address := free.Addr().String()
	_ = free.Close()
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	command := exec.Command(program, "__echo")
	command.Env = append(os.Environ(), "FC_SERVER_PORT="+address[strings.LastIndex(address, ":")+1:])
	if err := command.Start(); err != nil {
		return 0, err
	}
	defer func() { _ = command.Process.Kill(); _ = command.Wait() }()
	for time.Since(start) < 10*time.Second {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			_, err = once(target{address: address, path: "/", body: make([]byte, 128)})
			return time.Since(start), err
		}
		time.Sleep(200 * time.Microsecond)
	}
	return 0, fmt.Errorf("the bare server did not listen")
}

// interpreterOf asks the emulator which interpreter serves a runtime id.
func (b *bench) interpreterOf(ctx context.Context, id string) (string, error) {
	output, err := exec.CommandContext(ctx, b.absolute(), "doctor", "-o", "json").Output()
	if err != nil {
		return "", err
	}
	var report struct {
		Interpreters []struct {
			Path     string
			Runtimes []string
		}
	}
	if err := json.Unmarshal(output, &report); err != nil {
		return "", err
	}
	for _, found := range report.Interpreters {
		if slices.Contains(found.Runtimes, id) {
			return found.Path, nil
		}
	}
	return "", fmt.Errorf("no interpreter serves %s", id)
}
