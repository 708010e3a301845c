package exec

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/fcemu/fcemu/emulator"
)

const (
	maxMessage = 1 << 20 // bytes that a client may send at a time
	maxQueue   = 32      // messages that wait for a command to read them
	chunk      = 32 << 10
)

// session is the talk between a client and its command.
type session struct {
	conn    *websocket.Conn
	command Command
	what    emulator.Exec
	timer   *time.Timer // of the idle time-out

	mu    sync.Mutex
	ended string // why the emulator ended the command; empty: it did not
}

// run returns when the command has ended and the client has been told, or has gone.
func (s *session) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.timer = time.AfterFunc(s.what.IdleTimeout, s.expire)
	defer s.timer.Stop()
	s.conn.SetReadLimit(maxMessage)

	var input, output sync.WaitGroup
	queue := make(chan []byte, maxQueue)
	input.Go(func() {
		defer close(queue)
		s.receive(ctx, queue)
		cancel()
		s.command.Kill()
	})
	input.Go(func() { s.feed(queue) })
	output.Go(func() { s.send(ctx, messageStdout, s.command.Stdout()) })
	output.Go(func() { s.send(ctx, messageStderr, s.command.Stderr()) })
	code := s.command.Wait()
	output.Wait()
	s.finish(ctx, code)
	input.Wait()
}

// receive takes messages until the client has gone. Reading also answers pings, which say nothing
// about whether anybody is at the keys.
func (s *session) receive(ctx context.Context, queue chan<- []byte) {
	for {
		_, message, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		s.timer.Reset(s.what.IdleTimeout)
		input, columns, rows := parse(message)
		if columns > 0 {
			_ = s.command.Resize(columns, rows) // it may have ended meanwhile
		}
		if s.what.Stdin && input != nil {
			queue <- input
		}
	}
}

// feed is apart from receive so that the end of the client is noticed even while the command does
// not read.
func (s *session) feed(queue <-chan []byte) {
	var err error
	for input := range queue {
		switch {
		case len(input) == 0:
			s.command.CloseInput()
		case err == nil:
			_, err = s.command.Write(input)
		}
	}
}

// send passes output on. Output that nobody asked for is read all the same, or a terminal would
// stop the program.
func (s *session) send(ctx context.Context, kind byte, from io.Reader) {
	if from == nil {
		return
	}
	wanted := kind == messageStdout && s.what.Stdout || kind == messageStderr && s.what.Stderr
	buffer := make([]byte, chunk)
	buffer[0] = kind
	for {
		n, err := from.Read(buffer[1:])
		if n > 0 && wanted && s.write(ctx, buffer[:n+1]) != nil {
			wanted = false // receive notices too, and ends the command
		}
		if err != nil {
			return
		}
	}
}

func (s *session) write(ctx context.Context, message []byte) error {
	s.timer.Reset(s.what.IdleTimeout)
	ctx, cancel := context.WithTimeout(ctx, s.what.IdleTimeout)
	defer cancel()
	return s.conn.Write(ctx, frame(message), message)
}

// frame is text where it can be: the Python client reads nothing else, the others read both.
func frame(message []byte) websocket.MessageType {
	if utf8.Valid(message) {
		return websocket.MessageText
	}
	return websocket.MessageBinary
}

// expire ends a command that nobody seems to use any more.
func (s *session) expire() {
	s.mu.Lock()
	s.ended = fmt.Sprintf("nothing went in or out for %d seconds, so the command was ended", int(s.what.IdleTimeout.Seconds()))
	s.mu.Unlock()
	s.command.Kill()
}

// finish tells the client how the command ended. No source names the form: a failure is a server
// error, which the Go SDK reports, and the exit code is in the last message.
func (s *session) finish(ctx context.Context, code int) {
	s.mu.Lock()
	text := s.ended
	s.mu.Unlock()
	if text == "" && code != 0 {
		text = fmt.Sprintf("command terminated with exit code %d", code)
	}
	if text != "" {
		_ = s.write(ctx, append([]byte{messageServerError}, text...))
	}
	last, _ := json.Marshal(end{ExitCode: code})
	_ = s.write(ctx, append([]byte{messageServerClose}, last...))
	_ = s.conn.Close(websocket.StatusNormalClosure, fmt.Sprintf("exit code %d", code)) // the client may have gone
}
