package cmd

import (
	"context"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

// look is how often a watch looks.
const look = 300 * time.Millisecond

// checkWatch refuses formats that hold one whole thing, which a watch has not.
func (a *app) checkWatch(watching bool) error {
	if format := a.settings.GetString("output"); watching && format != "table" && format != "jsonl" {
		return usageError("-o %s shows one whole, which --watch never ends; use -o jsonl", format)
	}
	return nil
}

// watchTasks prints rows again as they change, until the user ends it. On a terminal the last line
// tells where the task stands that comes next.
func (a *app) watchTasks(ctx context.Context, c *client.Client, filter client.TaskFilter, seen []client.Object) error {
	a.term.Follow()
	known := map[string]string{}
	for _, row := range seen {
		known[rowKey(row)] = text(row["status"])
	}
	tick := time.NewTicker(look)
	defer tick.Stop()
	defer a.live("")
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		rows, err := c.Tasks(ctx, filter)
		if err != nil {
			return err
		}
		for i := len(rows) - 1; i >= 0; i-- {
			row := rows[i]
			if status := text(row["status"]); known[rowKey(row)] != status {
				known[rowKey(row)] = status
				a.live("")
				if err := a.showChange(row); err != nil {
					return err
				}
			}
		}
		if next := nextOf(rows); next != nil {
			a.live(text(next["taskId"]) + " " + text(next["functionName"]) + ": " + text(next["progress"]))
		} else {
			a.live("")
		}
	}
}

// watchTask tells of one task until it has ended.
func (a *app) watchTask(ctx context.Context, c *client.Client, task client.Object) error {
	a.term.Follow()
	tick := time.NewTicker(look)
	defer tick.Stop()
	defer a.live("")
	for status := text(task["status"]); !emulator.TaskStatus(status).Terminal(); {
		a.live(text(task["progress"]))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		var err error
		if task, err = c.Task(ctx, text(task["taskId"]), text(task["functionName"]), 0); err != nil {
			return err
		}
		if now := text(task["status"]); now != status {
			status = now
			a.live("")
			if err := a.showChange(task); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *app) showChange(row client.Object) error {
	return a.printObject(row, func(client.Object) {
		a.term.Printf("%s %s %s %s  %s\n", a.term.Dim(time.Now().Format("15:04:05.000")), text(row["taskId"]),
			text(row["functionName"]), a.term.Status(text(row["status"])), a.term.Dim(text(row["progress"])))
	})
}

// nextOf is the unfinished task with the earliest time.
func nextOf(rows []client.Object) client.Object {
	var next client.Object
	for _, row := range rows {
		if emulator.TaskStatus(text(row["status"])).Terminal() {
			continue
		}
		due, _ := row["dueTime"].(float64)
		if first, _ := next["dueTime"].(float64); next == nil || due < first {
			next = row
		}
	}
	return next
}

// live writes over the last line of a terminal; elsewhere it writes nothing.
func (a *app) live(line string) {
	if a.term.Interactive {
		a.term.Notef("\r\x1b[K%s", line)
	}
}
