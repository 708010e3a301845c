package service

import (
	"net/http"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// ProvisionConfig is how many instances of a qualifier are kept ready, as the API shows it.
type ProvisionConfig struct {
	Resource     string `json:"resource"`
	Current      int    `json:"current"`
	CurrentError string `json:"currentError,omitempty"`
	PutProvisionConfigInput
}

// PutProvisionConfigInput is the body of PutProvisionConfig. It replaces what was there, but for
// what this generation has no word for.
type PutProvisionConfigInput struct {
	Target                 int                             `json:"target"`
	AlwaysAllocateCPU      *bool                           `json:"alwaysAllocateCPU,omitempty"`
	ScheduledActions       []emulator.ScheduledAction      `json:"scheduledActions"`
	TargetTrackingPolicies []emulator.TargetTrackingPolicy `json:"targetTrackingPolicies"`
}

// ProvisionConfigList is the answer of ListProvisionConfigs.
type ProvisionConfigList struct {
	ProvisionConfigs []*ProvisionConfig `json:"provisionConfigs"`
	NextToken        string             `json:"nextToken,omitempty"`
}

// OnDemandConfig limits the instances of a qualifier, as the API shows it.
type OnDemandConfig struct {
	Resource             string `json:"resource"`
	MaximumInstanceCount int    `json:"maximumInstanceCount"`
}

// PutOnDemandConfigInput is the body of PutFunctionOnDemandConfig.
type PutOnDemandConfigInput struct {
	MaximumInstanceCount *int `json:"maximumInstanceCount"`
}

// OnDemandConfigList is the answer of ListOnDemandConfigs.
type OnDemandConfigList struct {
	Configs   []*OnDemandConfig `json:"configs"`
	NextToken string            `json:"nextToken,omitempty"`
}

func (a *API) showProvision(ref emulator.Reference, config *emulator.ProvisionConfig) *ProvisionConfig {
	return &ProvisionConfig{
		Resource:     strings.Join([]string{a.Account, ref.Service, ref.Qualifier, ref.Function}, "#"),
		Current:      config.Current,
		CurrentError: config.CurrentError,
		PutProvisionConfigInput: PutProvisionConfigInput{
			Target:                 config.Target,
			AlwaysAllocateCPU:      config.AlwaysAllocateCPU,
			ScheduledActions:       config.ScheduledActions,
			TargetTrackingPolicies: config.TargetTrackingPolicies,
		},
	}
}

func showOnDemand(ref emulator.Reference, config *emulator.OnDemandConfig) *OnDemandConfig {
	return &OnDemandConfig{Resource: onDemandResource(ref), MaximumInstanceCount: config.MaximumInstanceCount}
}

func onDemandResource(ref emulator.Reference) string {
	return "services/" + ref.Service + "." + ref.Qualifier + "/functions/" + ref.Function
}

// qualified is the reference of operations that need a qualifier.
func (a *API) qualified(c *api.Call) (emulator.Reference, error) {
	ref := a.Dialect.Reference(c)
	if ref.Qualifier == "" {
		return ref, emulator.InvalidArgument("qualifier is not specified")
	}
	return ref, nil
}

func (a *API) putProvision(c *api.Call) error {
	ref, err := a.qualified(c)
	if err != nil {
		return err
	}
	var in PutProvisionConfigInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	next := &emulator.ProvisionConfig{
		Target:                 in.Target,
		AlwaysAllocateCPU:      in.AlwaysAllocateCPU,
		ScheduledActions:       in.ScheduledActions,
		TargetTrackingPolicies: in.TargetTrackingPolicies,
	}
	present, err := a.Catalogue.Provision(c.Request.Context(), ref)
	switch {
	case err == nil:
		next.AlwaysAllocateGPU = present.AlwaysAllocateGPU
		if next.AlwaysAllocateCPU == nil {
			next.AlwaysAllocateCPU = present.AlwaysAllocateCPU
		}
	case !isNotFound(err):
		return err
	}
	config, err := a.Catalogue.PutProvision(c.Request.Context(), ref, next)
	if err != nil {
		return err
	}
	return answer(c, config.Etag, a.showProvision(ref, config))
}

func (a *API) getProvision(c *api.Call) error {
	ref, err := a.qualified(c)
	if err != nil {
		return err
	}
	config, err := a.Catalogue.Provision(c.Request.Context(), ref)
	if err != nil {
		return err
	}
	return answer(c, config.Etag, a.showProvision(ref, config))
}

func (a *API) listProvisions(c *api.Call) error {
	from, limit, err := opaquePage(c)
	if err != nil {
		return err
	}
	service, qualifier := c.Query("serviceName"), c.Query("qualifier")
	found, next, err := a.Catalogue.Provisions(c.Request.Context(), func(ref emulator.Reference) bool {
		return ref.Service != "" && (service == "" || ref.Service == service) && (qualifier == "" || ref.Qualifier == qualifier)
	}, from, limit)
	if err != nil {
		return err
	}
	list := ProvisionConfigList{ProvisionConfigs: []*ProvisionConfig{}, NextToken: api.Token(next)}
	for _, one := range found {
		list.ProvisionConfigs = append(list.ProvisionConfigs, a.showProvision(one.Reference, one.Config))
	}
	return c.JSON(http.StatusOK, &list)
}

func (a *API) putOnDemand(c *api.Call) error {
	ref, err := a.qualified(c)
	if err != nil {
		return err
	}
	var in PutOnDemandConfigInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	if in.MaximumInstanceCount == nil {
		return emulator.InvalidArgument("MaximumInstanceCount is not specified")
	}
	next := &emulator.OnDemandConfig{MaximumInstanceCount: *in.MaximumInstanceCount}
	config, err := a.Catalogue.PutOnDemand(c.Request.Context(), ref, next, ifMatch(c))
	if err != nil {
		return err
	}
	return answer(c, config.Etag, showOnDemand(ref, config))
}

func (a *API) getOnDemand(c *api.Call) error {
	ref, err := a.qualified(c)
	if err != nil {
		return err
	}
	config, err := a.Catalogue.OnDemand(c.Request.Context(), ref)
	if err != nil {
		return err
	}
	return answer(c, config.Etag, showOnDemand(ref, config))
}

func (a *API) deleteOnDemand(c *api.Call) error {
	ref, err := a.qualified(c)
	if err != nil {
		return err
	}
	return done(c, http.StatusNoContent, a.Catalogue.DeleteOnDemand(c.Request.Context(), ref, ifMatch(c)))
}

// listOnDemand takes prefix and startKey as the beginning of a resource.
func (a *API) listOnDemand(c *api.Call) error {
	from, limit, err := opaquePage(c)
	if err != nil {
		return err
	}
	prefix, start := c.Query("prefix"), c.Query("startKey")
	found, next, err := a.Catalogue.OnDemands(c.Request.Context(), func(ref emulator.Reference) bool {
		resource := onDemandResource(ref)
		return ref.Service != "" && strings.HasPrefix(resource, prefix) && resource >= start
	}, from, limit)
	if err != nil {
		return err
	}
	list := OnDemandConfigList{Configs: []*OnDemandConfig{}, NextToken: api.Token(next)}
	for _, one := range found {
		list.Configs = append(list.Configs, showOnDemand(one.Reference, one.Config))
	}
	return c.JSON(http.StatusOK, &list)
}
