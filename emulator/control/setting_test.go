package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

func TestInstanceLimits(t *testing.T) {
	f := newFixture(t)
	f.create(t, "fn")
	f.publish(t, "fn")
	f.alias(t, "fn", "prod", "1", nil)
	name := emulator.Name{Function: "fn"}
	limit := func(qualifier string) int {
		fn, err := f.Resolve(t.Context(), at("fn", qualifier))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case fn.OnDemandLimit != nil && (fn.InstanceLimit == nil || *fn.OnDemandLimit < *fn.InstanceLimit):
			return *fn.OnDemandLimit
		case fn.InstanceLimit != nil:
			return *fn.InstanceLimit
		}
		return -1
	}
	want := func(latest, one, prod int) {
		t.Helper()
		if got := [3]int{limit(""), limit("1"), limit("prod")}; got != [3]int{latest, one, prod} {
			t.Errorf("got %v, want %v", got, [3]int{latest, one, prod})
		}
	}
	want(-1, -1, -1)
	config, err := f.PutOnDemand(t.Context(), at("fn", "prod"), &emulator.OnDemandConfig{MaximumInstanceCount: 3}, "")
	if err != nil {
		t.Fatal(err)
	}
	want(-1, -1, 3)
	if _, err := f.PutConcurrency(t.Context(), name, &emulator.ConcurrencyConfig{ReservedConcurrency: 5}); err != nil {
		t.Fatal(err)
	}
	want(5, 5, 3)
	if _, err := f.PutConcurrency(t.Context(), name, &emulator.ConcurrencyConfig{ReservedConcurrency: 0}); err != nil {
		t.Fatal(err)
	}
	want(0, 0, 0)
	_, err = f.PutConcurrency(t.Context(), name, &emulator.ConcurrencyConfig{ReservedConcurrency: -1})
	wantCode(t, err, 400, "InvalidArgument")
	if err := f.DeleteConcurrency(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	wantCode(t, f.DeleteConcurrency(t.Context(), name), 404, "OnDemandConfigNotFound")
	_, err = f.PutOnDemand(t.Context(), at("fn", "prod"), config, "stale")
	wantCode(t, err, 412, "PreconditionFailed")
	wantCode(t, f.DeleteOnDemand(t.Context(), at("fn", "prod"), "stale"), 412, "PreconditionFailed")
	if err := f.DeleteOnDemand(t.Context(), at("fn", "prod"), config.Etag); err != nil {
		t.Fatal(err)
	}
	want(-1, -1, -1)
	_, err = f.OnDemand(t.Context(), at("fn", "prod"))
	wantCode(t, err, 404, "OnDemandConfigNotFound")
}

func TestDisabledInvocation(t *testing.T) {
	f := newFixture(t)
	f.create(t, "fn")
	f.publish(t, "fn")
	name := emulator.Name{Function: "fn"}
	if _, err := f.AsyncPolicy(t.Context(), ref("fn")); err != nil {
		t.Fatal(err)
	}
	f.changed = nil
	if err := f.DisableInvocation(t.Context(), name, "sold out"); err != nil {
		t.Fatal(err)
	}
	if len(f.changed) != 1 {
		t.Errorf("the runtime was told %v", f.changed)
	}
	for _, qualifier := range []string{"", "1"} {
		fn, err := f.Resolve(t.Context(), at("fn", qualifier))
		if err != nil {
			t.Fatal(err)
		}
		refusal := fn.Admit()
		if refusal == nil || refusal.Status != 403 || !strings.Contains(refusal.Message, "sold out") {
			t.Errorf("%q: got %v", qualifier, refusal)
		}
		_, err = f.AsyncPolicy(t.Context(), at("fn", qualifier))
		wantCode(t, err, 403, "AccessDenied")
	}
	if err := f.EnableInvocation(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	fn, err := f.Resolve(t.Context(), ref("fn"))
	if err != nil || fn.Admit() != nil || fn.InvocationRestriction == nil || fn.InvocationRestriction.Disable {
		t.Errorf("got %+v, %v", fn, err)
	}
	wantCode(t, f.DisableInvocation(t.Context(), emulator.Name{Function: "none"}, ""), 404, "FunctionNotFound")
}

func TestProvisionRules(t *testing.T) {
	f := newFixture(t)
	f.create(t, "fn")
	action := emulator.ScheduledAction{Name: "a", Target: 1, ScheduleExpression: "cron(0 0 4 * * *)", StartTime: "2023-04-01T08:15:27Z"}
	policy := emulator.TargetTrackingPolicy{Name: "p", MetricType: "CPUUtilization", MetricTarget: .6, MinCapacity: 1, MaxCapacity: 3}
	actions := func(change func(*emulator.ScheduledAction)) emulator.ProvisionConfig {
		other := action
		change(&other)
		return emulator.ProvisionConfig{ScheduledActions: []emulator.ScheduledAction{other}}
	}
	policies := func(change func(*emulator.TargetTrackingPolicy)) emulator.ProvisionConfig {
		other := policy
		change(&other)
		return emulator.ProvisionConfig{TargetTrackingPolicies: []emulator.TargetTrackingPolicy{other}}
	}
	for message, config := range map[string]emulator.ProvisionConfig{
		"Target is set to an invalid value (min: 0, max: 10000":             {Target: 10001},
		"ScheduledActions contains too many values (max: 100, actual: 110)": {ScheduledActions: make([]emulator.ScheduledAction, 110)},
		"must be distinct":                         {ScheduledActions: []emulator.ScheduledAction{action, action}},
		"ScheduledActions.Name is not specified":   actions(func(a *emulator.ScheduledAction) { a.Name = "" }),
		"ScheduledActions.ScheduleExpression":      actions(func(a *emulator.ScheduledAction) { a.ScheduleExpression = "@every 1m" }),
		"ScheduledActions.Target":                  actions(func(a *emulator.ScheduledAction) { a.Target = -1 }),
		"ScheduledActions.StartTime":               actions(func(a *emulator.ScheduledAction) { a.StartTime = "2023-04-01T08:15:27" }),
		"actual: '2023-04-01T08:15:27Z'":           actions(func(a *emulator.ScheduledAction) { a.TimeZone = "Asia/Shanghai" }),
		"TargetTrackingPolicies.MetricType":        policies(func(p *emulator.TargetTrackingPolicy) { p.MetricType = "Luck" }),
		"TargetTrackingPolicies.MetricTarget":      policies(func(p *emulator.TargetTrackingPolicy) { p.MetricTarget = 1.1 }),
		"MinCapacity is greater than MaxCapacity":  policies(func(p *emulator.TargetTrackingPolicy) { p.MinCapacity = 9 }),
		"TargetTrackingPolicies.Name is not speci": policies(func(p *emulator.TargetTrackingPolicy) { p.Name = "" }),
	} {
		_, err := f.PutProvision(t.Context(), ref("fn"), &config)
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Message, message) {
			t.Errorf("got %v, want %q", err, message)
		}
	}
	given := emulator.ProvisionConfig{Target: 2, ScheduledActions: []emulator.ScheduledAction{action}, TargetTrackingPolicies: []emulator.TargetTrackingPolicy{policy}}
	if _, err := f.PutProvision(t.Context(), ref("fn"), &given); err != nil {
		t.Fatal(err)
	}
	read, err := f.Provision(t.Context(), at("fn", "LATEST"))
	if err != nil || read.Current != 2 || len(read.ScheduledActions) != 1 || len(read.TargetTrackingPolicies) != 1 {
		t.Errorf("got %+v, %v", read, err)
	}
	_, err = f.Provision(t.Context(), at("fn", "none"))
	wantCode(t, err, 404, "AliasNotFound")
}

// TestSettingsInPages lists a kind of configuration over functions that share qualifiers.
func TestSettingsInPages(t *testing.T) {
	f := newFixture(t)
	names := []string{"a", "b", "svc/a", "svc/b", "z"}
	for i, name := range names {
		f.create(t, name)
		stored := map[string]json.RawMessage{"requestDispatchPolicy": json.RawMessage(`"Balanced"`)}
		if _, err := f.PutScaling(t.Context(), ref(name), &emulator.ScalingConfig{MinInstances: i, Stored: stored}); err != nil {
			t.Fatal(err)
		}
	}
	onlyA := func(ref emulator.Reference) bool { return ref.Function == "a" }
	for limit := 1; limit < 7; limit++ {
		for want, admit := range map[string]func(emulator.Reference) bool{"a b svc/a svc/b z": nil, "a svc/a": onlyA} {
			var got []string
			for from := ""; ; {
				list, next, err := f.Scalings(t.Context(), admit, from, limit)
				if err != nil || len(list) > limit {
					t.Fatal(len(list), err)
				}
				for _, one := range list {
					got = append(got, one.Name.String())
					if one.Qualifier != "LATEST" || names[one.Config.MinInstances] != one.Name.String() || one.Config.Stored == nil {
						t.Errorf("got %+v", one)
					}
				}
				if from = next; from == "" {
					break
				}
			}
			if text := strings.Join(got, " "); text != want {
				t.Errorf("limit %d: got %s, want %s", limit, text, want)
			}
		}
	}
	// They go with their function.
	if err := f.Delete(t.Context(), emulator.Name{Function: "a"}, ""); err != nil {
		t.Fatal(err)
	}
	f.create(t, "a")
	_, err := f.Scaling(t.Context(), ref("a"))
	wantCode(t, err, 404, "ScalingConfigNotFound")
}

func TestLayers(t *testing.T) {
	f := newFixture(t)
	publish := func(name, zip string) *emulator.LayerVersion {
		t.Helper()
		layer, err := f.PublishLayer(t.Context(), &emulator.LayerVersion{LayerName: name, CompatibleRuntime: []string{"python3"}}, []byte(zip))
		if err != nil {
			t.Fatal(err)
		}
		return layer
	}
	fn, err := f.Create(t.Context(), &emulator.Function{FunctionName: "tools", Runtime: "python3", Handler: "a.b",
		Layers: []string{"acs:fc:x:1:layers/tools/versions/2", "acs:fc:x:official:layers/Python39/versions/1"}}, []byte("zip"))
	if err != nil || len(fn.LayerCode) != 0 {
		t.Fatal(fn, err)
	}
	publish("tools", "one")
	two := publish("tools", "two!")
	if fn, err := f.Resolve(t.Context(), ref("tools")); err != nil || len(fn.LayerCode) != 1 || fn.LayerCode[0].Code != two.Code {
		t.Errorf("the function does not find its layer: %+v, %v", fn, err)
	}
	publish("more", "x")
	if err := f.Delete(t.Context(), emulator.Name{Function: "tools"}, ""); err != nil { // a function of a layer's name
		t.Fatal(err)
	}
	names := func(query emulator.LayerQuery) string {
		list, _, err := f.Layers(t.Context(), query, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, layer := range list {
			text += fmt.Sprintf("%s %d ", layer.LayerName, layer.Version)
		}
		return text
	}
	yes := true
	if got := names(emulator.LayerQuery{}); got != "more 1 tools 2 " {
		t.Errorf("got %q", got)
	}
	if err := f.SetLayerPublic(t.Context(), "more", true); err != nil {
		t.Fatal(err)
	}
	for want, query := range map[string]emulator.LayerQuery{"more 1 ": {Public: &yes}, "": {Official: &yes}, "tools 2 ": {Prefix: "to"}} {
		if got := names(query); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if err := f.DeleteLayer(t.Context(), "tools", 2); err != nil {
		t.Fatal(err)
	}
	if got := names(emulator.LayerQuery{Prefix: "to"}); got != "tools 1 " {
		t.Errorf("got %q", got)
	}
	if three := publish("tools", "three"); three.Version != 3 {
		t.Errorf("a number was used again: %d", three.Version)
	}
	list, next, err := f.LayerVersions(t.Context(), "tools", 0, 1)
	if err != nil || len(list) != 1 || list[0].Version != 1 || next != 3 {
		t.Errorf("got %v, next %d, %v", list, next, err)
	}
	_, err = f.Layer(t.Context(), "tools", 2)
	wantCode(t, err, 404, "LayerVersionNotFound")
	if err := f.DeleteLayer(t.Context(), "more", 1); err != nil {
		t.Fatal(err)
	}
	_, err = f.Layer(t.Context(), "more", 1)
	wantCode(t, err, 404, "LayerNotFound")
	for _, bad := range []emulator.LayerVersion{{LayerName: "a b", CompatibleRuntime: []string{"python3"}}, {LayerName: "a"}, {LayerName: "a", CompatibleRuntime: []string{"cobol"}}} {
		_, err = f.PublishLayer(t.Context(), &bad, []byte("zip"))
		wantCode(t, err, 400, "InvalidArgument")
	}
}

// TestCodeInUse: the sweep must keep what versions and layers need.
func TestCodeInUse(t *testing.T) {
	f := newFixture(t)
	f.create(t, "svc/fn")
	f.publish(t, "svc$")
	put := func(zip string) {
		if _, err := f.Update(t.Context(), emulator.ParseName("svc/fn"), func(*emulator.Function) error { return nil }, []byte(zip)); err != nil {
			t.Fatal(err)
		}
	}
	put("second")
	put("third")
	if _, err := f.PublishLayer(t.Context(), &emulator.LayerVersion{LayerName: "l", CompatibleRuntime: []string{"go1"}}, []byte("layer")); err != nil {
		t.Fatal(err)
	}
	used := func() map[string]bool {
		used := map[string]bool{}
		if err := f.EachCode(t.Context(), func(code emulator.Code) { used[code.Digest] = true }); err != nil {
			t.Fatal(err)
		}
		return used
	}
	digest := func(zip string) string {
		code, _ := zipStore{}.Put(context.Background(), []byte(zip))
		return code.Digest
	}
	if got := used(); len(got) != 3 || !got[digest("zip")] || !got[digest("third")] || !got[digest("layer")] {
		t.Errorf("got %v", got)
	}
	if err := f.DeleteVersion(t.Context(), "svc$", "1"); err != nil {
		t.Fatal(err)
	}
	if got := used(); len(got) != 2 || got[digest("zip")] {
		t.Errorf("after the version went: %v", got)
	}
	if count, err := f.CountFunctions(t.Context()); err != nil || count != 1 {
		t.Errorf("got %d, %v", count, err)
	}
}
