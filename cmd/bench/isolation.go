package main

import (
	"context"
	"os"
	"os/exec"
	"time"

	"github.com/fcemu/fcemu/runtime/process"
)

// isolation compares start and end of a program that does nothing, with address, /code, /opt and
// /tmp of its own, with the same by os/exec.
func (b *bench) isolation(ctx context.Context) ([]verdict, error) {
	launcher, err := process.New(process.Options{Isolation: process.IsolationFull, Executable: b.absolute()})
	if err != nil {
		return nil, err
	}
	defer launcher.Close()
	folder, err := os.MkdirTemp(b.work, "folder-")
	if err != nil {
		return nil, err
	}
	spec := process.Spec{Path: "/bin/true", Dir: "/code", Env: []string{"LC_ALL=C"}, Port: 9000,
		Mounts: &process.Mounts{Code: folder, Layers: []string{folder}, Tmp: 512 << 20}}
	var ratios []float64
	for i := range 50 * b.rounds {
		began := time.Now()
		if err := exec.CommandContext(ctx, spec.Path).Run(); err != nil {
			return nil, err
		}
		plain := time.Since(began)
		began = time.Now()
		started, err := launcher.Start(ctx, spec)
		if err != nil {
			return nil, err
		}
		<-started.Done()
		own := time.Since(began)
		started.Kill() // waits for the last traces, so that they do not count against os/exec
		if i > 0 {     // the first one starts the guardian
			ratios = append(ratios, float64(own)/float64(plain))
		}
	}
	return []verdict{ratioAtMost("isolated start of /bin/true / plain fork and exec", median(ratios), 2)}, nil
}
