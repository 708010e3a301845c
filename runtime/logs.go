package runtime

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

const (
	lineLimit  = 32 << 10 // bytes of one log line; longer ones are cut in pieces. Source: FC logs
	tailLimit  = 4096     // bytes of X-Fc-Log-Result before base64
	drainLimit = 64 << 10 // what a pipe holds: all that was written before an answer
	finishWait = 250 * time.Millisecond
)

type logBuffer [16 << 10]byte

// capture reads the output of one instance and tags it with the call that it belongs to.
//
// All reads and all marker lines happen under mu. So when an answer has arrived, draining the
// pipes under mu puts every line that was written before it in front of the End line.
type capture struct {
	log     func(emulator.LogLine)
	buffers *sync.Pool
	base    emulator.LogLine

	mu      sync.Mutex
	active  []*flight
	marks   bool
	streams [2]stream
}

// stream is one of the two pipes.
type stream struct {
	name string
	file *os.File
	raw  syscall.RawConn
	line []byte // the unfinished line
	done chan struct{}

	readable func(fd uintptr) bool // bound once: no allocation in a call
	drain    func(fd uintptr)
}

func newCapture(log func(emulator.LogLine), buffers *sync.Pool, base emulator.LogLine) *capture {
	return &capture{log: log, buffers: buffers, base: base}
}

// pipes are the ends of standard output and error, of one side.
type pipes [2]*os.File

// openPipes makes the pipes of a program.
func openPipes() (read, write pipes, err error) {
	for n := range read {
		if read[n], write[n], err = os.Pipe(); err != nil {
			read.close()
			write.close()
			return pipes{}, pipes{}, err
		}
		// Programs expect to block on a full pipe.
		_ = syscall.SetNonblock(int(write[n].Fd()), false)
	}
	return read, write, nil
}

func (p *pipes) close() {
	for _, file := range p {
		if file != nil {
			_ = file.Close()
		}
	}
}

// take makes the pipes those of the instance.
func (c *capture) take(read pipes, marks bool) {
	for n, name := range [2]string{"stdout", "stderr"} {
		c.bind(&c.streams[n], name, read[n])
	}
	c.marks = marks
}

func (c *capture) bind(s *stream, name string, reader *os.File) {
	s.name, s.file, s.done = name, reader, make(chan struct{})
	s.raw, _ = reader.SyscallConn() // fails for closed files only
	s.readable = func(fd uintptr) bool { return c.readAll(s, fd) }
	s.drain = func(fd uintptr) { c.readSome(s, fd, drainLimit) }
}

// abandon closes pipes that no process will use.
func (c *capture) abandon() {
	for n := range c.streams {
		if s := &c.streams[n]; s.file != nil {
			_ = s.file.Close()
			s.file = nil
		}
	}
}

// read starts one reader for each pipe; they end with the process.
func (c *capture) read() {
	for n := range c.streams {
		s := &c.streams[n]
		go func() {
			_ = s.raw.Read(s.readable)
			close(s.done)
		}()
	}
}

// readAll runs when a pipe has something. True ends the reader.
func (c *capture) readAll(s *stream, fd uintptr) bool {
	for {
		c.mu.Lock()
		n, err := c.readOnce(s, fd)
		c.mu.Unlock()
		switch {
		case errors.Is(err, syscall.EAGAIN):
			return false
		case err != nil || n == 0:
			return true
		}
	}
}

// readSome takes what lies in the pipe, at most limit bytes. It runs under mu.
func (c *capture) readSome(s *stream, fd uintptr, limit int) {
	for limit > 0 {
		n, err := c.readOnce(s, fd)
		if err != nil || n == 0 {
			return
		}
		limit -= n
	}
}

func (c *capture) readOnce(s *stream, fd uintptr) (int, error) {
	buffer := c.buffers.Get().(*logBuffer)
	defer c.buffers.Put(buffer)
	for {
		n, err := syscall.Read(int(fd), buffer[:])
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if n <= 0 {
			if err == nil {
				err = io.EOF
			}
			return 0, err
		}
		c.feed(s, buffer[:n])
		return n, nil
	}
}

// feed cuts data into lines.
func (c *capture) feed(s *stream, data []byte) {
	now := time.Now()
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n')
		part := data
		if end >= 0 {
			part = data[:end]
		}
		for len(s.line)+len(part) > lineLimit {
			room := lineLimit - len(s.line)
			c.emit(s.name, append(s.line, part[:room]...), now)
			s.line, part = s.line[:0], part[room:]
		}
		if end < 0 {
			s.line = append(s.line, part...)
			return
		}
		if len(s.line) > 0 {
			part = append(s.line, part...)
			s.line = part[:0]
		}
		c.emit(s.name, bytes.TrimSuffix(part, []byte("\r")), now)
		data = data[end+1:]
	}
}

// flush ends the unfinished lines.
func (c *capture) flush() {
	for n := range c.streams {
		s := &c.streams[n]
		if len(s.line) > 0 {
			c.emit(s.name, s.line, time.Now())
			s.line = nil
		}
	}
}

func (c *capture) emit(stream string, text []byte, now time.Time) {
	line := string(text)
	c.mark()
	c.put(stream, line, c.owner(line), now)
}

// owner is the only call in flight, or the one whose request id stands in the line.
func (c *capture) owner(line string) *flight {
	if len(c.active) == 1 {
		return c.active[0]
	}
	for _, f := range c.active {
		if strings.Contains(line, f.inv.RequestID) {
			return f
		}
	}
	return nil
}

func (c *capture) put(stream, text string, owner *flight, now time.Time) {
	line := c.base
	line.Time, line.Stream, line.Text = now, stream, text
	if owner != nil {
		line.RequestID, line.TaskID = owner.tag.RequestID, owner.tag.TaskID
		if owner.tag.Qualifier != "" {
			line.Qualifier = owner.tag.Qualifier
		}
		owner.keep(text)
	}
	c.log(line)
}

// keep appends to the tail, which may grow to twice its limit before it is cut.
func (f *flight) keep(text string) {
	if !f.keepTail {
		return
	}
	f.tail = append(append(f.tail, text...), '\n')
	if len(f.tail) > 2*tailLimit {
		f.tail = append(f.tail[:0], f.tail[len(f.tail)-tailLimit:]...)
	}
}

func lastBytes(tail []byte) []byte { return tail[max(0, len(tail)-tailLimit):] }
