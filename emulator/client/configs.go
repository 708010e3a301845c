package client

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/fcemu/fcemu/emulator"
)

// PutConfig is PutProvisionConfig, PutScalingConfig or PutConcurrencyConfig, by the name of what it
// puts. Where a function is as wanted, nothing is sent; change tells what was done.
func (c *Client) PutConfig(ctx context.Context, name emulator.Name, kind string, wanted Object) (change string, err error) {
	var present Object
	err = c.call(ctx, "GET", configPath(name, kind), nil, nil, &present)
	switch {
	case notFound(err):
		change = "created"
	case err != nil:
		return "", err
	case reflect.DeepEqual(told(present), told(wanted)):
		return "unchanged", nil
	default:
		change = "updated"
	}
	return change, c.call(ctx, "PUT", configPath(name, kind), nil, wanted, nil)
}

// DeleteConfig deletes what PutConfig made. One that is gone already is as wanted.
func (c *Client) DeleteConfig(ctx context.Context, name emulator.Name, kind string) error {
	if err := c.call(ctx, "DELETE", configPath(name, kind), nil, nil, nil); !notFound(err) {
		return err
	}
	return nil
}

func configPath(name emulator.Name, kind string) string {
	segment := map[string]string{"provisionConfig": "provision-config", "scalingConfig": "scaling-config", "concurrencyConfig": "concurrency"}
	return functionPath(name) + "/" + segment[kind]
}

// told is what a configuration says, without what the server adds and what is empty.
func told(config Object) Object {
	plain, said := Object{}, Object{}
	body, _ := json.Marshal(config) // it came from JSON, or goes there
	_ = json.Unmarshal(body, &plain)
	added := []string{"functionArn", "target", "current", "currentError", "currentInstances", "targetInstances"}
	for name, value := range plain {
		if list, ok := value.([]any); slices.Contains(added, name) || ok && len(list) == 0 {
			continue
		}
		said[name] = value
	}
	return said
}
