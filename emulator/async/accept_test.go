package async_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
)

func TestAcceptRefuses(t *testing.T) {
	h := furnish(t, async.Options{})
	h.define("job", policy(), succeed)
	event := func(id string) *emulator.Invocation { inv := call("job", ""); inv.TaskID = id; return inv }
	big := strings.Repeat("x", emulator.MaxAsyncPayload+1)
	body := call("job", "")
	body.HTTP = &emulator.HTTPRequest{Body: strings.NewReader(big), Length: -1}
	announced := call("job", "")
	announced.HTTP = &emulator.HTTPRequest{Body: strings.NewReader("x"), Length: emulator.MaxAsyncPayload + 1}
	for name, one := range map[string]struct {
		inv   *emulator.Invocation
		delay time.Duration
		code  string
	}{
		"negative delay":   {call("job", ""), -time.Second, "InvalidArgument"},
		"long delay":       {call("job", ""), 3601 * time.Second, "InvalidArgument"},
		"id with a digit":  {event("1x"), 0, "InvalidArgument"},
		"id with a hyphen": {event("-x"), 0, "InvalidArgument"},
		"id with a dot":    {event("a.b"), 0, "InvalidArgument"},
		"id with a letter": {event("é"), 0, "InvalidArgument"},
		"id with a line":   {event("a\n"), 0, "InvalidArgument"},
		"long id":          {event(strings.Repeat("a", 129)), 0, "InvalidArgument"},
		"big event":        {call("job", big), 0, "EntityTooLarge"},
		"big body":         {body, 0, "EntityTooLarge"},
		"announced body":   {announced, 0, "EntityTooLarge"},
	} {
		_, err := h.queue.Accept(t.Context(), one.inv, one.delay)
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || refusal.Status != 400 || refusal.Code != one.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if tasks, _ := h.queue.Tasks(t.Context(), emulator.TaskQuery{Limit: 10}); len(tasks) != 0 {
		t.Errorf("%d tasks are stored", len(tasks))
	}
}

func TestAcceptTakesTheBounds(t *testing.T) {
	h := furnish(t, async.Options{})
	h.define("job", policy(), succeed)
	inv := call("job", strings.Repeat("x", emulator.MaxAsyncPayload))
	inv.TaskID = "_" + strings.Repeat("a-1", 42) + "Z"
	task := h.accept(inv, emulator.MaxDelay)
	if task.Key.ID != inv.TaskID || len(task.Key.ID) != 128 || task.DueAt.Sub(task.EnqueuedAt) != time.Hour || task.Qualifier != "LATEST" {
		t.Errorf("%+v", task.Key)
	}
	stored := h.task(task.Key)
	if len(stored.Payload) != emulator.MaxAsyncPayload || stored.Status != emulator.TaskEnqueued || trail(stored) != "Enqueued" || stored.Events[0].EventID != 1 {
		t.Errorf("%s %+v", trail(stored), stored.Key)
	}
}

func TestTaskIDs(t *testing.T) {
	h := furnish(t, async.Options{})
	h.define("job", policy(), succeed)
	h.define("other", policy(), succeed)
	off := policy()
	off.TaskMode = false
	h.define("plain", off, succeed)
	named := func(name, id, request string) *emulator.Invocation {
		inv := call(name, "")
		inv.TaskID, inv.RequestID = id, request
		return inv
	}

	h.accept(named("job", "same", ""), 0)
	h.accept(named("other", "same", ""), 0) // ids are unique per function
	_, err := h.queue.Accept(t.Context(), named("job", "same", ""), 0)
	var refusal *emulator.Error
	if !errors.As(err, &refusal) || refusal.Status != 409 || refusal.Code != "StatefulAsyncInvocationAlreadyExists" {
		t.Errorf("the second: %v", err)
	}

	if task := h.accept(call("job", ""), 0); task.Key.ID != task.RequestID || !strings.HasPrefix(task.RequestID, "1-") {
		t.Errorf("made: %+v", task)
	}
	if task := h.accept(named("plain", "same", "r1"), 0); task.Key.ID != "r1" || task.TaskMode {
		t.Errorf("task mode off: %+v", task)
	}
	if task := h.accept(named("plain", "9 bad", "r1"), 0); task.Key.ID == "r1" || task.RequestID != "r1" {
		t.Errorf("request id used twice: %+v", task)
	}
	h.accept(named("job", "r2", "r2"), 0)
	if _, err := h.queue.Accept(t.Context(), named("job", "r2", "r2"), 0); err == nil {
		t.Error("a chosen id that equals the request id was accepted twice")
	}
}

func TestHTTPRequestIsKeptWithItsBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		var bodies []string
		h.define("web", policy(), func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			body, err := io.ReadAll(inv.HTTP.Body)
			if err != nil || inv.HTTP.Length != int64(len(body)) || inv.Event != nil ||
				inv.HTTP.Method != "PUT" || inv.HTTP.Target != "/a%20b?c=d" || inv.HTTP.Header["X-A"][0] != "1" {
				t.Errorf("%v: %+v", err, inv.HTTP)
			}
			bodies = append(bodies, string(body))
			if inv.RetryCount == 0 {
				return fail(ctx, inv)
			}
			return succeed(ctx, inv)
		})
		inv := call("web", "")
		inv.HTTP = &emulator.HTTPRequest{Method: "PUT", Target: "/a%20b?c=d", Header: map[string][]string{"X-A": {"1"}},
			Body: strings.NewReader("hello"), Length: -1}
		task := h.await(h.accept(inv, 0).Key)
		if task.Status != emulator.TaskSucceeded || strings.Join(bodies, ",") != "hello,hello" {
			t.Errorf("%v %+v", bodies, task)
		}
		again, err := h.queue.Rerun(t.Context(), task.Key)
		if err != nil {
			t.Fatal(err)
		}
		h.await(again.Key)
		if strings.Join(bodies, ",") != "hello,hello,hello,hello" || again.Key == task.Key {
			t.Errorf("%v", bodies)
		}
	})
}

func TestThePolicyIsFrozenAtAcceptance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, async.Options{})
		h.define("job", policy(), fail)
		key := h.accept(call("job", ""), time.Second).Key
		changed := policy()
		changed.RetryAttempts = 0
		h.catalogue.define("job", changed)
		if task := h.await(key); task.Attempts != 4 {
			t.Errorf("%d attempts", task.Attempts)
		}
		again, err := h.queue.Rerun(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if task := h.await(again.Key); task.Attempts != 1 || task.RequestID == h.task(key).RequestID {
			t.Errorf("%+v", task)
		}
	})
}

func TestRerunRefuses(t *testing.T) {
	h := furnish(t, async.Options{})
	h.define("job", policy(), succeed)
	key := h.accept(call("job", ""), 0).Key
	h.catalogue.remove("job")
	for _, key := range []emulator.TaskKey{key, {ID: "none"}} {
		_, err := h.queue.Rerun(t.Context(), key)
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || refusal.Status != 404 {
			t.Errorf("%v: %v", key, err)
		}
	}
}
