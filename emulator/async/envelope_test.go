package async_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	good = "acs:fc:cn-local:100:functions/good"
	bad  = "acs:fc:cn-local:100:functions/bad"
)

func withDestinations() emulator.AsyncPolicy {
	p := policy()
	p.RetryAttempts, p.OnSuccess, p.OnFailure = 1, good, bad
	return p
}

// TestEnvelopes compares what destinations receive with testdata; the clock of synctest makes the
// times the same in every run.
func TestEnvelopes(t *testing.T) {
	wrong := func(code string, status int) function {
		return func(context.Context, *emulator.Invocation) *emulator.Outcome {
			return &emulator.Outcome{Refused: emulator.Refuse(status, code, "not today")}
		}
	}
	gone := func(h *house, _ emulator.TaskKey) { h.catalogue.remove("job") }
	halt := func(h *house, key emulator.TaskKey) {
		if err := h.queue.Stop(h.t.Context(), key); err != nil {
			h.t.Error(err)
		}
	}
	late := func(h *house, _ emulator.TaskKey) { h.halt(); time.Sleep(25 * time.Hour); h.rebuild(); h.start() }
	for name, one := range map[string]struct {
		function, event, receiver string
		body                      function
		meanwhile                 func(*house, emulator.TaskKey) // while the task waits for its due time
	}{
		"success":   {"job", `{"n":1,"html":"<&>"}`, "good", succeed, nil},
		"failure":   {"job", "line\n\"quoted\" \x00 é", "bad", fail, nil},
		"service":   {"svc/job", `{}`, "bad", fail, nil},
		"throttled": {"job", `{}`, "bad", wrong("ResourceThrottled", 429), nil},
		"nostart":   {"job", `{}`, "bad", wrong("CAExited", 412), nil},
		"gone":      {"job", `{}`, "bad", succeed, gone},
		"stopped":   {"job", `{}`, "bad", succeed, halt},
		"expired":   {"job", `{}`, "bad", succeed, late},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, async.Options{})
				h.define("good", policy(), succeed)
				h.define("bad", policy(), succeed)
				h.define(one.function, withDestinations(), one.body)
				inv := call(one.function, one.event)
				inv.RequestID = "1-386cd300-00000000-0a0b0c0d0e0f"
				key := h.accept(inv, time.Second).Key
				synctest.Wait()
				if one.meanwhile != nil {
					one.meanwhile(h, key)
				}
				h.await(key)
				time.Sleep(time.Second)
				compare(t, name, received(t, h, one.receiver))
				if task := h.task(key); task.Destination != "Succeeded" {
					t.Errorf("destinationStatus %q", task.Destination)
				}
			})
		})
	}
}

// received returns the event of the only run of a receiving function.
func received(t *testing.T, h *house, name string) []byte {
	t.Helper()
	runs := h.engine.of(name)
	if len(runs) != 1 {
		t.Fatalf("%d runs of %s", len(runs), name)
	}
	return runs[0].Inv.Event
}

func compare(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, append(bytes.Clone(got), '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestABigOutcomeIsCutToTheSizeOfAnEvent(t *testing.T) {
	const limit = emulator.MaxAsyncPayload
	for name, one := range map[string]struct {
		request, result  int
		requestLeft, cut bool
	}{
		"fits":          {1 << 10, limit - 4<<10, true, false},
		"big response":  {1 << 10, limit, true, true},
		"kept too much": {1 << 10, emulator.MaxReturnPayload + 5, true, true},
		"both":          {limit, limit, false, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, async.Options{})
			h.define("good", policy(), succeed)
			h.define("job", withDestinations(), func(context.Context, *emulator.Invocation) *emulator.Outcome {
				return &emulator.Outcome{Payload: bytes.Repeat([]byte("r"), one.result)}
			})
			task := h.await(h.accept(call("job", strings.Repeat("q", one.request)), 0).Key)
			synctest.Wait()
			body := received(t, h, "good")
			var got struct{ RequestPayload, ResponsePayload string }
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatal(err)
			}
			if len(body) > limit || (got.RequestPayload != "") != one.requestLeft || (got.ResponsePayload == "") != one.cut || h.logs.mention("left out") != one.cut {
				t.Errorf("%s: %d bytes, %d and %d", name, len(body), len(got.RequestPayload), len(got.ResponsePayload))
			}
			if len(task.Result) != min(one.result, emulator.MaxReturnPayload) {
				t.Errorf("%s: %d bytes of the result are kept", name, len(task.Result))
			}
		})
	}
}
