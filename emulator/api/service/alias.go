package service

import (
	"encoding/json"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Alias is an alias of a service as the API shows it.
type Alias struct {
	AliasName               string             `json:"aliasName"`
	VersionID               string             `json:"versionId"`
	Description             string             `json:"description"`
	AdditionalVersionWeight map[string]float64 `json:"additionalVersionWeight"`
	ResolvePolicy           string             `json:"resolvePolicy,omitempty"`
	RoutePolicy             json.RawMessage    `json:"routePolicy,omitempty"`
	CreatedTime             string             `json:"createdTime"`
	LastModifiedTime        string             `json:"lastModifiedTime"`
}

// CreateAliasInput is the body of CreateAlias.
type CreateAliasInput struct {
	AliasName string `json:"aliasName"`
	UpdateAliasInput
}

// UpdateAliasInput is the body of UpdateAlias; what is nil stays.
type UpdateAliasInput struct {
	VersionID               *string            `json:"versionId,omitempty"`
	Description             *string            `json:"description,omitempty"`
	AdditionalVersionWeight map[string]float64 `json:"additionalVersionWeight,omitzero"`
	ResolvePolicy           *string            `json:"resolvePolicy,omitempty"`
	RoutePolicy             json.RawMessage    `json:"routePolicy,omitempty"`
}

// AliasList is the answer of ListAliases.
type AliasList struct {
	Aliases   []*Alias `json:"aliases"`
	NextToken string   `json:"nextToken,omitempty"`
}

func showAlias(a *emulator.Alias) *Alias {
	return &Alias{
		AliasName:               a.AliasName,
		VersionID:               a.VersionID,
		Description:             a.Description,
		AdditionalVersionWeight: a.AdditionalVersionWeight,
		ResolvePolicy:           a.ResolvePolicy,
		RoutePolicy:             a.RoutePolicy,
		CreatedTime:             api.Time(a.CreatedTime),
		LastModifiedTime:        api.Time(a.LastModifiedTime),
	}
}

func (in *UpdateAliasInput) apply(a *emulator.Alias) {
	api.Set(&a.VersionID, in.VersionID)
	api.Set(&a.Description, in.Description)
	api.Set(&a.ResolvePolicy, in.ResolvePolicy)
	if in.AdditionalVersionWeight != nil {
		a.AdditionalVersionWeight = in.AdditionalVersionWeight
	}
	if given(in.RoutePolicy) {
		a.RoutePolicy = in.RoutePolicy
	}
}

func (a *API) createAlias(c *api.Call) error {
	var in CreateAliasInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	alias := &emulator.Alias{AliasName: in.AliasName}
	in.apply(alias)
	created, err := a.Catalogue.CreateAlias(c.Request.Context(), scope(c), alias)
	if err != nil {
		return err
	}
	return answer(c, created.Etag, showAlias(created))
}

func (a *API) getAlias(c *api.Call) error {
	alias, err := a.Catalogue.Alias(c.Request.Context(), scope(c), c.Path("alias"))
	if err != nil {
		return err
	}
	return answer(c, alias.Etag, showAlias(alias))
}

func (a *API) updateAlias(c *api.Call) error {
	var in UpdateAliasInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	alias, err := a.Catalogue.UpdateAlias(c.Request.Context(), scope(c), c.Path("alias"), func(alias *emulator.Alias) error {
		if err := emulator.IfMatch(ifMatch(c), alias.Etag); err != nil {
			return err
		}
		in.apply(alias)
		return nil
	})
	if err != nil {
		return err
	}
	return answer(c, alias.Etag, showAlias(alias))
}

func (a *API) deleteAlias(c *api.Call) error {
	return done(c, http.StatusNoContent, a.Catalogue.DeleteAlias(c.Request.Context(), scope(c), c.Path("alias"), ifMatch(c)))
}

func (a *API) listAliases(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	found, next, err := a.Catalogue.Aliases(c.Request.Context(), scope(c), c.Query("prefix"), from, limit)
	if err != nil {
		return err
	}
	list := AliasList{Aliases: []*Alias{}, NextToken: next}
	for _, alias := range found {
		list.Aliases = append(list.Aliases, showAlias(alias))
	}
	return c.JSON(http.StatusOK, &list)
}
