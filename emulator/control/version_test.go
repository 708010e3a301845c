package control_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/fcemu/fcemu/emulator"
)

func at(name, qualifier string) emulator.Reference {
	return emulator.Reference{Name: emulator.ParseName(name), Qualifier: qualifier}
}

// setDescription is an update that makes another state of the function.
func (f *fixture) setDescription(t testing.TB, name, text string) {
	t.Helper()
	_, err := f.Update(t.Context(), emulator.ParseName(name), func(fn *emulator.Function) error {
		fn.Description = text
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) publish(t testing.TB, scope emulator.Scope) string {
	t.Helper()
	version, err := f.PublishVersion(t.Context(), scope, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return version.VersionID
}

func (f *fixture) alias(t testing.TB, scope emulator.Scope, name, version string, weights map[string]float64) {
	t.Helper()
	_, err := f.CreateAlias(t.Context(), scope, &emulator.Alias{AliasName: name, VersionID: version, AdditionalVersionWeight: weights})
	if err != nil {
		t.Fatal(err)
	}
}

// resolved tells version and description of what a reference leads to.
func (f *fixture) resolved(t testing.TB, name, qualifier string) string {
	t.Helper()
	fn, err := f.Resolve(t.Context(), at(name, qualifier))
	if err != nil {
		t.Fatal(err)
	}
	return fn.VersionID + " " + fn.Description
}

func TestVersionsNeverChange(t *testing.T) {
	for _, name := range []string{"fn", "svc/fn"} { // both generations
		f := newFixture(t)
		f.create(t, name)
		scope := emulator.ParseName(name).Scope()
		f.setDescription(t, name, "one")
		if got := f.publish(t, scope); got != "1" {
			t.Errorf("%s: got version %s", name, got)
		}
		f.alias(t, scope, "prod", "1", nil)
		f.setDescription(t, name, "two")
		for qualifier, want := range map[string]string{"1": "1 one", "prod": "1 one", "LATEST": "LATEST two", "": "LATEST two"} {
			if got := f.resolved(t, name, qualifier); got != want {
				t.Errorf("%s.%s: got %q, want %q", name, qualifier, got, want)
			}
		}
		f.publish(t, scope)
		_, err := f.UpdateAlias(t.Context(), scope, "prod", func(alias *emulator.Alias) error {
			alias.VersionID = "2"
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.resolved(t, name, "prod"); got != "2 two" {
			t.Errorf("%s: after the alias moved: %q", name, got)
		}
		before := f.store.reads.Load()
		f.resolved(t, name, "prod")
		if f.store.reads.Load() != before {
			t.Errorf("%s: a known alias goes to the store", name)
		}
	}
}

func TestVersionNumbersAreNotUsedAgain(t *testing.T) {
	f := newFixture(t)
	f.create(t, "fn")
	scope := emulator.Scope("fn")
	for range 3 {
		f.publish(t, scope)
	}
	for _, version := range []string{"3", "1"} {
		if err := f.DeleteVersion(t.Context(), scope, version); err != nil {
			t.Fatal(err)
		}
	}
	if got := f.publish(t, scope); got != "4" {
		t.Errorf("got %s, want 4", got)
	}
	wantCode(t, f.DeleteVersion(t.Context(), scope, "3"), 404, "VersionNotFound")
	wantCode(t, f.DeleteVersion(t.Context(), scope, "LATEST"), 400, "InvalidArgument")
	_, err := f.Resolve(t.Context(), at("fn", "3"))
	wantCode(t, err, 404, "VersionNotFound")
	for _, qualifier := range []string{"04", "0", "none"} {
		_, err = f.Resolve(t.Context(), at("fn", qualifier))
		wantCode(t, err, 404, "AliasNotFound")
	}
	f.alias(t, scope, "a", "2", map[string]float64{"4": .5})
	for _, version := range []string{"2", "4"} {
		wantCode(t, f.DeleteVersion(t.Context(), scope, version), 409, "VersionInUse")
	}
	// A function of that name that comes later is another one.
	if err := f.Delete(t.Context(), emulator.Name{Function: "fn"}, ""); err != nil {
		t.Fatal(err)
	}
	f.create(t, "fn")
	_, err = f.Resolve(t.Context(), at("fn", "2"))
	wantCode(t, err, 404, "VersionNotFound")
	_, err = f.Alias(t.Context(), scope, "a")
	wantCode(t, err, 404, "AliasNotFound")
}

func TestPublishingAtOnce(t *testing.T) {
	f := newFixture(t)
	f.create(t, "svc/fn")
	var group sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]bool{}
	for range 20 {
		group.Go(func() {
			version, err := f.PublishVersion(t.Context(), "svc$", "", "")
			mu.Lock()
			defer mu.Unlock()
			if err != nil || seen[version.VersionID] {
				t.Errorf("got %v, %v", version, err)
				return
			}
			seen[version.VersionID] = true
		})
	}
	group.Wait()
	if !seen["1"] || !seen["20"] {
		t.Errorf("got %v", seen)
	}
}

func TestVersionsInPages(t *testing.T) {
	f := newFixture(t)
	f.create(t, "fn")
	for range 12 {
		f.publish(t, "fn")
	}
	if err := f.DeleteVersion(t.Context(), "fn", "5"); err != nil {
		t.Fatal(err)
	}
	for backward, want := range map[bool]string{false: "1 2 3 4 6 7 8 9 10 11 12", true: "12 11 10 9 8 7 6 4 3 2 1"} {
		for limit := 1; limit <= 12; limit++ {
			var got []string
			for from := ""; ; {
				list, next, err := f.Versions(t.Context(), "fn", from, limit, backward)
				if err != nil {
					t.Fatal(err)
				}
				for _, version := range list {
					got = append(got, version.VersionID)
				}
				if from = next; from == "" {
					break
				}
			}
			if text := strings.Join(got, " "); text != want {
				t.Errorf("backward %v, limit %d: got %s", backward, limit, text)
			}
		}
	}
	list, next, err := f.Versions(t.Context(), "fn", "5", 2, true)
	if err != nil || len(list) != 2 || list[0].VersionID != "4" || next != "2" {
		t.Errorf("from a deleted version: %v %q %v", list, next, err)
	}
	_, _, err = f.Versions(t.Context(), "none", "", 1, true)
	wantCode(t, err, 404, "FunctionNotFound")
	_, _, err = f.Versions(t.Context(), "none$", "", 1, true)
	wantCode(t, err, 404, "ServiceNotFound")
}

func TestRefusedAliases(t *testing.T) {
	f := newFixture(t)
	f.create(t, "fn")
	f.publish(t, "fn")
	f.publish(t, "fn")
	for message, alias := range map[string]emulator.Alias{
		"AliasName is not specified":                  {VersionID: "1"},
		"AliasName is set to an invalid value":        {AliasName: "1st", VersionID: "1"},
		"any other name than LATEST":                  {AliasName: "LATEST", VersionID: "1"},
		"VersionId is not specified":                  {AliasName: "a"},
		"the number of a version, actual: 'prod'":     {AliasName: "a", VersionID: "prod"},
		"version '9' of function 'fn' does not exist": {AliasName: "a", VersionID: "9"},
		"another version than VersionId":              {AliasName: "a", VersionID: "1", AdditionalVersionWeight: map[string]float64{"1": .5}},
		"a weight of 0 to 1, actual: '1.5'":           {AliasName: "a", VersionID: "1", AdditionalVersionWeight: map[string]float64{"2": 1.5}},
		"a weight of 0 to 1, actual: '-1'":            {AliasName: "a", VersionID: "1", AdditionalVersionWeight: map[string]float64{"2": -1}},
		"AdditionalVersionWeight contains too many":   {AliasName: "a", VersionID: "1", AdditionalVersionWeight: map[string]float64{"2": .1, "3": .1}},
		"version '7' of function 'fn' does not":       {AliasName: "a", VersionID: "1", AdditionalVersionWeight: map[string]float64{"7": .1}},
		"length of Description":                       {AliasName: "a", VersionID: "1", Description: strings.Repeat("é", 257)},
		"ResolvePolicy is set to an invalid value":    {AliasName: "a", VersionID: "1", ResolvePolicy: "Dice"},
		"Condition is set to an invalid value":        {AliasName: "a", VersionID: "1", ResolvePolicy: "Content"},
		"an object of condition and policyItems":      {AliasName: "a", VersionID: "1", ResolvePolicy: "Content", RoutePolicy: json.RawMessage(`[]`)},
		"PolicyItems is not specified":                {AliasName: "a", VersionID: "1", ResolvePolicy: "Content", RoutePolicy: json.RawMessage(`{"condition":"OR"}`)},
	} {
		_, err := f.CreateAlias(t.Context(), "fn", &alias)
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Message, message) {
			t.Errorf("%+v: got %v, want %q", alias, err, message)
		}
	}
	f.alias(t, "fn", "a", "LATEST", map[string]float64{"2": 0})
	_, err := f.CreateAlias(t.Context(), "fn", &emulator.Alias{AliasName: "a", VersionID: "1"})
	wantCode(t, err, 409, "AliasAlreadyExists")
}

// TestConfigurationsByQualifier: triggers, asynchronous configurations and limits belong to a
// qualifier and not to a version's content.
func TestConfigurationsByQualifier(t *testing.T) {
	f := newFixture(t)
	f.create(t, "svc/fn")
	f.publish(t, "svc$")
	f.alias(t, "svc$", "prod", "1", nil)
	name := emulator.ParseName("svc/fn")
	for _, qualifier := range []string{"", "prod", "1"} {
		if _, err := f.PutTrigger(t.Context(), name, &emulator.Trigger{TriggerName: "web" + qualifier, TriggerType: "http", Qualifier: qualifier}); err != nil {
			t.Fatal(err)
		}
	}
	retries := 7
	if _, err := f.PutAsyncConfig(t.Context(), at("svc/fn", "prod"), &emulator.AsyncConfig{MaxAsyncRetryAttempts: &retries}); err != nil {
		t.Fatal(err)
	}
	for qualifier, want := range map[string]int{"prod": 7, "1": 3, "": 3} {
		policy, err := f.AsyncPolicy(t.Context(), at("svc/fn", qualifier))
		if err != nil || policy.RetryAttempts != want {
			t.Errorf("%q: %d retries, %v", qualifier, policy.RetryAttempts, err)
		}
		trigger, _, err := f.HTTPTrigger(t.Context(), at("svc/fn", qualifier))
		if err != nil || trigger.TriggerName != "web"+qualifier {
			t.Errorf("%q: %v, %v", qualifier, trigger, err)
		}
	}
	_, err := f.PutTrigger(t.Context(), name, &emulator.Trigger{TriggerName: "t", TriggerType: "timer", Qualifier: "none"})
	wantCode(t, err, 404, "AliasNotFound")
	_, err = f.AsyncPolicy(t.Context(), at("svc/fn", "2"))
	wantCode(t, err, 404, "VersionNotFound")
}

// TestQualifiersAgainstModel publishes, deletes and points aliases at random, and compares what
// every reference leads to with a plain map.
func TestQualifiersAgainstModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(t)
		f.create(t, "fn")
		latest, published, aliases, last := "", map[string]string{}, map[string]string{}, 0
		for step := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			version := fmt.Sprint(rapid.IntRange(1, 4).Draw(rt, "version"))
			alias := rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "alias")
			used := aliases["a"] == version || aliases["b"] == version
			_, there := published[version]
			switch rapid.IntRange(0, 4).Draw(rt, "move") {
			case 0:
				latest = fmt.Sprint("state", step)
				f.setDescription(t, "fn", latest)
			case 1:
				last++
				if got := f.publish(t, "fn"); got != fmt.Sprint(last) {
					rt.Fatalf("published %s, want %d", got, last)
				}
				published[fmt.Sprint(last)] = latest
			case 2:
				err := f.DeleteVersion(t.Context(), "fn", version)
				if (err == nil) != (there && !used) {
					rt.Fatalf("delete version %s: %v", version, err)
				}
				if err == nil {
					delete(published, version)
				}
			case 3:
				_, err := f.CreateAlias(t.Context(), "fn", &emulator.Alias{AliasName: alias, VersionID: version})
				if (err == nil) != (there && aliases[alias] == "") {
					rt.Fatalf("create alias %s of %s: %v", alias, version, err)
				}
				if err == nil {
					aliases[alias] = version
				}
			case 4:
				if err := f.DeleteAlias(t.Context(), "fn", alias, ""); (err == nil) != (aliases[alias] != "") {
					rt.Fatalf("delete alias %s: %v", alias, err)
				}
				delete(aliases, alias)
			}
			for qualifier, version := range map[string]string{"1": "1", "2": "2", "3": "3", "4": "4", "a": aliases["a"], "b": aliases["b"]} {
				fn, err := f.Resolve(t.Context(), at("fn", qualifier))
				want, there := published[version]
				if (err == nil) != there || err == nil && (fn.VersionID != version || fn.Description != want) {
					rt.Fatalf("%s: got %v, %v; want version %s with %q", qualifier, fn, err, version, want)
				}
			}
		}
	})
}
