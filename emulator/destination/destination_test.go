package destination_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/destination"
)

func function(service, name, qualifier string) emulator.Reference {
	return emulator.Reference{Name: emulator.Name{Service: service, Function: name}, Qualifier: qualifier}
}

func TestParse(t *testing.T) {
	for arn, want := range map[string]destination.Target{
		"acs:fc:cn-hangzhou:100:functions/sink":                {Kind: destination.Function, Region: "cn-hangzhou", Account: "100", Function: function("", "sink", "LATEST")},
		"acs:fc:cn-hangzhou:100:functions/sink/prod":           {Kind: destination.Function, Region: "cn-hangzhou", Account: "100", Function: function("", "sink", "prod")},
		"acs:fc:cn-hangzhou::functions/sink":                   {Kind: destination.Function, Region: "cn-hangzhou", Function: function("", "sink", "LATEST")},
		"acs:fc:::functions/svc$sink":                          {Kind: destination.Function, Function: function("svc", "sink", "LATEST")},
		"acs:fc:cn-shanghai:7:services/svc/functions/sink":     {Kind: destination.Function, Region: "cn-shanghai", Account: "7", Function: function("svc", "sink", "LATEST")},
		"acs:fc:::services/svc.LATEST/functions/sink":          {Kind: destination.Function, Function: function("svc", "sink", "LATEST")},
		"acs:fc:::services/svc.2/functions/sink":               {Kind: destination.Function, Function: function("svc", "sink", "2")},
		"acs:mns:cn-hangzhou:100:/queues/q-1/messages":         {Kind: destination.Queue, Region: "cn-hangzhou", Account: "100", Name: "q-1"},
		"acs:mns:::/topics/news/messages":                      {Kind: destination.Topic, Name: "news"},
		"acs:eventbridge:cn-hangzhou:100:eventbus/orders":      {Kind: destination.EventBus, Region: "cn-hangzhou", Account: "100", Name: "orders"},
		"acs:mq:cn-hangzhou:100:/instances/MQ_INST_1/topic/tp": {Kind: destination.RocketMQ, Region: "cn-hangzhou", Account: "100", Name: "/instances/MQ_INST_1/topic/tp"},
	} {
		want.ARN = arn
		got, err := destination.Parse(arn)
		if err != nil {
			t.Errorf("%s: %v", arn, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", arn, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, arn := range []string{
		"", "sink", "acs", "acs:fc", "arn:aws:lambda:us-east-1:1:function/x",
		"acs:log:cn-hangzhou:100:project/p/logstore/l",
		"acs:oss:::bucket",
		"acs:fc:::functions/", "acs:fc:::functions", "acs:fc:::function/x", "acs:fc:::functions/a/b/c", "acs:fc:::functions/a/",
		"acs:fc:::services/s/functions/", "acs:fc:::services/s./functions/f", "acs:fc:::services//functions/f",
		"acs:fc:::functions/a b", "acs:fc:::functions/../x",
		"acs:mns:::/queues//messages", "acs:mns:::/queues/q", "acs:mns:::queues/q/messages", "acs:mns:::/topics/messages",
		"acs:eventbridge:::bus/x", "acs:mq:::",
	} {
		_, err := destination.Parse(arn)
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || refusal.Status != 400 || refusal.Code != "InvalidArgument" || !strings.Contains(refusal.Message, "'"+arn+"'") {
			t.Errorf("%q: %v", arn, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("acs:fc:::services/svc.2/functions/sink")
	f.Add("acs:mns:::/queues//messages")
	f.Fuzz(func(t *testing.T, arn string) {
		target, err := destination.Parse(arn)
		if err == nil && target.Kind == destination.Function && target.Function.Function == "" {
			t.Fatalf("%q names no function", arn)
		}
	})
}

type sent struct {
	Ref   emulator.Reference
	Event string
	ID    string
	Depth int
}

func TestFunctionIsInvokedUnderAnIDThatFollowsFromTheOutcome(t *testing.T) {
	var got []sent
	sinks := destination.Sinks{destination.Function: destination.Submit(
		func(_ context.Context, ref emulator.Reference, event []byte, id string, depth int) error {
			got = append(got, sent{ref, string(event), id, depth})
			return nil
		})}
	d := emulator.Delivery{
		Task:        emulator.TaskKey{Function: emulator.Name{Function: "job"}, ID: "t1"},
		RequestID:   "1-6553f1aa-1dcd6500-0a0b0c0d0e0f",
		Destination: "acs:fc:cn-local:100:functions/sink/prod", Body: []byte(`{"x":1}`), Depth: 3,
	}
	again, other := d, d
	other.Task.ID = "t2"
	custom := d
	custom.RequestID = "chosen by the caller"
	for _, one := range []emulator.Delivery{d, again, other, custom} {
		if err := sinks.Deliver(t.Context(), &one); err != nil {
			t.Fatal(err)
		}
	}
	if got[0].ID != got[1].ID || got[0].ID == got[2].ID || got[0].ID == d.RequestID {
		t.Errorf("ids: %q %q %q", got[0].ID, got[1].ID, got[2].ID)
	}
	form := regexp.MustCompile(`^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$`)
	if !form.MatchString(got[0].ID) || !form.MatchString(got[3].ID) || !strings.HasPrefix(got[0].ID, "1-6553f1aa-1dcd6500-") {
		t.Errorf("ids: %q %q", got[0].ID, got[3].ID)
	}
	want := sent{function("", "sink", "prod"), `{"x":1}`, got[0].ID, 3}
	if got[0] != want {
		t.Errorf("got %+v, want %+v", got[0], want)
	}
}

func TestKindsWithoutALocalServiceAreToldPlainly(t *testing.T) {
	for arn, kind := range map[string]string{
		"acs:mns:::/queues/q/messages":  "MNS queue",
		"acs:mns:::/topics/q/messages":  "MNS topic",
		"acs:eventbridge:::eventbus/b":  "EventBridge bus",
		"acs:mq:::/instances/i/topic/t": "RocketMQ topic",
	} {
		err := destination.Sinks{}.Deliver(t.Context(), &emulator.Delivery{Destination: arn})
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || refusal.Status != 412 || !strings.Contains(refusal.Message, kind) {
			t.Errorf("%s: %v", arn, err)
		}
	}
}
