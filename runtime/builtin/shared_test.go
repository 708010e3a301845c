package builtin

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// together starts a function that takes several calls at a time.
func together(t *testing.T, code string) *instance {
	fn := function("nodejs20", dispatch)
	fn.Service, fn.InstanceConcurrency = "demo", 20
	return launch(t, NewNode(options(t, nil)), fn, codeDir(t, files{"index.js": code}))
}

// ask makes a call and returns what it will get.
func (i *instance) ask(id, event string) <-chan outcome {
	got := make(chan outcome, 1)
	go func() {
		reply, err := i.session.Invoke(i.t.Context(), runtime.Call{
			Invocation: &emulator.Invocation{RequestID: id, Function: i.fn, Event: []byte(event)}, Credentials: i.keys,
		}, nil)
		got <- outcome{Reply: reply, err: err}
	}()
	return got
}

func TestAnswersInAnyOrder(t *testing.T) {
	i := together(t, `
		const held = [];
		exports.handler = (event, context, callback) => {
			if (event.toString() !== 'go') held.push(() => callback(null, context.requestId + event));
			else { while (held.length) held.pop()(); callback(null, 'gone'); }
		};`)
	large := strings.Repeat("x", 1<<20)
	var asked []<-chan outcome
	for n := range 10 {
		asked = append(asked, i.ask(string(rune('a'+n)), large))
	}
	var gone string
	for n := range 10 {
		for gone = ""; len(asked[n]) == 0; {
			gone = string((<-i.ask("go", "go")).Payload)
		}
		if got := <-asked[n]; got.err != nil || string(got.Payload) != string(rune('a'+n))+large {
			t.Errorf("call %d: %d bytes, %v", n, len(got.Payload), got.err)
		}
	}
	if gone != "" && gone != "gone" {
		t.Errorf("the last call got %q", gone)
	}
}

func TestTheEndOfASharedInstanceEndsItsCalls(t *testing.T) {
	i := together(t, `exports.handler = (event, context, callback) => { if (event.toString() === 'exit') process.exit(3); };`)
	first, second := i.ask("1", "wait"), i.ask("2", "wait")
	i.ask("3", "exit")
	for _, asked := range []<-chan outcome{first, second} {
		if got := <-asked; !errors.Is(got.err, runtime.ErrEnded) {
			t.Errorf("%q %v", got.Payload, got.err)
		}
	}
	if got := <-i.ask("4", "late"); !errors.Is(got.err, runtime.ErrNotSent) {
		t.Errorf("%q %v", got.Payload, got.err)
	}
}

func TestACallIsGivenUpAlone(t *testing.T) {
	ours, theirs, err := openLine()
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(theirs...)
	s := newShared(ours, nil)
	defer s.Close()
	answers := make(chan heard, 2)
	number, err := s.ask(&runtime.Call{Invocation: &emulator.Invocation{RequestID: "r"}}, answers)
	if err != nil {
		t.Fatal(err)
	}
	_ = giveUp(answers).Close()
	_ = giveUp(answers).Close() // the second and third find no room, and do not wait for any
	_ = giveUp(answers).Close()
	if got := <-answers; !errors.Is(got.err, errGivenUp) {
		t.Error(got.err)
	}
	s.forget(number)
	_, _ = theirs[1].Write(append(binary.BigEndian.AppendUint32([]byte{0, 0, 0, 5, 0}, number), 0, 0, 0, 1, 0, 0, 0, 0, 0)) // the late answer, and one that is too short
	for s.alive() {
		time.Sleep(time.Millisecond)
	}
}

func (s *shared) alive() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting != nil
}
