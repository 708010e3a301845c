package async_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
	"github.com/fcemu/fcemu/emulator/metrics"
)

func TestAnObserverSeesEveryStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := metrics.New()
		h := newHouse(t, async.Options{Observer: book})
		p := policy()
		p.RetryAttempts, p.OnSuccess, p.OnFailure = 2, "acs:fc:cn-local:100:functions/nowhere", "acs:fc:cn-local:100:functions/told"
		h.define("told", policy(), succeed)
		h.define("job", p, func(ctx context.Context, inv *emulator.Invocation) *emulator.Outcome {
			switch {
			case string(inv.Event) == "good":
				return succeed(ctx, inv)
			case string(inv.Event) == "busy" && len(h.engine.of("job")) == 1:
				return &emulator.Outcome{Refused: &emulator.Error{Status: 429, Code: "ResourceThrottled"}}
			}
			return fail(ctx, inv)
		})
		h.await(h.accept(call("job", "busy"), 0).Key)         // refused, then three runs: three retries
		h.await(h.accept(call("job", "good"), time.Hour).Key) // on time, although after an hour
		stopped := h.accept(call("job", "good"), time.Minute) // never runs
		if err := h.queue.Stop(t.Context(), stopped.Key); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // all deliveries
		got := byName(book)
		job, told := got["job"], got["told"]
		if job.Enqueued != 3 || job.Processed != 3 || job.Retries != 3 || job.Delay.Count != 5 || job.Expired != 0 {
			t.Errorf("job: %+v", job)
		}
		if job.Delay.SumSeconds > 0.01 { // due to start: neither the delay nor the pauses count
			t.Errorf("delays of %v s", job.Delay.SumSeconds)
		}
		if job.DestinationSuccess != 2 || // the failure and the stop
			job.DestinationError != 1 {
			t.Errorf("deliveries of job: %d and %d", job.DestinationSuccess, job.DestinationError)
		}
		if told.Enqueued != 2 || told.Processed != 2 || told.Retries != 0 {
			t.Errorf("told: %+v", told)
		}
	})
}

func TestAnObserverSeesWhatExpiresAndWhatIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := metrics.New()
		h := furnish(t, async.Options{Observer: book})
		p := policy()
		h.define("job", p, succeed)
		p.EventAge = time.Second
		h.define("young", p, succeed)
		late := h.accept(call("job", ""), 0)
		old := h.accept(call("young", ""), 0)
		time.Sleep(20 * time.Second) // nothing runs the queue
		h.start()
		h.await(late.Key)
		h.await(old.Key)
		got := byName(book)
		if young := got["young"]; young.Expired != 1 || young.Processed != 1 || young.Delay.Count != 0 {
			t.Errorf("young: %+v", young)
		}
		if job := got["job"]; job.Delay.Count != 1 || job.Delay.SumSeconds < 20 || job.Delay.SumSeconds > 21 || job.Retries != 0 {
			t.Errorf("job: %+v", job)
		}
	})
}

func byName(book *metrics.Book) map[string]metrics.Function {
	found := map[string]metrics.Function{}
	for _, f := range book.Functions(nil, nil) {
		found[f.Name] = f
	}
	return found
}
