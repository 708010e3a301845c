package client

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Versions and aliases belong to an FC 3.0 function, or in FC 2.0 to a service with all its functions.
// The methods here take the name of either, and of an FC 2.0 function for its service.

// PublishVersion is PublishFunctionVersion or PublishServiceVersion.
func (c *Client) PublishVersion(ctx context.Context, of emulator.Name, description string) (version Object, err error) {
	err = c.inScope(ctx, of, func(scope string) error {
		return c.call(ctx, "POST", scope+"/versions", nil, Object{"description": description}, &version)
	})
	return version, err
}

// Versions is ListFunctionVersions or ListServiceVersions, newest first, all pages.
func (c *Client) Versions(ctx context.Context, of emulator.Name) (versions []Object, err error) {
	err = c.inScope(ctx, of, func(scope string) error {
		versions, err = c.pages(ctx, scope+"/versions", url.Values{}, "versions", 0)
		return err
	})
	return versions, err
}

// DeleteVersion is DeleteFunctionVersion or DeleteServiceVersion.
func (c *Client) DeleteVersion(ctx context.Context, of emulator.Name, version string) error {
	return c.inScope(ctx, of, func(scope string) error {
		return c.call(ctx, "DELETE", scope+"/versions/"+url.PathEscape(version), nil, nil, nil)
	})
}

// Aliases is ListAliases, all pages.
func (c *Client) Aliases(ctx context.Context, of emulator.Name) (aliases []Object, err error) {
	err = c.inScope(ctx, of, func(scope string) error {
		aliases, err = c.pages(ctx, aliasPath(scope), url.Values{}, "aliases", 0)
		return err
	})
	return aliases, err
}

// Alias is GetAlias.
func (c *Client) Alias(ctx context.Context, of emulator.Name, alias string) (found Object, err error) {
	err = c.inScope(ctx, of, func(scope string) error {
		return c.call(ctx, "GET", aliasPath(scope)+"/"+url.PathEscape(alias), nil, nil, &found)
	})
	return found, err
}

// PutAlias updates the alias, or creates it where there is none. input has the fields of CreateAlias;
// resolvePolicy and routePolicy are for those of an FC 2.0 service.
func (c *Client) PutAlias(ctx context.Context, of emulator.Name, alias string, input Object) (answer Object, err error) {
	err = c.inScope(ctx, of, func(scope string) error {
		if _, old := serviceOf(scope); !old && input["routePolicy"] != nil {
			if err := c.call(ctx, "GET", scope, nil, nil, nil); err != nil {
				return err
			}
			return emulator.InvalidArgument("an alias of an FC 3.0 function chooses by weight alone; content decides for aliases of FC 2.0 services")
		}
		err := c.call(ctx, "PUT", aliasPath(scope)+"/"+url.PathEscape(alias), nil, input, &answer)
		if !refusedAs(err, "AliasNotFound") {
			return err
		}
		input["aliasName"] = alias
		return c.call(ctx, "POST", aliasPath(scope), nil, input, &answer)
	})
	return answer, err
}

// DeleteAlias is DeleteAlias.
func (c *Client) DeleteAlias(ctx context.Context, of emulator.Name, alias string) error {
	return c.inScope(ctx, of, func(scope string) error {
		return c.call(ctx, "DELETE", aliasPath(scope)+"/"+url.PathEscape(alias), nil, nil, nil)
	})
}

// aliasPath is where aliases are: those of a service in the generation that knows all about them.
func aliasPath(scope string) string {
	if service, old := serviceOf(scope); old {
		scope = "/2021-04-06/services/" + service
	}
	return scope + "/aliases"
}

// serviceOf is the FC 2.0 service, if it is one, that a scope stands for.
func serviceOf(scope string) (service string, old bool) {
	service, _, old = strings.Cut(strings.TrimPrefix(scope, api+"/functions/"), "$")
	return service, old
}

// inScope calls do with the path below which the versions and aliases are. A single name is that of a
// function or else of a service.
func (c *Client) inScope(ctx context.Context, of emulator.Name, do func(scope string) error) error {
	if of.Service != "" && of.Function != "" {
		if _, err := c.Function(ctx, of); err != nil { // its service would answer for it
			return err
		}
	}
	err := do(functionPath(of))
	if of.Service != "" || !refusedAs(err, "FunctionNotFound") {
		return err
	}
	service := do(functionPath(emulator.Name{Service: of.Function}))
	if refusedAs(service, "ServiceNotFound") {
		return err
	}
	return service
}

func refusedAs(err error, code string) bool {
	var refusal *emulator.Error
	return errors.As(err, &refusal) && refusal.Code == code
}
