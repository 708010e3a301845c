package v20230330

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// ProvisionConfig is a provision configuration as the API shows it. Target is the older name of
// DefaultTarget.
type ProvisionConfig struct {
	FunctionArn            string                          `json:"functionArn"`
	DefaultTarget          int                             `json:"defaultTarget"`
	Target                 int                             `json:"target"`
	Current                int                             `json:"current"`
	CurrentError           string                          `json:"currentError"`
	AlwaysAllocateCPU      bool                            `json:"alwaysAllocateCPU"`
	AlwaysAllocateGPU      bool                            `json:"alwaysAllocateGPU"`
	ScheduledActions       []emulator.ScheduledAction      `json:"scheduledActions"`
	TargetTrackingPolicies []emulator.TargetTrackingPolicy `json:"targetTrackingPolicies"`
}

// PutProvisionConfigInput is the body of PutProvisionConfig.
type PutProvisionConfigInput struct {
	DefaultTarget          *int                            `json:"defaultTarget,omitempty"`
	Target                 *int                            `json:"target,omitempty"`
	AlwaysAllocateCPU      *bool                           `json:"alwaysAllocateCPU,omitempty"`
	AlwaysAllocateGPU      *bool                           `json:"alwaysAllocateGPU,omitempty"`
	ScheduledActions       []emulator.ScheduledAction      `json:"scheduledActions,omitempty"`
	TargetTrackingPolicies []emulator.TargetTrackingPolicy `json:"targetTrackingPolicies,omitempty"`
}

// ProvisionConfigList is the answer of ListProvisionConfigs.
type ProvisionConfigList struct {
	ProvisionConfigs []*ProvisionConfig `json:"provisionConfigs"`
	NextToken        string             `json:"nextToken,omitempty"`
}

func (in *PutProvisionConfigInput) config() *emulator.ProvisionConfig {
	config := &emulator.ProvisionConfig{AlwaysAllocateCPU: in.AlwaysAllocateCPU, AlwaysAllocateGPU: in.AlwaysAllocateGPU,
		ScheduledActions: in.ScheduledActions, TargetTrackingPolicies: in.TargetTrackingPolicies}
	api.Set(&config.Target, in.Target)
	api.Set(&config.Target, in.DefaultTarget)
	return config
}

// showProvision returns how a configuration of that function and qualifier is shown.
func (a *API) showProvision(of emulator.Reference) func(*emulator.ProvisionConfig) *ProvisionConfig {
	return func(config *emulator.ProvisionConfig) *ProvisionConfig {
		shown := &ProvisionConfig{FunctionArn: a.qualifiedArn(of), DefaultTarget: config.Target, Target: config.Target,
			Current: config.Current, CurrentError: config.CurrentError,
			AlwaysAllocateCPU: config.AlwaysAllocateCPU == nil || *config.AlwaysAllocateCPU,
			AlwaysAllocateGPU: config.AlwaysAllocateGPU == nil || *config.AlwaysAllocateGPU,
			ScheduledActions:  config.ScheduledActions, TargetTrackingPolicies: config.TargetTrackingPolicies}
		if shown.ScheduledActions == nil {
			shown.ScheduledActions = []emulator.ScheduledAction{}
		}
		if shown.TargetTrackingPolicies == nil {
			shown.TargetTrackingPolicies = []emulator.TargetTrackingPolicy{}
		}
		return shown
	}
}

func (a *API) putProvisionConfig(c *api.Call) error {
	var in PutProvisionConfigInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	config, err := a.Catalogue.PutProvision(c.Request.Context(), reference(c), in.config())
	return show(c, config, err, a.showProvision(reference(c)))
}

func (a *API) getProvisionConfig(c *api.Call) error {
	config, err := a.Catalogue.Provision(c.Request.Context(), reference(c))
	return show(c, config, err, a.showProvision(reference(c)))
}

func (a *API) deleteProvisionConfig(c *api.Call) error {
	return removed(c, a.Catalogue.DeleteProvision(c.Request.Context(), reference(c)))
}

func (a *API) listProvisionConfigs(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	found, next, err := a.Catalogue.Provisions(c.Request.Context(), named(c), from, limit)
	if err != nil {
		return err
	}
	list := ProvisionConfigList{ProvisionConfigs: []*ProvisionConfig{}, NextToken: api.Token(next)}
	for _, one := range found {
		list.ProvisionConfigs = append(list.ProvisionConfigs, a.showProvision(one.Reference)(one.Config))
	}
	return c.JSON(http.StatusOK, &list)
}
