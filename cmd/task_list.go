package cmd

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator/client"
)

func newTaskList(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{Use: "list [FUNCTION]", Aliases: []string{"ls"}, Short: "List asynchronous invocations, newest first",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.listTasks(c, args) }})
	flags := c.Flags()
	flags.String("status", "", "only these states, a comma list: Enqueued,Running,…")
	flags.String("prefix", "", "only ids that begin so")
	flags.String("since", "", "only those started since then: 10m, or a time")
	flags.String("until", "", "only those started until then")
	flags.Int("limit", 20, "at most so many; 0 = all")
	flags.String("order", "desc", "by time: asc or desc")
	flags.Bool("payload", false, "show payloads")
	flags.BoolP("watch", "w", false, "show the list again whenever it changes")
	return c
}

func (a *app) listTasks(command *cobra.Command, args []string) error {
	ctx := command.Context()
	filter, err := a.taskFilter(args)
	if err != nil {
		return err
	}
	watching := a.settings.GetBool("watch")
	if err := a.checkWatch(watching); err != nil {
		return err
	}
	c := a.client()
	rows, more, err := tasks(ctx, c, filter)
	if err != nil {
		return err
	}
	if more && !command.Flags().Changed("limit") {
		a.notice(fmt.Sprintf("there are more than these %d; --limit 0 shows all", len(rows)))
	}
	if len(rows) == 0 {
		if err := a.exists(ctx, filter.Function); err != nil {
			return err
		}
	}
	if err := a.printList(rows, a.taskColumns(filter.Payload)); err != nil || !watching {
		return err
	}
	return a.watchTasks(ctx, c, filter, rows)
}

// tasks are those that the filter selects, and whether its limit leaves some out.
func tasks(ctx context.Context, c *client.Client, filter client.TaskFilter) (rows []client.Object, more bool, err error) {
	limit := filter.Limit
	if limit > 0 {
		filter.Limit++
	}
	rows, err = c.Tasks(ctx, filter)
	if limit > 0 && len(rows) > limit {
		return rows[:limit], true, err
	}
	return rows, false, err
}

func (a *app) taskFilter(args []string) (client.TaskFilter, error) {
	s := a.settings
	filter := client.TaskFilter{Function: s.GetString("function"), Status: s.GetString("status"), Prefix: s.GetString("prefix"),
		Order: s.GetString("order"), Limit: s.GetInt("limit"), Payload: s.GetBool("payload")}
	if len(args) == 1 {
		filter.Function = args[0]
	}
	if err := checkStatuses(filter.Status); err != nil {
		return filter, err
	}
	if filter.Order != "asc" && filter.Order != "desc" {
		return filter, usageError("--order %q: use asc or desc", filter.Order)
	}
	if filter.Limit < 0 {
		return filter, usageError("--limit %d: use 0 (all) or more", filter.Limit)
	}
	var err error
	if filter.Since, err = readMoment("since", s.GetString("since")); err != nil {
		return filter, err
	}
	filter.Until, err = readMoment("until", s.GetString("until"))
	return filter, err
}

func (a *app) taskColumns(payload bool) []column {
	columns := []column{
		{"TASK", field("taskId")},
		{"FUNCTION", field("functionName")},
		{"STATUS", field("status")},
		{"PROGRESS", field("progress")},
		{"STARTED", started},
		{"DUE", due},
		{"RETRIES", field("alreadyRetriedTimes")},
		{"DURATION", duration},
		{"ERROR", field("taskErrorMessage")},
	}
	if payload {
		columns = append(columns, column{"PAYLOAD", field("taskPayload")})
	}
	return columns
}

func rowKey(row client.Object) string {
	return text(row["functionName"]) + "\x00" + text(row["taskId"])
}

func duration(row client.Object) string {
	ms, _ := row["durationMs"].(float64)
	if ms == 0 {
		return ""
	}
	return strconv.FormatFloat(ms, 'f', -1, 64) + " ms"
}

// readMoment reads 10m (ago), Unix ms, or a time in RFC 3339; it returns RFC 3339 or, of an age, that.
func readMoment(flag, value string) (string, error) {
	if value == "" {
		return "", nil
	}
	if ago, err := time.ParseDuration(value); err == nil {
		return ago.String(), nil // by the emulator's clock
	}
	if ms, err := strconv.ParseInt(value, 10, 64); err == nil {
		return time.UnixMilli(ms).Format(time.RFC3339Nano), nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateTime, time.DateOnly} {
		if at, err := time.ParseInLocation(layout, value, time.Local); err == nil {
			return at.Format(time.RFC3339Nano), nil
		}
	}
	return "", usageError("--%s %q: use 10m, Unix milliseconds or a time such as %s", flag, value, fmt.Sprint(time.Now().Format(time.RFC3339)))
}
