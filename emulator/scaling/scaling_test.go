package scaling_test

import (
	"context"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/scaling"
)

var reference = emulator.Reference{Name: emulator.Name{Function: "fn"}, Qualifier: "LATEST"}

// fixture is a catalogue, the instances and the clock.
type fixture struct {
	now     time.Time
	since   time.Time
	configs map[emulator.Reference]*emulator.ProvisionConfig
	alias   emulator.Alias
	targets map[string]int
	frozen  map[string]bool
	peak    int
}

func newFixture(t *testing.T, config *emulator.ProvisionConfig) (*fixture, *scaling.Keeper) {
	t.Helper()
	start, err := time.Parse(time.RFC3339, "2026-03-02T07:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{now: start, since: start, configs: map[emulator.Reference]*emulator.ProvisionConfig{}, targets: map[string]int{}, frozen: map[string]bool{}}
	if config != nil {
		f.configs[reference] = config
	}
	return f, scaling.New(f, f, f)
}

func (f *fixture) Now() time.Time { return f.now }
func (f *fixture) Driven() bool   { return true }
func (f *fixture) NewTimer(at time.Time) emulator.Timer {
	return emulator.RealClock{}.NewTimer(at)
}

func (f *fixture) EachProvision(_ context.Context, yield func(emulator.Reference, *emulator.ProvisionConfig, time.Time)) error {
	for ref, config := range f.configs {
		yield(ref, config, f.since)
	}
	return nil
}

func (f *fixture) Resolve(_ context.Context, ref emulator.Reference) (*emulator.Function, error) {
	return &emulator.Function{FunctionName: ref.Function, VersionID: ref.Qualifier}, nil
}

func (f *fixture) Alias(context.Context, emulator.Scope, string) (*emulator.Alias, error) {
	return &f.alias, nil
}

func (f *fixture) Provision(fn *emulator.Function, target int, freeze bool) (int, string) {
	f.targets[fn.VersionID], f.frozen[fn.VersionID] = target, freeze
	return target, ""
}
func (f *fixture) Provisioned(fn *emulator.Function) (int, string) {
	return f.targets[fn.VersionID], ""
}
func (f *fixture) Load(*emulator.Function) (int, int) { return f.peak, 1 }

// at looks at a time of the day.
func (f *fixture) at(t *testing.T, k *scaling.Keeper, text string, want int) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	f.now = now
	k.Look()
	if target, current, _ := k.State(t.Context(), reference); target != want || current != want || f.targets["LATEST"] != want {
		t.Errorf("%s: target %d, current %d, kept %d; want %d", text, target, current, f.targets["LATEST"], want)
	}
}

func TestScheduledActions(t *testing.T) {
	f, k := newFixture(t, &emulator.ProvisionConfig{Target: 1, ScheduledActions: []emulator.ScheduledAction{
		{Name: "up", Target: 5, ScheduleExpression: "cron(0 30 8 * * *)", StartTime: "2026-03-01T00:00:00Z", EndTime: "2026-03-05T00:00:00Z"},
		{Name: "down", Target: 2, ScheduleExpression: "cron(0 0 20 * * *)", StartTime: "2026-03-01T00:00:00Z", EndTime: "2026-03-05T00:00:00Z"},
		{Name: "late", Target: 9, ScheduleExpression: "at(2026-03-10T12:00:00)", TimeZone: "Asia/Shanghai", EndTime: "2026-03-10T13:00:00"},
	}})
	f.at(t, k, "2026-03-02T07:00:00Z", 1) // the times of yesterday were before the configuration
	f.at(t, k, "2026-03-02T08:29:59Z", 1)
	f.at(t, k, "2026-03-02T08:30:00Z", 5)
	f.at(t, k, "2026-03-02T19:59:00Z", 5)
	f.at(t, k, "2026-03-02T20:00:00Z", 2)
	f.at(t, k, "2026-03-03T08:31:00Z", 5)
	f.at(t, k, "2026-03-05T00:00:00Z", 1)
	f.at(t, k, "2026-03-10T04:00:00Z", 9)
	f.at(t, k, "2026-03-10T05:00:00Z", 1)
}

func TestTargetTracking(t *testing.T) {
	f, k := newFixture(t, &emulator.ProvisionConfig{TargetTrackingPolicies: []emulator.TargetTrackingPolicy{
		{Name: "load", MetricType: "ProvisionedConcurrencyUtilization", MetricTarget: 0.5, MinCapacity: 1, MaxCapacity: 6}}})
	f.at(t, k, "2026-03-02T07:00:00Z", 1)
	f.peak = 2
	f.at(t, k, "2026-03-02T07:00:30Z", 1) // not within the minute
	f.at(t, k, "2026-03-02T07:01:00Z", 4)
	f.peak = 10
	f.at(t, k, "2026-03-02T07:02:00Z", 6) // no more than maxCapacity
	f.peak = 0
	f.at(t, k, "2026-03-02T07:03:00Z", 5) // slowly back
	f.at(t, k, "2026-03-02T07:04:00Z", 4)
	f.at(t, k, "2026-03-02T07:30:00Z", 1)
}

func TestOtherMetricsHoldTheirLowerBound(t *testing.T) {
	f, k := newFixture(t, &emulator.ProvisionConfig{TargetTrackingPolicies: []emulator.TargetTrackingPolicy{
		{Name: "cpu", MetricType: "CPUUtilization", MetricTarget: 0.5, MinCapacity: 2, MaxCapacity: 6}}})
	f.peak = 100
	f.at(t, k, "2026-03-02T07:00:00Z", 2)
	f.at(t, k, "2026-03-02T07:01:00Z", 2)
}

func TestAliasSharesItsTarget(t *testing.T) {
	f, k := newFixture(t, nil)
	prod := emulator.Reference{Name: reference.Name, Qualifier: "prod"}
	asleep := false
	f.configs[prod] = &emulator.ProvisionConfig{Target: 10, AlwaysAllocateCPU: &asleep}
	f.alias = emulator.Alias{VersionID: "1", AdditionalVersionWeight: map[string]float64{"2": 0.25}}
	k.Look()
	if f.targets["1"] != 7 || f.targets["2"] != 3 || !f.frozen["1"] {
		t.Errorf("targets %v, frozen %v", f.targets, f.frozen)
	}
	if target, current, _ := k.State(t.Context(), prod); target != 10 || current != 10 {
		t.Errorf("target %d, current %d", target, current)
	}
	delete(f.configs, prod)
	k.Look()
	if f.targets["1"] != 0 || f.targets["2"] != 0 {
		t.Errorf("kept without a configuration: %v", f.targets)
	}
}
