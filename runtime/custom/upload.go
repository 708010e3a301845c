package custom

import (
	"errors"
	"io"
	"net"
	"strconv"
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// upload sends a long body while the answer is being read.
type upload struct {
	buffers *sync.Pool
	done    chan struct{}
	// Set when done is closed.
	whole   bool
	bodyErr error // reading the body failed, as emulator.ErrClientGone
}

// run copies the body. A body that breaks off ends the connection, so that the server does not
// take it for whole.
func (u *upload) run(conn net.Conn, r *request) {
	buffer := u.buffers.Get().(*[]byte)
	defer u.buffers.Put(buffer)
	var err error
	if r.length < 0 {
		if err = uploadChunks(conn, r.stream, *buffer); err == nil {
			_, err = conn.Write(r.appendTrailer((*buffer)[:0]))
		}
	} else {
		err = uploadLength(conn, r.stream, r.length, *buffer)
	}
	u.whole = err == nil
	gone := errors.Is(err, emulator.ErrClientGone)
	if gone {
		u.bodyErr = err
	}
	close(u.done)
	if gone {
		_ = conn.Close()
	}
}

func (u *upload) finished() bool {
	select {
	case <-u.done:
		return true
	default:
		return false
	}
}

func uploadLength(conn net.Conn, body io.Reader, left int64, buffer []byte) error {
	for left > 0 {
		n, err := body.Read(buffer[:min(left, int64(len(buffer)))])
		if n > 0 {
			if _, err := conn.Write(buffer[:n]); err != nil {
				return err
			}
			left -= int64(n)
		}
		if err != nil && left > 0 {
			return clientGone(unexpected(err))
		}
	}
	return nil
}

// appendTrailer writes the last chunk and the fields behind it.
func (r *request) appendTrailer(b []byte) []byte {
	b = append(b, "0\r\n"...)
	if r.trailer != nil {
		for key, values := range r.trailer() {
			if !isToken(key) || dropped(key) {
				continue
			}
			for _, value := range values {
				b = appendLine(b, key, value)
			}
		}
	}
	return append(b, "\r\n"...)
}

// uploadChunks sends each read as one chunk, with room for the size line in front of it.
func uploadChunks(conn net.Conn, body io.Reader, buffer []byte) error {
	const front = 18 // 16 hex digits and the line end
	for {
		n, err := body.Read(buffer[front : len(buffer)-2])
		if n > 0 {
			size := strconv.AppendInt(nil, int64(n), 16)
			start := front - 2 - len(size)
			copy(buffer[start:], size)
			copy(buffer[front-2:], "\r\n")
			copy(buffer[front+n:], "\r\n")
			if _, err := conn.Write(buffer[start : front+n+2]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return clientGone(err)
		}
	}
}
