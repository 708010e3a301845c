package cmd

import (
	"fmt"
	"sort"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator/client"
)

func newStatus(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "status", Short: "Show the running emulator", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			health, err := a.client().Health(c.Context())
			if err != nil {
				return err
			}
			return a.printObject(health, a.showHealth)
		}})
}

func (a *app) showHealth(health client.Object) {
	for _, key := range []string{"status", "version", "endpoint", "dataDir", "pid", "startedTime", "functions", "instances"} {
		if value := text(health[key]); value != "" {
			a.term.Printf("%s %s\n", a.term.Dim(fmt.Sprintf("%-12s", key)), value)
		}
	}
	if tasks, ok := health["tasks"].(map[string]any); ok && len(tasks) > 0 {
		a.term.Printf("%s %s\n", a.term.Dim(fmt.Sprintf("%-12s", "tasks")), counts(tasks))
	}
	if capabilities, ok := health["capabilities"].(map[string]any); ok {
		for _, key := range []string{"tier", "ports", "death", "paths", "limit"} {
			if value := text(capabilities[key]); value != "" {
				a.term.Printf("%s %s\n", a.term.Dim(fmt.Sprintf("%-12s", key)), value)
			}
		}
	}
}

func counts(values map[string]any) string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	line := ""
	for _, key := range keys {
		line += fmt.Sprintf("%s %s  ", text(values[key]), key)
	}
	return line
}
