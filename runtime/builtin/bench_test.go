package builtin

import (
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// echo is the smallest function of each language.
func echo(b *testing.B, id string) (*Kind, *emulator.Function, string) {
	b.Helper()
	if id[:4] == "node" {
		return NewNode(options(b, nil)), function(id, dispatch), codeDir(b, files{"index.js": "exports.handler = async (event) => event;\n"})
	}
	return NewPython(options(b, nil)), function(id, dispatch), codeDir(b, files{"index.py": "def handler(event, context):\n    return event\n"})
}

func BenchmarkEcho(b *testing.B) {
	for _, id := range []string{"python3.11", "nodejs20", "nodejs16"} {
		for _, size := range []int{128, 128 << 10} {
			b.Run(id+"/"+byteCount(size), func(b *testing.B) {
				kind, fn, dir := echo(b, id)
				if id == "nodejs16" {
					dir = codeDir(b, files{"index.js": "exports.handler = (event, context, callback) => callback(null, event);\n"})
				}
				i := launch(b, kind, fn, dir)
				go func() { _, _ = io.Copy(io.Discard, i.logs) }()
				measure(b, i, make([]byte, size))
			})
		}
	}
}

func byteCount(n int) string {
	if n >= 1<<10 {
		return "128KiB"
	}
	return "128B"
}

func measure(b *testing.B, i *instance, event []byte) {
	call := runtime.Call{Invocation: &emulator.Invocation{RequestID: "1-691f2d3a-1a2b3c4d-0123456789ab", Qualifier: "LATEST", Event: event}}
	invoke := func() {
		if _, err := i.session.Invoke(b.Context(), call, nil); err != nil {
			b.Fatal(err)
		}
	}
	for range 2000 {
		invoke()
	}
	b.ReportAllocs()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		invoke()
		took = append(took, time.Since(began))
	}
	report(b, took, "")
}

func report(b *testing.B, took []time.Duration, name string) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, name+"p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, name+"p99-µs")
}

// BenchmarkColdStart compares spawn to first reply with the start and end of a bare interpreter, in turn.
func BenchmarkColdStart(b *testing.B) {
	for id, bare := range map[string][]string{
		"python3.11": {"-S", "-E", "-c", "pass"},
		"nodejs20":   {"-e", "0"},
	} {
		b.Run(id, func(b *testing.B) {
			kind, fn, dir := echo(b, id)
			found, _, err := kind.options.Interpreters.Find(id)
			if err != nil {
				b.Skip(err)
			}
			var cold, base []time.Duration
			for b.Loop() {
				began := time.Now()
				i := launch(b, kind, fn, dir)
				call := runtime.Call{Invocation: &emulator.Invocation{RequestID: "r", Event: []byte("x")}}
				if _, err := i.session.Invoke(b.Context(), call, nil); err != nil {
					b.Fatal(err)
				}
				cold = append(cold, time.Since(began))
				i.close()
				began = time.Now()
				command := exec.Command(found.Path, bare...)
				command.Env = i.plan.Spec.Env // a certificate file alone costs Node.js 30 ms
				if err := command.Run(); err != nil {
					b.Fatal(err)
				}
				base = append(base, time.Since(began))
			}
			report(b, base, "bare-")
			report(b, cold, "cold-")
			b.ReportMetric(float64(cold[len(cold)/2])/float64(base[len(base)/2]), "ratio")
		})
	}
}

// BenchmarkPrepare is what fcemu itself adds to a cold start.
func BenchmarkPrepare(b *testing.B) {
	kind, fn, dir := echo(b, "python3.11")
	for b.Loop() {
		plan, err := kind.Prepare(fn, runtime.Place{CodeDir: dir, Env: []string{"PATH=/usr/bin", "HOME=" + filepath.Dir(dir)}})
		if err != nil {
			b.Fatal(err)
		}
		theirs, err := plan.Open()
		if err != nil {
			b.Fatal(err)
		}
		closeAll(theirs...)
		session, err := plan.Connect(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		session.Close()
	}
}
