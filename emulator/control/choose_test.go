package control_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/control"
)

// chosen is the version that serves one call.
func (f *fixture) chosen(t testing.TB, name, qualifier string, traffic emulator.Traffic) string {
	t.Helper()
	fn, err := f.Choose(t.Context(), at(name, qualifier), traffic)
	if err != nil {
		t.Fatal(err)
	}
	return fn.VersionID
}

// canary is a function with versions 1 and 2, and the numbers that its aliases draw.
func canary(t *testing.T, random func() float64) *fixture {
	opened := newFixture(t)
	f := &fixture{store: opened.store}
	f.Catalogue = control.New(opened.store, zipStore{}, emulator.NewIDs(), emulator.RealClock{}, nil, control.WithRandom(random))
	f.create(t, "fn")
	f.publish(t, "fn")
	f.publish(t, "fn")
	return f
}

// TestWeights: whatever the weight and the seed, every call draws exactly one number, the
// additional version gets the calls below the weight, and that is its share.
func TestWeights(t *testing.T) {
	var random func() float64
	f := canary(t, func() float64 { return random() })
	number := 0
	rapid.Check(t, func(rt *rapid.T) {
		weight := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 1, .1})).Draw(rt, "weight")
		seed := rapid.Uint64().Draw(rt, "seed")
		number++
		alias := fmt.Sprint("a", number)
		f.alias(t, "fn", alias, "1", map[string]float64{"2": weight})
		random = rand.New(rand.NewPCG(seed, 0)).Float64
		model := rand.New(rand.NewPCG(seed, 0))
		const calls = 400
		hits := 0
		for call := range calls {
			want := "1"
			if model.Float64() < weight {
				want = "2"
				hits++
			}
			if got := f.chosen(t, "fn", alias, nil); got != want {
				rt.Fatalf("call %d: version %s, want %s", call, got, want)
			}
			if _, err := f.Resolve(t.Context(), at("fn", alias)); err != nil { // draws nothing
				rt.Fatal(err)
			}
		}
		if off := math.Abs(float64(hits) - weight*calls); off > 6*math.Sqrt(calls*weight*(1-weight))+1e-9 {
			rt.Errorf("weight %v: %d of %d calls", weight, hits, calls)
		}
	})
}

// request is traffic with fixed values, by "Header x".
type request map[string]string

func (r request) Lookup(kind, key string) (string, bool) {
	value, ok := r[kind+" "+key]
	return value, ok
}

func TestContentDecides(t *testing.T) {
	f := canary(t, func() float64 {
		t.Error("a choice by content drew a number")
		return 0
	})
	_, err := f.CreateAlias(t.Context(), "fn", &emulator.Alias{AliasName: "a", VersionID: "1",
		AdditionalVersionWeight: map[string]float64{"2": .5}, ResolvePolicy: "Content",
		RoutePolicy: json.RawMessage(`{"condition":"AND","policyItems":[{"type":"Header","key":"x","operator":"=","value":"1"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	for want, traffic := range map[string]emulator.Traffic{"2": request{"Header x": "1"}, "1": request{"Cookie x": "1"}} {
		if got := f.chosen(t, "fn", "a", traffic); got != want {
			t.Errorf("%v went to version %s", traffic, got)
		}
	}
	if got := f.chosen(t, "fn", "a", nil); got != "1" {
		t.Errorf("a call without a request went to version %s", got)
	}
	if got := f.resolved(t, "fn", "a"); got != "1 " {
		t.Errorf("the alias is shown as %q", got)
	}
}

// TestChosenVersionStays: a call that was given a version keeps it for as long as its alias leads there.
func TestChosenVersionStays(t *testing.T) {
	f := canary(t, func() float64 { return 0 })
	f.publish(t, "fn")
	f.alias(t, "fn", "a", "1", map[string]float64{"2": .1})
	want := func(given, want string) {
		t.Helper()
		fn, err := f.Chosen(t.Context(), at("fn", "a"), given)
		if err != nil || fn.VersionID != want {
			t.Errorf("given %q: %v, %v; want version %s", given, fn, err, want)
		}
	}
	want("1", "1")
	want("2", "2")
	want("", "1")
	_, err := f.UpdateAlias(t.Context(), "fn", "a", func(alias *emulator.Alias) error {
		alias.VersionID, alias.AdditionalVersionWeight = "3", nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want("1", "3")
	want("2", "3")
	if _, err := f.Chosen(t.Context(), at("fn", "none"), "1"); err == nil {
		t.Error("an unknown alias led somewhere")
	}
}

// TestInstancesOfAVersion: whoever runs functions is told of the one version that became another.
func TestInstancesOfAVersion(t *testing.T) {
	f := newFixture(t)
	f.create(t, "svc/fn")
	f.publish(t, "svc$")
	f.setDescription(t, "svc/fn", "new")
	if err := f.DeleteVersion(t.Context(), "svc$", "1"); err != nil {
		t.Fatal(err)
	}
	f.publish(t, "svc$")
	if err := f.Delete(t.Context(), emulator.ParseName("svc/fn"), ""); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteService(t.Context(), "svc", ""); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprint([]emulator.Reference{at("svc/fn", "LATEST"), at("svc/fn", "LATEST"), at("svc/fn", "1"), at("svc/fn", "LATEST"), at("svc/fn", "2")})
	if got := fmt.Sprint(f.changed); got != want {
		t.Errorf("told of %s, want %s", got, want)
	}
}
