package client

import (
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

const domains = api + "/custom-domains"

// Domains is ListCustomDomains, all pages.
func (c *Client) Domains(ctx context.Context) ([]Object, error) {
	return c.pages(ctx, domains, url.Values{}, "customDomains", 0)
}

// Domain is GetCustomDomain.
func (c *Client) Domain(ctx context.Context, name string) (Object, error) {
	var domain Object
	err := c.call(ctx, "GET", domains+"/"+url.PathEscape(name), nil, nil, &domain)
	return domain, err
}

// PutDomain creates the custom domain, or updates it where it exists. input has the fields of
// CreateCustomDomainInput. Its routes join those that the domain has, in the place of those with
// the same path, and what input does not set stays, as do Serverless Devs' functions that share a
// domain. With whole, input is all that the domain keeps. Where that changes nothing, nothing is sent.
func (c *Client) PutDomain(ctx context.Context, name string, input Object, whole bool) (created bool, err error) {
	present, err := c.Domain(ctx, name)
	if notFound(err) {
		return true, c.call(ctx, "POST", domains, nil, input, nil)
	}
	if err != nil {
		return false, err
	}
	if whole {
		clearRest(present, input)
	} else {
		input["routeConfig"] = Object{"routes": join(routes(present), routes(input))}
		if protocol, _ := present["protocol"].(string); input["protocol"] == "HTTP" && strings.Contains(protocol, "HTTPS") {
			input["protocol"] = "HTTP,HTTPS" // another function's route may need it
		}
	}
	if says(present, input) {
		return false, nil
	}
	return false, c.call(ctx, "PUT", domains+"/"+url.PathEscape(name), nil, input, nil)
}

// clearRest makes input take away the settings that it does not have.
func clearRest(present, input Object) {
	for _, name := range []string{"authConfig", "certConfig", "corsConfig", "tlsConfig", "wafConfig"} {
		if _, set := input[name]; !set && present[name] != nil {
			input[name] = Object{}
		}
	}
	if input["protocol"] == nil {
		input["protocol"] = "HTTP"
	}
}

// says tells whether a domain has all that an input asks for.
func says(present, input Object) bool {
	text, err := json.Marshal(input)
	wanted := Object{}
	if err != nil || json.Unmarshal(text, &wanted) != nil {
		return false
	}
	for name, value := range wanted {
		if !reflect.DeepEqual(present[name], value) {
			return false
		}
	}
	return true
}

// DeleteDomain is DeleteCustomDomain.
func (c *Client) DeleteDomain(ctx context.Context, name string) error {
	return c.call(ctx, "DELETE", domains+"/"+url.PathEscape(name), nil, nil, nil)
}

// Routes are the routes of a custom domain as the API shows it.
func Routes(domain Object) []Object { return routes(domain) }

func routes(domain Object) []Object {
	var list []Object
	config, _ := domain["routeConfig"].(Object)
	switch all := config["routes"].(type) {
	case []Object:
		return all
	case []any:
		for _, one := range all {
			if route, ok := one.(Object); ok {
				list = append(list, route)
			}
		}
	}
	return list
}

func join(present, added []Object) []Object {
	joined := slices.Clone(present)
	for _, route := range added {
		at := slices.IndexFunc(joined, func(one Object) bool { return one["path"] == route["path"] })
		if at < 0 {
			joined = append(joined, route)
			continue
		}
		joined[at] = route
	}
	return joined
}
