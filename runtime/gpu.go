package runtime

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// gpus shares the memory of this machine's GPUs out among the instances whose functions ask for some.
type gpus struct {
	mu     sync.Mutex
	asked  bool // whether the next two are known
	count  int
	memory int // MB, of all
	used   int // MB, of instances
}

// hold takes memory for an instance, which give returns. The notice is for the user.
func (g *gpus) hold(ctx context.Context, want *emulator.GPU) (notice string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.asked {
		g.count, g.memory = devices(ctx)
		g.asked = true
	}
	switch {
	case g.count == 0:
		return "there is no GPU here (nvidia-smi lists none): it runs on the CPU", nil
	case g.memory > 0 && g.used+want.Memory > g.memory:
		return "", emulator.Refuse(429, "ResourceExhausted", "gpuMemorySize %d MB does not fit: this machine's %d GPUs have %d MB, of which other instances hold %d MB",
			want.Memory, g.count, g.memory, g.used)
	}
	g.used += want.Memory
	return "", nil
}

func (g *gpus) give(want *emulator.GPU) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count > 0 {
		g.used -= want.Memory
	}
}

func (i *instance) holdGPU(ctx context.Context) error {
	want, _ := i.fn.GPU() // its form was checked when it was stored
	if want == nil {
		return nil
	}
	notice, err := i.pool.gpus.hold(ctx, want)
	i.pool.notice(i.fn, notice)
	return err
}

// giveGPU follows holdGPU once.
func (i *instance) giveGPU() {
	if want, _ := i.fn.GPU(); want != nil {
		i.pool.gpus.give(want)
	}
}

// devices asks the driver's tool for the GPUs and the sum of their memory in MB.
func devices(ctx context.Context) (count, memory int) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	output, err := exec.CommandContext(ctx, "nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits").Output()
	if err != nil {
		return 0, 0
	}
	for _, line := range strings.Fields(string(output)) {
		if size, err := strconv.Atoi(line); err == nil {
			count, memory = count+1, memory+size
		}
	}
	return count, memory
}
