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

func newTask(a *app) *cobra.Command {
	c := &cobra.Command{Use: "task", Short: "List, show, explain, stop, reschedule, rerun and await asynchronous invocations", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.PersistentFlags().String("function", "", "the task's function, where an id is not unique")
	c.AddCommand(newTaskList(a), newTaskGet(a), newTaskExplain(a), newTaskStop(a), newTaskRunNow(a),
		newTaskReschedule(a), newTaskRerun(a), newTaskWait(a), newTaskLogs(a))
	return c
}

func newTaskGet(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{Use: "get ID", Short: "Show one task with its events and where it stands", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.checkWatch(a.settings.GetBool("watch")); err != nil {
				return err
			}
			task, err := a.client().Task(c.Context(), args[0], a.settings.GetString("function"), 0)
			if err != nil {
				return err
			}
			if err := a.printObject(task, a.showTask); err != nil || !a.settings.GetBool("watch") {
				return err
			}
			return a.watchTask(c.Context(), a.client(), task)
		}})
	c.Flags().BoolP("watch", "w", false, "go on until it has ended")
	return c
}

func newTaskRerun(a *app) *cobra.Command {
	return &cobra.Command{Use: "rerun ID…", Short: "Submit the payload of tasks again, as new tasks", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.each(args, func(id string) error {
				task, err := a.client().RerunTask(c.Context(), id, a.settings.GetString("function"))
				if err == nil {
					a.term.Printf("%s\n", text(task["taskId"]))
				}
				return err
			})
		}}
}

func newTaskWait(a *app) *cobra.Command {
	c := &cobra.Command{Use: "wait ID…", Short: "Wait until tasks have ended; fails when one did not succeed", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.each(args, func(id string) error {
				task, err := a.awaitTask(c.Context(), a.client(), id, a.settings.GetString("function"), a.settings.GetDuration("timeout"))
				if err != nil {
					return err
				}
				a.term.Printf("%s %s\n", id, a.term.Status(text(task["status"])))
				return taskError(task)
			})
		}}
	c.Flags().Duration("timeout", 0, "give up after this time (exit 124); 0 = never")
	return c
}

func newTaskLogs(a *app) *cobra.Command {
	c := withLogOutput(&cobra.Command{Use: "logs ID", Short: "Show the log lines of one task", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			task, err := a.client().Task(c.Context(), args[0], a.settings.GetString("function"), 0)
			if err != nil {
				return err
			}
			filter := client.LogFilter{RequestID: text(task["requestId"]), Follow: a.settings.GetBool("follow")}
			return a.printLogs(c.Context(), filter)
		}})
	c.Flags().BoolP("follow", "f", false, "go on as lines arrive")
	return c
}

// each goes on after a failure, and ends with the last one.
func (a *app) each(ids []string, do func(id string) error) error {
	var failed error
	for i, id := range ids {
		err := do(id)
		if err == nil {
			continue
		}
		if failed = err; i < len(ids)-1 && !printed(err) {
			a.term.Notef("%s %s%s\n", a.term.Bad("fcemu:"), a.term.SafeErr(err.Error()), hint(err))
		}
	}
	return failed
}

// awaitTask returns the ended task; a limit of 0 waits for ever.
func (a *app) awaitTask(ctx context.Context, c *client.Client, id, function string, limit time.Duration) (client.Object, error) {
	const step = 20 * time.Second // one long poll
	defer a.busy("waiting for task " + id)()
	var deadline time.Time
	if limit > 0 {
		deadline = time.Now().Add(limit)
	}
	for {
		wait := step
		if limit > 0 {
			wait = min(step, max(time.Until(deadline), time.Millisecond))
		}
		task, err := c.Task(ctx, id, function, wait)
		if err != nil {
			return nil, err
		}
		if emulator.TaskStatus(text(task["status"])).Terminal() {
			return task, nil
		}
		if limit > 0 && time.Now().After(deadline) {
			return nil, &exitError{exitWait, fmt.Errorf("task %s is still %s after %s", id, text(task["status"]), limit)}
		}
	}
}

// taskError turns the end of a task into an exit code.
func taskError(task client.Object) error {
	status := text(task["status"])
	if status == string(emulator.TaskSucceeded) {
		return nil
	}
	cause := text(task["taskErrorMessage"])
	if cause != "" {
		cause = ": " + cause
	}
	return &exitError{failureCode(text(task["returnPayload"])), fmt.Errorf("task %s ended as %s%s", text(task["taskId"]), status, cause)}
}

func (a *app) showTask(task client.Object) {
	rows := [][2]string{
		{"task", text(task["taskId"])}, {"function", text(task["functionName"])}, {"status", a.term.Status(text(task["status"]))},
		{"progress", text(task["progress"])},
		{"request id", text(task["requestId"])}, {"started", started(task)}, {"due", due(task)},
		{"ended", moment(task["endTime"], clockOf(task))}, {"retries", text(task["alreadyRetriedTimes"])}, {"error", text(task["taskErrorMessage"])},
		{"destination", text(task["destinationStatus"])}, {"instance", text(task["instanceId"])},
		{"payload", a.term.SafeOut(text(task["taskPayload"]))}, {"result", a.term.SafeOut(text(task["returnPayload"]))},
	}
	for _, row := range rows {
		if row[1] != "" {
			a.term.Printf("%s %s\n", a.term.Dim(fmt.Sprintf("%-12s", row[0])), row[1])
		}
	}
	events, _ := task["events"].([]any)
	for _, event := range events {
		if event, ok := event.(map[string]any); ok {
			a.term.Printf("  %s %s %s\n", a.term.Dim(moment(event["timestamp"], text(event["clock"]))), a.term.Status(text(event["status"])),
				a.term.SafeOut(strings.TrimSpace(text(event["eventDetail"]))))
		}
	}
}
