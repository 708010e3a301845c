package cmd

import (
	"fmt"
	"sort"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator/client"
)

func newStatus(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "status", Short: "Show the running emulator, and what each function's queue holds", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			health, err := a.client().Health(c.Context())
			if err != nil {
				return err
			}
			metrics, err := a.client().Metrics(c.Context())
			if err != nil {
				return err
			}
			health["metrics"] = metrics
			return a.printObject(health, func(client.Object) {
				a.showHealth(health)
				a.showQueues(metrics)
			})
		}})
}

func (a *app) showHealth(health client.Object) {
	for _, key := range []string{"status", "version", "endpoint", "httpsEndpoint", "dataDir", "pid", "startedTime", "functions", "instances"} {
		if value := text(health[key]); value != "" {
			a.term.Printf("%s %s\n", a.term.Dim(fmt.Sprintf("%-12s", key)), value)
		}
	}
	if clock := clockLine(health["clock"]); clock != "" {
		a.term.Printf("%s %s\n", a.term.Dim(fmt.Sprintf("%-12s", "clock")), clock)
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

// showQueues prints a table of the functions that were invoked asynchronously since the start, or
// have something left to do.
func (a *app) showQueues(metrics []client.Object) {
	var rows []client.Object
	for _, f := range metrics {
		if number(f["enqueued"])+number(f["processed"])+number(f["backlog"])+number(f["inProcess"]) > 0 {
			rows = append(rows, f)
		}
	}
	if len(rows) == 0 {
		return
	}
	a.term.Printf("\n")
	a.printTable(rows, []column{
		{"FUNCTION", field("functionName")},
		{"BACKLOG", field("backlog")},
		{"RUNNING", field("inProcess")},
		{"PROCESSED", field("processed")},
		{"RETRIES", field("retries")},
		{"EXPIRED", field("expired")},
		{"OLDEST DUE", func(f client.Object) string { return moment(f["oldestDueTime"], "") }},
	})
}

func number(value any) float64 {
	count, _ := value.(float64)
	return count
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
