package oss

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// patience is how long a client may pause in sending a body.
const patience = time.Minute

// body is that of a request whose client must not fall silent: an upload that nobody ends keeps a file and a
// connection.
type body struct {
	io.ReadCloser
	control  *http.ResponseController
	patience time.Duration
	failed   error
}

func (s *Store) attended(w http.ResponseWriter, r *http.Request) io.ReadCloser {
	if r.Body == nil || r.Body == http.NoBody {
		return r.Body
	}
	limit := s.Patience
	if limit == 0 {
		limit = patience
	}
	return &body{ReadCloser: r.Body, control: http.NewResponseController(w), patience: limit}
}

func (b *body) Read(p []byte) (int, error) {
	if b.failed != nil {
		return 0, b.failed
	}
	_ = b.control.SetReadDeadline(time.Now().Add(b.patience)) // a connection without one has a client without pauses
	n, err := b.ReadCloser.Read(p)
	switch {
	case err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.failed = refuse(400, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout period.")
		err = b.failed
	default:
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
