package builtin

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/fcemu/fcemu/runtime"
)

// sendRequest sends a request to an HTTP handler.
func (s *session) sendRequest(call *runtime.Call) error {
	body, err := runtime.HTTPBody(call)
	if err != nil {
		return err
	}
	head := runtime.HTTPParams(call.HTTP)
	s.out = appendCall(s.out, call, kindHTTP, s.number, 4+len(head)+len(body))
	s.out = binary.BigEndian.AppendUint32(s.out, uint32(len(head)))
	s.out = append(s.out, head...)
	return s.write(body)
}

// httpReply reads the answer of an HTTP handler. The body stays where it is.
func httpReply(payload []byte) (runtime.Reply, error) {
	if len(payload) < 4 {
		return runtime.Reply{}, errors.New("the bootstrap sent an answer without a head")
	}
	size := binary.BigEndian.Uint32(payload)
	if uint64(size) > uint64(len(payload)-4) {
		return runtime.Reply{}, fmt.Errorf("the bootstrap sent an answer whose head of %d bytes is cut off", size)
	}
	return runtime.HTTPReply(payload[4:4+size], payload[4+size:])
}
