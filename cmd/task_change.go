package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newTaskStop(a *app) *cobra.Command {
	c := &cobra.Command{Use: "stop ID… | --all [FUNCTION]", Short: "Stop tasks that are queued, delayed or running",
		Long: "Stop tasks that are queued, delayed, retrying or running. With --all: every unfinished one, of all functions or of one.",
		RunE: func(c *cobra.Command, args []string) error {
			if a.settings.GetBool("all") {
				return a.stopAll(c, args)
			}
			if a.settings.GetString("status") != "" {
				return usageError("--status goes with --all")
			}
			if len(args) == 0 {
				return usageError("say which tasks, or --all")
			}
			return a.each(args, func(id string) error {
				if err := a.client().StopTask(c.Context(), id, a.settings.GetString("function")); err != nil {
					return err
				}
				a.term.Notef("%s %s\n", a.term.Warn("stopped"), id)
				return nil
			})
		}}
	c.Flags().Bool("all", false, "all unfinished tasks, of FUNCTION where one is named")
	c.Flags().String("status", "", "with --all: only these states, a comma list: Enqueued,Running,…")
	return c
}

func (a *app) stopAll(c *cobra.Command, args []string) error {
	filter := client.TaskFilter{Function: a.settings.GetString("function"), Status: a.settings.GetString("status")}
	if len(args) > 1 {
		return usageError("--all takes one function at most, got %s", strings.Join(args, " "))
	}
	if len(args) == 1 {
		filter.Function = args[0]
	}
	if err := checkStatuses(filter.Status); err != nil {
		return err
	}
	stopped, err := a.client().StopTasks(c.Context(), filter)
	if err == nil {
		a.term.Notef("%s %d\n", a.term.Warn("stopped"), stopped)
	}
	return err
}

func checkStatuses(list string) error {
	for _, status := range strings.Split(list, ",") {
		if status = strings.TrimSpace(status); status != "" && !emulator.TaskStatus(status).Known() {
			return usageError("--status %q is not a state; use %v", status, emulator.TaskStatuses())
		}
	}
	return nil
}

func newTaskRunNow(a *app) *cobra.Command {
	return &cobra.Command{Use: "run-now ID…", Short: "Run tasks that are delayed or retrying without waiting for their time", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.each(args, func(id string) error {
				task, err := a.client().RunTaskNow(c.Context(), id, a.settings.GetString("function"))
				if err == nil {
					a.term.Notef("%s %s: %s\n", a.term.Good("due now"), id, text(task["progress"]))
				}
				return err
			})
		}}
}

func newTaskReschedule(a *app) *cobra.Command {
	c := &cobra.Command{Use: "reschedule ID… --delay D", Short: "Give tasks that are delayed or retrying another time", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if a.settings.GetString("delay") == "" {
				return usageError("--delay is missing: whole seconds from now, or 3m20s")
			}
			delay, err := readDelay(a.settings.GetString("delay"))
			if err != nil {
				return err
			}
			return a.each(args, func(id string) error {
				task, err := a.client().RescheduleTask(c.Context(), id, a.settings.GetString("function"), int(delay.Seconds()))
				if err == nil {
					a.term.Notef("%s %s: %s\n", a.term.Good("rescheduled"), id, text(task["progress"]))
				}
				return err
			})
		}}
	c.Flags().String("delay", "", "from now; seconds 0…3600, or 3m20s")
	return c
}
