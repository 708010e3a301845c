package emulator_test

import (
	"fmt"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// values is a request, by "Header x".
type values map[string]string

func (v values) Lookup(kind, key string) (string, bool) {
	value, ok := v[kind+" "+key]
	return value, ok
}

func TestPolicyItems(t *testing.T) {
	for _, c := range []struct {
		operator, value, actual string
		want                    bool
	}{
		{"=", "b", "b", true}, {"=", "b", "B", false},
		{"!=", "b", "a", true}, {"!=", "b", "b", false},
		{"<", "b", "a", true}, {"<", "b", "b", false}, {"<", "10", "9", true},
		{"<=", "b", "b", true}, {">", "b", "c", true}, {">", "b", "b", false}, {">=", "b", "b", true},
		{">=", "5", "10", true}, {"<", "10", "9.5", true}, {"<", "10", "9 or so", false}, {"=", "1", "1.0", false},
		{"in", "anna,ben", "ben", true}, {"in", "anna,ben", "carl", false}, {"in", "anna", "", false},
		{"percentage", "100", "any", true}, {"percent", "100", "any", true},
	} {
		item := emulator.PolicyItem{Type: "Header", Key: "k", Operator: c.operator, Value: c.value}
		policy := &emulator.RoutePolicy{Condition: "AND", PolicyItems: []emulator.PolicyItem{item}}
		if err := policy.Check(); err != nil {
			t.Errorf("%+v: %v", item, err)
		}
		if got := policy.Matches(values{"Header k": c.actual}); got != c.want {
			t.Errorf("%q %s %q: %v", c.actual, c.operator, c.value, got)
		}
		if policy.Matches(values{"Cookie k": c.actual}) || policy.Matches(nil) {
			t.Errorf("%s: a request without the value matches", c.operator)
		}
	}
}

func TestConditions(t *testing.T) {
	items := []emulator.PolicyItem{{Type: "Header", Key: "a", Operator: "=", Value: "1"}, {Type: "Param", Key: "b", Operator: "=", Value: "1"}}
	for _, c := range []struct {
		a, b    string
		and, or bool
	}{{"1", "1", true, true}, {"1", "0", false, true}, {"0", "1", false, true}, {"0", "0", false, false}} {
		request := values{"Header a": c.a, "Param b": c.b}
		and, or := emulator.RoutePolicy{Condition: "AND", PolicyItems: items}, emulator.RoutePolicy{Condition: "OR", PolicyItems: items}
		if and.Matches(request) != c.and || or.Matches(request) != c.or {
			t.Errorf("%v: AND %v, OR %v", request, and.Matches(request), or.Matches(request))
		}
	}
	if (&emulator.RoutePolicy{}).Matches(values{}) {
		t.Error("no policy matches everything")
	}
}

// TestPercentageSpreads: the share is right over many values, and one value always goes one way.
func TestPercentageSpreads(t *testing.T) {
	policy := emulator.RoutePolicy{Condition: "AND", PolicyItems: []emulator.PolicyItem{{Type: "Header", Key: "uid", Operator: "percentage", Value: "20"}}}
	hits := 0
	for user := range 10000 {
		request := values{"Header uid": fmt.Sprint("user-", user)}
		first, again := policy.Matches(request), policy.Matches(request)
		if first {
			hits++
		}
		if first != again {
			t.Fatal("one value went two ways")
		}
	}
	if hits < 1800 || hits > 2200 {
		t.Errorf("%d of 10000 users", hits)
	}
}

func TestRefusedPolicies(t *testing.T) {
	good := emulator.PolicyItem{Type: "Header", Key: "k", Operator: "=", Value: "v"}
	for field, change := range map[string]func(*emulator.PolicyItem){
		"Type":     func(i *emulator.PolicyItem) { i.Type = "Body" },
		"Key":      func(i *emulator.PolicyItem) { i.Key = "" },
		"Operator": func(i *emulator.PolicyItem) { i.Operator = "~" },
		"Value":    func(i *emulator.PolicyItem) { i.Operator, i.Value = "percentage", "0" },
	} {
		item := good
		change(&item)
		policy := emulator.RoutePolicy{Condition: "OR", PolicyItems: []emulator.PolicyItem{good, item}}
		if err := policy.Check(); err == nil || err.Code != "InvalidArgument" {
			t.Errorf("%s: %v", field, err)
		}
	}
}
