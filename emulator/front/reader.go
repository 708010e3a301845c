package front

import (
	"errors"
	"io"
	"net"
	"os"
)

// reader reads the connection. While a header is read it stops where that gets too long.
type reader struct {
	conn   net.Conn
	left   int64 // bytes that may still be read; negative: any number
	early  []byte
	first  [1]byte // room for early
	broken bool    // the client has left
}

// Read reads what has come early first.
func (r *reader) Read(p []byte) (int, error) {
	if len(r.early) > 0 {
		n := copy(p, r.early)
		r.early = r.early[n:]
		return n, nil
	}
	if r.left == 0 {
		return 0, io.EOF
	}
	if r.left > 0 {
		p = p[:min(int64(len(p)), r.left)]
	}
	n, err := r.conn.Read(p)
	if r.left > 0 {
		r.left -= int64(n)
	}
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		r.broken = true
	}
	return n, err
}
