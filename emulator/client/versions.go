package client

import (
	"context"
	"errors"
	"net/url"

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
		aliases, err = c.pages(ctx, scope+"/aliases", url.Values{}, "aliases", 0)
		return err
	})
	return aliases, err
}

// Alias is GetAlias.
func (c *Client) Alias(ctx context.Context, of emulator.Name, alias string) (found Object, err error) {
	err = c.inScope(ctx, of, func(scope string) error {
		return c.call(ctx, "GET", aliasPath(scope, alias), nil, nil, &found)
	})
	return found, err
}

// PutAlias updates the alias, or creates it where there is none. input has the fields of CreateAlias.
func (c *Client) PutAlias(ctx context.Context, of emulator.Name, alias string, input Object) (answer Object, err error) {
	err = c.inScope(ctx, of, func(scope string) error {
		err := c.call(ctx, "PUT", aliasPath(scope, alias), nil, input, &answer)
		if !refusedAs(err, "AliasNotFound") {
			return err
		}
		input["aliasName"] = alias
		return c.call(ctx, "POST", scope+"/aliases", nil, input, &answer)
	})
	return answer, err
}

// DeleteAlias is DeleteAlias.
func (c *Client) DeleteAlias(ctx context.Context, of emulator.Name, alias string) error {
	return c.inScope(ctx, of, func(scope string) error {
		return c.call(ctx, "DELETE", aliasPath(scope, alias), nil, nil, nil)
	})
}

func aliasPath(scope, alias string) string { return scope + "/aliases/" + url.PathEscape(alias) }

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
