//go:build crashpoints

package crash

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// Variable names the point to die at, and after a colon the how manieth pass of it: accepted:3.
const Variable = "FCEMU_CRASH_AT"

type plan struct {
	point Point
	left  atomic.Int64
}

// planned reads the environment once.
var planned = sync.OnceValue(func() *plan {
	point, count, _ := strings.Cut(os.Getenv(Variable), ":")
	p := &plan{point: Point(point)}
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		n = 1
	}
	p.left.Store(n)
	return p
})

// At kills this process as a power cut would, if this is the pass of the point that was asked for.
func At(point Point) {
	p := planned()
	if p.point != point || p.left.Add(-1) != 0 {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // the signal arrives; nothing more must happen here
}
