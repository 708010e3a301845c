package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Baselines of a claim: the same interpreter, which waits on an inherited socket, then loads the
// function and answers.
const (
	nodeWaiting = "const fs = require('fs'), b = Buffer.alloc(65536);\nconst n = fs.readSync(3, b, 0, b.length);\n" +
		"require(process.argv[2]).handler(b.subarray(0, n)).then((v) => fs.writeSync(3, v));\n"
	pythonWaiting = "import sys, _socket\ns = _socket.socket(fileno=3)\nd = s.recv(65536)\nsys.path.insert(0, sys.argv[1])\n" +
		"import index\ns.send(index.handler(d, None))\ns.recv(1)\n"
)

// claimNode is C1, with C6 for Node.js.
func (b *bench) claimNode(ctx context.Context) ([]verdict, error) {
	return b.claim(ctx, claimed{runtime: "nodejs20", file: "index.js", echo: nodeEcho, script: "wait.js", waiting: nodeWaiting, module: "index.js", ratio: 3, memory: 14})
}

// claimPython is C3, with C6 for Python. Its bound on the ratio is not one of the goals: a zygote was expected.
func (b *bench) claimPython(ctx context.Context) ([]verdict, error) {
	return b.claim(ctx, claimed{runtime: "python3.10", file: "index.py", echo: pythonEcho, flags: []string{"-S", "-E"}, script: "wait.py", waiting: pythonWaiting, ratio: 6, memory: 4})
}

// claimed is a function whose first call finds an interpreter waiting.
type claimed struct {
	runtime, file, echo     string
	flags                   []string // of the interpreter
	script, waiting, module string   // the baseline's; module is below the folder of the function
	ratio, memory           float64  // bounds; MB
}

func (b *bench) claim(ctx context.Context, c claimed) ([]verdict, error) {
	script, err := b.file(c.script, c.waiting)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(b.work, "claimed-")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(folder+"/"+c.file, []byte(c.echo), 0o644); err != nil {
		return nil, err
	}
	interpreter, err := b.interpreterOf(ctx, c.runtime)
	if err != nil {
		return nil, err
	}
	emulator, err := b.emulator(ctx, "", "--spares", "1")
	if err != nil {
		return nil, err
	}
	defer emulator.stop()
	var times, ratios []float64
	var memory int64
	for i := range 5 * b.rounds {
		function := fmt.Sprintf("claimed-%d", i)
		if err := b.deployEcho(ctx, emulator, function, c.runtime, c.file, c.echo); err != nil {
			return nil, err
		}
		spare, err := awaitSpare(ctx, emulator)
		if err != nil {
			return nil, err
		}
		if memory, err = proportional(spare); err != nil {
			return nil, err
		}
		ours, err := once(invocation(emulator, function, 128))
		if err != nil {
			return nil, err
		}
		args := append(c.flags[:len(c.flags):len(c.flags)], script, strings.TrimSuffix(folder+"/"+c.module, "/"))
		theirs, err := bareClaim(interpreter, args...)
		if err != nil {
			return nil, err
		}
		times = append(times, float64(ours)/1e6)
		ratios = append(ratios, float64(ours)/float64(theirs))
	}
	return []verdict{
		{what: "first call, p50", value: median(times), unit: "ms", bound: 3, atMost: true},
		ratioAtMost("first call / bare interpreter that waits", median(ratios), c.ratio),
		{what: "waiting interpreter, proportional", value: float64(memory) / (1 << 20), unit: "MB", bound: c.memory, atMost: true},
	}, nil
}

// awaitSpare returns the process id of an interpreter that waits, once it has had time to get there.
func awaitSpare(ctx context.Context, emulator *started) (int, error) {
	for ctx.Err() == nil {
		response, err := http.Get("http://" + emulator.address + "/_fcemu/health")
		if err != nil {
			return 0, err
		}
		var health struct{ Spares []int }
		err = json.NewDecoder(response.Body).Decode(&health)
		_ = response.Body.Close()
		if err != nil {
			return 0, err
		}
		if len(health.Spares) > 0 {
			time.Sleep(150 * time.Millisecond) // the process is there; the interpreter comes up
			return health.Spares[0], nil
		}
		time.Sleep(time.Millisecond)
	}
	return 0, ctx.Err()
}

// proportional is the memory of a process, pages that it shares with others counted in parts.
func proportional(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "\nPss:")
	kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	return kilobytes << 10, err
}

// bareClaim measures from a word to an interpreter that waits for it until its answer.
func bareClaim(program string, args ...string) (time.Duration, error) {
	line, stop, err := onSocket(program, args...)
	if err != nil {
		return 0, err
	}
	defer stop()
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	err = exchange(line)
	return time.Since(start), err
}
