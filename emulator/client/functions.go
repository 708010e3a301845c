package client

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
)

const api = "/2023-03-30"

func functionPath(name emulator.Name) string {
	return api + "/functions/" + url.PathEscape(name.Wire())
}

// Function is GetFunction, of LATEST.
func (c *Client) Function(ctx context.Context, name emulator.Name) (Object, error) {
	return c.FunctionAt(ctx, emulator.Reference{Name: name})
}

// FunctionAt is GetFunction; of an alias it shows the main version.
func (c *Client) FunctionAt(ctx context.Context, ref emulator.Reference) (Object, error) {
	var function Object
	err := c.call(ctx, "GET", functionPath(ref.Name), qualifier(ref), nil, &function)
	return function, err
}

// Functions is ListFunctions, all pages.
func (c *Client) Functions(ctx context.Context) ([]Object, error) {
	return c.pages(ctx, api+"/functions", url.Values{}, "functions", 0)
}

// PutFunction creates the function, or updates it where it exists. input has the fields of
// CreateFunctionInput. created tells which of the two happened.
func (c *Client) PutFunction(ctx context.Context, name emulator.Name, input any) (function Object, created bool, err error) {
	err = c.call(ctx, "PUT", functionPath(name), nil, input, &function)
	if !notFound(err) {
		return function, false, err
	}
	err = c.call(ctx, "POST", api+"/functions", nil, input, &function)
	return function, true, err
}

// DeleteFunction deletes the function and, first, its triggers: FC refuses to delete a function that
// has any.
func (c *Client) DeleteFunction(ctx context.Context, name emulator.Name) error {
	triggers, err := c.Triggers(ctx, name)
	if err != nil {
		return err
	}
	for _, trigger := range triggers {
		if text, _ := trigger["triggerName"].(string); text != "" {
			if err := c.DeleteTrigger(ctx, name, text); err != nil && !notFound(err) {
				return err
			}
		}
	}
	return c.call(ctx, "DELETE", functionPath(name), nil, nil, nil)
}

// PutTrigger creates the trigger, or updates it where it exists.
func (c *Client) PutTrigger(ctx context.Context, name emulator.Name, trigger string, input any) (Object, error) {
	var answer Object
	path := functionPath(name) + "/triggers"
	err := c.call(ctx, "PUT", path+"/"+url.PathEscape(trigger), nil, input, &answer)
	if notFound(err) {
		err = c.call(ctx, "POST", path, nil, input, &answer)
	}
	return answer, err
}

// Triggers is ListTriggers of one function, all pages.
func (c *Client) Triggers(ctx context.Context, name emulator.Name) ([]Object, error) {
	return c.pages(ctx, functionPath(name)+"/triggers", url.Values{}, "triggers", 0)
}

// DeleteTrigger is DeleteTrigger.
func (c *Client) DeleteTrigger(ctx context.Context, name emulator.Name, trigger string) error {
	return c.call(ctx, "DELETE", functionPath(name)+"/triggers/"+url.PathEscape(trigger), nil, nil, nil)
}

// PutAsyncConfig is PutAsyncInvokeConfig.
func (c *Client) PutAsyncConfig(ctx context.Context, ref emulator.Reference, config any) error {
	return c.call(ctx, "PUT", functionPath(ref.Name)+"/async-invoke-config", qualifier(ref), config, nil)
}

// pages reads list pages until the limit (0 = all).
func (c *Client) pages(ctx context.Context, path string, query url.Values, key string, limit int) ([]Object, error) {
	var all []Object
	for {
		page := 100
		if limit > 0 {
			page = min(page, limit-len(all))
		}
		query.Set("limit", strconv.Itoa(page))
		var answer Object
		if err := c.call(ctx, "GET", path, query, nil, &answer); err != nil {
			return nil, err
		}
		rows, _ := answer[key].([]any)
		for _, row := range rows {
			if object, ok := row.(map[string]any); ok {
				all = append(all, object)
			}
		}
		next, _ := answer["nextToken"].(string)
		if next == "" || (limit > 0 && len(all) >= limit) {
			return all, nil
		}
		query.Set("nextToken", next)
	}
}

func qualifier(ref emulator.Reference) url.Values {
	if ref.Qualifier == "" {
		return nil
	}
	return url.Values{"qualifier": {ref.Qualifier}}
}

func notFound(err error) bool {
	var refusal *emulator.Error
	return errors.As(err, &refusal) && refusal.Status == 404
}
