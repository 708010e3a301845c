package cmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newInstance(a *app) *cobra.Command {
	c := &cobra.Command{Use: "instance", Short: "List instances, and run commands in them", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newInstanceList(a, "list [FUNCTION]"), newInstanceExec(a))
	return c
}

// newPs is the list of instances under the name that people try first.
func newPs(a *app) *cobra.Command { return newInstanceList(a, "ps [FUNCTION]") }

func newInstanceList(a *app, use string) *cobra.Command {
	c := withOutput(&cobra.Command{Use: use, Short: "List the instances that run", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			function := strings.Join(args, "")
			if a.settings.GetBool("watch") {
				return a.watchInstances(c.Context(), function)
			}
			rows, err := a.client().Instances(c.Context(), function)
			if err != nil {
				return err
			}
			return a.printList(rows, a.instanceColumns())
		}})
	if strings.HasPrefix(use, "list") {
		c.Aliases = []string{"ls"}
	}
	c.Flags().BoolP("watch", "w", false, "show the list again whenever it changes, until Ctrl-C")
	return c
}

func (a *app) instanceColumns() []column {
	return []column{
		{"INSTANCE", field("instanceId")}, {"FUNCTION", field("functionName")}, {"VERSION", field("versionId")},
		{"STATE", func(row client.Object) string { return a.instanceState(text(row["status"])) }},
		{"BUSY", func(row client.Object) string { return text(row["busy"]) + "/" + text(row["concurrency"]) }},
		{"SESSIONS", field("sessions")}, {"REQUESTS", field("requests")},
		{"MEMORY", func(row client.Object) string {
			mb, _ := row["memoryMB"].(float64)
			return fmt.Sprintf("%.0f MB", mb)
		}},
		{"AGE", func(row client.Object) string { return age(text(row["createdTime"])) }},
		{"PID", field("pid")},
	}
}

func (a *app) instanceState(state string) string {
	switch state {
	case "Busy":
		return a.term.Accent(state)
	case "Idle":
		return a.term.Good(state)
	case "Unhealthy":
		return a.term.Bad(state)
	case "Starting", "Stopping":
		return a.term.Warn(state)
	}
	return a.term.Dim(state)
}

func age(created string) string {
	at, err := time.Parse(time.RFC3339, created)
	if err != nil {
		return ""
	}
	return time.Since(at).Round(time.Second).String()
}

// watchInstances shows the list again when it has changed; on a terminal in place of the one before.
func (a *app) watchInstances(ctx context.Context, function string) error {
	a.term.Follow()
	c, tick, before := a.client(), time.NewTicker(look), ""
	defer tick.Stop()
	for {
		rows, err := c.Instances(ctx, function)
		if err != nil {
			return err
		}
		if now := fingerprint(rows, a.term.Interactive); now != before {
			before = now
			if a.term.Interactive && a.settings.GetString("output") == "table" {
				a.term.Printf("\x1b[H\x1b[2J")
			}
			if err := a.printList(rows, a.instanceColumns()); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// fingerprint changes with what is worth showing; on a terminal that is the age too.
func fingerprint(rows []client.Object, ages bool) string {
	var all strings.Builder
	for _, row := range rows {
		for _, key := range []string{"instanceId", "status", "busy", "sessions", "requests"} {
			all.WriteString(text(row[key]) + " ")
		}
		if ages {
			all.WriteString(age(text(row["createdTime"])))
		}
	}
	return all.String()
}

func newInstanceExec(a *app) *cobra.Command {
	c := &cobra.Command{Use: "exec INSTANCE -- COMMAND…", Short: "Run a command in an instance",
		Long: "Run a command in an instance: with its environment, its code folder and its ports. On a terminal it is\ninteractive. The exit code is the command's. INSTANCE may be the beginning of an id, or a function\nthat has one instance.",
		Args: cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			command := args[1:]
			if command[0] == "--" {
				command = command[1:]
			}
			if len(command) == 0 {
				return usageError("name the command to run: %s", c.UseLine())
			}
			return a.execInInstance(c.Context(), args[0], command)
		}}
	c.Flags().BoolP("stdin", "i", false, "pass standard input on; a terminal's is in any case")
	c.Flags().BoolP("tty", "t", false, "insist on a terminal, which is used in any case where there is one")
	c.Flags().SetInterspersed(false)
	return c
}

func (a *app) execInInstance(ctx context.Context, wanted string, command []string) error {
	if a.settings.GetBool("tty") && !a.term.Conversational() {
		return usageError("-t needs a terminal for input and output, and there is none; leave it out")
	}
	c := a.client()
	row, err := findInstance(ctx, c, wanted)
	if err != nil {
		return err
	}
	streams := client.ExecIO{Out: a.term.Out, Err: a.term.Err}
	if a.settings.GetBool("stdin") {
		streams.In = a.term.In
	}
	restore := func() {}
	if a.term.Conversational() {
		streams.In, streams.TTY, streams.Size = a.term.In, true, a.term.Size
		if restore, err = a.term.Raw(); err != nil {
			return err
		}
	}
	code, err := c.Exec(ctx, emulator.ParseName(text(row["functionName"])), text(row["instanceId"]), command, streams)
	restore()
	if err == nil && code != 0 {
		return &exitError{code: code}
	}
	return err
}

// findInstance takes an id, its beginning, or the name of a function that has one instance.
func findInstance(ctx context.Context, c *client.Client, wanted string) (client.Object, error) {
	rows, err := c.Instances(ctx, "")
	if err != nil {
		return nil, err
	}
	var found []client.Object
	for _, row := range rows {
		id, function := text(row["instanceId"]), text(row["functionName"])
		if id == wanted {
			return row, nil
		}
		if strings.HasPrefix(id, wanted) || emulator.ParseName(function) == emulator.ParseName(wanted) {
			found = append(found, row)
		}
	}
	switch len(found) {
	case 0:
		return nil, emulator.Refuse(404, "InstanceNotFound", "no instance '%s' runs; 'fcemu instance list' shows those that do", wanted)
	case 1:
		return found[0], nil
	}
	return nil, usageError("%d instances match '%s'; name one of 'fcemu instance list'", len(found), wanted)
}
