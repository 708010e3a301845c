package custom

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// lender is an emulator.Switcher that lends one end of a connection.
type lender struct {
	sink
	conn  net.Conn
	early string
	err   error
}

func (l *lender) Switch(map[string][]string) (net.Conn, []byte, error) {
	return l.conn, []byte(l.early), l.err
}

// tcpPair is two ends of one connection.
func tcpPair(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if ours, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if theirs, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ours.Close(); _ = theirs.Close() })
	_ = ours.SetDeadline(time.Now().Add(10 * time.Second))
	return ours, theirs
}

// pipePair is one that is no file descriptor and cannot be half closed, as with TLS below it.
func pipePair(t *testing.T) (ours, theirs net.Conn) {
	ours, theirs = net.Pipe()
	t.Cleanup(func() { _ = ours.Close(); _ = theirs.Close() })
	_ = ours.SetDeadline(time.Now().Add(10 * time.Second))
	return ours, theirs
}

// switching is a server that switches, greets in the same packet and then does as it is told.
func switching(t *testing.T, serve func(conn net.Conn)) *session {
	s, _ := rawServer(t, func(conn net.Conn, request *http.Request) {
		if request.Header.Get("Upgrade") != "websocket" || request.Header.Get("Connection") != "Upgrade" {
			t.Errorf("%v", request.Header)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhi ")
		serve(conn)
	})
	return s
}

func upgradeCall() runtime.Call {
	call := httpCall("GET", "/", nil, 0)
	call.HTTP.Upgrade = "websocket"
	return call
}

func invokeTunnel(s *session, answer emulator.Answer) <-chan error {
	done := make(chan error, 1)
	go func() {
		reply, err := s.Invoke(context.Background(), upgradeCall(), answer)
		if !reply.Streamed {
			err = errors.Join(err, errors.New("not marked as streamed"))
		}
		done <- err
	}()
	return done
}

func TestTunnel(t *testing.T) {
	shout := func(conn net.Conn) {
		buffer := make([]byte, 100)
		for {
			n, err := conn.Read(buffer)
			_, _ = io.WriteString(conn, strings.ToUpper(string(buffer[:n])))
			if err != nil {
				return
			}
		}
	}
	for name, pair := range map[string]func(*testing.T) (ours, theirs net.Conn){"tcp": tcpPair, "no descriptor": pipePair} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := pair(t)
			done := invokeTunnel(switching(t, shout), &lender{conn: theirs, early: "early "})
			heard := make([]byte, len("hi EARLY LATE"))
			if _, err := io.ReadFull(ours, heard[:len("hi EARLY ")]); err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(ours, "late")
			if _, err := io.ReadFull(ours, heard[len("hi EARLY "):]); err != nil || string(heard) != "hi EARLY LATE" {
				t.Fatalf("%q %v", heard, err)
			}
			_ = ours.Close()
			if err := <-done; err != nil {
				t.Errorf("the client ended it: %v", err)
			}
		})
	}
}

func TestTunnelEndsWithTheServer(t *testing.T) {
	for name, end := range map[string]func(net.Conn){
		"closed": func(conn net.Conn) { _ = conn.Close() },
		"reset":  func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0); _ = conn.Close() },
	} {
		ours, theirs := tcpPair(t)
		done := invokeTunnel(switching(t, end), &lender{conn: theirs})
		_, _ = io.ReadAll(ours) // to the end, which may be a reset
		_ = ours.Close()
		if err := <-done; !errors.Is(err, runtime.ErrHungUp) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := theirs.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: the client's connection is left open: %v", name, err)
		}
	}
}

// A client that is cut off must not stay where the function writes without end and nobody reads.
func TestTunnelIsCut(t *testing.T) {
	ours, theirs := tcpPair(t)
	flooding := make(chan struct{})
	s := switching(t, func(conn net.Conn) {
		close(flooding)
		for {
			if _, err := conn.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	})
	// The pool cuts through Call.Switch; here the client's own end does, which is the same to the rest.
	done := invokeTunnel(s, &lender{conn: theirs})
	<-flooding
	_ = ours.(*net.TCPConn).SetLinger(0)
	_ = ours.Close()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the call goes on")
	}
}

func TestTunnelRefused(t *testing.T) {
	quiet := func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
	var bad *runtime.BadAnswer
	refusal := emulator.Refuse(502, "BadResponse", "too long")
	if _, err := switching(t, quiet).Invoke(context.Background(), upgradeCall(), &lender{err: refusal}); !errors.As(err, &bad) || bad.Reason != "too long" {
		t.Errorf("%v", err)
	}
	if _, err := switching(t, quiet).Invoke(context.Background(), upgradeCall(), &lender{err: emulator.ErrClientGone}); !errors.Is(err, emulator.ErrClientGone) {
		t.Errorf("%v", err)
	}
	if _, err := switching(t, quiet).Invoke(context.Background(), upgradeCall(), &sink{}); !errors.As(err, &bad) {
		t.Errorf("an answer that cannot switch: %v", err)
	}
}

// trailed is a sink that keeps the trailer.
type trailed struct {
	sink
	trailer map[string][]string
}

func (t *trailed) Trail(trailer map[string][]string) { t.trailer = trailer }

func TestTrailers(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Trailer", "X-Sum")
		w.WriteHeader(200)
		_, _ = io.WriteString(w, "body")
		w.Header().Set("X-Sum", r.Trailer.Get("X-Sum")+"!")
		w.Header().Set(http.TrailerPrefix+"X-Fc-Status", "404")
		if r.Trailer.Get("X-Fc-Forged")+r.Trailer.Get("Injected") != "" {
			t.Errorf("%v", r.Trailer)
		}
	})
	call := httpCall("POST", "/", strings.NewReader("body"), -1)
	call.HTTP.Trailer = func() map[string][]string {
		return map[string][]string{"X-Sum": {"42"}, "X-Fc-Forged": {"1"}, "X-Long": {"a\r\nInjected: 1"}}
	}
	out := &trailed{}
	if _, err := s.Invoke(context.Background(), call, out); err != nil {
		t.Fatal(err)
	}
	if len(out.trailer) != 1 || len(out.trailer["X-Sum"]) != 1 || out.trailer["X-Sum"][0] != "42!" {
		t.Errorf("%v", out.trailer)
	}
}
