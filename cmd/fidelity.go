package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
	"github.com/fcemu/fcemu/emulator/control"
)

func newFidelity(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{
		Use:   "fidelity [FUNCTION…]",
		Short: "Show what is enforced, approximated or ignored: of everything, or of functions that are deployed",
		Long: "Show what becomes of Function Compute's model here. Without a name: every field and every operation.\n" +
			"With names: the fields that these deployed functions set. --deployed does that for all of them.",
		RunE: func(c *cobra.Command, names []string) error { return a.fidelity(c.Context(), names) },
	})
	c.Flags().Bool("deployed", false, "the fields that the deployed functions set")
	return c
}

func (a *app) fidelity(ctx context.Context, names []string) error {
	if len(names) == 0 && !a.settings.GetBool("deployed") {
		return a.printLevels(append(fieldRows(control.Fidelity(), "field"), operationRows()...), "WHERE")
	}
	functions, err := a.deployedFunctions(ctx, names)
	if err != nil {
		return err
	}
	var rows []client.Object
	for _, function := range functions {
		rows = append(rows, fieldRows(fieldsOf(function), functionName(function))...)
	}
	return a.printLevels(rows, "FUNCTION")
}

func (a *app) deployedFunctions(ctx context.Context, names []string) ([]client.Object, error) {
	if len(names) == 0 {
		return a.client().Functions(ctx)
	}
	var functions []client.Object
	for _, name := range names {
		function, err := a.client().Function(ctx, emulator.ParseName(name))
		if err != nil {
			return nil, err
		}
		functions = append(functions, function)
	}
	return functions, nil
}

// fieldsOf are the rows of the table that a function sets.
func fieldsOf(function client.Object) []control.Field {
	var fields []control.Field
	for _, field := range control.Fidelity() {
		if isSet(function, strings.Split(field.Name, ".")) {
			fields = append(fields, field)
		}
	}
	return fields
}

func isSet(object client.Object, path []string) bool {
	value := object[path[0]]
	if value == nil || value == "" {
		return false
	}
	if len(path) == 1 {
		return true
	}
	inner, ok := value.(map[string]any)
	return ok && isSet(inner, path[1:])
}

func fieldRows(fields []control.Field, where string) []client.Object {
	rows := make([]client.Object, len(fields))
	for i, field := range fields {
		rows[i] = client.Object{"where": where, "name": field.Name, "level": string(field.Level), "note": field.Note}
	}
	return rows
}

func operationRows() []client.Object {
	var rows []client.Object
	for _, operation := range control.Operations() {
		rows = append(rows, client.Object{"where": operation.Generations, "name": operation.Name, "level": string(operation.Level), "note": operation.Note})
	}
	return rows
}

func (a *app) printLevels(rows []client.Object, where string) error {
	return a.printList(rows, []column{
		{where, field("where")}, {"NAME", field("name")},
		{"LEVEL", field("level")}, {"NOTE", field("note")},
	})
}

func (a *app) level(level string) string {
	switch control.Level(level) {
	case control.LevelEnforced:
		return a.term.Good(level)
	case control.LevelApproximated:
		return a.term.Warn(level)
	}
	return a.term.Bad(level)
}
