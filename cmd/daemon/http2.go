package daemon

import (
	"bufio"
	"encoding/binary"
	"io"
	"net/http"
	"sync"
	"time"
)

// HTTP/2, RFC 9113.
const (
	frameHeaders   = 0x1
	frameSettings  = 0x4
	frameGoAway    = 0x7
	wholeAnswer    = 0x4 | 0x1 // the flags END_HEADERS and END_STREAM
	http11Required = 0xd
	maxStream      = 1<<31 - 1
	prefaceRest    = 6           // SM and two line ends, behind what http.ReadRequest has read
	patience       = time.Second // for the first request, and for what comes before the client reads that it need not go on
)

const noHTTP2 = "this endpoint speaks HTTP/1.1 only, so gRPC and HTTP/2 without TLS (h2c) do not reach functions"

// withoutHTTP2 answers clients that begin with HTTP/2 in their own protocol: HTTP/1.1 is required, and
// why. Those that merely offer it (Upgrade: h2c) are served over HTTP/1.1.
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
		refuseHTTP2(w)
	})
}

// refuseHTTP2 answers the first request of a connection, and ends it in good order, so that the client
// gets to read the reason. gRPC takes a connection that ends without an answer for a reason to ask again.
func refuseHTTP2(w http.ResponseWriter) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // the client has gone
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write(appendFrame(nil, frameSettings, 0, 0, nil)); err != nil {
		return
	}
	var frames []byte
	code := uint32(http11Required)
	stream := firstStream(buffered.Reader)
	if stream != 0 {
		frames = appendFrame(frames, frameHeaders, wholeAnswer, stream, versionNotSupported())
		code = 0 // no error: gRPC's C core falls over a code that it does not know
	}
	reason := binary.BigEndian.AppendUint32(nil, stream) // the last one that was looked at
	reason = append(binary.BigEndian.AppendUint32(reason, code), noHTTP2...)
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write(appendFrame(frames, frameGoAway, 0, 0, reason)); err != nil {
		return
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, conn) // closing on unread bytes would take the reason away
	}
}

// firstStream is the stream of the first request, 0 where none comes.
func firstStream(from *bufio.Reader) uint32 {
	if _, err := from.Discard(prefaceRest); err != nil {
		return 0
	}
	var head [9]byte
	for {
		if _, err := io.ReadFull(from, head[:]); err != nil {
			return 0
		}
		if head[3] == frameHeaders {
			return binary.BigEndian.Uint32(head[5:]) & maxStream
		}
		if _, err := from.Discard(int(head[0])<<16 | int(head[1])<<8 | int(head[2])); err != nil {
			return 0
		}
	}
}

// versionNotSupported is the header of an answer, status 505 and gRPC's UNIMPLEMENTED, as RFC 7541
// writes fields that are not in its tables.
func versionNotSupported() []byte {
	header := append([]byte{0x08, 3}, "505"...) // the name of entry 8, :status
	for _, field := range [][2]string{{"content-type", "application/grpc"}, {"grpc-status", "12"}, {"grpc-message", noHTTP2}} {
		header = append(header, 0)
		for _, text := range field {
			header = append(append(header, byte(len(text))), text...) // none is longer than 126 bytes
		}
	}
	return header
}

// appendFrame writes a frame; stream 0 is the whole connection.
func appendFrame(b []byte, kind, flags byte, stream uint32, payload []byte) []byte {
	size := len(payload)
	b = append(b, byte(size>>16), byte(size>>8), byte(size), kind, flags)
	return append(binary.BigEndian.AppendUint32(b, stream), payload...)
}
