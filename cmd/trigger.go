package cmd

import (
	"github.com/spf13/cobra"
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
			function := ""
			if len(args) == 1 {
				function = args[0]
			}
			rows, err := a.client().AllTriggers(c.Context(), function)
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				err = a.exists(c.Context(), function)
			}
			if err != nil {
				return err
			}
			return a.printList(rows, []column{
				{"FUNCTION", functionName}, {"TRIGGER", field("triggerName")}, {"TYPE", field("triggerType")},
				{"QUALIFIER", field("qualifier")}, {"URL", field("url")}, {"CONFIG", field("triggerConfig")},
			})
		}})
}
