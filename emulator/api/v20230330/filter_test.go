package v20230330

import (
	"encoding/json"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

func TestFilterAsksStoredFields(t *testing.T) {
	fn := &emulator.Function{FunctionName: "order-mail", Description: "sends mail", Stored: map[string]json.RawMessage{
		"gpuConfig": json.RawMessage(`{"gpuType":"fc.gpu.tesla.1"}`), "resourceGroupId": json.RawMessage(`"rg-1"`)}}
	for _, c := range []struct {
		filter filter
		want   bool
	}{
		{filter{}, true},
		{filter{functionName: "mail", description: "sends", gpuType: "fc.gpu.tesla.1", resourceGroupID: "rg-1"}, true},
		{filter{functionName: "sms"}, false},
		{filter{description: "sms"}, false},
		{filter{gpuType: "fc.gpu.ampere.1"}, false},
		{filter{resourceGroupID: "rg-2"}, false},
	} {
		if got := c.filter.admits(fn); got != c.want {
			t.Errorf("%+v: %v", c.filter, got)
		}
	}
}
