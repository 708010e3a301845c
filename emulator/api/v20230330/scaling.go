package v20230330

import (
	"encoding/json"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// ScalingConfigStatus is an elastic configuration as the API shows it.
type ScalingConfigStatus struct {
	FunctionArn      string `json:"functionArn"`
	CurrentInstances int    `json:"currentInstances"`
	TargetInstances  int    `json:"targetInstances"`
	CurrentError     string `json:"currentError"`
	MinInstances     int    `json:"minInstances"`
	ScalingFields
}

// PutScalingConfigInput is the body of PutScalingConfig.
type PutScalingConfigInput struct {
	MinInstances int `json:"minInstances"`
	ScalingFields
}

// ScalingFields are kept and shown as given.
type ScalingFields struct {
	EnableMixMode             json.RawMessage `json:"enableMixMode,omitempty"`
	EnableOnDemandScaling     json.RawMessage `json:"enableOnDemandScaling,omitempty"`
	HorizontalScalingPolicies json.RawMessage `json:"horizontalScalingPolicies,omitempty"`
	RequestDispatchPolicy     json.RawMessage `json:"requestDispatchPolicy,omitempty"`
	ResidentPoolID            json.RawMessage `json:"residentPoolId,omitempty"`
	ScheduledPolicies         json.RawMessage `json:"scheduledPolicies,omitempty"`
}

func (s *ScalingFields) byName() map[string]*json.RawMessage {
	return map[string]*json.RawMessage{
		"enableMixMode":             &s.EnableMixMode,
		"enableOnDemandScaling":     &s.EnableOnDemandScaling,
		"horizontalScalingPolicies": &s.HorizontalScalingPolicies,
		"requestDispatchPolicy":     &s.RequestDispatchPolicy,
		"residentPoolId":            &s.ResidentPoolID,
		"scheduledPolicies":         &s.ScheduledPolicies,
	}
}

// ScalingConfigList is the answer of ListScalingConfigs.
type ScalingConfigList struct {
	ScalingConfigs []*ScalingConfigStatus `json:"scalingConfigs"`
	NextToken      string                 `json:"nextToken,omitempty"`
}

// showScaling returns how a configuration of that function and qualifier is shown.
func (a *API) showScaling(of emulator.Reference) func(*emulator.ScalingConfig) *ScalingConfigStatus {
	return func(config *emulator.ScalingConfig) *ScalingConfigStatus {
		shown := &ScalingConfigStatus{FunctionArn: a.qualifiedArn(of), MinInstances: config.MinInstances,
			CurrentInstances: config.Current, TargetInstances: config.Target, CurrentError: config.CurrentError}
		for name, field := range shown.byName() {
			*field = config.Stored[name]
		}
		return shown
	}
}

func (a *API) putScalingConfig(c *api.Call) error {
	var in PutScalingConfigInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	config := &emulator.ScalingConfig{MinInstances: in.MinInstances, Stored: keep(nil, in.byName())}
	put, err := a.Catalogue.PutScaling(c.Request.Context(), reference(c), config)
	return show(c, put, err, a.showScaling(reference(c)))
}

func (a *API) getScalingConfig(c *api.Call) error {
	config, err := a.Catalogue.Scaling(c.Request.Context(), reference(c))
	return show(c, config, err, a.showScaling(reference(c)))
}

func (a *API) deleteScalingConfig(c *api.Call) error {
	return removed(c, a.Catalogue.DeleteScaling(c.Request.Context(), reference(c)))
}

func (a *API) listScalingConfigs(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	found, next, err := a.Catalogue.Scalings(c.Request.Context(), named(c), from, limit)
	if err != nil {
		return err
	}
	list := ScalingConfigList{ScalingConfigs: []*ScalingConfigStatus{}, NextToken: api.Token(next)}
	for _, one := range found {
		list.ScalingConfigs = append(list.ScalingConfigs, a.showScaling(one.Reference)(one.Config))
	}
	return c.JSON(http.StatusOK, &list)
}
