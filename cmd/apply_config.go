package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/fcemu/fcemu/cmd/project"
	"github.com/fcemu/fcemu/emulator/client"
)

// applySettings brings the configurations beside a function to the wanted state. What this very
// deployment made and the file has no more is deleted; what others made stays.
func (a *app) applySettings(ctx context.Context, c *client.Client, done *deployment, wanted *project.Function, deployed *deployedFunction) error {
	for _, setting := range wanted.Settings {
		deployed.settings = append(deployed.settings, setting.Name)
		change, err := c.PutConfig(ctx, wanted.Name, setting.Name, setting.Body)
		if err != nil {
			return fmt.Errorf("%s: function %s, %s: %w", setting.Position, wanted.Name, setting.Name, err)
		}
		a.showSetting(deployed.name, setting.Name, change)
	}
	for _, name := range done.settings(deployed.name) {
		if slices.Contains(deployed.settings, name) {
			continue
		}
		if err := c.DeleteConfig(ctx, wanted.Name, name); err != nil {
			return fmt.Errorf("%s, %s: %w", where(wanted), name, err)
		}
		a.showSetting(deployed.name, name, "deleted")
	}
	return nil
}

// settings are those that were deployed of a function before.
func (d *deployment) settings(function string) []string {
	for _, one := range d.functions {
		if one.name == function {
			return one.settings
		}
	}
	return nil
}

func (a *app) showSetting(function, name, change string) {
	if a.settings.GetString("log-format") == "json" {
		a.logJSON(map[string]any{"msg": change, "functionName": function, "config": name})
		return
	}
	a.term.Notef("%s %s of %s\n", a.term.Good(change), name, function)
}
