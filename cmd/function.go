package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newFunction(a *app) *cobra.Command {
	c := &cobra.Command{Use: "function", Aliases: []string{"fn"}, Short: "List, show and delete functions", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newFunctionList(a), newFunctionGet(a), newFunctionDelete(a))
	return c
}

func newFunctionList(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "list", Aliases: []string{"ls"}, Short: "List functions", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			rows, err := a.client().Functions(c.Context())
			if err != nil {
				return err
			}
			return a.printList(rows, []column{
				{"FUNCTION", functionName}, {"RUNTIME", field("runtime")}, {"HANDLER", field("handler")},
				{"MEMORY", field("memorySize")}, {"TIMEOUT", field("timeout")}, {"MODIFIED", field("lastModifiedTime")},
			})
		}})
}

func newFunctionGet(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{Use: "get FUNCTION", Short: "Show one function", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref := emulator.Reference{Name: emulator.ParseName(args[0]), Qualifier: a.settings.GetString("qualifier")}
			function, err := a.client().FunctionAt(c.Context(), ref)
			if err != nil {
				return err
			}
			return a.printObject(function, func(object client.Object) { _ = a.printJSON(object) })
		}})
	c.Flags().String("qualifier", "", "version or alias (default LATEST)")
	return c
}

func newFunctionDelete(a *app) *cobra.Command {
	return &cobra.Command{Use: "delete FUNCTION…", Aliases: []string{"rm"}, Short: "Delete functions with their triggers and configurations",
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.each(args, func(name string) error {
				err := a.client().DeleteFunction(c.Context(), emulator.ParseName(name))
				if err == nil {
					a.term.Notef("deleted %s\n", name)
				}
				return err
			})
		}}
}

// exists is an error where a function was named that is not there. Tasks and log lines of a deleted one
// are shown as long as they are kept, so it is asked only where nothing was found.
func (a *app) exists(ctx context.Context, function string) error {
	if function == "" {
		return nil
	}
	_, err := a.client().Function(ctx, emulator.ParseName(function))
	return err
}

func functionName(row client.Object) string {
	return emulator.ParseName(text(row["functionName"])).String()
}
