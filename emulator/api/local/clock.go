package local

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// DrivenClock is a clock that this API can move.
type DrivenClock interface {
	emulator.Clock
	State() emulator.ClockState
	Freeze(ctx context.Context) error
	Advance(ctx context.Context, d time.Duration) error
	RunUntil(ctx context.Context, until time.Time) error // zero: until idle
	SetScale(ctx context.Context, f float64) error
	Reset(ctx context.Context) error
}

const maxClockBody = 1 << 10

func (a *API) clockRoutes() []api.Route {
	const root = " /_fcemu/clock"
	return []api.Route{
		{Pattern: "GET" + root, Operation: a.getClock},
		{Pattern: "POST" + root + "/freeze", Operation: a.freezeClock},
		{Pattern: "POST" + root + "/advance", Operation: a.advanceClock},
		{Pattern: "POST" + root + "/run-until", Operation: a.runClock},
		{Pattern: "POST" + root + "/scale", Operation: a.scaleClock},
		{Pattern: "POST" + root + "/reset", Operation: a.resetClock},
	}
}

func (a *API) getClock(c *api.Call) error { return c.JSON(http.StatusOK, a.Clock.State()) }

// moved answers with the state that a move led to.
func (a *API) moved(c *api.Call, err error) error {
	if err != nil {
		return err
	}
	return a.getClock(c)
}

func (a *API) freezeClock(c *api.Call) error {
	return a.moved(c, a.Clock.Freeze(c.Request.Context()))
}

func (a *API) resetClock(c *api.Call) error {
	return a.moved(c, a.Clock.Reset(c.Request.Context()))
}

// advanceClock reads {"duration": "10m"}.
func (a *API) advanceClock(c *api.Call) error {
	var body struct{ Duration string }
	if err := c.Decode(maxClockBody, &body); err != nil {
		return err
	}
	d, err := time.ParseDuration(body.Duration)
	if err != nil {
		return emulator.InvalidArgument("duration is set to an invalid value (expected: a time span such as 10m or 1h30m, actual: '%s')", body.Duration)
	}
	return a.moved(c, a.Clock.Advance(c.Request.Context(), d))
}

// runClock reads {"time": "idle"}, or a time in RFC 3339 or Unix ms.
func (a *API) runClock(c *api.Call) error {
	var body struct{ Time string }
	if err := c.Decode(maxClockBody, &body); err != nil {
		return err
	}
	var until time.Time
	if body.Time != "idle" {
		var err error
		if until, err = readTime(body.Time); err != nil {
			return err
		}
	}
	return a.moved(c, a.Clock.RunUntil(c.Request.Context(), until))
}

func readTime(text string) (time.Time, error) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms >= 0 {
		return time.UnixMilli(ms), nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.IsZero() {
		return at, emulator.InvalidArgument("time is set to an invalid value (expected: idle, RFC 3339 or Unix milliseconds, actual: '%s')", text)
	}
	return at, nil
}

// scaleClock reads {"scale": 60}.
func (a *API) scaleClock(c *api.Call) error {
	var body struct{ Scale json.Number }
	if err := c.Decode(maxClockBody, &body); err != nil {
		return err
	}
	scale, err := body.Scale.Float64()
	if err != nil {
		return emulator.InvalidArgument("scale is set to an invalid value (expected: a number above 0, actual: '%s')", body.Scale)
	}
	return a.moved(c, a.Clock.SetScale(c.Request.Context(), scale))
}
