package control_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/control"
)

func TestFidelityNamesNothingTwice(t *testing.T) {
	seen := map[string]bool{}
	for _, field := range control.Fidelity() {
		if seen[field.Name] || field.Level == "" {
			t.Errorf("%s: twice, or without level", field.Name)
		}
		seen[field.Name] = true
	}
	for _, operation := range control.Operations() {
		if seen[operation.Name] || operation.Generations == "" {
			t.Errorf("%s: twice, or of no generation", operation.Name)
		}
		seen[operation.Name] = true
	}
}

func TestIgnoredOfBothGenerations(t *testing.T) {
	fn := &emulator.Function{Runtime: "python3", Service: "s", Stored: map[string]json.RawMessage{
		"instanceType": json.RawMessage(`"e1"`), "vpcConfig": json.RawMessage(`{"vpcId":"v"}`), "gpuConfig": json.RawMessage(`{}`)}}
	if got := control.Ignored(fn); !slices.Equal(got, []string{"vpcConfig", "instanceType"}) {
		t.Errorf("got %v", got)
	}
}
