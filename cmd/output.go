package cmd

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

// column is one column of a table: its head and how to read a cell from a row.
type column struct {
	head string
	cell func(client.Object) string
}

// withOutput adds -o to a command that lists or shows.
func withOutput(c *cobra.Command) *cobra.Command {
	c.Flags().StringP("output", "o", "table", formats)
	return c
}

const formats = "table, json, jsonl or yaml"

// checkFormat refuses an unknown -o before anything is done.
func checkFormat(c *cobra.Command, settings *viper.Viper) error {
	if flag := c.Flags().Lookup("output"); flag == nil || flag.DefValue != "table" {
		return nil // none, or one with formats of its own, which only reads
	}
	switch format := settings.GetString("output"); format {
	case "table", "json", "jsonl", "yaml":
		return nil
	default:
		return usageError("output %q is not known; use %s", format, formats)
	}
}

// printList prints rows in the format that -o asks for.
func (a *app) printList(rows []client.Object, columns []column) error {
	if rows == nil {
		rows = []client.Object{} // in JSON and YAML an empty list, not null
	}
	switch a.settings.GetString("output") {
	case "table":
		a.printTable(rows, columns)
	case "json":
		return a.printJSON(rows)
	case "jsonl":
		for _, row := range rows {
			if err := json.NewEncoder(a.term.Out).Encode(row); err != nil {
				return err
			}
		}
		return nil
	case "yaml":
		return a.printYAML(rows)
	}
	return nil
}

// printObject prints one noun in the format that -o asks for; show prints it for people.
func (a *app) printObject(object client.Object, show func(client.Object)) error {
	switch a.settings.GetString("output") {
	case "json":
		return a.printJSON(object)
	case "jsonl":
		return json.NewEncoder(a.term.Out).Encode(object)
	case "yaml":
		return a.printYAML(object)
	}
	show(object)
	return nil
}

func (a *app) printJSON(value any) error {
	encoder := json.NewEncoder(a.term.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// printYAML goes through JSON, which is YAML too and writes whole numbers whole: not 1.7e+12.
func (a *app) printYAML(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var plain any
	if err := yaml.Unmarshal(text, &plain); err != nil {
		return err
	}
	return yaml.NewEncoder(a.term.Out).Encode(plain)
}

func (a *app) printTable(rows []client.Object, columns []column) {
	head := make([]string, len(columns))
	for i, column := range columns {
		head[i] = column.head
	}
	cells := make([][]string, len(rows))
	for i, row := range rows {
		for _, column := range columns {
			cells[i] = append(cells[i], column.cell(row))
		}
	}
	a.term.Table(head, cells, map[string]func(string) string{"STATUS": a.term.Status, "LEVEL": a.level})
}

// field reads a cell by the API's key.
func field(key string) func(client.Object) string {
	return func(row client.Object) string { return text(row[key]) }
}

func text(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	if shown, err := json.Marshal(value); err == nil {
		return string(shown) // of lists and objects
	}
	return fmt.Sprint(value)
}

// moment shows Unix ms as local time, and the clock that it was read from where that is not the
// machine's (""); 0 shows nothing.
func moment(value any, clock string) string {
	ms, ok := value.(float64)
	if !ok || ms == 0 {
		return ""
	}
	return sourced(time.UnixMilli(int64(ms)).Format("15:04:05.000"), clock)
}

// sourced is a time with the clock that it was read from.
func sourced(shown, clock string) string { return strings.TrimSuffix(shown+" "+clock, " ") }

// clockOf is the clock of a task's last event, or of the last in one of the states given: what dated its
// end, or set its due time.
func clockOf(task client.Object, states ...emulator.TaskStatus) string {
	events, _ := task["events"].([]any)
	for i := len(events) - 1; i >= 0; i-- {
		event, _ := events[i].(map[string]any)
		if len(states) == 0 || slices.Contains(states, emulator.TaskStatus(text(event["status"]))) {
			return text(event["clock"])
		}
	}
	return ""
}

// started and due are times of a task as people read them.
func started(task client.Object) string {
	first := client.Object{}
	if events, _ := task["events"].([]any); len(events) > 0 {
		first, _ = events[0].(map[string]any)
	}
	return moment(task["startedTime"], text(first["clock"]))
}

func due(task client.Object) string {
	return moment(task["dueTime"], clockOf(task, emulator.TaskEnqueued, emulator.TaskRetrying))
}
