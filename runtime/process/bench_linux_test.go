package process

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"
)

// benchmarkStart measures start and end of /bin/true, turn by turn with the same by os/exec, so
// that both see the same machine. It reports medians and their ratio.
func benchmarkStart(b *testing.B, isolation string, port int, mounts *Mounts) {
	l := newLauncher(b, Options{Isolation: isolation})
	if err := l.Warm(context.Background()); err != nil {
		b.Fatal(err)
	}
	var plain, ours []time.Duration
	for b.Loop() {
		began := time.Now()
		command := exec.Command("/bin/true")
		command.Env = []string{"LC_ALL=C"}
		command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := command.Run(); err != nil {
			b.Fatal(err)
		}
		plain = append(plain, time.Since(began))
		began = time.Now()
		p, err := l.Start(context.Background(), Spec{Path: "/bin/true", Env: []string{"LC_ALL=C"}, Dir: "/", Port: port, Mounts: mounts})
		if err != nil {
			b.Fatal(err)
		}
		<-p.Done()
		ours = append(ours, time.Since(began))
		p.Kill() // waits for the last traces, so that they are not counted against os/exec
	}
	slices.Sort(plain)
	slices.Sort(ours)
	own, base := ours[len(ours)/2], plain[len(plain)/2]
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(base.Microseconds()), "plain-µs")
	b.ReportMetric(float64(own.Microseconds()), "start-µs")
	b.ReportMetric(float64(own)/float64(base), "ratio")
}

func BenchmarkStart(b *testing.B)            { benchmarkStart(b, IsolationNone, 0, nil) }
func BenchmarkStartWithAddress(b *testing.B) { benchmarkStart(b, IsolationPorts, 9000, nil) }
func BenchmarkStartWithPaths(b *testing.B) {
	benchmarkStart(b, IsolationFull, 0, &Mounts{Code: b.TempDir(), Tmp: 1 << 20})
}
func BenchmarkStartWithAll(b *testing.B) {
	layers := []string{b.TempDir(), b.TempDir(), b.TempDir()}
	benchmarkStart(b, IsolationFull, 9000, &Mounts{Code: b.TempDir(), Layers: layers, Tmp: 1 << 20})
}

func BenchmarkMount(b *testing.B) {
	l := newLauncher(b, Options{Isolation: IsolationFull})
	for b.Loop() {
		b.StopTimer()
		p := start(b, l, Spec{Path: "/bin/sleep", Args: []string{"1000"}, Env: os.Environ(), Dir: "/", Mounts: &Mounts{}})
		mounts := Mounts{Code: "/usr", Tmp: 1 << 20}
		b.StartTimer()
		if err := p.Mount(context.Background(), mounts); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		p.Kill()
		b.StartTimer()
	}
}

func BenchmarkThaw(b *testing.B) { benchmarkSleeper(b, func(p *child) { p.Freeze(); p.Thaw() }) }

func BenchmarkWarm(b *testing.B) {
	for b.Loop() {
		l, err := New(Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := l.(Warmer).Warm(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		l.Close()
		b.StartTimer()
	}
}

func benchmarkSleeper(b *testing.B, do func(p *child)) {
	p := start(b, newLauncher(b, Options{}), helperSpec("sleep"))
	for b.Loop() {
		do(p)
	}
}

func BenchmarkMemory(b *testing.B)    { benchmarkSleeper(b, func(p *child) { p.Memory() }) }
func BenchmarkFootprint(b *testing.B) { benchmarkSleeper(b, func(p *child) { p.Footprint() }) }

func BenchmarkKill(b *testing.B) {
	l := newLauncher(b, Options{})
	for b.Loop() {
		b.StopTimer()
		p := start(b, l, Spec{Path: "/bin/sleep", Args: []string{"1000"}, Env: os.Environ(), Dir: "/"})
		b.StartTimer()
		p.Kill()
	}
}
