package builtin

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// shared is a session with a bootstrap that takes several calls at a time.
type shared struct {
	session
	sending sync.Mutex // holds what session sends with

	mu      sync.Mutex
	waiting map[uint32]chan<- heard // by the number of the call; nil: the line is broken
}

// heard is what a call gets, once.
type heard struct {
	frame
	err error
}

// errGivenUp is the answer that nobody waits for any more.
var errGivenUp = errors.New("the call was given up")

func newShared(ours line, told *runtime.Credentials) *shared {
	s := &shared{session: *newSession(ours, told), waiting: map[uint32]chan<- heard{}}
	go s.listen()
	return s
}

// Multiplexed marks the session; see runtime.Multiplexed.
func (s *shared) Multiplexed() {}

// Invoke sends one call, beside others, and waits for its reply.
func (s *shared) Invoke(_ context.Context, call runtime.Call, _ emulator.Answer) (runtime.Reply, error) {
	answers := make(chan heard, 2) // that of the bootstrap and errGivenUp
	if !call.Attach(giveUp(answers)) {
		return runtime.Reply{}, errGivenUp
	}
	defer call.Detach()
	number, err := s.ask(&call, answers)
	if err != nil {
		return runtime.Reply{}, fmt.Errorf("sending the event: %w", err)
	}
	defer s.forget(number)
	got := <-answers
	if got.err != nil {
		return runtime.Reply{}, fmt.Errorf("waiting for the answer: %w", got.err)
	}
	return got.toReply()
}

// ask sends a call, whose answer comes through the channel.
func (s *shared) ask(call *runtime.Call, answers chan<- heard) (uint32, error) {
	s.sending.Lock()
	defer s.sending.Unlock()
	s.number++
	s.mu.Lock()
	if s.waiting == nil {
		s.mu.Unlock()
		return 0, runtime.ErrNotSent
	}
	s.waiting[s.number] = answers
	s.mu.Unlock()
	err := s.send(call)
	if err != nil {
		s.forget(s.number)
	}
	return s.number, err
}

func (s *shared) forget(number uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, number)
}

// listen hands out the replies until the line breaks.
func (s *shared) listen() {
	for {
		got, err := s.receive()
		s.mu.Lock()
		if err != nil {
			for _, answers := range s.waiting {
				answers <- heard{err: err}
			}
			s.waiting = nil
			s.mu.Unlock()
			return
		}
		answers := s.waiting[got.number]
		delete(s.waiting, got.number)
		s.mu.Unlock()
		if answers != nil {
			answers <- heard{frame: got}
		}
	}
}

// giveUp is what a call attaches: closing it ends the wait for the answer.
type giveUp chan<- heard

// Close ends the wait.
func (g giveUp) Close() error {
	select {
	case g <- heard{err: errGivenUp}:
	default:
	}
	return nil
}
