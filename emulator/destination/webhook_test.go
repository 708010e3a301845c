package destination

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// A webhook that hangs costs one wait, not one for each outcome; others are asked meanwhile, and it
// is asked again later.
func TestHangingWebhook(t *testing.T) {
	const patience = 200 * time.Millisecond
	var asked atomic.Int32
	var answers atomic.Bool
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server sees that its client left only after that
		if asked.Add(1); !answers.Load() {
			<-r.Context().Done()
		}
	}))
	defer hanging.Close()
	fine := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer fine.Close()
	w := newWebhook(patience)
	post := func(to string) error {
		return w.post(t.Context(), to, "application/json", []byte("{}"), &emulator.Delivery{ID: 1})
	}
	if post(hanging.URL) == nil {
		t.Fatal("delivered without an answer")
	}
	began := time.Now()
	for range 100 {
		if post(hanging.URL) == nil {
			t.Fatal("delivered without an answer")
		}
	}
	if err := post(fine.URL); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 10*patience { // each by itself would take 100 times that
		t.Errorf("%v", took)
	}
	answers.Store(true)
	for deadline := time.Now().Add(10 * time.Second); post(hanging.URL) != nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it was never asked again")
		}
	}
	if n := asked.Load(); n < 2 || n > 12 {
		t.Errorf("asked %d times", n)
	}
}
