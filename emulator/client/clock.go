package client

import (
	"context"
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

const clockPath = own + "/clock"

// Clock shows the emulator's clock.
func (c *Client) Clock(ctx context.Context) (Object, error) {
	return c.clock(ctx, "GET", "", nil)
}

// FreezeClock stops it.
func (c *Client) FreezeClock(ctx context.Context) (Object, error) {
	return c.clock(ctx, "POST", "/freeze", nil)
}

// AdvanceClock moves it ahead; what has become due then starts.
func (c *Client) AdvanceClock(ctx context.Context, d time.Duration) (Object, error) {
	return c.clock(ctx, "POST", "/advance", map[string]string{"duration": d.String()})
}

// RunClockUntil moves it from one due task to the next, and returns when they have ended: those until
// the time, or where that is zero all.
func (c *Client) RunClockUntil(ctx context.Context, until time.Time) (Object, error) {
	text := "idle"
	if !until.IsZero() {
		text = until.Format(time.RFC3339Nano)
	}
	return c.clock(ctx, "POST", "/run-until", map[string]string{"time": text})
}

// ScaleClock makes time pass f times as fast; a frozen clock goes on.
func (c *Client) ScaleClock(ctx context.Context, f float64) (Object, error) {
	return c.clock(ctx, "POST", "/scale", map[string]string{"scale": strconv.FormatFloat(f, 'g', -1, 64)})
}

// ResetClock makes it the machine's again.
func (c *Client) ResetClock(ctx context.Context) (Object, error) {
	return c.clock(ctx, "POST", "/reset", nil)
}

func (c *Client) clock(ctx context.Context, method, path string, body any) (Object, error) {
	var state Object
	err := c.call(ctx, method, clockPath+path, nil, body, &state)
	return state, err
}

// learnTime sets the client's signatures right by the emulator's clock, which may have been moved.
// It tells whether that changes anything.
func (c *Client) learnTime(ctx context.Context) bool {
	var state emulator.ClockState
	if c.call(ctx, "GET", clockPath, nil, nil, &state) != nil || !state.Driven() {
		return false
	}
	skew := int64(time.Until(state.Now))
	was := time.Duration(c.skew.Swap(skew))
	return (was - time.Duration(skew)).Abs() > time.Minute
}
