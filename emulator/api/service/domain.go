package service

import (
	"encoding/json"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// CustomDomain is a custom domain as the API shows it.
type CustomDomain struct {
	DomainName       string      `json:"domainName"`
	Protocol         string      `json:"protocol"`
	RouteConfig      RouteConfig `json:"routeConfig"`
	AccountID        string      `json:"accountId"`
	APIVersion       string      `json:"apiVersion"`
	CreatedTime      string      `json:"createdTime"`
	LastModifiedTime string      `json:"lastModifiedTime"`
	DomainFields
}

// RouteConfig leads paths to functions.
type RouteConfig struct {
	Routes []Route `json:"routes"`
}

// Route leads one path to a function.
type Route struct {
	Path         string   `json:"path"`
	ServiceName  string   `json:"serviceName"`
	FunctionName string   `json:"functionName"`
	Qualifier    string   `json:"qualifier"`
	Methods      []string `json:"methods,omitempty"`
}

// DomainFields are the fields that mean nothing on one machine: they are kept and returned as given.
type DomainFields struct {
	CertConfig json.RawMessage `json:"certConfig,omitempty"`
	TLSConfig  json.RawMessage `json:"tlsConfig,omitempty"`
	WafConfig  json.RawMessage `json:"wafConfig,omitempty"`
}

func (f *DomainFields) byName() map[string]*json.RawMessage {
	return map[string]*json.RawMessage{"certConfig": &f.CertConfig, "tlsConfig": &f.TLSConfig, "wafConfig": &f.WafConfig}
}

// CreateDomainInput is the body of CreateCustomDomain.
type CreateDomainInput struct {
	DomainName string `json:"domainName"`
	UpdateDomainInput
}

// UpdateDomainInput is the body of UpdateCustomDomain; what is nil stays.
type UpdateDomainInput struct {
	Protocol    *string      `json:"protocol,omitempty"`
	RouteConfig *RouteConfig `json:"routeConfig,omitempty"`
	DomainFields
}

// DomainList is the answer of ListCustomDomains.
type DomainList struct {
	CustomDomains []*CustomDomain `json:"customDomains"`
	NextToken     string          `json:"nextToken,omitempty"`
}

func (a *API) showDomain(d *emulator.CustomDomain) *CustomDomain {
	shown := &CustomDomain{
		DomainName:       d.DomainName,
		Protocol:         d.Protocol,
		RouteConfig:      RouteConfig{Routes: []Route{}},
		AccountID:        a.Account,
		APIVersion:       a.Dialect.Version(),
		CreatedTime:      api.Time(d.CreatedTime),
		LastModifiedTime: api.Time(d.LastModifiedTime),
	}
	for _, r := range d.Routes {
		shown.RouteConfig.Routes = append(shown.RouteConfig.Routes, Route{
			Path: r.Path, ServiceName: r.Function.Service, FunctionName: r.Function.Function, Qualifier: r.Qualifier, Methods: r.Methods})
	}
	for name, field := range shown.byName() {
		*field = d.Stored[name]
	}
	return shown
}

// certificate is certConfig. One client begins its keys with capitals, which others don't read.
type certificate struct {
	CertName    string `json:"certName"`
	PrivateKey  string `json:"privateKey"`
	Certificate string `json:"certificate"`
}

// apply sets what was given. It may run several times on fresh states.
func (in *UpdateDomainInput) apply(d *emulator.CustomDomain) {
	api.Set(&d.Protocol, in.Protocol)
	if in.RouteConfig != nil {
		d.Routes = in.RouteConfig.over(d.Routes)
	}
	fields := in.DomainFields
	var cert certificate
	if given(fields.CertConfig) && json.Unmarshal(fields.CertConfig, &cert) == nil {
		fields.CertConfig, _ = json.Marshal(cert) // three texts
	}
	d.Stored = merged(d.Stored, fields.byName())
}

// over makes the new routes. The rewriting of a path, which this generation has no word for, stays.
func (r *RouteConfig) over(present []emulator.DomainRoute) []emulator.DomainRoute {
	rewrites := map[string]json.RawMessage{}
	for _, route := range present {
		rewrites[route.Path] = route.RewriteConfig
	}
	routes := []emulator.DomainRoute{}
	for _, route := range r.Routes {
		name := emulator.Name{Service: route.ServiceName, Function: route.FunctionName}
		if name.Service == "" {
			name = emulator.ParseName(route.FunctionName)
		}
		routes = append(routes, emulator.DomainRoute{
			Path: route.Path, Function: name, Qualifier: route.Qualifier, Methods: route.Methods, RewriteConfig: rewrites[route.Path]})
	}
	return routes
}

func (a *API) createDomain(c *api.Call) error {
	var in CreateDomainInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	domain := &emulator.CustomDomain{DomainName: in.DomainName}
	in.apply(domain)
	created, err := a.Catalogue.CreateDomain(c.Request.Context(), domain)
	if err != nil {
		return err
	}
	return answer(c, created.Etag, a.showDomain(created))
}

func (a *API) getDomain(c *api.Call) error {
	domain, err := a.Catalogue.Domain(c.Request.Context(), c.Path("domain"))
	if err != nil {
		return err
	}
	return answer(c, domain.Etag, a.showDomain(domain))
}

func (a *API) updateDomain(c *api.Call) error {
	var in UpdateDomainInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	domain, err := a.Catalogue.UpdateDomain(c.Request.Context(), c.Path("domain"), func(d *emulator.CustomDomain) error {
		if err := emulator.IfMatch(ifMatch(c), d.Etag); err != nil {
			return err
		}
		in.apply(d)
		return nil
	})
	if err != nil {
		return err
	}
	return answer(c, domain.Etag, a.showDomain(domain))
}

func (a *API) deleteDomain(c *api.Call) error {
	return done(c, http.StatusNoContent, a.Catalogue.DeleteDomain(c.Request.Context(), c.Path("domain"), ifMatch(c)))
}

func (a *API) listDomains(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	found, next, err := a.Catalogue.Domains(c.Request.Context(), c.Query("prefix"), from, limit)
	if err != nil {
		return err
	}
	list := DomainList{CustomDomains: []*CustomDomain{}, NextToken: next}
	for _, domain := range found {
		list.CustomDomains = append(list.CustomDomains, a.showDomain(domain))
	}
	return c.JSON(http.StatusOK, &list)
}
