package client

import (
	"context"
	"errors"
	"io"
	"time"
)

const (
	// patience is how long the emulator may take to tell how it is: it has to do nothing for that.
	patience = 10 * time.Second
	// doubt is how long a call may go without an answer before the emulator is asked how it is.
	doubt = time.Second
)

var errSilent = errors.New("it takes calls but has been silent for 10 s; is it suspended?")

// attend gives up a call whose emulator has fallen silent, however long the call itself may take: until
// answered is called. end is the end of the call.
func (c *Client) attend(ctx context.Context) (attended context.Context, answered, end func()) {
	attended, giveUp := context.WithCancelCause(ctx)
	waiting, answered := context.WithCancel(attended)
	go func() {
		for pause := doubt; ; pause = patience {
			select {
			case <-waiting.Done():
				return
			case <-time.After(pause):
			}
			if _, err := c.Health(waiting); errors.Is(err, errSilent) {
				giveUp(err)
			}
		}
	}()
	return attended, answered, func() { giveUp(nil) }
}

// attendedBody is the answer to a call, which ends when it is closed.
type attendedBody struct {
	io.ReadCloser
	end func()
}

// Close ends the call.
func (b attendedBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}
