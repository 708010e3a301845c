package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// maxFrame bounds one message. The kernel bounds arguments and environment of a program lower.
const maxFrame = 16 << 20

// maxDescriptors bounds the descriptors that travel with one message.
const maxDescriptors = 64

// wire carries messages with descriptors over a stream socket between emulator and guardian: four
// bytes of length, then the message. Descriptors travel with a message's first byte, and every
// message says how many are its own.
type wire struct {
	conn *net.UnixConn

	sending sync.Mutex

	chunk       []byte // of one read
	data        []byte // received, not yet taken
	control     []byte
	descriptors []int // received, not yet taken
}

// newWire takes over the file and closes it.
func newWire(file *os.File) (*wire, error) {
	conn, err := net.FileConn(file)
	file.Close()
	if err != nil {
		return nil, err
	}
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		conn.Close()
		return nil, errors.New("the line between emulator and guardian is not a unix socket")
	}
	return &wire{
		conn:    unixConn,
		chunk:   make([]byte, 16<<10),
		control: make([]byte, syscall.CmsgSpace(maxDescriptors*4)),
	}, nil
}

// socketPair returns the two ends of a stream socket that no child inherits by accident.
func socketPair() (ours, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	syscall.CloseOnExec(pair[0])
	syscall.CloseOnExec(pair[1])
	return os.NewFile(uintptr(pair[0]), "guardian"), os.NewFile(uintptr(pair[1]), "emulator"), nil
}

// send writes one message. The descriptors stay the caller's.
func (w *wire) send(m *message, descriptors ...int) error {
	m.Descriptors = int64(len(descriptors))
	frame := m.encode(make([]byte, 4, 256))
	binary.LittleEndian.PutUint32(frame, uint32(len(frame)-4))
	if len(frame) > maxFrame || len(descriptors) > maxDescriptors {
		return syscall.E2BIG
	}
	var control []byte
	if len(descriptors) > 0 {
		control = syscall.UnixRights(descriptors...)
	}
	w.sending.Lock()
	defer w.sending.Unlock()
	n, _, err := w.conn.WriteMsgUnix(frame, control, nil)
	for err == nil && n < len(frame) {
		var more int
		more, err = w.conn.Write(frame[n:])
		n += more
	}
	return err
}

// receive reads one message. The descriptors are the caller's to close.
func (w *wire) receive() (*message, []int, error) {
	if err := w.fill(4); err != nil {
		return nil, nil, err
	}
	size := int(binary.LittleEndian.Uint32(w.data))
	if size > maxFrame {
		return nil, nil, fmt.Errorf("a message of %d bytes between emulator and guardian", size)
	}
	if err := w.fill(4 + size); err != nil {
		return nil, nil, err
	}
	m, err := decode(w.data[4 : 4+size])
	if err != nil {
		return nil, nil, err
	}
	w.data = append(w.data[:0], w.data[4+size:]...)
	count := int(m.Descriptors)
	if count < 0 || count > len(w.descriptors) {
		return nil, nil, errors.New("descriptors were lost between emulator and guardian")
	}
	mine := w.descriptors[:count:count]
	w.descriptors = append([]int(nil), w.descriptors[count:]...)
	return m, mine, nil
}

// fill reads until at least n bytes are there.
func (w *wire) fill(n int) error {
	for len(w.data) < n {
		got, control, _, _, err := w.conn.ReadMsgUnix(w.chunk, w.control)
		if control > 0 {
			if err := w.keepDescriptors(w.control[:control]); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		if got == 0 {
			return io.EOF
		}
		w.data = append(w.data, w.chunk[:got]...)
	}
	return nil
}

func (w *wire) keepDescriptors(control []byte) error {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err != nil {
		return err
	}
	for i := range messages {
		descriptors, err := syscall.ParseUnixRights(&messages[i])
		if err != nil {
			return err
		}
		w.descriptors = append(w.descriptors, descriptors...)
	}
	return nil
}

// hangUp tells the other end that nothing more will come; what it sends still arrives.
func (w *wire) hangUp() { _ = w.conn.CloseWrite() }

// close ends the line; the other end reads its end of file.
func (w *wire) close() { w.conn.Close() }

func closeAll(descriptors []int) {
	for _, descriptor := range descriptors {
		syscall.Close(descriptor)
	}
}
