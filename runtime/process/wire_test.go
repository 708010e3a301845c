package process

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func wires(t *testing.T) (a, b *wire) {
	t.Helper()
	ours, theirs, err := socketPair()
	if err != nil {
		t.Fatal(err)
	}
	if a, err = newWire(ours); err != nil {
		t.Fatal(err)
	}
	if b, err = newWire(theirs); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.close(); b.close() })
	return a, b
}

func TestMessagesSurviveTheWire(t *testing.T) {
	a, b := wires(t)
	rapid.Check(t, func(t *rapid.T) {
		m := &message{
			Kind:   rapid.Int64().Draw(t, "kind"),
			ID:     rapid.Int64().Draw(t, "id"),
			MaxRSS: rapid.Int64().Draw(t, "rss"),
			Path:   rapid.String().Draw(t, "path"),
			Text:   rapid.String().Draw(t, "text"),
			Args:   rapid.SliceOf(rapid.String()).Draw(t, "args"),
			Env:    rapid.SliceOf(rapid.String()).Draw(t, "env"),
			Layers: rapid.SliceOf(rapid.String()).Draw(t, "layers"),
			Binds:  rapid.SliceOf(rapid.String()).Draw(t, "binds"),
			Tmp:    rapid.Int64().Draw(t, "tmp"),

			Root: rapid.String().Draw(t, "root"), Disk: rapid.Int64().Draw(t, "disk"), Account: rapid.SliceOf(rapid.String()).Draw(t, "account"),
		}
		if err := a.send(m); err != nil {
			t.Fatal(err)
		}
		got, _, err := b.receive()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestGarbageIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOf(rapid.Byte()).Draw(t, "data")
		if m, err := decode(data); err == nil && m == nil {
			t.Fatal("neither message nor error")
		}
	})
}

func TestDescriptorsStayWithTheirMessage(t *testing.T) {
	a, b := wires(t)
	const messages = 50
	go func() {
		for i := range int64(messages) {
			r, w, err := os.Pipe()
			if err != nil {
				return
			}
			_, _ = w.Write([]byte{byte(i)})
			m := &message{ID: i, Text: string(make([]byte, i*1000))}
			if i%3 == 0 {
				_ = a.send(m)
			} else {
				_ = a.send(m, int(r.Fd()), int(w.Fd()))
			}
			r.Close()
			w.Close()
		}
		a.hangUp()
	}()
	for i := range int64(messages) {
		m, descriptors, err := b.receive()
		if err != nil || m.ID != i {
			t.Fatalf("message %d: %+v, %v", i, m, err)
		}
		if i%3 == 0 {
			if len(descriptors) != 0 {
				t.Errorf("message %d has descriptors", i)
			}
			continue
		}
		file := os.NewFile(uintptr(descriptors[0]), "r")
		closeAll(descriptors[1:])
		if data, _ := io.ReadAll(file); len(data) != 1 || data[0] != byte(i) {
			t.Errorf("message %d has another's descriptors: %v", i, data)
		}
		file.Close()
	}
	if _, _, err := b.receive(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last message: %v", err)
	}
}
