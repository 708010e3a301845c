package local_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// drivenClock tells in its offset what it was asked for.
type drivenClock struct{ emulator.RealClock }

var asked = make(chan string, 1)

func (drivenClock) State() emulator.ClockState {
	state := emulator.ClockState{Source: emulator.ClockDriven, Scale: 1}
	select {
	case state.Offset = <-asked:
	default:
	}
	return state
}

func note(text string) error { asked <- text; return nil }

func (drivenClock) Freeze(context.Context) error { return note("freeze") }
func (drivenClock) Reset(context.Context) error  { return note("reset") }
func (drivenClock) Advance(_ context.Context, d time.Duration) error {
	return note("advance " + d.String())
}
func (drivenClock) RunUntil(_ context.Context, until time.Time) error {
	return note("run " + until.UTC().Format(time.RFC3339))
}
func (drivenClock) SetScale(_ context.Context, f float64) error {
	return note("scale " + time.Duration(f*float64(time.Second)).String())
}

func TestClock(t *testing.T) {
	f := newFixture(t)
	f.want(t, "GET", "/clock", 200, `"source":"driven"`, `"frozen":false`)
	post := func(path, body string) (int, string) {
		t.Helper()
		response, err := http.Post(f.URL+"/_fcemu/clock/"+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text := make([]byte, 1000)
		n, _ := response.Body.Read(text)
		return response.StatusCode, string(text[:n])
	}
	for _, good := range [][3]string{
		{"freeze", "", "freeze"}, {"reset", "", "reset"}, {"advance", `{"duration":"1h30m"}`, "advance 1h30m0s"},
		{"run-until", `{"time":"idle"}`, "run 0001-01-01T00:00:00Z"}, {"run-until", `{"time":"2040-01-01T08:00:00+08:00"}`, "run 2040-01-01T00:00:00Z"},
		{"run-until", `{"time":"1000"}`, "run 1970-01-01T00:00:01Z"}, {"scale", `{"scale":60}`, "scale 1m0s"}, {"scale", `{"scale":"0.5"}`, "scale 500ms"},
	} {
		if status, body := post(good[0], good[1]); status != 200 || !strings.Contains(body, `"offset":"`+good[2]+`"`) {
			t.Errorf("%v: %d %s", good, status, body)
		}
	}
	for _, bad := range [][2]string{
		{"advance", ""}, {"advance", `{"duration":"soon"}`}, {"advance", `{"duration":5}`}, {"run-until", ""}, {"run-until", `{"time":"later"}`},
		{"run-until", `{"time":"0001-01-01T00:00:00Z"}`}, {"scale", ""}, {"scale", `{"scale":"fast"}`}, {"scale", `{"scale":null}`}, {"freeze/", ""},
	} {
		if status, body := post(bad[0], bad[1]); status != 400 || (bad[0] != "freeze/" && !strings.Contains(body, "InvalidArgument")) {
			t.Errorf("%v: %d %s", bad, status, body)
		}
	}
}
