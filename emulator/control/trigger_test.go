package control_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/control"
)

func TestTriggers(t *testing.T) {
	f := newFixture(t)
	name := f.create(t, "hello").Name()
	put := func(trigger emulator.Trigger) error {
		_, err := f.PutTrigger(t.Context(), name, &trigger)
		return err
	}
	if err := put(emulator.Trigger{TriggerName: "web", TriggerType: "http", TriggerConfig: []byte(`{"AuthType":"ANONYMOUS","methods":["get","POST"],"corsConfig":{"allowOrigins":["*"],"maxAge":5}}`)}); err != nil {
		t.Fatal(err)
	}
	got, err := f.Trigger(t.Context(), name, "web")
	if err != nil || got.Qualifier != "LATEST" || len(got.TriggerID) != 36 {
		t.Fatal(got, err)
	}
	if want := `{"authType":"anonymous","corsConfig":{"allowOrigins":["*"],"maxAge":5},"methods":["GET","POST"]}`; string(got.TriggerConfig) != want {
		t.Errorf("got %s, want %s", got.TriggerConfig, want)
	}
	wantCode(t, put(emulator.Trigger{TriggerName: "web", TriggerType: "log"}), 409, "TriggerAlreadyExists")
	wantCode(t, put(emulator.Trigger{TriggerName: "web2", TriggerType: "http"}), 400, "InvalidArgument")
	wantCode(t, put(emulator.Trigger{TriggerName: "p", TriggerType: "http", Qualifier: "prod"}), 404, "AliasNotFound")
	if err := put(emulator.Trigger{TriggerName: "clock", TriggerType: "timer", TriggerConfig: []byte(`{"cronExpression":"@every 1m"}`)}); err != nil {
		t.Error(err)
	}
	_, err = f.PutTrigger(t.Context(), emulator.Name{Function: "nobody"}, &emulator.Trigger{TriggerName: "t", TriggerType: "http"})
	wantCode(t, err, 404, "FunctionNotFound")
	for _, bad := range []emulator.Trigger{
		{TriggerType: "http"},
		{TriggerName: "1", TriggerType: "http"},
		{TriggerName: "t"},
		{TriggerName: "t", TriggerType: "smoke"},
		{TriggerName: "t", TriggerType: "timer", TriggerConfig: []byte(`[1]`)},
		{TriggerName: "t", TriggerType: "timer", TriggerConfig: []byte(`{`)},
		{TriggerName: "t", TriggerType: "timer"},
		{TriggerName: "t", TriggerType: "timer", TriggerConfig: []byte(`{"cronExpression":"0 4 * * *","enable":true}`)},
		{TriggerName: "t", TriggerType: "timer", TriggerConfig: []byte(`{"cronExpression":"@every 5"}`)},
		{TriggerName: "t", TriggerType: "timer", TriggerConfig: []byte(`{"cronExpression":"CRON_TZ=Mars/Base 0 0 4 * * *"}`)},
		{TriggerName: "t", TriggerType: "timer", TriggerConfig: []byte(`{"cronExpression":"@every 1m","enable":"yes"}`)},
		{TriggerName: "t", TriggerType: "timer", TriggerConfig: []byte(`{"cronExpression":"@every 1m","payload":{"a":1}}`)},
		{TriggerName: "t", TriggerType: "oss"},
		{TriggerName: "t", TriggerType: "oss", TriggerConfig: []byte(`{"events":["ObjectCreated:PutObject"]}`)},
		{TriggerName: "t", TriggerType: "oss", TriggerConfig: []byte(`{"events":["oss:ObjectCreated:*"],"filter":"a/"}`)},
		{TriggerName: "t", TriggerType: "http", TriggerConfig: []byte(`{"methods":["TRACE"]}`)},
		{TriggerName: "t", TriggerType: "http", TriggerConfig: []byte(`{"methods":"GET"}`)},
		{TriggerName: "t", TriggerType: "http", TriggerConfig: []byte(`{"authType":"basic"}`)},
	} {
		wantCode(t, put(bad), 400, "InvalidArgument")
	}
	list, _, err := f.Triggers(t.Context(), nil, "", "", 10)
	if err != nil || len(list) != 2 || list[0].Function != name || list[0].TriggerName != "clock" {
		t.Errorf("got %v, %v", list, err)
	}
}

// Whoever fires triggers hears of each change, and of none that was refused.
func TestTriggersAreTold(t *testing.T) {
	var heard []string
	f := newFixture(t, control.WithTriggers(func(of emulator.Name, name string, now *emulator.Trigger) {
		text := of.String() + "/" + name
		if now != nil {
			text += " " + string(now.TriggerConfig)
		}
		heard = append(heard, text)
	}))
	name := f.create(t, "hello").Name()
	trigger := emulator.Trigger{TriggerName: "tick", TriggerType: "timer", TriggerConfig: []byte(`{"cronExpression":"@every 1m"}`)}
	if _, err := f.PutTrigger(t.Context(), name, &trigger); err != nil {
		t.Fatal(err)
	}
	change := func(config string) error {
		_, err := f.UpdateTrigger(t.Context(), name, "tick", func(t *emulator.Trigger) error { t.TriggerConfig = []byte(config); return nil })
		return err
	}
	wantCode(t, change(`{"cronExpression":"@every"}`), 400, "InvalidArgument")
	if err := change(`{"cronExpression":"@every 2m"}`); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"", "TriggerNotFound"} {
		if err := f.DeleteTrigger(t.Context(), name, "tick", ""); want == "" && err != nil {
			t.Error(err)
		} else if want != "" {
			wantCode(t, err, 404, want)
		}
	}
	want := []string{`hello/tick {"cronExpression":"@every 1m"}`, `hello/tick {"cronExpression":"@every 2m"}`, `hello/tick`}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Error(diff)
	}
}

func TestUpdateTrigger(t *testing.T) {
	f := newFixture(t)
	name := f.create(t, "hello").Name()
	if _, err := f.PutTrigger(t.Context(), name, &emulator.Trigger{TriggerName: "web", TriggerType: "http", Description: "d"}); err != nil {
		t.Fatal(err)
	}
	_, before, _ := f.HTTPTrigger(t.Context(), ref("hello"))
	updated, err := f.UpdateTrigger(t.Context(), name, "web", func(trigger *emulator.Trigger) error {
		trigger.TriggerType, trigger.TriggerConfig = "timer", []byte(`{"authType":"anonymous"}`)
		return nil
	})
	if err != nil || updated.TriggerType != "http" || updated.Description != "d" {
		t.Errorf("got %+v, %v", updated, err)
	}
	_, after, err := f.HTTPTrigger(t.Context(), ref("hello"))
	if err != nil || before.AuthType != "function" || after.AuthType != "anonymous" {
		t.Errorf("authType %q → %q, %v", before.AuthType, after.AuthType, err)
	}
	_, err = f.UpdateTrigger(t.Context(), name, "none", func(*emulator.Trigger) error { return nil })
	wantCode(t, err, 404, "TriggerNotFound")
	wantCode(t, f.DeleteTrigger(t.Context(), name, "none", ""), 404, "TriggerNotFound")
	if err := f.DeleteTrigger(t.Context(), name, "web", ""); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.HTTPTrigger(t.Context(), ref("hello"))
	wantCode(t, err, 404, "TriggerNotFound")
}

// Many requests at once must not get two HTTP triggers onto one qualifier.
func TestOneHTTPTriggerInARace(t *testing.T) {
	f := newFixture(t)
	name := f.create(t, "hello").Name()
	var all sync.WaitGroup
	accepted := make(chan string, 20)
	for i := range 20 {
		all.Go(func() {
			trigger := &emulator.Trigger{TriggerName: fmt.Sprintf("t%d", i), TriggerType: "http"}
			if _, err := f.PutTrigger(t.Context(), name, trigger); err == nil {
				accepted <- trigger.TriggerName
			}
		})
	}
	all.Wait()
	if len(accepted) != 1 {
		t.Errorf("%d HTTP triggers were accepted, want 1", len(accepted))
	}
}

func TestTriggerLimit(t *testing.T) {
	f := newFixture(t)
	name := f.create(t, "hello").Name()
	for i := range 50 {
		if _, err := f.PutTrigger(t.Context(), name, &emulator.Trigger{TriggerName: fmt.Sprintf("t%d", i), TriggerType: "log"}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := f.PutTrigger(t.Context(), name, &emulator.Trigger{TriggerName: "more", TriggerType: "log"})
	wantCode(t, err, 400, "LimitExceeded")
}

func TestAsyncConfig(t *testing.T) {
	f := newFixture(t)
	f.create(t, "hello")
	f.create(t, "s/other")
	number := func(n int) *int { return &n }
	to := func(arn string) *emulator.DestinationConfig {
		return &emulator.DestinationConfig{OnFailure: &emulator.Destination{Destination: arn}}
	}
	put := func(config emulator.AsyncConfig) error {
		_, err := f.PutAsyncConfig(t.Context(), ref("hello"), &config)
		return err
	}
	for _, bad := range []emulator.AsyncConfig{
		{MaxAsyncRetryAttempts: number(9)}, {MaxAsyncRetryAttempts: number(-1)},
		{MaxAsyncEventAgeInSeconds: number(0)}, {MaxAsyncEventAgeInSeconds: number(604801)},
		{DestinationConfig: to("acs:nowhere")},
	} {
		wantCode(t, put(bad), 400, "InvalidArgument")
	}
	_, err := f.AsyncConfig(t.Context(), ref("hello"))
	wantCode(t, err, 404, "AsyncConfigNotExists")
	if err := put(emulator.AsyncConfig{MaxAsyncRetryAttempts: number(0), DestinationConfig: to("acs:fc:cn-hangzhou:123:functions/after")}); err != nil {
		t.Fatal(err)
	}
	if err := put(emulator.AsyncConfig{MaxAsyncEventAgeInSeconds: number(60)}); err != nil {
		t.Fatal(err)
	}
	policy, err := f.AsyncPolicy(t.Context(), ref("hello"))
	if err != nil || policy.RetryAttempts != 0 || policy.EventAge.Seconds() != 60 || policy.OnFailure == "" {
		t.Errorf("the second PUT must leave the first's members: %+v, %v", policy, err)
	}
	if _, err := f.PutAsyncConfig(t.Context(), ref("s/other"), &emulator.AsyncConfig{MaxAsyncRetryAttempts: number(1)}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for from := ""; ; { // all have the same record name, LATEST
		list, next, err := f.AsyncConfigs(t.Context(), nil, from, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, config := range list {
			got = append(got, config.Name.String()+" "+config.Qualifier)
		}
		if from = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"hello LATEST", "s/other LATEST"}, got); diff != "" {
		t.Error(diff)
	}
	if err := f.DeleteAsyncConfig(t.Context(), ref("hello")); err != nil {
		t.Fatal(err)
	}
	if policy, err := f.AsyncPolicy(t.Context(), ref("hello")); err != nil || policy.RetryAttempts != 3 {
		t.Errorf("after the deletion: %+v, %v", policy, err)
	}
	wantCode(t, f.DeleteAsyncConfig(t.Context(), ref("hello")), 404, "AsyncConfigNotExists")
}
