package custom

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"syscall"

	"github.com/fcemu/fcemu/runtime"
)

const (
	readSize  = 8 << 10
	headLimit = 256 << 10 // bytes of an answer's header; the gateway's own limit is far below
	lineLimit = 4 << 10   // of a chunk's size line
)

// conn is one keep-alive connection to the server.
type conn struct {
	net   net.Conn
	raw   syscall.RawConn
	in    []byte // read and not consumed: in[start:end]
	out   []byte // scratch for the request's header
	vec   net.Buffers
	room  [2][]byte // what vec points to
	hangs wires     // of the request that is on its way

	start, end int
	quiet      bool // result of probe
	probe      func(fd uintptr) bool
}

func newConn(c net.Conn) *conn {
	out := &conn{net: c, in: make([]byte, readSize), out: make([]byte, 0, 2<<10)}
	if tcp, ok := c.(syscall.Conn); ok {
		out.raw, _ = tcp.SyscallConn() // fails for closed connections only
	}
	var one [1]byte
	out.probe = func(fd uintptr) bool {
		_, err := syscall.Read(int(fd), one[:])
		out.quiet = errors.Is(err, syscall.EAGAIN)
		return true
	}
	return out
}

// fresh tells whether an idle connection is still open and has nothing to say.
func (c *conn) fresh() bool {
	if c.raw == nil {
		return true
	}
	c.quiet = false
	return c.raw.Read(c.probe) == nil && c.quiet
}

// fill reads once. There must be room.
func (c *conn) fill() error {
	if c.start == c.end {
		c.start, c.end = 0, 0
	}
	n, err := c.net.Read(c.in[c.end:])
	c.end += n
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// block reads up to the empty line that ends a header. It is valid until the next read.
func (c *conn) block() ([]byte, error) {
	for {
		if n := headEnd(c.in[c.start:c.end]); n >= 0 {
			block := c.in[c.start : c.start+n]
			c.start += n
			return block, nil
		}
		if err := c.makeRoom(headLimit); err != nil {
			return nil, err
		}
		if err := c.fill(); err != nil {
			if c.end > c.start && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// makeRoom moves or grows the buffer so that more can be read behind what is there.
func (c *conn) makeRoom(limit int) error {
	if c.end < len(c.in) {
		return nil
	}
	if c.start > 0 {
		c.end = copy(c.in, c.in[c.start:c.end])
		c.start = 0
		return nil
	}
	if len(c.in) >= limit {
		return &runtime.BadAnswer{Reason: "the header is larger than " + strconv.Itoa(limit) + " bytes"}
	}
	grown := make([]byte, 2*len(c.in))
	copy(grown, c.in[:c.end])
	c.in = grown
	return nil
}

// line reads one short line without its end.
func (c *conn) line() ([]byte, error) {
	for {
		if n := bytes.IndexByte(c.in[c.start:c.end], '\n'); n >= 0 {
			line := bytes.TrimSuffix(c.in[c.start:c.start+n], []byte("\r"))
			c.start += n + 1
			return line, nil
		}
		if c.end-c.start >= lineLimit {
			return nil, malformed("a chunk")
		}
		if err := c.makeRoom(headLimit); err != nil {
			return nil, err
		}
		if err := c.fill(); err != nil {
			return nil, unexpected(err)
		}
	}
}

// copyLength passes n bytes on as they arrive.
func (c *conn) copyLength(dst io.Writer, n int64, big *[]byte) error {
	for n > 0 {
		if c.start == c.end && n > int64(len(c.in)) && big != nil {
			return c.copyBig(dst, n, *big)
		}
		if c.start == c.end {
			if err := c.fill(); err != nil {
				return unexpected(err)
			}
		}
		part := c.in[c.start:c.end]
		if int64(len(part)) > n {
			part = part[:n]
		}
		if _, err := dst.Write(part); err != nil {
			return err
		}
		c.start += len(part)
		n -= int64(len(part))
	}
	return nil
}

// copyBig goes around the small buffer.
func (c *conn) copyBig(dst io.Writer, n int64, buffer []byte) error {
	for n > 0 {
		got, err := c.net.Read(buffer[:min(n, int64(len(buffer)))])
		if got > 0 {
			if _, err := dst.Write(buffer[:got]); err != nil {
				return err
			}
			n -= int64(got)
			continue
		}
		if err != nil {
			return unexpected(err)
		}
	}
	return nil
}

// copyChunked passes chunks on as they arrive and drops extensions. It returns the trailer.
func (c *conn) copyChunked(dst io.Writer, big *[]byte) (map[string][]string, error) {
	for {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		size, err := chunkSize(line)
		if err != nil {
			return nil, err
		}
		if size == 0 {
			return c.trailer()
		}
		if err := c.copyLength(dst, size, big); err != nil {
			return nil, err
		}
		if line, err = c.line(); err != nil {
			return nil, err
		}
		if len(line) != 0 {
			return nil, malformed("a chunk")
		}
	}
}

// trailer reads the fields behind the last chunk. Those that are none, or that are not for the
// client, are left out.
func (c *conn) trailer() (fields map[string][]string, err error) {
	for range 256 {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			return fields, nil
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if key := string(name); ok && isToken(key) && !dropped(key) {
			if fields == nil {
				fields = map[string][]string{}
			}
			key = textproto.CanonicalMIMEHeaderKey(key)
			fields[key] = append(fields[key], string(bytes.Trim(value, " \t")))
		}
	}
	return nil, malformed("the trailer")
}

func chunkSize(line []byte) (int64, error) {
	digits, _, _ := bytes.Cut(line, []byte(";"))
	text := strings.TrimRight(string(digits), " \t")
	size, err := strconv.ParseUint(text, 16, 62)
	if err != nil || text[0] == '+' {
		return 0, malformed("a chunk")
	}
	return int64(size), nil
}

// copyAll passes on everything until the server closes the connection.
func (c *conn) copyAll(dst io.Writer) error {
	for {
		if c.start < c.end {
			if _, err := dst.Write(c.in[c.start:c.end]); err != nil {
				return err
			}
			c.start = c.end
		}
		if err := c.fill(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
