package destination

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// webhookTime is how long, in real time, a webhook may take to answer.
const webhookTime = 5 * time.Second

// webhook posts to programs on this machine.
type webhook struct{ client *http.Client }

// newWebhook returns a client that goes through no proxy, follows nobody elsewhere, and opens
// connections to loopback addresses only, whatever a name stands for by then.
func newWebhook() *webhook {
	dialer := net.Dialer{Timeout: webhookTime, Control: func(_, address string, _ syscall.RawConn) error {
		if !isLoopbackAddress(address) {
			return fmt.Errorf("%s is not an address of this machine", address)
		}
		return nil
	}}
	return &webhook{client: &http.Client{
		Timeout:       webhookTime,
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
	response, err := w.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the webhook %s answered %s", to, response.Status)
	}
	return nil
}
