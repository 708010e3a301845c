package cmd

import (
	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newTrigger(a *app) *cobra.Command {
	c := &cobra.Command{Use: "trigger", Short: "List triggers", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newTriggerList(a))
	return c
}

func newTriggerList(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "list [FUNCTION]", Aliases: []string{"ls"}, Short: "List the triggers of one or all functions",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var rows []client.Object
			var err error
			if len(args) == 1 {
				rows, err = a.client().Triggers(c.Context(), emulator.ParseName(args[0]))
				for _, row := range rows { // the API's answer leaves out what was asked for
					row["functionName"] = args[0]
				}
			} else {
				rows, err = a.client().AllTriggers(c.Context())
			}
			if err != nil {
				return err
			}
			return a.printList(rows, []column{
				{"FUNCTION", functionName}, {"TRIGGER", field("triggerName")}, {"TYPE", field("triggerType")},
				{"QUALIFIER", field("qualifier")}, {"CONFIG", field("triggerConfig")},
			})
		}})
}
