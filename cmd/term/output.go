package term

import (
	"io"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// output is standard output. It remembers the first write that failed, since most who print do not look.
type output struct {
	io.Writer
	mu     sync.Mutex
	lost   error
	onLoss func(error)
}

// Write writes to standard output.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil {
		o.lose(err)
	}
	return n, err
}

func (o *output) lose(err error) {
	o.mu.Lock()
	first := o.lost == nil
	if first {
		o.lost = err
	}
	told := o.onLoss
	o.mu.Unlock()
	if first && told != nil {
		told(err)
	}
}

// OnLoss has told called at the first write to standard output that fails.
func (t *Terminal) OnLoss(told func(error)) {
	if o, ok := t.Out.(*output); ok {
		o.mu.Lock()
		o.onLoss = told
		o.mu.Unlock()
	}
}

// Lost is why standard output could not be written, or nil.
func (t *Terminal) Lost() error {
	o, ok := t.Out.(*output)
	if !ok {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lost
}

// Plain is standard output as another program takes it.
func (t *Terminal) Plain() io.Writer {
	if o, ok := t.Out.(*output); ok {
		return o.Writer
	}
	return t.Out
}

// Follow is for a command that goes on printing until somebody ends it: in a pipe that nobody reads any
// more it has lost its output at once, not with the next line.
func (t *Terminal) Follow() {
	o, ok := t.Out.(*output)
	if !ok {
		return
	}
	file, ok := o.Writer.(*os.File)
	if !ok {
		return
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return
	}
	go func() {
		ends := []unix.PollFd{{Fd: int32(file.Fd())}} // no event but the end
		for {
			switch n, err := unix.Poll(ends, -1); {
			case err == syscall.EINTR:
			case err != nil:
				return
			case n > 0:
				o.lose(syscall.EPIPE)
				return
			}
		}
	}()
}
