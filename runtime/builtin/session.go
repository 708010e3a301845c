package builtin

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// session speaks with one bootstrap. It takes one call at a time; its buffers serve all of them.
type session struct {
	line *os.File
	ear  *ear
	out  []byte // the frame being sent
	in   []byte // what was read of the reply
	told *runtime.Credentials
}

// socketPair returns our end, which the Go scheduler waits on, and the end for the child, which blocks.
func socketPair() (ours, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(pair[0])
		syscall.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("no socket for an instance: %w", err)
	}
	if err := syscall.SetNonblock(pair[0], true); err != nil {
		_ = syscall.Close(pair[0])
		_ = syscall.Close(pair[1])
		return nil, nil, fmt.Errorf("no socket for an instance: %w", err)
	}
	return os.NewFile(uintptr(pair[0]), "instance"), os.NewFile(uintptr(pair[1]), "bootstrap"), nil
}

func newSession(line *os.File, told *runtime.Credentials) *session {
	return &session{line: line, ear: newEar(line), in: make([]byte, readBuffer), told: told}
}

// Invoke sends one call and waits for its reply. It doesn't watch ctx: who wants to end the call
// ends the process, and the read returns.
func (s *session) Invoke(_ context.Context, call runtime.Call, _ emulator.Answer) (runtime.Reply, error) {
	if err := s.send(&call); err != nil {
		return runtime.Reply{}, fmt.Errorf("sending the event: %w", err)
	}
	kind, payload, err := s.receive()
	if err != nil {
		return runtime.Reply{}, fmt.Errorf("waiting for the answer: %w", err)
	}
	if kind == replyHTTP {
		return httpReply(payload)
	}
	return runtime.Reply{ErrorType: errorType(kind, call.Hook), Payload: payload}, nil
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
	s.out = appendCall(s.out, call, byte(call.Hook), len(call.Event))
	return s.write(call.Event)
}

// write sends what s.out holds and content behind it, in one write where content is small.
func (s *session) write(content []byte) error {
	if len(content) > smallEvent {
		if _, err := s.line.Write(s.out); err != nil {
			return err
		}
		_, err := s.line.Write(content)
		return err
	}
	s.out = append(s.out, content...)
	_, err := s.line.Write(s.out)
	return err
}

// receive reads one reply. The payload is the caller's to keep.
func (s *session) receive() (kind byte, payload []byte, err error) {
	have, err := io.ReadAtLeast(s.line, s.in, headSize)
	if err != nil {
		return 0, nil, broken(err)
	}
	size := int(binary.BigEndian.Uint32(s.in)) - 1
	if size < 0 || size > maxFrame {
		return 0, nil, fmt.Errorf("the bootstrap sent a frame of %d bytes", size+1)
	}
	payload = make([]byte, size)
	got := copy(payload, s.in[headSize:have])
	if have-headSize > size {
		return 0, nil, fmt.Errorf("the bootstrap sent %d bytes too many", have-headSize-size)
	}
	if _, err := io.ReadFull(s.line, payload[got:]); err != nil {
		return 0, nil, broken(err)
	}
	return s.in[4], payload, nil
}

// broken makes every early end of the line the same error.
func broken(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Close closes our end; the bootstrap ends by itself when it waits for a call.
func (s *session) Close() { _ = s.line.Close() }
