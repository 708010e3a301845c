package v20230330

import (
	"encoding/json"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Region is a region that functions may be in.
type Region struct {
	RegionID  string `json:"RegionId"`
	LocalName string `json:"LocalName"`
}

// RegionList is the answer of DescribeRegions.
type RegionList struct {
	RequestID string `json:"RequestId"`
	Regions   struct {
		Region []Region `json:"Region"`
	} `json:"Regions"`
}

// describeRegions shows the one region that this emulator stands for.
func (a *API) describeRegions(c *api.Call) error {
	list := RegionList{RequestID: c.RequestID}
	list.Regions.Region = []Region{{RegionID: a.Region, LocalName: a.Region}}
	return c.JSON(http.StatusOK, &list)
}

// ChangeResourceGroupInput is the body of ChangeResourceGroup.
type ChangeResourceGroupInput struct {
	NewResourceGroupID string `json:"NewResourceGroupId"`
	ResourceID         string `json:"ResourceId"` // ARN or name of a function
	ResourceType       string `json:"ResourceType"`
}

// ChangeResourceGroupOutput is the answer of ChangeResourceGroup.
type ChangeResourceGroupOutput struct {
	NewResourceGroupID string `json:"NewResourceGroupId"`
	OldResourceGroupID string `json:"OldResourceGroupId"`
	ResourceID         string `json:"ResourceId"`
}

// changeResourceGroup sets a function's resourceGroupId, which UpdateFunction cannot.
func (a *API) changeResourceGroup(c *api.Call) error {
	var in ChangeResourceGroupInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	if err := checkResourceType(in.ResourceType); err != nil {
		return err
	}
	names, err := resources([]string{in.ResourceID})
	if err != nil {
		return err
	}
	if in.NewResourceGroupID == "" {
		return emulator.InvalidArgument("NewResourceGroupId is not specified")
	}
	out := ChangeResourceGroupOutput{NewResourceGroupID: in.NewResourceGroupID, ResourceID: in.ResourceID}
	group, err := json.Marshal(in.NewResourceGroupID)
	if err != nil {
		return err
	}
	_, err = a.Catalogue.Update(c.Request.Context(), names[0], func(fn *emulator.Function) error {
		const field = "resourceGroupId"
		if old := fn.Stored[field]; old != nil {
			_ = json.Unmarshal(old, &out.OldResourceGroupID) // "" where it is no text
		}
		raw := json.RawMessage(group)
		fn.Stored = keep(fn.Stored, map[string]*json.RawMessage{field: &raw})
		return nil
	}, nil)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, &out)
}
