package service

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// VpcBinding is the body of CreateVpcBinding.
type VpcBinding struct {
	VpcID string `json:"vpcId"`
}

// VpcBindingList is the answer of ListVpcBindings.
type VpcBindingList struct {
	VpcIDs []string `json:"vpcIds"`
}

// EventSource is an event source as the API shows it, and the body of RegisterEventSource.
type EventSource struct {
	SourceArn   string `json:"sourceArn"`
	CreatedTime string `json:"createdTime,omitempty"`
}

// EventSourceList is the answer of ListEventSources.
type EventSourceList struct {
	EventSources []EventSource `json:"eventSources"`
}

// CreateVpcBinding is an operation of both generations.
func (a *API) CreateVpcBinding(c *api.Call) error {
	var in VpcBinding
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	return done(c, http.StatusOK, a.Catalogue.BindVpc(c.Request.Context(), scope(c), in.VpcID))
}

func (a *API) listVpcBindings(c *api.Call) error {
	found, err := a.Catalogue.Vpcs(c.Request.Context(), scope(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, &VpcBindingList{VpcIDs: append([]string{}, found...)})
}

func (a *API) deleteVpcBinding(c *api.Call) error {
	return done(c, http.StatusOK, a.Catalogue.UnbindVpc(c.Request.Context(), scope(c), c.Path("vpc")))
}

// DeleteVpcBindingInBody is DeleteVpcBinding with the VPC's id in the body: a form of 2016-08-15 only.
func (a *API) DeleteVpcBindingInBody(c *api.Call) error {
	var in VpcBinding
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	return done(c, http.StatusOK, a.Catalogue.UnbindVpc(c.Request.Context(), scope(c), in.VpcID))
}

func showEventSource(s *emulator.EventSource) EventSource {
	return EventSource{SourceArn: s.SourceArn, CreatedTime: api.Time(s.CreatedTime)}
}

// RegisterEventSource is an operation of 2021-04-06 only.
func (a *API) RegisterEventSource(c *api.Call) error {
	var in EventSource
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	source, err := a.Catalogue.RegisterEventSource(c.Request.Context(), a.Dialect.Reference(c), in.SourceArn)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, showEventSource(source))
}

// ListEventSources is an operation of 2021-04-06 only.
func (a *API) ListEventSources(c *api.Call) error {
	found, err := a.Catalogue.EventSources(c.Request.Context(), a.Dialect.Reference(c))
	if err != nil {
		return err
	}
	list := EventSourceList{EventSources: []EventSource{}}
	for _, source := range found {
		list.EventSources = append(list.EventSources, showEventSource(source))
	}
	return c.JSON(http.StatusOK, &list)
}

// DeregisterEventSource is an operation of 2021-04-06 only.
func (a *API) DeregisterEventSource(c *api.Call) error {
	err := a.Catalogue.DeregisterEventSource(c.Request.Context(), a.Dialect.Reference(c), c.Path("source"))
	return done(c, http.StatusNoContent, err)
}
