package cmd

import (
	"cmp"
	"context"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newTrigger(a *app) *cobra.Command {
	c := &cobra.Command{Use: "trigger", Short: "List and delete triggers, and send their events", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newTriggerList(a), newTriggerFire(a), newTriggerDelete(a))
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
				{"QUALIFIER", field("qualifier")}, {"NEXT", nextTime}, {"URL", field("url")}, {"CONFIG", field("triggerConfig")},
			})
		}})
}

// nextTime is when a timer is due; of other triggers nothing.
func nextTime(row client.Object) string {
	config, _ := row["triggerConfig"].(map[string]any)
	switch {
	case row["triggerType"] != emulator.TriggerTimer:
		return ""
	case config["enable"] == false:
		return "disabled"
	}
	return cmp.Or(text(row["nextTime"]), "never")
}

func newTriggerDelete(a *app) *cobra.Command {
	return &cobra.Command{Use: "delete FUNCTION/TRIGGER…", Aliases: []string{"rm"}, Short: "Delete triggers", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.each(args, func(what string) error {
				function, trigger, err := readTrigger(what)
				if err != nil {
					return err
				}
				return a.client().DeleteTrigger(c.Context(), function, trigger)
			})
		}}
}

// readTrigger reads FUNCTION/TRIGGER; a function of FC 2.0 has a slash of its own.
func readTrigger(what string) (function emulator.Name, trigger string, err error) {
	at := strings.LastIndexByte(what, '/')
	if at < 1 || at == len(what)-1 {
		return function, "", usageError("%q: write FUNCTION/TRIGGER; 'fcemu trigger list' shows them", what)
	}
	return emulator.ParseName(what[:at]), what[at+1:], nil
}

func newTriggerFire(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{Use: "fire FUNCTION/TRIGGER", Short: "Send the event of a trigger to its function, asynchronously",
		Long: "Sends the function an event as the trigger's source would, with the trigger's own names, or the event in a\n" +
			"file. It goes through the queue like every asynchronous invocation; the id of its task is printed.",
		Example: "  fcemu trigger fire thumbnails/uploads\n  fcemu trigger fire nightly/clock --event event.json",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.fireTrigger(c.Context(), args[0]) }})
	c.Flags().String("event", "", "a file that holds the event, - for standard input")
	return c
}

func (a *app) fireTrigger(ctx context.Context, what string) error {
	function, trigger, err := readTrigger(what)
	if err != nil {
		return err
	}
	event, err := a.eventOf(a.settings.GetString("event"))
	if err != nil {
		return err
	}
	task, err := a.client().FireTrigger(ctx, function, trigger, event)
	if err != nil {
		return err
	}
	return a.printObject(task, func(task client.Object) { a.term.Printf("%s\n", text(task["taskId"])) })
}

// eventOf reads the event in a file; no file is no event.
func (a *app) eventOf(file string) ([]byte, error) {
	switch file {
	case "":
		return nil, nil
	case "-":
		return io.ReadAll(a.term.In)
	}
	event, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError("event file: %w", err)
	}
	return event, nil
}
