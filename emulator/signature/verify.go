package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Verify lets only those API requests through that one of the keys signed. refuse answers the
// others. Where a request names the hash of its body, reading a different body ends in an
// *emulator.Error.
func Verify(next http.Handler, keys func() Keys, clock emulator.Clock, refuse func(http.ResponseWriter, *http.Request, *emulator.Error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refusal := Check(r, API, keys(), clock.Now())
		if refusal == nil {
			checked := *r
			r = &checked
			_, refusal = HoldBody(r)
		}
		if refusal != nil {
			refuse(w, r, refusal)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// HoldBody holds the sender of a request that was let in to the hash of the body in its header. True:
// reading a body that is not the signed one ends in an *emulator.Error from now on. A body that is known
// to be another one is refused at once.
func HoldBody(r *http.Request) (held bool, refusal *emulator.Error) {
	given := r.Header.Get(contentHash)
	if given == "" || !strings.HasPrefix(r.Header.Get("Authorization"), schemeACS3) {
		return false, nil
	}
	empty := r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0
	want, err := hex.DecodeString(given)
	if err != nil || len(want) != sha256.Size || empty && hex.EncodeToString(want) != hexHash(nil) {
		return false, notMatch()
	}
	if empty {
		return false, nil
	}
	r.Body = &checkedBody{ReadCloser: r.Body, left: r.ContentLength, hash: sha256.New(), want: want}
	return true, nil
}

// checkedBody fails the read that reaches the end where the body is not the one that was signed.
type checkedBody struct {
	io.ReadCloser
	left int64 // bytes; negative: unknown, the end is io.EOF
	hash hash.Hash
	want []byte
}

// Read reads from the body.
func (b *checkedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.hash.Write(p[:n])
	atEnd := err == io.EOF
	if b.left >= 0 {
		b.left -= int64(n)
		atEnd = atEnd || b.left <= 0
	}
	if atEnd && string(b.hash.Sum(nil)) != string(b.want) {
		return 0, notMatch()
	}
	return n, err
}
