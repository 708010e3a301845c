package v20230330

import (
	"encoding/json"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// CustomDomain is a custom domain as the API shows it.
type CustomDomain struct {
	DomainName       string       `json:"domainName"`
	AccountID        string       `json:"accountId"`
	APIVersion       string       `json:"apiVersion"`
	Protocol         string       `json:"protocol"`
	RouteConfig      *RouteConfig `json:"routeConfig"`
	CreatedTime      string       `json:"createdTime"`
	LastModifiedTime string       `json:"lastModifiedTime"`
	DomainFields
}

// RouteConfig is the table of a custom domain's routes.
type RouteConfig struct {
	Routes []PathConfig `json:"routes"`
}

// PathConfig is one route.
type PathConfig struct {
	Path          string          `json:"path"`
	FunctionName  string          `json:"functionName"`
	Qualifier     string          `json:"qualifier,omitempty"`
	Methods       []string        `json:"methods,omitempty"`
	RewriteConfig json.RawMessage `json:"rewriteConfig,omitempty"`
}

// DomainFields are kept and shown as given.
type DomainFields struct {
	AuthConfig json.RawMessage `json:"authConfig,omitempty"`
	CertConfig json.RawMessage `json:"certConfig,omitempty"`
	CORSConfig json.RawMessage `json:"corsConfig,omitempty"`
	TLSConfig  json.RawMessage `json:"tlsConfig,omitempty"`
	WAFConfig  json.RawMessage `json:"wafConfig,omitempty"`
}

func (d *DomainFields) byName() map[string]*json.RawMessage {
	return map[string]*json.RawMessage{
		"authConfig": &d.AuthConfig,
		"certConfig": &d.CertConfig,
		"corsConfig": &d.CORSConfig,
		"tlsConfig":  &d.TLSConfig,
		"wafConfig":  &d.WAFConfig,
	}
}

// CustomDomainInput is the body of CreateCustomDomain and, without the name, of UpdateCustomDomain.
// What is nil stays.
type CustomDomainInput struct {
	DomainName  string       `json:"domainName"`
	Protocol    *string      `json:"protocol,omitempty"`
	RouteConfig *RouteConfig `json:"routeConfig,omitempty"`
	DomainFields
}

// CustomDomainList is the answer of ListCustomDomains.
type CustomDomainList struct {
	CustomDomains []*CustomDomain `json:"customDomains"`
	NextToken     string          `json:"nextToken,omitempty"`
}

func (a *API) showDomain(domain *emulator.CustomDomain) *CustomDomain {
	shown := &CustomDomain{DomainName: domain.DomainName, AccountID: a.Account, APIVersion: Version, Protocol: domain.Protocol,
		RouteConfig: &RouteConfig{Routes: []PathConfig{}},
		CreatedTime: api.Time(domain.CreatedTime), LastModifiedTime: api.Time(domain.LastModifiedTime)}
	for _, route := range domain.Routes {
		shown.RouteConfig.Routes = append(shown.RouteConfig.Routes, PathConfig{Path: route.Path, FunctionName: route.Function.Wire(),
			Qualifier: route.Qualifier, Methods: route.Methods, RewriteConfig: route.RewriteConfig})
	}
	for name, field := range shown.byName() {
		*field = domain.Stored[name]
	}
	return shown
}

func (in *CustomDomainInput) apply(domain *emulator.CustomDomain) {
	api.Set(&domain.Protocol, in.Protocol)
	if in.RouteConfig != nil {
		domain.Routes = nil
		for _, route := range in.RouteConfig.Routes {
			domain.Routes = append(domain.Routes, emulator.DomainRoute{Path: route.Path, Function: emulator.ParseName(route.FunctionName),
				Qualifier: route.Qualifier, Methods: route.Methods, RewriteConfig: route.RewriteConfig})
		}
	}
	domain.Stored = keep(domain.Stored, in.byName())
}

func (a *API) createCustomDomain(c *api.Call) error {
	var in CustomDomainInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	domain := &emulator.CustomDomain{DomainName: in.DomainName}
	in.apply(domain)
	created, err := a.Catalogue.CreateDomain(c.Request.Context(), domain)
	return show(c, created, err, a.showDomain)
}

func (a *API) getCustomDomain(c *api.Call) error {
	domain, err := a.Catalogue.Domain(c.Request.Context(), c.Path("domain"))
	return show(c, domain, err, a.showDomain)
}

func (a *API) updateCustomDomain(c *api.Call) error {
	var in CustomDomainInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	updated, err := a.Catalogue.UpdateDomain(c.Request.Context(), c.Path("domain"), func(domain *emulator.CustomDomain) error {
		in.apply(domain)
		return nil
	})
	return show(c, updated, err, a.showDomain)
}

func (a *API) deleteCustomDomain(c *api.Call) error {
	return removed(c, a.Catalogue.DeleteDomain(c.Request.Context(), c.Path("domain"), ""))
}

func (a *API) listCustomDomains(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	found, next, err := a.Catalogue.Domains(c.Request.Context(), c.Query("prefix"), from, limit)
	if err != nil {
		return err
	}
	list := CustomDomainList{CustomDomains: []*CustomDomain{}, NextToken: api.Token(next)}
	for _, domain := range found {
		list.CustomDomains = append(list.CustomDomains, a.showDomain(domain))
	}
	return c.JSON(http.StatusOK, &list)
}
