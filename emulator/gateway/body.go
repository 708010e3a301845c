package gateway

import (
	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// drain reads what a client goes on sending although it was refused.
func (c *call) drain() {
	if !c.body.Ended() {
		invoke.Drain(c.w, c.r)
	}
}

// bodyLimit is how long the body may be.
func (c *call) bodyLimit() int {
	if c.control.Async {
		return emulator.MaxAsyncPayload
	}
	return emulator.MaxSyncPayload
}

// readBody reads the whole body.
func (c *call) readBody(limit int) ([]byte, *emulator.Error) {
	if refusal := c.body.Open(c.w, c.r, limit); refusal != nil {
		return nil, refusal
	}
	return c.body.ReadWhole(c.gateway.Patience)
}
