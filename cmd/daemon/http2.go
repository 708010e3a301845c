package daemon

import (
	"encoding/binary"
	"io"
	"net/http"
	"sync"
	"time"
)

// HTTP/2, RFC 9113.
const (
	frameSettings    = 0x4
	frameGoAway      = 0x7
	http11Required   = 0xd
	settingsPatience = time.Second // for what the client has sent before it reads that it need not
)

const noHTTP2 = "this endpoint speaks HTTP/1.1 only, so gRPC and HTTP/2 without TLS (h2c) do not reach functions"

// withoutHTTP2 answers clients that begin with HTTP/2 in their own protocol: go away, HTTP/1.1 is
// required, and why. Those that merely offer it (Upgrade: h2c) are served over HTTP/1.1.
func withoutHTTP2(next http.Handler, notice func(text string)) http.Handler {
	var once sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			next.ServeHTTP(w, r)
			return
		}
		if notice != nil {
			once.Do(func() { notice("a client spoke HTTP/2 and was refused: " + noHTTP2) })
		}
		goAway(w)
	})
}

// goAway ends a connection of HTTP/2 in good order, so that the client gets to read the reason.
func goAway(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // the client has gone
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(settingsPatience))
	reason := binary.BigEndian.AppendUint32(make([]byte, 4), http11Required) // behind the last stream: none
	frames := appendFrame(appendFrame(nil, frameSettings, nil), frameGoAway, append(reason, noHTTP2...))
	if _, err := conn.Write(frames); err != nil {
		return
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, conn) // closing on unread bytes would take the reason away
	}
}

// appendFrame writes a frame of the whole connection, which is stream 0.
func appendFrame(b []byte, kind byte, payload []byte) []byte {
	size := len(payload)
	b = append(b, byte(size>>16), byte(size>>8), byte(size), kind, 0, 0, 0, 0, 0)
	return append(b, payload...)
}
