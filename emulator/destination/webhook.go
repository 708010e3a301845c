package destination

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// webhookTime is how long, in real time, a webhook may take to answer.
const webhookTime = 5 * time.Second

// webhook posts to programs on this machine. One that let a request hang is not asked again for as
// long: deliveries go in batches, and it would hold up those to others.
type webhook struct {
	client   *http.Client
	patience time.Duration

	mu   sync.Mutex
	hung map[string]time.Time // until when an address is not asked
}

// newWebhook returns a client that goes through no proxy, follows nobody elsewhere, and opens
// connections to loopback addresses only, whatever a name stands for by then.
func newWebhook(patience time.Duration) *webhook {
	dialer := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		if !isLoopbackAddress(address) {
			return fmt.Errorf("%s is not an address of this machine", address)
		}
		return nil
	}}
	return &webhook{patience: patience, hung: map[string]time.Time{}, client: &http.Client{
		Timeout:       patience,
		Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}, // nothing is left when the emulator ends
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// post delivers with a status of 2xx; whatever else may be healed by another try. The header
// X-Fcemu-Delivery is the same each time that one outcome is sent.
func (w *webhook) post(ctx context.Context, to, contentType string, body []byte, d *emulator.Delivery) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("X-Fc-Request-Id", d.RequestID)
	request.Header.Set("X-Fcemu-Destination", d.Destination)
	request.Header.Set("X-Fcemu-Delivery", strconv.FormatInt(d.ID, 10))
	if w.isHung(to) {
		return fmt.Errorf("the webhook %s let a request hang a moment ago", to)
	}
	response, err := w.client.Do(request)
	if err != nil {
		w.note(to, err)
		return err
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the webhook %s answered %s", to, response.Status)
	}
	return nil
}

func (w *webhook) isHung(to string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Before(w.hung[to])
}

// note remembers an address that did not answer in time.
func (w *webhook) note(to string, err error) {
	var late net.Error
	if !errors.As(err, &late) || !late.Timeout() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hung[to] = time.Now().Add(w.patience)
}
