package builtin

import (
	"encoding/binary"
	"errors"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

func TestLargeEventsComeBackUnchanged(t *testing.T) {
	random := make([]byte, 5<<20)
	_, _ = rand.New(rand.NewSource(1)).Read(random)
	large := make([]byte, 32<<20)
	copy(large, random)
	python := launch(t, NewPython(options(t, nil)), function("python3.11", dispatch),
		codeDir(t, files{"index.py": "def handler(event, context):\n    return event\n"}))
	node := launch(t, NewNode(options(t, nil)), function("nodejs20", dispatch),
		codeDir(t, files{"index.js": "exports.handler = async (event) => event;\n"}))
	for name, i := range map[string]*instance{"python": python, "node": node} {
		for _, event := range [][]byte{nil, []byte("x"), random[:65000], random[:65535], random[:65536], random[:70000], random, large, random[:100]} {
			began := time.Now()
			got := i.call(emulator.HookHandler, event)
			if got.err != nil || string(got.Payload) != string(event) {
				t.Errorf("%s: %d bytes came back as %d: %v", name, len(event), len(got.Payload), got.err)
			}
			if len(event) == len(large) {
				t.Logf("%s: 32 MiB there and back in %v", name, time.Since(began))
			}
		}
	}
}

// answered is what a session makes of the bytes that a bootstrap sends before it goes away.
func answered(t *testing.T, sent []byte) (runtime.Reply, error) {
	t.Helper()
	ours, theirs, err := openLine()
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(ours, nil)
	defer s.Close()
	go func() {
		defer closeAll(theirs...)
		var request [128]byte
		_, _ = theirs[0].Read(request[:])
		_, _ = theirs[1].Write(sent)
	}()
	return s.Invoke(t.Context(), runtime.Call{Invocation: &emulator.Invocation{RequestID: "r", Event: []byte("e")}}, nil)
}

func TestBrokenBootstraps(t *testing.T) {
	frame := func(size int, rest string) []byte {
		return append(binary.BigEndian.AppendUint32(nil, uint32(size)), rest...)
	}
	const first, second = "\x00\x00\x00\x01", "\x00\x00\x00\x02"
	for name, sent := range map[string][]byte{
		"nothing": nil, "half a head": {0, 0, 0, 9, 0}, "half a body": frame(8, "\x00"+first+"ab"),
		"the answer to another call": frame(7, "\x00"+second+"ab"),
	} {
		if reply, err := answered(t, sent); !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("%s: %q %v", name, reply.Payload, err)
		}
	}
	for name, sent := range map[string][]byte{"no number": frame(4, "\x00"+first), "absurd length": frame(1<<31, "\x00"+first+"abc")} {
		if reply, err := answered(t, sent); err == nil || errors.Is(err, runtime.ErrEnded) {
			t.Errorf("%s: accepted as %q, %v", name, reply.Payload, err)
		}
	}
	answer := frame(7, "\x01"+first+"ab")
	for name, sent := range map[string][]byte{
		"one": answer, "two": append(answer, answer...), "another call's before": append(frame(7, "\x00"+second+"cd"), answer...),
	} {
		if reply, err := answered(t, sent); err != nil || reply.ErrorType != handled || string(reply.Payload) != "ab" {
			t.Errorf("%s: %+v %v", name, reply, err)
		}
	}
}

func TestBootstrapFolderThatCannotBeWritten(t *testing.T) {
	o := options(t, nil)
	o.Dir = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(o.Dir, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := NewPython(o).Prepare(function("python3", dispatch), runtime.Place{CodeDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), o.Dir) {
		t.Errorf("error %v", err)
	}
}
