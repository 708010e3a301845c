package client

import (
	"context"
	"errors"
	"time"
)

const (
	// patience is how long the emulator may take to tell how it is: it has to do nothing for that.
	patience = 10 * time.Second
	// doubt is how long a call may go without an answer before the emulator is asked how it is.
	doubt = time.Second
)

var errSilent = errors.New("it takes calls but has been silent for 10 s; is it suspended?")

// attend gives up a call whose emulator has fallen silent, however long the call itself may take. It is left
// alone after stop.
func (c *Client) attend(ctx context.Context) (attended context.Context, stop func()) {
	attended, giveUp := context.WithCancelCause(ctx)
	answered, stop := context.WithCancel(attended)
	go func() {
		for pause := doubt; ; pause = patience {
			select {
			case <-answered.Done():
				return
			case <-time.After(pause):
			}
			if _, err := c.Health(answered); errors.Is(err, errSilent) {
				giveUp(err)
			}
		}
	}()
	return attended, stop
}
