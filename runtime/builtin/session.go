package builtin

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// session speaks with one bootstrap. It takes one call at a time; its buffers serve all of them.
type session struct {
	line    line
	replies *bufio.Reader
	number  uint32 // of the last call
	out     []byte // the frame being sent
	told    *runtime.Credentials
}

func newSession(ours line, told *runtime.Credentials) *session {
	return &session{line: ours, replies: bufio.NewReaderSize(ours.replies, readBuffer), told: told}
}

// Invoke sends one call and waits for its reply. It doesn't watch ctx: who wants to end the call
// ends the process, and the read returns.
func (s *session) Invoke(_ context.Context, call runtime.Call, _ emulator.Answer) (runtime.Reply, error) {
	s.number++
	if err := s.send(&call); err != nil {
		return runtime.Reply{}, fmt.Errorf("sending the event: %w", err)
	}
	for {
		got, err := s.receive()
		if err != nil {
			return runtime.Reply{}, fmt.Errorf("waiting for the answer: %w", err)
		}
		if got.number == s.number {
			return got.toReply()
		} // else it is one too many: the handler has forked, or the function writes to the line itself
	}
}

func (s *session) send(call *runtime.Call) error {
	s.out = s.out[:0]
	if call.Credentials != s.told {
		s.out = listFrame(s.out, kindCredentials, credentialFields(call.Credentials))
		s.told = call.Credentials
	}
	if call.HTTP != nil && call.Hook == emulator.HookHandler {
		return s.sendRequest(call)
	}
	s.out = appendCall(s.out, call, byte(call.Hook), s.number, len(call.Event))
	return s.write(call.Event)
}

// write sends what s.out holds and content behind it, in one write where content is small.
func (s *session) write(content []byte) error {
	small := len(content) <= smallEvent
	if small {
		s.out = append(s.out, content...)
	}
	n, err := s.line.calls.Write(s.out)
	if err == nil && !small {
		_, err = s.line.calls.Write(content)
	}
	if n == 0 && err != nil {
		return fmt.Errorf("%w: %w", runtime.ErrNotSent, err)
	}
	return err
}

// frame is what the bootstrap says. The payload is the receiver's to keep.
type frame struct {
	kind    byte
	number  uint32
	payload []byte
}

func (s *session) receive() (frame, error) {
	head, err := s.replies.Peek(headSize)
	if err != nil {
		return frame{}, broken(err)
	}
	size := int(binary.BigEndian.Uint32(head)) - (headSize - 4)
	if size < 0 || size > maxFrame {
		return frame{}, fmt.Errorf("the bootstrap sent a frame of %d bytes", size+headSize-4)
	}
	got := frame{kind: head[4], number: binary.BigEndian.Uint32(head[5:]), payload: make([]byte, size)}
	_, _ = s.replies.Discard(headSize)
	_, err = io.ReadFull(s.replies, got.payload)
	return got, broken(err)
}

func (f *frame) toReply() (runtime.Reply, error) {
	if f.kind == replyHTTP {
		return httpReply(f.payload)
	}
	return runtime.Reply{ErrorType: errorType(f.kind), Payload: f.payload}, nil
}

// broken makes every early end of the line the same error.
func broken(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return runtime.ErrEnded
	}
	return err
}

// Close ends the line.
func (s *session) Close() { s.line.Close() }
