package process

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// A start and end of /bin/true by os/exec is what the launcher's must stay near.
func BenchmarkPlainExec(b *testing.B) {
	for b.Loop() {
		command := exec.Command("/bin/true")
		command.Env = []string{"LC_ALL=C"}
		command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := command.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkStart(b *testing.B, port int) {
	l := newLauncher(b, Options{})
	if err := l.Warm(context.Background()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p, err := l.Start(context.Background(), Spec{Path: "/bin/true", Env: []string{"LC_ALL=C"}, Dir: "/", Port: port})
		if err != nil {
			b.Fatal(err)
		}
		<-p.Done()
		if p.Exit().Code != 0 {
			b.Fatal(p.Exit())
		}
	}
}

func BenchmarkStart(b *testing.B)            { benchmarkStart(b, 0) }
func BenchmarkStartWithAddress(b *testing.B) { benchmarkStart(b, 9000) }

func BenchmarkWarm(b *testing.B) {
	for b.Loop() {
		l, err := New(Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := l.(Warmer).Warm(context.Background()); err != nil {
			b.Fatal(err)
		}
		l.Close()
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
