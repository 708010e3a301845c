package v20230330

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// FunctionVersion is a version as the API shows it.
type FunctionVersion struct {
	VersionID        string `json:"versionId"`
	Description      string `json:"description"`
	CreatedTime      string `json:"createdTime"`
	LastModifiedTime string `json:"lastModifiedTime"`
}

// VersionList is the answer of ListFunctionVersions.
type VersionList struct {
	Versions  []*FunctionVersion `json:"versions"`
	Direction string             `json:"direction"`
	NextToken string             `json:"nextToken,omitempty"`
}

// Alias is an alias as the API shows it.
type Alias struct {
	AliasName               string             `json:"aliasName"`
	VersionID               string             `json:"versionId"`
	Description             string             `json:"description"`
	AdditionalVersionWeight map[string]float64 `json:"additionalVersionWeight,omitempty"`
	CreatedTime             string             `json:"createdTime"`
	LastModifiedTime        string             `json:"lastModifiedTime"`
}

// AliasInput is the body of CreateAlias and, without the name, of UpdateAlias. What is nil stays.
type AliasInput struct {
	AliasName               string             `json:"aliasName"`
	VersionID               *string            `json:"versionId,omitempty"`
	Description             *string            `json:"description,omitempty"`
	AdditionalVersionWeight map[string]float64 `json:"additionalVersionWeight,omitzero"`
}

// AliasList is the answer of ListAliases.
type AliasList struct {
	Aliases   []*Alias `json:"aliases"`
	NextToken string   `json:"nextToken,omitempty"`
}

func showVersion(v *emulator.Version) *FunctionVersion {
	return &FunctionVersion{VersionID: v.VersionID, Description: v.Description,
		CreatedTime: api.Time(v.CreatedTime), LastModifiedTime: api.Time(v.LastModifiedTime)}
}

func showAlias(alias *emulator.Alias) *Alias {
	return &Alias{AliasName: alias.AliasName, VersionID: alias.VersionID, Description: alias.Description,
		AdditionalVersionWeight: alias.AdditionalVersionWeight,
		CreatedTime:             api.Time(alias.CreatedTime), LastModifiedTime: api.Time(alias.LastModifiedTime)}
}

func (in *AliasInput) apply(alias *emulator.Alias) {
	api.Set(&alias.VersionID, in.VersionID)
	api.Set(&alias.Description, in.Description)
	if in.AdditionalVersionWeight != nil {
		alias.AdditionalVersionWeight = in.AdditionalVersionWeight
	}
}

func (a *API) publishFunctionVersion(c *api.Call) error {
	var in struct {
		Description string `json:"description"`
	}
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	version, err := a.Catalogue.PublishVersion(c.Request.Context(), name(c).Scope(), in.Description, "")
	return show(c, version, err, showVersion)
}

func (a *API) listFunctionVersions(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	list := VersionList{Versions: []*FunctionVersion{}, Direction: c.Query("direction")}
	switch list.Direction {
	case "":
		list.Direction = "BACKWARD"
	case "BACKWARD", "FORWARD":
	default:
		return emulator.InvalidArgument("direction is set to an invalid value (allowed: BACKWARD | FORWARD, actual: '%s')", list.Direction)
	}
	found, next, err := a.Catalogue.Versions(c.Request.Context(), name(c).Scope(), from, limit, list.Direction == "BACKWARD")
	if err != nil {
		return err
	}
	list.NextToken = api.Token(next)
	for _, version := range found {
		list.Versions = append(list.Versions, showVersion(version))
	}
	return c.JSON(http.StatusOK, &list)
}

func (a *API) deleteFunctionVersion(c *api.Call) error {
	return removed(c, a.Catalogue.DeleteVersion(c.Request.Context(), name(c).Scope(), c.Path("version")))
}

func (a *API) createAlias(c *api.Call) error {
	var in AliasInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	alias := &emulator.Alias{AliasName: in.AliasName}
	in.apply(alias)
	created, err := a.Catalogue.CreateAlias(c.Request.Context(), name(c).Scope(), alias)
	return show(c, created, err, showAlias)
}

func (a *API) getAlias(c *api.Call) error {
	alias, err := a.Catalogue.Alias(c.Request.Context(), name(c).Scope(), c.Path("alias"))
	return show(c, alias, err, showAlias)
}

func (a *API) updateAlias(c *api.Call) error {
	var in AliasInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	updated, err := a.Catalogue.UpdateAlias(c.Request.Context(), name(c).Scope(), c.Path("alias"), func(alias *emulator.Alias) error {
		in.apply(alias)
		return nil
	})
	return show(c, updated, err, showAlias)
}

func (a *API) deleteAlias(c *api.Call) error {
	return removed(c, a.Catalogue.DeleteAlias(c.Request.Context(), name(c).Scope(), c.Path("alias"), ""))
}

func (a *API) listAliases(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	found, next, err := a.Catalogue.Aliases(c.Request.Context(), name(c).Scope(), c.Query("prefix"), from, limit)
	if err != nil {
		return err
	}
	list := AliasList{Aliases: []*Alias{}, NextToken: api.Token(next)}
	for _, alias := range found {
		list.Aliases = append(list.Aliases, showAlias(alias))
	}
	return c.JSON(http.StatusOK, &list)
}
